"""Records of the table's stream, parsed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cairn.platform.items import Item, Raw


@dataclass(frozen=True, slots=True)
class Change[T: Item]:
    """One item before and after; `sequence` is the record's number in its shard."""

    sequence: str
    before: T | None
    after: T


def changes[T: Item](records: Iterable[Mapping[str, Any]], item_type: type[T]) -> Iterable[Change[T]]:
    """The changes of one item type in a batch, in the stream's order; removals and other types are left out."""
    wanted = item_type.kind.get_discriminator(item_type)
    for record in records:
        change = record["dynamodb"]
        after: Raw | None = change.get("NewImage")
        if after is None or after["kind"]["S"] != wanted:
            continue
        before = change.get("OldImage")
        yield Change(change["SequenceNumber"], item_type.parse(before) if before else None, item_type.parse(after))


def failed_from(sequence: str | None) -> dict[str, list[dict[str, str]]]:
    """The partial batch response: everything from a sequence number on comes again; None for a full success."""
    return {"batchItemFailures": [{"itemIdentifier": sequence}] if sequence else []}
