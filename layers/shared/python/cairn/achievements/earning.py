"""What unlocking does to a player, to a fixed point. Pure: by it decide the stream, a check, a backfill and a grant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cairn.achievements.definitions import Earned
from cairn.achievements.rules import AT_ONCE, Watch
from cairn.achievements.unlocks import Standing
from cairn.players import settlement
from cairn.players.player import Player
from cairn.tenants.boards import Tracked
from cairn.xp.ledger import Entry

# Beside 25 unlocks of two actions each, and the 26 levels that their XP can bring: of the 100 of a transaction.
MOST_RELIED_ON = 20


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is unlocked.

    event: by which the ledger knows it. experience, day: the fact in which its XP counts. at: the unlock's date.
    evidence: what the unlock keeps of it: `event_id`, `check`, `backfill` or `grant`.
    """

    event: str
    experience: str
    day: date
    at: datetime
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Paid:
    """The outcome.

    player: afterwards. unlocks, entries: each with its payment, in their order. levels: announced now.
    relied_on: names of unlocks that stood before and that these waited for. complete: whether nothing is left over.
    """

    player: Player
    unlocks: tuple[Earned, ...] = ()
    entries: tuple[Entry, ...] = ()
    levels: tuple[int, ...] = ()
    relied_on: tuple[str, ...] = ()
    complete: bool = True

    @property
    def xp(self) -> int:
        return sum(entry.amount for entry in self.entries)


def pay(
    watch: Watch, player: Player, due: Sequence[Earned], standing: Standing, cause: Cause, tracked: Tracked
) -> Paid:
    """Unlocks what is due, and what its XP, its count or its being held then makes due, as much as a transaction holds.

    Args:
        due: not held, and all that they wait for is. tracked: what is kept for the boards.
    """
    held, revoked = standing.held, standing.revoked
    unlocks: list[Earned] = []
    entries: list[Entry] = []
    levels: list[int] = []
    relied_on: dict[str, None] = {}
    wanted = [each for each in due if each.name not in revoked]
    while some := _room(watch, wanted, len(unlocks), relied_on):
        before = player
        for each in some:
            player, entry, announced = settlement.unlock(player, each, cause.event, cause.at, tracked)
            unlocks.append(each)
            entries.append(entry)
            levels += announced
        if len(some) < len(wanted):
            break
        names = [each.name for each in some]
        held = {*held, *names}
        wanted = [each for each in watch.due(before, player, names, held) if each.name not in revoked]
    stood = tuple(name for name in relied_on if name in standing.held)
    return Paid(player, tuple(unlocks), tuple(entries), tuple(levels), stood, complete=not wanted)


def _room(watch: Watch, wanted: Sequence[Earned], unlocked: int, relied_on: dict[str, None]) -> list[Earned]:
    """As many as there is room for; what they wait for is added to `relied_on`."""
    some: list[Earned] = []
    for each in wanted[: AT_ONCE - unlocked]:
        names = watch.waits_for(each.achievement)
        if len({*relied_on, *names}) > MOST_RELIED_ON:
            break
        relied_on.update(dict.fromkeys(names))
        some.append(each)
    return some
