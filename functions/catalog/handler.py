"""The catalogue: what can be played, and the tenant's settings. Operators write it."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog import storage
from cairn.catalog.bodies import ExperienceBody
from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import EVERYBODY, OPERATES
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.command import Decision, execute
from cairn.platform.config import Config
from cairn.platform.errors import DomainError
from cairn.platform.preconditions import etag_of
from cairn.platform.table import Table
from cairn.tenants.bodies import SettingsBody
from cairn.tenants.change import change
from cairn.tenants.storage import read, to_json

EXPERIENCE = "/api/v1/experiences/<experience_id>"
SETTINGS = "/api/v1/settings"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    catalog = Catalog(table)

    @http.app.get(EXPERIENCE)
    def show(experience_id: str) -> Response[str]:
        http.caller.must_be(EVERYBODY)
        identifier = http.identifier("experience_id", experience_id)
        return http.show(storage.to_json(catalog.get(http.caller.tenant, identifier)))

    @http.app.put(EXPERIENCE)
    def define(experience_id: str) -> Response[str]:
        caller = http.caller
        caller.must_be(OPERATES)
        identifier = http.identifier("experience_id", experience_id)
        wanted = http.body(ExperienceBody).experience(identifier)

        def decide(fresh: Catalog) -> Decision:
            unknown = [each for each in wanted.prerequisites if each != identifier]
            if missing := fresh.missing(caller.tenant, unknown):
                raise DomainError(
                    "unknown-experience",
                    f"prerequisites are not defined yet: {', '.join(missing)}. Define them first.",
                )
            if identifier in wanted.prerequisites:
                raise DomainError("invalid-body", "prerequisites: an experience cannot come before itself.")
            defined, writes = storage.define(caller.tenant, wanted, fresh.find(caller.tenant, identifier))
            return Decision(writes, storage.to_json(defined))

        return http.answer(execute(table, http.clock(), None, lambda: Catalog(table), decide))

    @http.app.get(SETTINGS)
    def settings() -> Response[str]:
        http.caller.must_be(OPERATES)
        stored, ver = read(table, http.caller.tenant)
        return http.show(to_json(stored), etag=etag_of(ver))

    @http.app.put(SETTINGS)
    def set_settings() -> Response[str]:
        http.caller.must_be(OPERATES)
        wanted = http.body(SettingsBody).settings()
        return http.answer(change(table, http.caller.tenant, wanted, http.demand, http.clock()))

    return http


handler = serve(routes)
