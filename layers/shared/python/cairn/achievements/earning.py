"""What unlocking does to a player, to a fixed point. Pure: by it decide the stream, a check, a backfill and a grant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cairn.achievements.definitions import Earned
from cairn.achievements.rules import Watch
from cairn.achievements.unlocks import Standing
from cairn.players import settlement
from cairn.players.player import Player
from cairn.tenants.boards import Tracked
from cairn.xp.ledger import Entry

# An unlock and its entry. A transaction holds 100: beside these are the player, the fact, and what a request adds.
ACTIONS_EACH = 2
MOST_ACTIONS = 90


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
    stood, revoked = standing.held, standing.revoked
    held = stood
    unlocks: list[Earned] = []
    entries: list[Entry] = []
    levels: list[int] = []
    relied_on: dict[str, None] = {}
    wanted = [each for each in due if each.name not in revoked]
    while wanted:
        before, names = player, list[str]()
        for each in wanted:
            after, entry, announced = settlement.unlock(player, each, cause.event, cause.at, tracked)
            waited = {**relied_on, **{name: None for name in watch.waits_for(each.achievement) if name in stood}}
            actions = ACTIONS_EACH * (len(unlocks) + 1) + len(levels) + len(announced) + len(waited)
            if unlocks and actions > MOST_ACTIONS:
                break
            player, relied_on = after, waited
            unlocks.append(each)
            entries.append(entry)
            levels += announced
            names.append(each.name)
        if len(names) < len(wanted):
            break
        held = {*held, *names}
        wanted = [each for each in watch.due(before, player, names, held) if each.name not in revoked]
    return Paid(player, tuple(unlocks), tuple(entries), tuple(levels), tuple(relied_on), complete=not wanted)
