"""Look-ups: who holds what, stands where, was active when; and what happened near a place. For operators."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog.storage import Catalog
from cairn.lookups import read
from cairn.lookups.read import Lookups
from cairn.lookups.routes import (
    experience_in,
    experience_or_none,
    identifier_in,
    levels_in,
    near_in,
    percents_in,
    wanted,
)
from cairn.platform.api.caller import OVERSEES, SEES_ACTIVITY
from cairn.platform.api.http import Http, serve
from cairn.platform.clock import Clock, utc_now
from cairn.platform.config import Config
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache
from cairn.xp.levels import MAX_LEVEL

LOOKUPS = "/api/v1/lookups"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock)
    parts = Lookups(table, Catalog(table), SettingsCache(table))

    @http.app.get(f"{LOOKUPS}/holders")
    def holders() -> Response[str]:
        page = wanted(http, OVERSEES, usual=100)
        return http.show(read.holders(parts, page, experience_in(http), identifier_in(http, "item_id")))

    @http.app.get(f"{LOOKUPS}/levels")
    def levels() -> Response[str]:
        page = wanted(http, OVERSEES, usual=20)
        return http.show(read.levels(parts, page, *levels_in(http, MAX_LEVEL)))

    @http.app.get(f"{LOOKUPS}/percentages")
    def percentages() -> Response[str]:
        page = wanted(http, OVERSEES, usual=100, most=1000)
        return http.show(read.percentages(parts, page, experience_in(http), *percents_in(http)))

    @http.app.get(f"{LOOKUPS}/last-active")
    def last_active() -> Response[str]:
        page = wanted(http, OVERSEES, usual=20)
        return http.show(read.last_active(parts, page, experience_or_none(http), *http.days()))

    @http.app.get(f"{LOOKUPS}/events-near")
    def events_near() -> Response[str]:
        page = wanted(http, OVERSEES, usual=20)
        return http.show(read.events_near(parts, page, near_in(http)))

    @http.app.get("/api/v1/experiences/<experience_id>/active-players")
    def active(experience_id: str) -> Response[str]:
        page = wanted(http, SEES_ACTIVITY, usual=20)
        experience = http.identifier("experience_id", experience_id)
        return http.show(read.active(parts, page, experience, http.clock()))

    return http


handler = serve(routes)
