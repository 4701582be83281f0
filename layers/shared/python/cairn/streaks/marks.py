"""What players and operators decide about a streak: freezes, pauses, restores, and activity that is struck. Pure.

Each decision gives the mark to be recorded, or None where what is asked for stands already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from cairn.platform.errors import DomainError
from cairn.progress.progress import Mark
from cairn.streaks.days import ONE_DAY, Days
from cairn.streaks.model import Marks, Streak, StreakRules
from cairn.streaks.rules import preserved

REQUESTED_AHEAD = timedelta(days=30)
PAUSED_AHEAD = timedelta(days=365)
PAUSE_DAYS = 30
PAUSES_TO_COME = 5


@dataclass(frozen=True, slots=True)
class AsOf:
    """A streak as of an instant. days: all that decisions may be about. today: the player's local date."""

    streak: Streak
    days: Days
    marks: Marks
    rules: StreakRules
    today: date


def request_freeze(of: AsOf, day: date) -> Mark | None:
    """A freeze for a date that is not decided yet.

    Raises:
        DomainError: `day-is-over`, `day-is-active`, `day-is-preserved`, `no-streak`, `no-freeze-held`;
            `invalid-body` for a date over 30 days ahead.
    """
    _undecided(of, day)
    if day in of.marks.freeze_requests:
        return None
    if day > of.today + REQUESTED_AHEAD:
        raise DomainError(
            "invalid-body", f"{day} is more than {REQUESTED_AHEAD.days} days ahead. Request it when it is nearer."
        )
    if not of.streak.current:
        raise DomainError("no-streak", "No streak runs that a freeze could keep. Be active, and request it then.")
    if why := preserved(day, of.marks, of.rules):
        raise DomainError(
            "day-is-preserved", f"{day} costs the streak nothing: {why}. No freeze is needed.", because=why
        )
    if of.streak.freezes_available < 1:
        raise DomainError(
            "no-freeze-held",
            "No freeze is held, or all are set aside for other dates. Active days earn them; or take a request back.",
        )
    marks = replace(of.marks, freeze_requests=of.marks.freeze_requests | {day})
    return Mark("streak_freeze_requested", marks, _date(day))


def withdraw_freeze(of: AsOf, day: date) -> Mark:
    """No freeze for a date, after all.

    Raises:
        DomainError: `nothing-to-withdraw`; `day-is-over` or `day-is-active` where the request had its time.
    """
    if day not in of.marks.freeze_requests:
        raise _nothing(f"No freeze is requested for {day}.")
    _undecided(of, day)
    marks = replace(of.marks, freeze_requests=of.marks.freeze_requests - {day})
    return Mark("streak_freeze_withdrawn", marks, _date(day))


def pause(of: AsOf, first: date, last: date) -> Mark | None:
    """A pause from one date to another, at most 30 days, both included.

    Raises:
        DomainError: `day-is-over` for one that would begin in the past; `pause-overlaps` where it would touch another;
            `too-many-pauses`; `invalid-body` for one that would begin over a year ahead.
    """
    if (first, last) in of.marks.pauses:
        return None
    if first < of.today:
        raise DomainError("day-is-over", f"A pause begins today, {of.today}, or later: {first} is over.")
    if first > of.today + PAUSED_AHEAD:
        raise DomainError("invalid-body", f"first: {first} is more than {PAUSED_AHEAD.days} days ahead.")
    for begins, ends in of.marks.pauses:
        if first <= ends + ONE_DAY and begins <= last + ONE_DAY:
            raise DomainError(
                "pause-overlaps",
                f"There is a pause from {begins} to {ends}. Leave a day between them, or end that one first.",
                first=begins.isoformat(),
                last=ends.isoformat(),
            )
    if sum(ends >= of.today for _, ends in of.marks.pauses) >= PAUSES_TO_COME:
        raise DomainError("too-many-pauses", f"{PAUSES_TO_COME} pauses are not over yet. End one of them first.")
    marks = replace(of.marks, pauses=tuple(sorted((*of.marks.pauses, (first, last)))))
    return Mark("streak_paused", marks, {"first": first.isoformat(), "last": last.isoformat()})


def end_pause(of: AsOf, first: date) -> Mark:
    """A pause that ends yesterday, or that was still to come and is taken back.

    Raises:
        DomainError: `nothing-to-withdraw` where none begins on that date; `day-is-over` where it ended by itself.
    """
    stands = next((each for each in of.marks.pauses if each[0] == first), None)
    if stands is None:
        raise _nothing(f"No pause begins on {first}.")
    if stands[1] < of.today:
        raise DomainError("day-is-over", f"The pause that began on {first} ended on {stands[1]}.")
    others = [each for each in of.marks.pauses if each != stands]
    left = [(first, of.today - ONE_DAY)] if first < of.today else []
    marks = replace(of.marks, pauses=tuple(sorted((*others, *left))))
    last = left[0][1].isoformat() if left else None
    return Mark("streak_pause_ended", marks, {"first": first.isoformat(), "last": last})


def restore(of: AsOf, day: date, why: Mapping[str, Any]) -> Mark | None:
    """An operator's word that a date without activity costs nothing.

    Args:
        why: the reason, and who says so.

    Raises:
        DomainError: `day-is-active`; `invalid-body` for a date that is to come.
    """
    if day in of.marks.restores:
        return None
    if day > of.today:
        raise DomainError("invalid-body", f"date: {day} is to come; the player's date is {of.today}.")
    if day in of.days and day not in of.marks.reversals:
        raise DomainError("day-is-active", f"The player was active on {day}: there is nothing to restore.")
    return Mark("streak_day_restored", replace(of.marks, restores=of.marks.restores | {day}), {**_date(day), **why})


def withdraw_restore(of: AsOf, day: date, why: Mapping[str, Any]) -> Mark:
    """A restore that was wrong.

    Raises:
        DomainError: `nothing-to-withdraw`.
    """
    if day not in of.marks.restores:
        raise _nothing(f"{day} is not restored.")
    marks = replace(of.marks, restores=of.marks.restores - {day})
    return Mark("streak_restore_withdrawn", marks, {**_date(day), **why})


def strike(of: AsOf, day: date, why: Mapping[str, Any]) -> Mark | None:
    """An operator's word that nothing on a date counts: neither what was done on it, nor what may still come.

    Args:
        why: the reason, and who says so.

    Raises:
        DomainError: `day-not-active`.
    """
    if day in of.marks.reversals:
        return None
    if day not in of.days:
        raise DomainError("day-not-active", f"The player was not active on {day}: there is nothing to strike.")
    marks = replace(of.marks, reversals=of.marks.reversals | {day})
    return Mark("streak_day_struck", marks, {**_date(day), **why})


def withdraw_strike(of: AsOf, day: date, why: Mapping[str, Any]) -> Mark:
    """A reversal that was wrong: the date counts again.

    Raises:
        DomainError: `nothing-to-withdraw`.
    """
    if day not in of.marks.reversals:
        raise _nothing(f"The activity of {day} is not struck.")
    marks = replace(of.marks, reversals=of.marks.reversals - {day})
    return Mark("streak_strike_withdrawn", marks, {**_date(day), **why})


def _undecided(of: AsOf, day: date) -> None:
    if of.streak.kinds.get(day) == "active":
        raise DomainError("day-is-active", f"{day} is active already: it needs no freeze.")
    if day < of.today and (of.streak.decided is None or day <= of.streak.decided):
        raise DomainError("day-is-over", f"{day} is over. A freeze can be requested for {of.today}, or for later.")


def _date(day: date) -> dict[str, Any]:
    return {"date": day.isoformat()}


def _nothing(what: str) -> DomainError:
    return DomainError("nothing-to-withdraw", f"{what} GET .../streak lists what stands.")
