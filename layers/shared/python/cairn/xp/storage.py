"""The ledger in the table."""

from datetime import date
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from cairn.platform import keys
from cairn.platform.instants import from_ms, iso, to_ms
from cairn.platform.items import OF_THE_PLAYER, Item, WholeNumberAttribute
from cairn.platform.transact import Put
from cairn.xp.ledger import REVERSAL, Entry, identifier


class LedgerItem(Item, discriminator="ledger"):
    privacy = OF_THE_PLAYER

    event = UnicodeAttribute()
    source = UnicodeAttribute()
    amount = WholeNumberAttribute()
    at = WholeNumberAttribute()
    reason = UnicodeAttribute()
    days = JSONAttribute(null=True)
    reference = UnicodeAttribute(null=True)


def item_of(tenant: str, player: str, entry: Entry) -> LedgerItem:
    """The item of an entry."""
    days = {day.isoformat(): amount for day, amount in entry.days.items()}
    return LedgerItem(
        *keys.ledger(tenant, player, entry.event, entry.source),
        event=entry.event,
        source=entry.source,
        amount=entry.amount,
        at=to_ms(entry.at),
        reason=entry.reason,
        days=days or None,
        reference=entry.reference,
    )


def append(tenant: str, player: str, entry: Entry) -> Put:
    """The write of a ledger entry; it fails where the cause was paid before."""
    item = item_of(tenant, player, entry)
    return Put(f"ledger {entry.event} {entry.source}", item, LedgerItem.absent())


def from_item(item: LedgerItem) -> Entry:
    """The entry of an item."""
    return Entry(
        item.event,
        item.source,
        item.amount,
        from_ms(item.at),
        item.reason,
        {date.fromisoformat(day): amount for day, amount in (item.days or {}).items()},
        item.reference,
    )


def show(item: LedgerItem, *, taken_back: bool = False) -> dict[str, Any]:
    """A ledger entry as the API shows it.

    Args:
        taken_back: whether a reversal of it stands.
    """
    shown: dict[str, Any] = {
        "entry_id": identifier(item.event, item.source),
        "event_id": item.event,
        "source": item.source,
        "amount": item.amount,
        "reason": item.reason,
        "at": iso(from_ms(item.at)),
    }
    if item.source.endswith(REVERSAL):
        shown["reverses"] = identifier(item.event, item.source.removesuffix(REVERSAL))
    else:
        shown["reversed"] = taken_back
    optional = {"days": item.days, "reference": item.reference}
    return shown | {name: value for name, value in optional.items() if value}
