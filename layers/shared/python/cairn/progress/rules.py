"""What a command does to progress. Pure: `(progress, contents, command, moment) -> Step`, or a refusal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from math import asin, cos, radians, sin, sqrt
from typing import Any

from cairn.catalog.experience import SCENARIO, Experience, Place, Status, completion_xp
from cairn.completion.rules import CRITERIA, is_perfect, missing_for_completion
from cairn.platform.errors import DomainError
from cairn.players.virtues import QUADRANTS
from cairn.progress import mastery
from cairn.progress.blocks import (
    NOTHING,
    block_of,
    blocks_left,
    counted,
    is_done,
    rebased,
    state_of,
    with_percent,
    worked,
)
from cairn.progress.effects import COUNTED, MOVES_TO, PERCENTAGE_REPORTED, affected, reported_percentage
from cairn.progress.progress import (
    DONE,
    Abandon,
    Advance,
    Award,
    Command,
    Complete,
    Content,
    Discover,
    Happening,
    Migrate,
    Moment,
    Practise,
    Progress,
    Record,
    Repair,
    Resume,
    Session,
    Start,
    State,
    Step,
    Waive,
    WorkOnBlock,
)
from cairn.progress.repair import repair
from cairn.streaks.days import time_zone
from cairn.tenants.multipliers import Multipliers, largest
from cairn.xp.ledger import COMPLETION, PERFECT_BONUS

EARTH_RADIUS_METERS = 6_371_008.8
EARLY, LATE = time(7), time(22)
INTERRUPTED_AFTER_DAYS = 30
MAX_OTHER_OUTPUTS = 20
PERFECT_PART = 2  # full score at the first attempt pays half as much again

NOT_STARTED = "NOT_STARTED"
NOT_BEGUN: frozenset[State | None] = frozenset({None, State.DISCOVERED})
OPEN: frozenset[State | None] = frozenset({State.IN_PROGRESS})
PLAYABLE: frozenset[State | None] = NOT_BEGUN | OPEN | DONE

# In which states each move is allowed, by what its route is called. What is not here is an illegal move.
MOVES: Mapping[str, frozenset[State | None]] = {
    "discover": frozenset({None}),
    "start": NOT_BEGUN,
    "events": PLAYABLE,
    "blocks": PLAYABLE,
    "sessions": PLAYABLE,
    "quadrants": OPEN,
    "complete": OPEN,
    "practice": DONE,
    "resume": frozenset({State.IN_PROGRESS, State.ABANDONED}),
    "abandon": OPEN,
    "waivers": OPEN,
    "migrate": frozenset({State.DISCOVERED, State.IN_PROGRESS, State.ABANDONED}),
    "repair": frozenset(State),
}
MOVE_OF: Mapping[type[Any], str] = {
    Discover: "discover",
    Start: "start",
    Record: "events",
    WorkOnBlock: "blocks",
    Session: "sessions",
    Advance: "quadrants",
    Complete: "complete",
    Practise: "practice",
    Resume: "resume",
    Abandon: "abandon",
    Waive: "waivers",
    Migrate: "migrate",
    Repair: "repair",
}
# Moves that begin the experience where it was not; in history that is imported, those of PLAYED do too.
BEGIN = frozenset({"start", "events", "blocks", "sessions"})
PLAYED = frozenset({"events", "blocks", "sessions", "quadrants", "complete"})
OPERATORS = frozenset({"waivers", "migrate", "repair"})


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
    if experience.status is not Status.PUBLISHED:
        unmet.append({"requirement": "status", "needed": Status.PUBLISHED.value, "is": experience.status.value})
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
    event: str,
    multipliers: Multipliers = (),
) -> Step:
    """What a command does.

    Args:
        experience: the version that the player started; the latest if they have not, or go on with it.
        progress: None where they have not.
        contents: those of the command's content id, at least; all of them where it names or counts them.
        standing: for the checks at the start. Imported history is not held to them.
        event: the id of the event that records the command.
        multipliers: the tenant's, by which completing may pay more.

    Raises:
        DomainError: `illegal-move`, `requirements-not-met`, `incomplete`, `unknown-block`, `not-completable`,
            `too-few-items`, `state-full`, `invalid-body`.
    """
    move = MOVE_OF[type(command)]
    state = progress.state if progress else None
    if state not in MOVES[move] and not _asserted(move, state, moment):
        raise illegal_move(_why(move, state), state)
    begins = state not in OPEN | DONE and move in BEGIN | PLAYED
    if begins:
        unmet = [] if moment.imported else unmet_requirements(experience, standing, _position(command))
        if unmet:
            named = "; ".join(f"{each['requirement']} must be {each['needed']}, is {each['is']}" for each in unmet)
            raise DomainError("requirements-not-met", f"Before starting: {named}.", unmet=unmet)
    again = bool(progress and progress.starts)
    progress = progress or Progress(
        experience.id, experience.version, experience.buckets, State.DISCOVERED, discovered_at=moment.occurred_at
    )
    if begins:
        progress = replace(
            progress,
            state=State.IN_PROGRESS,
            starts=progress.starts + 1,
            started_at=progress.started_at or moment.occurred_at,
        )
    step = _decide(experience, progress, contents, command, moment, event, multipliers)
    if begins:
        step = replace(step, happening=replace(step.happening, started=True, again=again))
    step = _stamp(step, contents, moment)
    return replace(step, progress=with_percent(experience, step.progress))


def _asserted(move: str, state: State | None, moment: Moment) -> bool:
    """Whether history asserts a move: what it advanced or completed was begun, whatever the log shows of that."""
    return moment.imported and state not in DONE and move in PLAYED


def _position(command: Command) -> Place | None:
    return command.position if isinstance(command, Start | Record) else None


def _why(move: str, state: State | None) -> str:
    if state is None:
        return "The experience has not been started."
    if move == "practice":
        return "Practice comes after completion."
    return f"The experience is {state}."


def illegal_move(what: str, state: State | None) -> DomainError:
    """The refusal of a move that the state does not allow, with those that it does."""
    allowed = [move for move, states in MOVES.items() if state in states and move not in OPERATORS]
    return DomainError(
        "illegal-move",
        f"{what} Allowed now: {', '.join(allowed)}.",
        state=state.value if state else NOT_STARTED,
        allowed=allowed,
    )


def next_quadrant(progress: Progress) -> str | None:
    """The quadrant to be done next, or None when all are."""
    return QUADRANTS[len(progress.quadrants)] if len(progress.quadrants) < len(QUADRANTS) else None


def _decide(
    experience: Experience,
    progress: Progress,
    contents: Mapping[str, Content],
    command: Command,
    moment: Moment,
    event: str,
    multipliers: Multipliers,
) -> Step:
    match command:
        case Discover():
            return Step(progress, {}, Happening("experience_discovered"))
        case Start():
            placed = replace(progress, position=command.position or progress.position)
            return Step(placed, {}, Happening("experience_started", position=command.position))
        case Resume():
            return _resume(progress, moment)
        case Abandon():
            return Step(replace(progress, state=State.ABANDONED), {}, Happening("experience_abandoned"))
        case Record():
            return _record(experience, progress, contents, command, moment)
        case WorkOnBlock():
            return _work(experience, progress, contents, command, moment)
        case Advance():
            return _advance(experience, progress, command, moment)
        case Session():
            return _session(experience, progress, command, moment)
        case Complete():
            return _complete(experience, progress, contents, command, moment, multipliers)
        case Practise():
            return _practise(experience, progress, command, event)
        case Waive():
            return _waive(experience, progress, contents, command)
        case Migrate():
            migrated = rebased(experience, progress, contents)
            change = {"from_version": progress.version, "to_version": experience.version}
            return Step(migrated, {}, Happening("progress_migrated", by_player=False, data=change, answer=change))
        case Repair():
            mended, mends = repair(experience, progress, contents, moment.occurred_at)
            changes = [mend.show() for mend in mends]
            told = {"changes": changes}
            return Step(mended, {}, Happening("progress_repaired", by_player=False, data=told, answer=told))


def _resume(progress: Progress, moment: Moment) -> Step:
    """Going on where it was left; after more than 30 whole days without progress, from the beginning."""
    days = max(0, (moment.occurred_at - (progress.last_progress_at or moment.occurred_at)).days)
    answer: dict[str, Any] = {"days_since_last_progress": days}
    if days > INTERRUPTED_AFTER_DAYS:
        reset = replace(progress, state=State.DISCOVERED, quadrants=(), stepped_at=None, started_at=None)
        told = f"No progress for {days} days: quadrants begin anew, everything else stays. Start to go on."
        answer |= {"resumed": "reset", "message": told}
        return Step(reset, {}, Happening("experience_resumed", data={"reset": True}, answer=answer))
    answer |= {"resumed": "maintained", "message": f"Going on from where you left off {days} days ago."}
    going_on = replace(progress, state=State.IN_PROGRESS)
    return Step(going_on, {}, Happening("experience_resumed", answer=answer))


def recorded(
    contents: Mapping[str, Content], command: Record, moment: Moment, whole_meters: int
) -> tuple[dict[str, Content], Happening]:
    """What an event does to its content id, and what happened; whether or not it belongs to an experience.

    Args:
        whole_meters: by how many the event brings the player's distance on.
    """
    changed: dict[str, Content] = {}
    if command.content is not None:
        content = affected(contents.get(command.content, Content()), command)
        changed[command.content] = visited(content, command.seconds, moment)
    metrics = dict(command.counters)
    if command.type in COUNTED:
        metrics[COUNTED[command.type]] = 1
    if whole_meters:
        metrics["distance_meters"] = whole_meters
    happening = Happening(
        command.type,
        content=command.content,
        seconds=command.seconds,
        metrics=metrics,
        data={
            **command.data,
            **({"distance_meters": command.meters} if command.meters else {}),
            **({"counters": dict(command.counters)} if command.counters else {}),
        },
        position=command.position,
        location=command.content if command.type in MOVES_TO else None,
    )
    return changed, happening


def visited(content: Content, seconds: int, moment: Moment) -> Content:
    """The content after one more visit of so many seconds."""
    return replace(
        content,
        visits=content.visits + 1,
        seconds=content.seconds + seconds,
        day=moment.day if content.day is None else max(content.day, moment.day),
    )


def _record(
    experience: Experience, progress: Progress, contents: Mapping[str, Content], command: Record, moment: Moment
) -> Step:
    meters = round(progress.meters + command.meters, 1)
    # The difference of the rounded sums: short distances are not lost one by one.
    changed, happening = recorded(contents, command, moment, round(meters) - round(progress.meters))
    if command.type == PERCENTAGE_REPORTED:
        percentage = reported_percentage(command.data)
        if experience.completables:
            raise DomainError(
                "percentage-is-counted",
                f"The percentage of {experience.id!r} is counted from its {experience.required_blocks} required blocks"
                f" and {len(experience.quadrants)} quadrants. Record those instead.",
            )
        progress = replace(progress, reported=percentage)
    progress = replace(
        progress,
        meters=meters,
        location=happening.location or progress.location,
        position=command.position or progress.position,
    )
    return Step(progress, changed, happening)


def _work(
    experience: Experience, progress: Progress, contents: Mapping[str, Content], command: WorkOnBlock, moment: Moment
) -> Step:
    block = block_of(experience, command.content)
    before = contents.get(block.id, Content())
    after, attempt, wrong = worked(block, before, command, moment.occurred_at)
    after = visited(after, 0, moment)
    was, work = before.block, after.block or NOTHING
    newly_completed = work.completed and not (was or NOTHING).completed
    newly_done = block.counts and is_done(block, work) and not is_done(block, was)
    shown: dict[str, Any] = {
        "block_id": block.id,
        "state": state_of(work).value,
        "attempts": work.attempts,
        "best_score": work.score,
        "passed": work.passed,
        "total_time_seconds": after.seconds,
    }
    data: dict[str, Any] = dict(command.data)
    if attempt:
        tried = {"score": round(attempt.score, 4), "passed": attempt.passed}
        data["attempt"] = {"number": work.attempts, **tried}
        shown["attempt"] = {"number": work.attempts, **tried, "wrong_questions": wrong}
    for name, value in (
        ("interactions", command.interactions),
        ("difficulty", command.difficulty),
        ("confidence", command.confidence),
    ):
        if value:
            data[name] = value
    happening = Happening(
        "block_completed" if newly_completed else "block_interacted",
        content=block.id,
        seconds=command.seconds,
        block_done=newly_done,
        step_seconds=after.seconds if newly_done else 0,
        attempt=attempt is not None,
        first_correct=bool(attempt and work.attempts == 1 and attempt.score >= 1),
        data=data,
        answer={"block": shown},
    )
    return Step(counted(progress, block, was, work), {block.id: after}, happening)


def _advance(experience: Experience, progress: Progress, command: Advance, moment: Moment) -> Step:
    if not experience.quadrants:
        raise illegal_move("The experience defines no quadrants.", progress.state)
    due = next_quadrant(progress)
    if due is None:
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


def _session(experience: Experience, progress: Progress, command: Session, moment: Moment) -> Step:
    outputs = tuple(dict.fromkeys((*progress.outputs, *command.outputs)))
    others = set(outputs).difference(experience.criteria.required_outputs)
    if len(others) > MAX_OTHER_OUTPUTS and len(outputs) > len(progress.outputs):
        raise DomainError(
            "state-full",
            f"The outputs of {experience.id!r} would have {len(others)} names beside those that completion asks for;"
            f" {MAX_OTHER_OUTPUTS} are possible. Nothing was changed. Send outputs under names that were used before.",
            size=len(others),
            limit=MAX_OTHER_OUTPUTS,
        )
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
        outputs=outputs,
    )
    return Step(longer, {}, happening)


def _complete(
    experience: Experience,
    progress: Progress,
    contents: Mapping[str, Content],
    command: Complete,
    moment: Moment,
    multipliers: Multipliers,
) -> Step:
    missing = missing_for_completion(experience, progress, command.reflection, blocks_left(experience, contents))
    if missing and not command.waived:
        named = "; ".join(f"{each['criterion']}: {each['detail']}" for each in missing)
        raise DomainError("incomplete", f"Still missing: {named}.", missing=missing)
    waived = {each["criterion"]: command.waived for each in missing if command.waived}
    perfect = is_perfect(experience, progress)
    metrics = {"experiences_completed": 1}
    if experience.kind == SCENARIO:
        metrics["scenarios_completed"] = 1
    mastered = experience.max_mastery_level <= 1
    if mastered:
        metrics["experiences_mastered"] = 1
    if perfect:
        metrics["perfect_completions"] = 1
    started_at = min(progress.started_at or moment.occurred_at, moment.occurred_at)
    happening = Happening(
        "experience_completed",
        completed=True,
        elapsed_seconds=int((moment.occurred_at - started_at).total_seconds()),
        awards=completion_awards(experience, moment.occurred_at, multipliers, perfect=perfect),
        virtues=experience.virtue_impacts,
        metrics=metrics,
        language=_language(experience),
        data={
            **({"reflection": command.reflection} if command.reflection else {}),
            **({"perfect": True} if perfect else {}),
        },
        answer={"perfect": perfect},
    )
    completed = replace(
        progress,
        state=State.MASTERED if mastered else State.COMPLETED,
        mastery=1,
        started_at=started_at,
        completed_at=moment.occurred_at,
        reflected=progress.reflected or bool(command.reflection),
        waived={**progress.waived, **waived},
    )
    return Step(completed, {}, happening)


def _language(experience: Experience) -> str | None:
    """The language of a scenario, whatever its script or country (RFC 5646, 2.2.1): `pt` of `pt-BR`."""
    if experience.kind != SCENARIO or not experience.language:
        return None
    return experience.language.partition("-")[0].lower()


def completion_awards(
    experience: Experience, at: datetime, multipliers: Multipliers, *, perfect: bool
) -> tuple[Award, ...]:
    """What completing an experience pays: its XP, and half as much again where it was perfect.

    Args:
        at: when it was completed, by which a tenant's multiplier applies; the perfect bonus is half of the outcome.
    """
    xp, reason = completion_xp(experience), f"Completed {experience.name}"
    if multiplier := largest(multipliers, experience.kind, experience.id, at):
        xp, reason = multiplier.of(xp), f"{reason} ({multiplier.name}: {multiplier.percent} %)"
    awards = [Award(COMPLETION, xp, reason)]
    if perfect:
        awards.append(Award(PERFECT_BONUS, xp // PERFECT_PART, f"Perfect: {reason}"))
    return tuple(each for each in awards if each.amount)


def _practise(experience: Experience, progress: Progress, command: Practise, event: str) -> Step:
    most, level = experience.max_mastery_level, progress.mastery
    gains = level < most and mastery.gained(command.secret, event, level, command.factor)
    after = replace(progress, mastery=level + gains)
    if after.mastery >= most:
        after = replace(after, state=State.MASTERED)
    shown = {
        "previous": level,
        "new": after.mastery,
        "gained": gains,
        "chance": round(mastery.chance(level, command.factor), 4) if level < most else 0.0,
        "at_maximum": after.mastery >= most,
    }
    impacts = {name: by * mastery.GAIN_OF_IMPACT for name, by in experience.virtue_impacts.items() if by > 0}
    mastered = after.state is State.MASTERED and progress.state is not State.MASTERED
    happening = Happening(
        "mastery_practised",
        virtues=impacts if gains else {},
        metrics={"practices": 1, **({"experiences_mastered": 1} if mastered else {})},
        data={"performance_factor": command.factor, "mastery_level": after.mastery, "gained": gains},
        answer={"mastery": shown},
    )
    return Step(after, {}, happening)


def _waive(experience: Experience, progress: Progress, contents: Mapping[str, Content], command: Waive) -> Step:
    data = {"reason": command.reason}
    if command.content is None:
        if command.criterion not in CRITERIA:
            raise DomainError("invalid-body", f"criterion must be one of {', '.join(CRITERIA)}.")
        waived = replace(progress, waived={**progress.waived, command.criterion: command.reason})
        told = {**data, "criterion": command.criterion}
        return Step(waived, {}, Happening("requirement_waived", by_player=False, data=told))
    block = block_of(experience, command.content)
    before = contents.get(block.id, Content())
    after = replace(before, block=replace(before.block or NOTHING, waived=command.reason))
    told = {**data, "block_id": block.id}
    happening = Happening("requirement_waived", by_player=False, data=told, answer={"waived_block": told})
    return Step(counted(progress, block, before.block, after.block), {block.id: after}, happening)


def _stamp(step: Step, before: Mapping[str, Content], moment: Moment) -> Step:
    """Every step of the player leaves its day and its instant in the head."""
    if not step.happening.by_player:
        return step
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
    return replace(step, progress=replace(progress, last_progress_at=last, **today))
