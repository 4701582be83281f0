"""What a command does to progress. Pure: `(progress, contents, command, moment) -> Step`, or a refusal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import time
from math import asin, cos, radians, sin, sqrt
from typing import Any

from cairn.catalog.experience import SCENARIO, Experience, Place, completion_xp
from cairn.completion.rules import missing_for_completion
from cairn.platform.errors import DomainError
from cairn.players.virtues import QUADRANTS
from cairn.progress.progress import (
    DONE,
    Advance,
    Award,
    Command,
    Complete,
    Content,
    Happening,
    Moment,
    Progress,
    Record,
    Session,
    Start,
    State,
    Step,
)
from cairn.streaks.days import time_zone
from cairn.xp.ledger import COMPLETION

EARTH_RADIUS_METERS = 6_371_008.8
EARLY, LATE = time(7), time(22)

# What an event type counts towards; every other type only leaves its trace in the log and the content.
COUNTED = {"word_learned": "words_learned", "conversation_held": "conversations_held"}

ITEMS = {"item_collected": 1, "item_used": -1}

ALLOWED: Mapping[State | None, tuple[str, ...]] = {
    None: ("start", "events", "sessions"),
    State.IN_PROGRESS: ("events", "sessions", "quadrants", "complete"),
    State.COMPLETED: ("events", "sessions"),
    State.MASTERED: ("events", "sessions"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What of the player bears on starting: level, virtues, and the prerequisites that are done."""

    level: int
    virtues: Mapping[str, float]
    completed: Collection[str]


def distance_meters(a: Place, b: Place) -> float:
    """Great-circle distance in metres (haversine, https://en.wikipedia.org/wiki/Haversine_formula)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_lat, half_lng = (lat_b - lat_a) / 2, radians(b.lng - a.lng) / 2
    chord = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_METERS * asin(min(1.0, sqrt(chord)))


def unmet_requirements(experience: Experience, standing: Standing, position: Place | None) -> list[dict[str, Any]]:
    """What a player still lacks to start: each with what is needed and what there is."""
    unmet: list[dict[str, Any]] = []
    if standing.level < experience.min_level:
        unmet.append({"requirement": "min_level", "needed": experience.min_level, "is": standing.level})
    for virtue, needed in experience.required_virtues.items():
        if (value := standing.virtues.get(virtue, 0)) < needed:
            unmet.append({"requirement": f"virtue:{virtue}", "needed": needed, "is": value})
    unmet += [
        {"requirement": "prerequisite", "needed": each, "is": "not completed"}
        for each in experience.prerequisites
        if each not in standing.completed
    ]
    if experience.place and experience.location_required:
        needed_meters = experience.place.radius_meters
        away = distance_meters(experience.place, position) if position else None
        if away is None or away > needed_meters:
            shown = "no position was given" if away is None else round(away, 1)
            unmet.append({"requirement": "location_radius_meters", "needed": needed_meters, "is": shown})
    return unmet


def apply(
    experience: Experience,
    progress: Progress | None,
    contents: Mapping[str, Content],
    standing: Standing,
    command: Command,
    moment: Moment,
) -> Step:
    """What a command does.

    Args:
        experience: the version that the player started, or the latest if they have not.
        progress: None where they have not.
        contents: those of the command's content id, at least.
        standing: for the checks at the start. Imported history is not held to them.

    Raises:
        DomainError: `illegal-move`, `requirements-not-met`, `incomplete`.
    """
    state = progress.state if progress else None
    starting = progress is None
    if starting:
        begins = isinstance(command, Start | Record | Session) or moment.imported
        if not begins:
            raise illegal_move("The experience has not been started.", state)
        position = command.position if isinstance(command, Start | Record) else None
        unmet = [] if moment.imported else unmet_requirements(experience, standing, position)
        if unmet:
            named = "; ".join(f"{each['requirement']} must be {each['needed']}, is {each['is']}" for each in unmet)
            raise DomainError("requirements-not-met", f"Before starting: {named}.", unmet=unmet)
        progress = Progress(experience.id, experience.version, experience.buckets, started_at=moment.occurred_at)
    elif isinstance(command, Start):
        raise illegal_move(f"The experience is {state} already.", state)
    assert progress is not None
    match command:
        case Start():
            step = Step(progress, {}, Happening("experience_started", position=command.position))
        case Record():
            step = _record(progress, contents, command, moment)
        case Advance():
            step = _advance(experience, progress, command, moment)
        case Session():
            step = _session(progress, command, moment)
        case Complete():
            step = _complete(experience, progress, command, moment)
    step = _stamp(step, contents, moment, starting=starting)
    percent = completion_percentage(experience, step.progress)
    return replace(step, progress=replace(step.progress, percent=percent))


def illegal_move(what: str, state: State | None) -> DomainError:
    """The refusal of a move that the state does not allow, with those that it does."""
    allowed = list(ALLOWED.get(state, ()))
    return DomainError(
        "illegal-move",
        f"{what} Allowed now: {', '.join(allowed)}.",
        state=state.value if state else "NOT_STARTED",
        allowed=allowed,
    )


def completion_percentage(experience: Experience, progress: Progress) -> float:
    """Required completables done, in percent; 100 once completed."""
    if progress.state in DONE:
        return 100.0
    return round(100 * len(progress.quadrants) / len(experience.quadrants), 1) if experience.quadrants else 0.0


def next_quadrant(progress: Progress) -> str | None:
    """The quadrant to be done next, or None when all are."""
    return QUADRANTS[len(progress.quadrants)] if len(progress.quadrants) < len(QUADRANTS) else None


def _record(progress: Progress, contents: Mapping[str, Content], command: Record, moment: Moment) -> Step:
    changed: dict[str, Content] = {}
    if command.content is not None:
        content = contents.get(command.content, Content())
        quantity = _quantity(command.data) if command.type in ITEMS else 0
        quest = {"quest_started": "active", "quest_completed": "completed"}.get(command.type, content.quest)
        items = content.items + quantity * ITEMS.get(command.type, 0)
        if items < 0:
            raise DomainError(
                "illegal-move",
                f"{command.content!r} is held {content.items} times: {quantity} cannot be used.",
                state=progress.state.value,
                allowed=["item_collected"],
            )
        changed[command.content] = Content(
            visits=content.visits + 1,
            seconds=content.seconds + command.seconds,
            quest=quest if content.quest != "completed" else "completed",
            items=items,
            day=moment.day if content.day is None else max(content.day, moment.day),
        )
    metrics = {COUNTED[command.type]: 1} if command.type in COUNTED else {}
    happening = Happening(
        command.type,
        content=command.content,
        seconds=command.seconds,
        metrics=metrics,
        data=command.data,
        position=command.position,
    )
    return Step(progress, changed, happening)


def _quantity(data: Mapping[str, Any]) -> int:
    quantity = data.get("quantity", 1)
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 0 < quantity <= 1_000_000:
        return quantity
    raise DomainError("invalid-body", "data.quantity must be a whole number from 1 to 1000000.")


def _advance(experience: Experience, progress: Progress, command: Advance, moment: Moment) -> Step:
    if not experience.quadrants:
        raise illegal_move("The experience defines no quadrants.", progress.state)
    due = next_quadrant(progress)
    if progress.state is not State.IN_PROGRESS or due is None:
        raise illegal_move("All quadrants are done.", progress.state)
    if command.quadrant not in (None, due):
        raise DomainError(
            "illegal-move",
            f"Quadrants go SO, BO, SI, BI: the next is {due}, not {command.quadrant}.",
            state=progress.state.value,
            allowed=[due],
        )
    since = progress.stepped_at or progress.started_at or moment.occurred_at
    took = max(0, int((moment.occurred_at - since).total_seconds()))
    happening = Happening("quadrant_advanced", content=due, quadrant=due, step_seconds=took)
    advanced = replace(progress, quadrants=(*progress.quadrants, due), stepped_at=moment.occurred_at)
    return Step(advanced, {}, happening)


def _session(progress: Progress, command: Session, moment: Moment) -> Step:
    began = moment.occurred_at.astimezone(time_zone(moment.zone)).time()
    metrics = {"sessions": 1, "study_seconds": command.seconds}
    if began < EARLY:
        metrics["early_sessions"] = 1
    elif began >= LATE:
        metrics["late_sessions"] = 1
    happening = Happening("session_recorded", session_seconds=command.seconds, metrics=metrics, outputs=command.outputs)
    longer = replace(
        progress,
        seconds=progress.seconds + command.seconds,
        sessions=progress.sessions + 1,
        outputs=tuple(dict.fromkeys((*progress.outputs, *command.outputs))),
    )
    return Step(longer, {}, happening)


def _complete(experience: Experience, progress: Progress, command: Complete, moment: Moment) -> Step:
    if progress.state in DONE:
        raise illegal_move(f"The experience is {progress.state} already.", progress.state)
    missing = missing_for_completion(experience, progress, command.reflection)
    if missing and not command.waived:
        named = "; ".join(f"{each['criterion']}: {each['detail']}" for each in missing)
        raise DomainError("incomplete", f"Still missing: {named}.", missing=missing)
    xp = completion_xp(experience)
    metrics = {"experiences_completed": 1}
    if experience.kind == SCENARIO:
        metrics["scenarios_completed"] = 1
    started_at = progress.started_at or moment.occurred_at
    happening = Happening(
        "experience_completed",
        completed=True,
        elapsed_seconds=max(0, int((moment.occurred_at - started_at).total_seconds())),
        awards=(Award(COMPLETION, xp, f"Completed {experience.name}"),) if xp else (),
        virtues=experience.virtue_impacts,
        metrics=metrics,
        data={"reflection": command.reflection} if command.reflection else {},
    )
    completed = replace(
        progress,
        state=State.COMPLETED,
        mastery=1,
        completed_at=moment.occurred_at,
        reflected=bool(command.reflection),
        waived={each["criterion"]: command.waived for each in missing} if command.waived else {},
    )
    return Step(completed, {}, happening)


def _stamp(step: Step, before: Mapping[str, Content], moment: Moment, *, starting: bool) -> Step:
    """Every step leaves its day and its instant in the head."""
    progress, at = step.progress, moment.occurred_at
    added = sum(before.get(each, Content()).day != moment.day for each in step.contents)
    if progress.day is None or moment.day > progress.day:
        today: dict[str, Any] = {"day": moment.day, "day_first": at, "day_last": at, "day_contents": added}
    elif moment.day == progress.day:
        assert progress.day_first is not None and progress.day_last is not None
        today = {
            "day_first": min(progress.day_first, at),
            "day_last": max(progress.day_last, at),
            "day_contents": progress.day_contents + added,
        }
    else:
        today = {}
    if progress.state is State.IN_PROGRESS:
        today["started_at"] = min(progress.started_at or at, at)
    last = max(progress.last_progress_at or at, at)
    happening = replace(step.happening, started=True) if starting else step.happening
    return Step(replace(progress, last_progress_at=last, **today), step.contents, happening)
