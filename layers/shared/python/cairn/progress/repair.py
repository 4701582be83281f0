"""Mending a head that contradicts itself. Pure: small rules, in an order that leaves none of them anything to mend."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from cairn.catalog.experience import Experience
from cairn.platform.instants import iso
from cairn.players.virtues import QUADRANTS
from cairn.progress.blocks import recounted, with_percent
from cairn.progress.progress import DONE, Content, Progress, State


@dataclass(frozen=True, slots=True)
class Mend:
    """One field that a rule changes, from what to what."""

    rule: str
    field: str
    was: Any
    becomes: Any

    def show(self) -> dict[str, Any]:
        return {"rule": self.rule, "field": self.field, "was": _plain(self.was), "becomes": _plain(self.becomes)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


type Rule = Callable[[Experience, Progress], Progress]


def _begun(head: Progress) -> bool:
    return head.state is not State.DISCOVERED


def _completed_at(_: Experience, head: Progress) -> Progress:
    if head.state in DONE:
        return replace(head, completed_at=head.completed_at or head.last_progress_at)
    return replace(head, completed_at=None)


def _started_at(_: Experience, head: Progress) -> Progress:
    if not _begun(head):
        return replace(head, started_at=None, stepped_at=None)
    started = head.started_at or min(filter(None, (head.last_progress_at, head.completed_at)), default=None)
    return replace(head, started_at=started, starts=max(1, head.starts))


def _order(_: Experience, head: Progress) -> Progress:
    if head.started_at and head.completed_at and head.completed_at < head.started_at:
        return replace(head, started_at=head.completed_at, completed_at=head.started_at)
    return head


def _quadrants(experience: Experience, head: Progress) -> Progress:
    if not experience.quadrants or not _begun(head):
        return replace(head, quadrants=(), stepped_at=None)
    if head.state in DONE and "quadrants" not in head.waived:
        return replace(head, quadrants=QUADRANTS)
    first_left = next((n for n, quadrant in enumerate(QUADRANTS) if quadrant not in head.quadrants), len(QUADRANTS))
    return replace(head, quadrants=QUADRANTS[:first_left], stepped_at=head.stepped_at if first_left else None)


def _mastery(experience: Experience, head: Progress) -> Progress:
    if head.state not in DONE:
        return replace(head, mastery=0)
    most, level = experience.max_mastery_level, max(1, head.mastery)
    if head.state is State.MASTERED or level >= most:
        return replace(head, state=State.MASTERED, mastery=most)
    return replace(head, mastery=level)


def _sums(_: Experience, head: Progress) -> Progress:
    reported = None if head.reported is None else min(100.0, max(0.0, head.reported))
    return replace(
        head,
        seconds=max(0, head.seconds),
        sessions=max(0, head.sessions),
        meters=max(0, head.meters),
        starts=max(0, head.starts),
        reported=reported,
    )


def _today(_: Experience, head: Progress) -> Progress:
    if head.day is None or head.day_first is None or head.day_last is None:
        return replace(head, day=None, day_first=None, day_last=None, day_contents=0)
    first, last = sorted((head.day_first, head.day_last))
    return replace(head, day_first=first, day_last=last, day_contents=max(0, head.day_contents))


RULES: Sequence[tuple[str, Rule]] = (
    ("what is completed has the instant of it, and nothing else has", _completed_at),
    ("what was begun has the instant of it, and nothing else has", _started_at),
    ("completion does not come before the start", _order),
    ("quadrants are done in order, all of them once completed", _quadrants),
    ("mastery is 0 until completion, and its highest level is the state MASTERED", _mastery),
    ("sums are not negative", _sums),
    ("the latest day has its first and last instant", _today),
)
LATEST = "the last progress is the latest instant known"
RECOUNT = "blocks that count are those that the contents show, and the percentage follows"


def repair(
    experience: Experience, head: Progress, contents: Mapping[str, Content], at: datetime
) -> tuple[Progress, list[Mend]]:
    """A head that is legal, and what had to be changed for it. Of a legal head: itself, and nothing.

    Args:
        experience: the version that the player started.
        contents: all of the player's in this experience.
        at: taken where no instant is known at all.
    """
    values = (getattr(head, each.name) for each in fields(Progress))
    latest = max((value for value in values if isinstance(value, datetime)), default=at)
    rules: Sequence[tuple[str, Rule]] = (
        (LATEST, lambda _, each: replace(each, last_progress_at=latest)),
        *RULES,
        (RECOUNT, lambda version, each: with_percent(version, recounted(version, each, contents))),
    )
    mended, changed_by = head, dict[str, str]()
    for name, rule in rules:
        before, mended = mended, rule(experience, mended)
        changed_by |= dict.fromkeys(_differing(before, mended), name)
    mends = [
        Mend(changed_by[field], field, getattr(head, field), getattr(mended, field))
        for field in _differing(head, mended)
    ]
    return mended, mends


def _differing(one: Progress, other: Progress) -> list[str]:
    return [each.name for each in fields(Progress) if getattr(one, each.name) != getattr(other, each.name)]
