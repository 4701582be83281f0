"""The ledger in the table."""

from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from cairn.platform import keys
from cairn.platform.instants import from_ms, iso, to_ms
from cairn.platform.items import OF_THE_PLAYER, Item, WholeNumberAttribute
from cairn.platform.transact import Put
from cairn.xp.ledger import Entry


class LedgerItem(Item, discriminator="ledger"):
    privacy = OF_THE_PLAYER

    event = UnicodeAttribute()
    source = UnicodeAttribute()
    amount = WholeNumberAttribute()
    at = WholeNumberAttribute()
    reason = UnicodeAttribute()
    days = JSONAttribute(null=True)


def append(tenant: str, player: str, entry: Entry) -> Put:
    """The write of a ledger entry; it fails where the cause was paid before."""
    days = {day.isoformat(): amount for day, amount in entry.days.items()}
    item = LedgerItem(
        *keys.ledger(tenant, player, entry.event, entry.source),
        event=entry.event,
        source=entry.source,
        amount=entry.amount,
        at=to_ms(entry.at),
        reason=entry.reason,
        days=days or None,
    )
    return Put(f"ledger {entry.event} {entry.source}", item, LedgerItem.absent())


def show(item: LedgerItem) -> dict[str, Any]:
    """A ledger entry as the API shows it."""
    shown = {
        "event_id": item.event,
        "source": item.source,
        "amount": int(item.amount),
        "reason": item.reason,
        "at": iso(from_ms(int(item.at))),
    }
    return shown | ({"days": item.days} if item.days else {})
