"""Achievements for tests: short to write, and put into a table without a request for each."""

from collections.abc import Iterable

from cairn.achievements import definition_storage
from cairn.achievements.criteria import Threshold
from cairn.achievements.definitions import Achievement
from cairn.platform.table import Table
from cairn.platform.transact import transact


def achievement(id: str, metric: str = "words_learned", value: int = 1, xp: int = 50, **more: object) -> Achievement:
    """An achievement of one threshold, unless it is given other criteria."""
    said = {"criteria": Threshold(metric, value), **more}
    return Achievement(id, "test", id.title(), id, "star", rarity="common", xp=xp, **said)  # type: ignore[arg-type]


def define(table: Table, definitions: Iterable[Achievement], tenant: str = "acme") -> None:
    """Defines achievements as a request would, but for its checks."""
    left = list(definitions)
    while left:
        changed, left = left[:500], left[500:]
        book = definition_storage.load(table, tenant)
        transact(table, definition_storage.write(tenant, book, changed))
