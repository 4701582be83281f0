"""Analytics: the figures that operators read."""

from datetime import date

from aws_lambda_powertools.event_handler import Response

from cairn.analytics import read
from cairn.platform.api.caller import OPERATES
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.errors import DomainError
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache

FIRST_YEAR, LAST_YEAR = 1970, 2999


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    settings = SettingsCache(table)

    @http.app.get("/api/v1/analytics/days/<day>")
    def day(day: str) -> Response[str]:
        caller = http.caller
        caller.must_be(OPERATES)
        try:
            of = date.fromisoformat(day)
        except ValueError:
            raise DomainError("invalid-parameter", f"{day!r} is no day. Write it as 2026-11-20.") from None
        if not FIRST_YEAR <= of.year <= LAST_YEAR:
            raise DomainError("invalid-parameter", f"{day!r} must be from {FIRST_YEAR} to {LAST_YEAR}.")
        experience = http.identifier("experience_id", http.query("experience_id")) or None
        return http.show(read.day(table, caller.tenant, settings.of(caller.tenant), of, experience, http.clock()))

    return http


handler = serve(routes)
