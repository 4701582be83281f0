"""Idempotency keys: the same request, sent again however often, answers what the first did."""

import json
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.items import OF_THE_PLAYER, Item, Raw, WholeNumberAttribute
from cairn.platform.table import Table
from cairn.platform.text import compact
from cairn.platform.transact import Put

KEPT_FOR = timedelta(days=400)


class IdempotencyItem(Item, discriminator="idempotency"):
    """What a request answered, for whoever sends it again: compressed, as a kilobyte costs two write units."""

    privacy = OF_THE_PLAYER

    fingerprint = UnicodeAttribute()
    answer = BinaryAttribute(legacy_encoding=False)
    ttl = WholeNumberAttribute()


def fingerprint(method: str, path: str, body: Any) -> str:
    """A hash of what was asked: method, path, and the body's JSON whatever its spacing and key order."""
    canonical = json.dumps([method, path, body], sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The `Idempotency-Key` of one request.

    Args:
        tenant: tenant id.
        subject: the player that the request acts on; None for what belongs to the whole tenant.
        value: the header's value.
        fingerprint: of the request; another body under the same key is refused.
    """

    tenant: str
    subject: str | None
    value: str
    fingerprint: str

    @property
    def key(self) -> keys.Key:
        return keys.idempotency(self.tenant, self.subject, self.value)

    def guard(self, answer: dict[str, Any], now: datetime) -> Put:
        """The write that lets the transaction through once."""
        item = IdempotencyItem(
            *self.key,
            fingerprint=self.fingerprint,
            answer=zlib.compress(compact(answer).encode()),
            ttl=int((now + KEPT_FOR).timestamp()),
        )
        return Put("idempotency", item, IdempotencyItem.absent())

    def replay(self, raw: Raw) -> dict[str, Any]:
        """What the first request answered.

        Raises:
            DomainError: the first request had another body (`idempotency-key-reused`).
        """
        item = IdempotencyItem.parse(raw)
        if item.fingerprint != self.fingerprint:
            raise DomainError(
                "idempotency-key-reused",
                "This Idempotency-Key was used for another request. Send a new key with a new request.",
            )
        answer: dict[str, Any] = json.loads(zlib.decompress(item.answer))
        return answer

    def recall(self, table: Table) -> dict[str, Any] | None:
        """What this request answered before, or None if it never succeeded."""
        raw = table.get_many([self.key]).raw.get(self.key)
        return None if raw is None else self.replay(raw)
