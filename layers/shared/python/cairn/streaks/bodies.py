"""The bodies and parameters of the streaks' routes."""

import re
from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from cairn.platform.api.http import Body
from cairn.platform.errors import DomainError
from cairn.streaks.marks import PAUSE_DAYS

AMNESTY_DAYS = 31

type LocalDate = date
"""A date, under a name that a field `date` does not hide."""

type Reason = Annotated[str, Field(min_length=1, max_length=200)]


class FreezeBody(Body):
    """A freeze for a date that is not over, or (`withdraw`) none after all."""

    date: LocalDate
    withdraw: bool = False


class PauseBody(Body):
    """A pause from one date to another, both included; or (`withdraw`) the end of the one that begins on `first`."""

    first: date
    last: date | None = None
    withdraw: bool = False

    @model_validator(mode="after")
    def is_a_range(self) -> Self:
        if self.withdraw != (self.last is None):
            raise ValueError("give the last date of a pause, and none to end one")
        if self.last is not None:
            must_be_range(self.first, self.last, PAUSE_DAYS)
        return self


class DayBody(Body):
    """A date that an operator decides about, and why; or (`withdraw`) takes that decision back."""

    date: LocalDate
    reason: Reason
    withdraw: bool = False


class AmnestyBody(Body):
    """An outage, from one date to another, both included."""

    first: date
    last: date
    reason: Reason

    @model_validator(mode="after")
    def is_a_range(self) -> Self:
        must_be_range(self.first, self.last, AMNESTY_DAYS)
        return self


class CheckInBody(Body):
    """A check-in for today, by an older client: fields that Cairn has no use for are passed over."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class OlderFreezeBody(CheckInBody):
    """A freeze for today, or for the date given, by an older client."""

    date: LocalDate | None = None


def must_be_range(first: date, last: date, most: int) -> None:
    """Raises ValueError for a range that goes backwards, or is longer than so many days."""
    if last < first:
        raise ValueError(f"last is {last}, which is before first")
    if last - first >= timedelta(days=most):
        raise ValueError(f"from {first} to {last} are {(last - first).days + 1} days; at most {most} are allowed")


def month_in(text: str) -> date:
    """The first date of a month that is written `2026-11`.

    Raises:
        DomainError: `invalid-parameter`.
    """
    if not re.fullmatch(r"\d{4}-\d{2}", text):
        raise _no_month()
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise _no_month() from None


def _no_month() -> DomainError:
    return DomainError("invalid-parameter", "month must be a month such as 2026-11.")
