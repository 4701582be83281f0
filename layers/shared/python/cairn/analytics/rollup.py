"""Rolling a day up: facts in, sums out. Pure; recomputing is the only way that a number changes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from cairn.analytics.facts import (
    COMPLETION_SECONDS,
    COMPLETIONS,
    EVENTS,
    NUMBERS,
    SECONDS,
    SESSION_SECONDS,
    SESSIONS,
    VISITS,
    XP,
)
from cairn.analytics.sketch import Sketch, bin_of

TENANT = "tenant"
CLOSES_AFTER = timedelta(days=1, hours=18)  # the last zone's midnight, and the latest day start
FINAL_AFTER = timedelta(days=4, hours=18)  # 72 hours later nothing may be late any more


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact item: who, where, its numbers by name (seconds throughout), first and last instant."""

    player: str
    experience: str
    numbers: Mapping[str, int]
    first: int | None
    last: int | None


@dataclass(slots=True)
class ContentUse:
    """What became of one content id: visits, seconds, distinct players."""

    visits: int = 0
    seconds: int = 0
    players: int = 0


@dataclass(slots=True)
class Rollup:
    """One scope's day. players: distinct, with at least one event. first, last: epoch milliseconds."""

    players: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    contents: dict[str, ContentUse] = field(default_factory=dict)
    completion_times: Sketch = field(default_factory=Counter)
    study_times: Sketch = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None

    def merge(self, other: "Rollup") -> None:
        """Adds another shard of the same day, whose players are others."""
        self.players += other.players
        self.numbers.update(other.numbers)
        self.completion_times.update(other.completion_times)
        self.study_times.update(other.study_times)
        for content, use in other.contents.items():
            mine = self.contents.setdefault(content, ContentUse())
            mine.visits += use.visits
            mine.seconds += use.seconds
            mine.players += use.players
        self.widen(other.first, other.last)

    def widen(self, first: int | None, last: int | None) -> None:
        """Takes in the instants of further activity."""
        if first is not None:
            self.first = first if self.first is None else min(self.first, first)
        if last is not None:
            self.last = last if self.last is None else max(self.last, last)


def roll_up(facts: Iterable[Fact]) -> dict[str, Rollup]:
    """One shard of a day, by scope: `tenant`, and each experience by id (as `experience#<id>`).

    Args:
        facts: in order of player, as the table has them, so that nothing but sums is kept in memory.
    """
    scopes: dict[str, Rollup] = defaultdict(Rollup)
    player: str | None = None
    of_player: dict[str, Rollup] = {}
    for fact in facts:
        if fact.player != player:
            _close(scopes, of_player)
            player, of_player = fact.player, {}
        for scope in (TENANT, f"experience#{fact.experience}") if fact.experience else (TENANT,):
            _add(of_player.setdefault(scope, Rollup()), fact)
    _close(scopes, of_player)
    return dict(scopes)


def _add(rollup: Rollup, fact: Fact) -> None:
    for name, number in fact.numbers.items():
        if name.startswith(VISITS):
            rollup.contents.setdefault(name[len(VISITS) :], ContentUse()).visits += number
        elif name.startswith(SECONDS):
            rollup.contents.setdefault(name[len(SECONDS) :], ContentUse()).seconds += number
        elif name in NUMBERS or name.startswith(XP):
            rollup.numbers[name] += number
    rollup.widen(fact.first, fact.last)
    if completions := fact.numbers.get(COMPLETIONS, 0):
        rollup.completion_times[bin_of(fact.numbers.get(COMPLETION_SECONDS, 0) / completions)] += completions


def _close(scopes: dict[str, Rollup], of_player: Mapping[str, Rollup]) -> None:
    """A player is complete: counts once in each scope, and once for each content id."""
    for scope, mine in of_player.items():
        # Without an event the player was only paid for this day, by what happened on another.
        mine.players = int(mine.numbers[EVENTS] > 0)
        if mine.numbers[SESSIONS]:
            mine.study_times[bin_of(mine.numbers[SESSION_SECONDS])] += 1
        for use in mine.contents.values():
            use.players = 1
        scopes[scope].merge(mine)


def status(day: date, now: datetime) -> str:
    """`open` while the day runs somewhere, `provisional` while late events may come, then `final`."""
    begins = datetime.combine(day, time(0), UTC)
    if now < begins + CLOSES_AFTER:
        return "open"
    return "provisional" if now < begins + FINAL_AFTER else "final"
