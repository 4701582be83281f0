"""Achievements for tests: short to write, and put into a table without a request for each."""

from collections.abc import Iterable, Iterator

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


def many(count: int) -> Iterator[Achievement]:
    """So many achievements as a large tenant may have them: in nine steps of each of its own counters."""
    for number in range(count):
        counter, step = divmod(number, 9)
        value = 10 * 4**step
        said = f"Come to {value:,} of what counter {counter} counts, in whatever way you like best"
        rarity = ("common", "common", "rare", "rare", "rare", "epic", "epic", "epic", "legendary")[step]
        yield Achievement(
            f"counter_{counter:03d}_step_{step + 1}",
            f"counter {counter}",
            f"Counter {counter}, step {step + 1}",
            said,
            "medal",
            Threshold(f"counter_{counter:03d}", value),
            rarity,  # type: ignore[arg-type]
            50 + 10 * step,
            "milestone",
            revision=1,
        )
