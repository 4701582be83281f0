"""Rows of the learning platform's tables: `user_progress`, `block_completions`, `user_activities`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cairn.imports.columns import Dumped, interval_seconds
from cairn.imports.history import (
    CLAIMED,
    LEFT_OUT,
    MAX_COUNT,
    MAX_SECONDS,
    SPENT,
    History,
    Reading,
    amount,
    by_days,
    cause_of,
    dated,
)
from cairn.imports.layouts import WOD_COLUMNS
from cairn.imports.rows import (
    BLOCK_COMPLETED,
    BLOCK_INTERACTED,
    COMPLETED,
    DISCOVERED,
    MAX_INTERACTIONS,
    STARTED,
    Unusable,
    is_decided,
    number_of,
    shown,
)
from cairn.progress.progress import DAY_SECONDS

MAX_RETRIES = 100  # attempts before the last that are told one by one

TRACKED, VIEWED = "progress_tracked", "page_viewed"

STATUSES = {
    "not_started": "not_started",
    "in_progress": "in_progress",
    "completed": "completed",
    "mastered": "completed",
}
TEXTS = ("progress_type", "status", "completion_status", "course_id", "notes")
NUMBERS = ("score", "mastery_score", "completion_percentage", "learning_velocity", "retry_count")
OBJECTS = ("progress_data", "session_data", "interaction_data")
# Of a row about a whole WOD, what is worth an event of its own.
TELLING = frozenset({"notes", "progress_data", "session_data", "score"})


@dataclass(frozen=True, slots=True)
class Work:
    """Work on an experience, a page or a block, as one row of `user_progress` or `block_completions` sums it up.

    at: the last that is known of. began, done_at: where that is told. seconds, interactions: in all. score: 0 to 1.
    """

    status: str
    at: datetime
    began: datetime | None
    done_at: datetime | None
    seconds: int
    percentage: float
    score: float | None
    interactions: int
    difficulty: int | None
    confidence: int | None
    retries: int
    data: Mapping[str, Any]

    @property
    def idle(self) -> bool:
        """Whether nothing was done yet."""
        worked = self.seconds or self.percentage or self.interactions or self.score is not None
        return self.status == "not_started" and not worked


def _work(source: Dumped, reading: Reading) -> Work:
    percentage = source.number("completion_percentage", 0, 100) or 0
    status = _status(source, reading, percentage)
    # A row may have been updated long after, with the whole table: that comes only after what tells more.
    ended, touched = (source.instant(reading.zone, each) for each in ("completed_at", "last_interaction_at"))
    latest = max((each for each in (ended, touched) if each), default=None)
    at = latest or dated(source, reading, "updated_at", "created_at", "started_at")
    began = source.instant(reading.zone, "started_at")
    seconds = source.whole("time_spent_seconds", 0, MAX_SECONDS)
    if not seconds and (interval := source.text("time_spent")):
        seconds = interval_seconds(interval, "time_spent")
    score = number_of(said) if (said := source.text("score", "mastery_score")) else None
    if said and (score is None or not 0 <= score <= reading.full_score):
        raise Unusable(
            f"score is {shown(said)}: it must be a number from 0 to {reading.full_score:g}, or say what is full with"
            " --full-score"
        )
    kept: dict[str, Any] = {
        **{each: source.text(each) for each in TEXTS},
        **{each: number_of(source.text(each)) for each in NUMBERS},
        **{each: source.object(each) for each in OBJECTS},
    }
    return Work(
        status=status,
        at=at,
        began=began if began and began < at else None,
        done_at=(ended or at) if status == "completed" else None,
        seconds=seconds or 0,
        percentage=percentage,
        score=score / reading.full_score if score is not None else None,
        interactions=source.whole("interaction_count", 0, MAX_INTERACTIONS) or 0,
        difficulty=source.whole("difficulty_rating", 1, 5),
        confidence=source.whole("confidence_level", 1, 5),
        retries=min(source.whole("retry_count", 0, MAX_COUNT) or 0, MAX_RETRIES),
        data={name: value for name, value in kept.items() if value is not None and value != {}},
    )


def _status(source: Dumped, reading: Reading, percentage: float) -> str:
    said = source.text("status", "completion_status")
    if said is None:
        completed_at = source.instant(reading.zone, "completed_at")
        return "completed" if completed_at or percentage == 100 else "in_progress"
    if (status := STATUSES.get(said.lower())) is None:
        raise Unusable(f"status is {shown(said)}: it must be one of {', '.join(STATUSES)}")
    return status


def user_progress(found: History, source: Dumped) -> None:
    """A row of `user_progress`: of a block, else of a page, else of a whole WOD."""
    if len({source.cells[each] for each in WOD_COLUMNS if each in source.cells}) > 1:
        raise Unusable("wod_id and mission_id differ: they are two names for one thing")
    experience = source.text(*WOD_COLUMNS)
    if experience is None:
        raise Unusable(
            "it has neither wod_id nor mission_id: what a player does belongs to a WOD, and what a course comes to"
            " is computed from its WODs"
        )
    work = _work(source, found.reading)
    if block := source.text("block_id"):
        _block(found, source, experience, block, work)
    elif page := source.text("page_id"):
        _page(found, source, experience, page, work)
    else:
        _wod(found, source, experience, work)


def block_completion(found: History, source: Dumped) -> None:
    """A row of `block_completions`."""
    experience, block = source.text(*WOD_COLUMNS), source.text("block_id")
    if experience is None:
        raise Unusable("it has no wod_id: a block belongs to a WOD")
    if block is None:
        raise Unusable("it has no block_id")
    _block(found, source, experience, block, _work(source, found.reading))


def _block(found: History, source: Dumped, experience: str, block: str, work: Work) -> None:
    if work.idle:
        found.note(LEFT_OUT, source, f"block {block!r} is not started: there is nothing to load")
        return
    cause = cause_of(source, experience, block)
    touched = {"experience": experience, "content": block, "type": BLOCK_INTERACTED}
    if work.began:
        found.add(source, f"{cause}:started", touched, work.began)
    seconds = found.total(source.table, "seconds", experience, block, work.seconds)
    interactions = found.total(source.table, "interactions", experience, block, work.interactions)
    for reached in by_days(seconds - work.seconds, seconds)[:-1]:
        found.add(source, f"{cause}:time:{reached}", touched, work.at, seconds=reached)
    summed = {
        "interactions": interactions,
        "difficulty": work.difficulty,
        "confidence": work.confidence,
        "data": work.data,
    }
    name = f"{cause}:{work.status}:{seconds}:{interactions}"
    if work.done_at is None:
        # An attempt would complete the block: here its score is only kept.
        found.add(source, name, {**touched, **summed}, work.at, seconds=seconds)
        return
    completed = {**touched, "type": BLOCK_COMPLETED, "score": work.score}
    attempts = None
    if work.score is not None:
        attempts = found.total(source.table, "attempts", experience, block, 1 + work.retries)
        for attempt in range(attempts - work.retries, attempts):
            # That they fell short is known, by how much is not.
            found.add(source, f"{cause}:attempt:{attempt}", {**touched, "score": 0}, work.done_at, attempts=attempt)
    if work.done_at == work.at:
        found.add(source, name, {**completed, **summed}, work.at, seconds=seconds, attempts=attempts)
    else:
        found.add(source, f"{cause}:completed:{attempts}", completed, work.done_at, attempts=attempts)
        found.add(source, name, {**touched, **summed}, work.at, seconds=seconds)


def _page(found: History, source: Dumped, experience: str, page: str, work: Work) -> None:
    if work.idle:
        found.note(LEFT_OUT, source, f"page {page!r} is not started: there is nothing to load")
        return
    cause = cause_of(source, experience, page)
    viewed = {"experience": experience, "content": page, "type": VIEWED}
    seconds = found.total(source.table, "seconds", experience, page, work.seconds)
    for reached in by_days(seconds - work.seconds, seconds)[:-1]:
        found.add(source, f"{cause}:time:{reached}", viewed, work.at, seconds=reached)
    found.add(source, f"{cause}:{seconds}", {**viewed, "data": work.data}, work.at, seconds=seconds)


def _wod(found: History, source: Dumped, experience: str, work: Work) -> None:
    cause = cause_of(source, experience)
    of_it = {"experience": experience}
    if work.idle:
        found.add(source, f"{cause}:discovered", {**of_it, "type": DISCOVERED}, work.at)
        return
    found.add(source, f"{cause}:started", {**of_it, "type": STARTED}, work.began or work.at)
    found.sessions(source, cause, experience, work.at, work.seconds)
    if work.data.keys() & TELLING:
        found.add(source, cause, {**of_it, "type": TRACKED, "data": work.data}, work.at, asserted=False)
    if work.done_at:
        found.add(source, f"{cause}:completed", {**of_it, "type": COMPLETED}, work.done_at)
    elif work.percentage:
        found.percentage(source, cause, experience, work.at, work.percentage)


def activity(found: History, source: Dumped) -> None:
    """A row of `user_activities`: an event of the experience that it names, or of none."""
    kind = source.cells.get("activity_type", "")
    if is_decided(kind):
        found.note(CLAIMED, source, f"{kind} is decided by Cairn, from the history that is loaded")
        return
    data = source.object("activity_data")
    item = source.text("content_item_id")
    named = next(
        (data[each] for each in ("wod_id", "mission_id", "experience_id", "scenario_id") if each in data), None
    )
    experience = item if named is None else named
    at = dated(source, found.reading, "created_at")
    fields = {
        "experience": experience,
        "type": kind,
        "content": item if item != experience else None,
        "data": data,
        "duration_seconds": amount(data, DAY_SECONDS, *SPENT),
    }
    found.add(source, cause_of(source), fields, at, asserted=False)
