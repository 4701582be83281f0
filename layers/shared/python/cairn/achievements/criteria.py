"""Criteria: what a player must have come to. Data, and pure functions of it; docs/achievements.md has the language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cairn.platform.instants import EPOCH
from cairn.players.metrics import NOT_BY_DAY

MAX_THRESHOLDS = 20
LONGEST_DAYS = 31
WEEK, MONTH = "week", "month"
LAST_DAYS = re.compile(r"last_([1-9]|[12]\d|3[01])_days")


class Comparison(StrEnum):
    """How a metric is held to a value."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EQUALS = "equals"


@dataclass(frozen=True, slots=True)
class Measures:
    """What a player has come to, as of a day of the tenant's calendar.

    totals: every metric by name. daily: by day, of those that are watched by period.
    """

    totals: Mapping[str, int]
    daily: Mapping[str, Mapping[date, int]]
    day: date


def first_day(within: str, day: date) -> date:
    """The first day of a period that a day lies in: the week (from Monday), the month, or the last so many days.

    Raises:
        ValueError: it is no period.
    """
    if within == WEEK:
        return day - timedelta(days=day.weekday())
    if within == MONTH:
        return day.replace(day=1)
    if days := LAST_DAYS.fullmatch(within):
        return day - timedelta(days=int(days[1]) - 1)
    raise ValueError(f"{within!r} is no period: those are week, month, and last_1_days to last_{LONGEST_DAYS}_days")


@dataclass(frozen=True, slots=True)
class Threshold:
    """One metric against one value. within: the period that it is summed up in; None for all time."""

    metric: str
    value: int
    comparison: Comparison = Comparison.AT_LEAST
    within: str | None = None

    @property
    def name(self) -> str:
        """What is compared, as evidence names it: `kilometres`, `kilometres.last_7_days`."""
        return f"{self.metric}.{self.within}" if self.within else self.metric

    def measured(self, measures: Measures) -> int:
        """What the metric comes to."""
        if self.within is None:
            return measures.totals.get(self.metric, 0)
        first = first_day(self.within, measures.day)
        days = measures.daily.get(self.metric, {})
        return sum(number for day, number in days.items() if first <= day <= measures.day)

    def met(self, measures: Measures) -> bool:
        value = self.measured(measures)
        match self.comparison:
            case Comparison.AT_LEAST:
                return value >= self.value
            case Comparison.AT_MOST:
                return value <= self.value
            case Comparison.EQUALS:
                return value == self.value

    def fraction(self, measures: Measures) -> float:
        """The share of the value that is reached; for `at_most`, and beyond an `equals`, all or nothing."""
        if self.met(measures):
            return 1.0
        value = self.measured(measures)
        if self.comparison is Comparison.AT_MOST or not 0 < value < self.value:
            return 0.0
        return value * 10_000 // self.value / 10_000  # rounded down: 1.0 is for what is met

    @property
    def parts(self) -> "tuple[Criteria, ...]":
        return ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Met where every part is; as far as the part that is furthest away."""

    parts: "tuple[Criteria, ...]"

    def met(self, measures: Measures) -> bool:
        return all(part.met(measures) for part in self.parts)

    def fraction(self, measures: Measures) -> float:
        return min(part.fraction(measures) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Met where one part is; as far as the part that is nearest."""

    parts: "tuple[Criteria, ...]"

    def met(self, measures: Measures) -> bool:
        return any(part.met(measures) for part in self.parts)

    def fraction(self, measures: Measures) -> float:
        return max(part.fraction(measures) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Met where its part is not; all or nothing."""

    part: "Criteria"

    def met(self, measures: Measures) -> bool:
        return not self.part.met(measures)

    def fraction(self, measures: Measures) -> float:
        return float(self.met(measures))

    @property
    def parts(self) -> "tuple[Criteria, ...]":
        return (self.part,)


type Criteria = Threshold | AllOf | AnyOf | Not


def thresholds(criteria: Criteria) -> Iterator[Threshold]:
    """The thresholds that criteria are made of, in their order."""
    if isinstance(criteria, Threshold):
        yield criteria
    for part in criteria.parts:
        yield from thresholds(part)


def usable(criteria: Criteria) -> Criteria:
    """Criteria that a player can come to meet.

    Raises:
        ValueError: they are too large, met by who did nothing, or ask for what no day brings.
    """
    found = list(thresholds(criteria))
    if len(found) > MAX_THRESHOLDS:
        raise ValueError(
            f"{len(found)} thresholds; at most {MAX_THRESHOLDS} are possible."
            " Define several achievements, and one that has them as prerequisites"
        )
    if by_day := sorted({each.metric for each in found if each.within} & NOT_BY_DAY):
        raise ValueError(f"{', '.join(by_day)} is no sum of what days brought: leave within out")
    if criteria.met(Measures({"level": 1}, {}, EPOCH.date())):
        raise ValueError("it is met by a player who did nothing: ask for something with at_least as well")
    return criteria
