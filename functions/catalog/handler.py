"""The catalogue: what can be played, and the tenant's settings. Operators write it."""

from aws_lambda_powertools.event_handler import Response

from cairn.catalog import change, exchange, read
from cairn.catalog.bodies import ExperienceBody, ImportBody
from cairn.catalog.routes import MAX_BODY_BYTES, auditor, editor, named, viewer, wanted_list, which
from cairn.catalog.storage import Catalog
from cairn.platform.api.caller import OPERATES
from cairn.platform.api.http import Body, Http, serve
from cairn.platform.api.problems import document
from cairn.platform.clock import Clock, utc_now
from cairn.platform.command import Answer
from cairn.platform.config import Config
from cairn.platform.errors import DomainError
from cairn.platform.preconditions import etag_of
from cairn.platform.table import Table
from cairn.tenants.bodies import SettingsBody
from cairn.tenants.change import change as change_settings
from cairn.tenants.storage import read as read_settings
from cairn.tenants.storage import to_json

EXPERIENCES = "/api/v1/experiences"
EXPERIENCE = f"{EXPERIENCES}/<experience_id>"
SETTINGS = "/api/v1/settings"


def routes(config: Config, table: Table, clock: Clock = utc_now) -> Http:
    """The function's routes on a table."""
    http = Http(config, clock, MAX_BODY_BYTES)
    catalog = Catalog(table)

    @http.app.get(EXPERIENCES)
    def experiences() -> Response[str]:
        looks, wanted = viewer(http), wanted_list(http)
        limit = http.whole_number("limit", 20, 1, 100)
        return http.show(read.experiences(table, looks, wanted, limit, http.query("cursor")))

    @http.app.get(f"{EXPERIENCES}/export")
    def export() -> Response[str]:
        tenant = auditor(http).tenant
        return http.show(exchange.export(table, tenant, http.query("cursor"), drafts=http.flag("draft")))

    @http.app.post(f"{EXPERIENCES}/import")
    def import_() -> Response[str]:
        edits = editor(http)
        definitions = http.body(ImportBody).definitions()
        results = exchange.bring_in(table, edits, definitions, http.idempotency_key(None))
        shown = [
            {"id": each.id, "result": "refused", "problem": document(each.outcome)}
            if isinstance(each.outcome, DomainError)
            else each.outcome
            for each in results
        ]
        return http.answer(Answer({"experiences": shown}, replayed=all(each.replayed for each in results)))

    @http.app.get(EXPERIENCE)
    def show(experience_id: str) -> Response[str]:
        looks = viewer(http)
        found, revision = read.find(table, catalog, looks, named(http, experience_id), which(http))
        return http.show(read.show(found, revision, looks), etag=etag_of(revision))

    @http.app.put(EXPERIENCE)
    def define(experience_id: str) -> Response[str]:
        edits, looks = editor(http), viewer(http)
        definition = http.body(ExperienceBody).definition(named(http, experience_id))
        return http.answer(
            change.define(table, edits, definition, lambda each: read.show(each.experience, each.entry.ver, looks))
        )

    @http.app.post(f"{EXPERIENCE}/publish")
    def publish(experience_id: str) -> Response[str]:
        edits, identifier = editor(http), named(http, experience_id)
        http.body(Body)
        return http.answer(change.publish(table, edits, identifier, http.idempotency_key(None)))

    @http.app.post(f"{EXPERIENCE}/archive")
    def archive(experience_id: str) -> Response[str]:
        edits, identifier = editor(http), named(http, experience_id)
        http.body(Body)
        return http.answer(change.archive(table, edits, identifier, http.idempotency_key(None)))

    @http.app.get(f"{EXPERIENCE}/versions")
    def versions(experience_id: str) -> Response[str]:
        tenant, identifier = auditor(http).tenant, named(http, experience_id)
        limit = http.whole_number("limit", 20, 1, 100)
        return http.show(read.versions(table, tenant, identifier, limit, http.query("cursor")))

    @http.app.get(f"{EXPERIENCE}/pages/<page_id>")
    def page(experience_id: str, page_id: str) -> Response[str]:
        looks, identifier = viewer(http), named(http, experience_id)
        shown, revision = read.page(table, catalog, looks, identifier, page_id, which(http))
        return http.show(shown, etag=etag_of(revision))

    @http.app.get(SETTINGS)
    def settings() -> Response[str]:
        http.caller.must_be(OPERATES)
        stored, ver = read_settings(table, http.caller.tenant)
        return http.show(to_json(stored), etag=etag_of(ver))

    @http.app.put(SETTINGS)
    def set_settings() -> Response[str]:
        http.caller.must_be(OPERATES)
        wanted = http.body(SettingsBody).settings()
        return http.answer(change_settings(table, http.caller.tenant, wanted, http.demand, http.clock()))

    return http


handler = serve(routes)
