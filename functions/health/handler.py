"""Health: whether the table answers. Also what answers every path that is no route."""

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.instants import iso
from cairn.platform.keys import Key
from cairn.platform.table import Table

PROBE = Key("HEALTH", "PROBE")


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)

    @http.app.get("/api/v1/health")
    def health() -> Response[str]:
        table.get_many([PROBE], consistent=False)
        return http.show({"status": "healthy", "table": "ok", "as_of": iso(http.clock())})

    return http


handler = serve(routes)
