"""Facts: what one player did in one experience on one local day. The only input of every roll-up.

Each number is a top-level attribute that transactions ADD to, so that nothing has to be read first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from cairn.progress.progress import Happening

CONTENTS_PER_PAGE = 16
VISITS, SECONDS = "n~", "s~"
XP = "xp_"

# Attribute names of a fact's numbers. Seconds throughout.
EVENTS = "events"
SESSIONS = "sessions"
SESSION_SECONDS = "session_seconds"
SESSION_COUNT = "session_count"
STARTS = "starts"
COMPLETIONS = "completions"
COMPLETION_SECONDS = "completion_seconds"
QUADRANT_STEPS = "quadrant_steps"
QUADRANT_SECONDS = "quadrant_seconds"
BLOCK_STEPS = "block_steps"
BLOCK_SECONDS = "block_seconds"
ATTEMPTS = "attempts"
FIRST_CORRECT = "first_correct"
NUMBERS = (
    EVENTS,
    SESSIONS,
    SESSION_SECONDS,
    SESSION_COUNT,
    STARTS,
    COMPLETIONS,
    COMPLETION_SECONDS,
    QUADRANT_STEPS,
    QUADRANT_SECONDS,
    BLOCK_STEPS,
    BLOCK_SECONDS,
    ATTEMPTS,
    FIRST_CORRECT,
)


@dataclass(frozen=True, slots=True)
class FactKey:
    """Grain of a fact: experience, local day; `page` continues it once it holds many content ids."""

    day: date
    experience: str
    page: int = 0


@dataclass(slots=True)
class FactChange:
    """What a transaction adds to one fact."""

    numbers: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, other: "FactChange") -> None:
        self.numbers.update(other.numbers)
        self.first = other.first if self.first is None else min(self.first, other.first or self.first)
        self.last = other.last if self.last is None else max(self.last, other.last or self.last)


def of_happening(happening: Happening) -> Counter[str]:
    """The numbers that one event adds to its fact, but for XP."""
    numbers = Counter({EVENTS: 1})
    if happening.started and not happening.again:
        numbers[STARTS] += 1
    if happening.session_seconds is not None:
        numbers.update({SESSIONS: 1, SESSION_SECONDS: happening.session_seconds, SESSION_COUNT: 1})
    if happening.quadrant:
        numbers.update({QUADRANT_STEPS: 1, QUADRANT_SECONDS: happening.step_seconds})
    if happening.block_done:
        numbers.update({BLOCK_STEPS: 1, BLOCK_SECONDS: happening.step_seconds})
    if happening.attempt:
        numbers.update({ATTEMPTS: 1, FIRST_CORRECT: int(happening.first_correct)})
    if happening.completed:
        numbers.update({COMPLETIONS: 1, COMPLETION_SECONDS: happening.elapsed_seconds})
    elif happening.content and not happening.quadrant:
        numbers[VISITS + happening.content] += 1
        if happening.seconds:
            numbers[SECONDS + happening.content] += happening.seconds
    return +numbers


def page_of(day_contents: int) -> int:
    """The page for an event: contents beyond a bound go to continuation items."""
    return max(0, day_contents - 1) // CONTENTS_PER_PAGE


def xp_numbers(by_family: Mapping[str, int]) -> Counter[str]:
    """XP by source, as a fact holds it."""
    return Counter({XP + family: amount for family, amount in by_family.items()})
