"""Changing a tenant's settings, so that two operators cannot overwrite each other."""

from dataclasses import replace
from datetime import datetime, timedelta

from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.preconditions import Demand, etag_of
from cairn.platform.table import Table
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import read, to_json, write

KNOWN_BY_ALL = timedelta(minutes=2)  # functions keep settings for a minute


def change(table: Table, tenant: str, wanted: TenantSettings, demand: Demand, now: datetime) -> Answer:
    """Puts settings in the place of those that stand. What stands already is not written again.

    Raises:
        DomainError: `precondition-failed`; `invalid-body` where facts of past days would be looked for elsewhere,
            or where a board would rank another thing than it did.
    """
    tomorrow = now.date() + timedelta(days=1)  # which it is somewhere already

    def decide(stored: tuple[TenantSettings, int]) -> Decision:
        settings, ver = stored
        if ver and settings == replace(wanted, watched_by_day=settings.watched_by_day):
            return Decision([], to_json(wanted), etag=etag_of(ver))
        demand(etag_of(ver))
        if settings.respreads(wanted, tomorrow):
            raise DomainError(
                "invalid-body",
                f"fact_shards: where facts up to {tomorrow} are cannot change any more. Begin a new number later.",
            )
        if redefined := settings.boards.redefined(wanted.boards):
            raise DomainError(
                "invalid-body",
                f"boards.defined: {', '.join(redefined)} cannot change or go. Leave it as it is, take it out of"
                " boards.shown, and define another under a new id.",
            )
        if settings.boards.respreads(wanted.boards, now + KNOWN_BY_ALL):
            raise DomainError(
                "invalid-body",
                "boards.subtrees: what has begun cannot change any more, and what is new begins two minutes from now or"
                " later, when everybody reads where it will be counted. Keep the list, and add to it.",
            )
        after = replace(wanted, watched_by_day=settings.watched_by_day)
        return Decision([write(tenant, after, ver)], to_json(wanted), etag=etag_of(ver + 1))

    return execute(table, now, None, lambda: read(table, tenant), decide)
