"""A tenant's outages: dates on which nobody could be active, so that they cost no streak anything."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.instants import from_ms, iso
from cairn.platform.table import Table
from cairn.streaks.agenda import everybody
from cairn.streaks.storage import AmnestyItem, write_amnesty
from cairn.tenants import storage as tenants
from cairn.tenants.settings import TenantSettings

MOST_AMNESTIES = 200
AHEAD, BACK = timedelta(days=31), timedelta(days=400)


def declare(
    table: Table,
    tenant: str,
    first: date,
    last: date,
    reason: str,
    by: str | None,
    key: IdempotencyKey,
    now: datetime,
) -> Answer:
    """Declares an outage, in one transaction: settings, record, and the look at every player that follows.

    Args:
        first, last: the dates, both included. by: who says so, an opaque id.

    Raises:
        DomainError: `invalid-body` for dates too far away; `too-many-amnesties`.
    """
    today = now.date()
    if last > today + AHEAD or first < today - BACK:
        raise DomainError(
            "invalid-body", f"An outage lies between {today - BACK} and {today + AHEAD}, not from {first} to {last}."
        )

    def decide(stored: tuple[TenantSettings, int]) -> Decision:
        settings, ver = stored
        declared = settings.streak.amnesties
        shown = {"first": first.isoformat(), "last": last.isoformat(), "reason": reason}
        if any(begins <= first and last <= ends for begins, ends in declared):
            return Decision([], {**shown, "already_declared": True})
        if len(declared) >= MOST_AMNESTIES:
            raise DomainError(
                "too-many-amnesties",
                f"{MOST_AMNESTIES} outages were declared, and each is kept. Restore dates of single players instead.",
            )
        changed = replace(settings, streak=settings.streak.with_amnesty(first, last))
        return Decision(
            [
                tenants.write(tenant, changed, ver),
                write_amnesty(tenant, len(declared), first, last, reason, by, now),
                everybody(tenant, now),
            ],
            {**shown, "declared_by": by, "declared_at": iso(now), "already_declared": False},
        )

    return execute(table, now, key, lambda: tenants.read(table, tenant), decide)


def listed(table: Table, tenant: str) -> dict[str, Any]:
    """Every outage that was declared, newest first."""
    partition = keys.settings(tenant).pk
    items = map(AmnestyItem.parse, table.query_all(partition, prefix=keys.AMNESTY_PREFIX, consistent=True))
    shown = [
        {
            "first": item.first,
            "last": item.last,
            "reason": item.reason,
            "declared_by": item.by,
            "declared_at": iso(from_ms(int(item.at))),
        }
        for item in items
    ]
    return {"amnesties": shown[::-1]}
