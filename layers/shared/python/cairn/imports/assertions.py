"""What a row still changes when its turn comes. Pure.

A row of a log says what was done, and means its command. A row that asserts says what stood at its instant: it
means what is lacking until that stands, which is nothing where the rows before have brought it about.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cairn.catalog.experience import Experience
from cairn.imports.rows import BLOCK_WORK, Row
from cairn.platform.errors import DomainError
from cairn.progress.progress import DONE, BlockWork, Command, Content, Progress, Record, Session, State, WorkOnBlock


def command_for(row: Row, experience: Experience | None, progress: Progress | None, content: Content) -> Command | None:
    """The command that a row means now, None for nothing.

    Args:
        experience: the version that the player goes by; None for an event outside of any.
        progress: after the rows before; None where the experience is untouched.
        content: what stands of the row's content id by then.

    Raises:
        DomainError: `illegal-move` for what nothing can bring about.
    """
    if not row.asserted or experience is None:
        return row.command
    state = progress.state if progress else None
    match row.type:
        case "experience_discovered":
            return None if progress else row.command
        case "experience_started":
            return row.command if state in (None, State.DISCOVERED) else None
        case "experience_completed":
            return None if state in DONE else row.command
        case "session_recorded":
            lacking = row.seconds - (progress.seconds if progress else 0)
            return Session(lacking) if lacking > 0 else None
        case "page_viewed":
            lacking = max(0, row.seconds - content.seconds)
            return None if content.visits and not lacking else replace(_record(row), seconds=lacking)
    if row.type in BLOCK_WORK:
        return _block(row, content, stale=_stale(row, progress))
    if _holds(row, content) or (row.type not in _LASTING and _stale(row, progress)):
        return None
    return _standing(row, experience, progress, content)


# What stays once it is so. Of anything else, an assertion holds only until the player plays on.
_LASTING = frozenset({"waypoint_visited", "area_unlocked", "quest_completed"})


def _stale(row: Row, progress: Progress | None) -> bool:
    """Whether something happened in the experience after what the row says, which may have changed it since."""
    return bool(progress and progress.last_progress_at and progress.last_progress_at > row.occurred_at)


def _holds(row: Row, content: Content) -> bool:
    match row.type:
        case "waypoint_visited":
            return content.waypoint
        case "area_unlocked":
            return content.area
        case "quest_started":
            return content.quest is not None
        case "quest_completed":
            return content.quest == "completed"
        case "flag_set":
            value = row.data.get("value")
            return content.flag == value and isinstance(content.flag, bool) == isinstance(value, bool)
        case "choice_made":
            return content.choice == row.data.get("choice")
    return False


def _standing(row: Row, experience: Experience, progress: Progress | None, content: Content) -> Command | None:
    match row.type:
        case "item_collected":
            lacking = row.data["quantity"] - content.items
            kind = "item_collected" if lacking > 0 else "item_used"
            return Record(kind, row.content, data={"quantity": abs(lacking)}) if lacking else None
        case "collectible_found":
            lacking = row.data["quantity"] - content.collectibles
            if lacking < 0:
                raise DomainError(
                    "illegal-move",
                    f"The state holds {row.data['quantity']} of {row.content!r}, the events found"
                    f" {content.collectibles}: what was found is not taken back.",
                )
            return Record(row.type, row.content, data={"quantity": lacking}) if lacking else None
        case "location_reached":
            return None if progress and progress.location == row.content else _record(row)
        case "percentage_reported":
            # Where something is declared that can be counted, the percentage is counted.
            settled = experience.completables or (progress and progress.state in DONE)
            stands = progress and progress.reported == round(row.data["percentage"], 1)
            return None if settled or stands else _record(row)
    return _record(row)


def _record(row: Row) -> Record:
    return Record(row.type, row.content, row.seconds, row.data, row.position, row.more.get("distance_meters", 0))


def _block(row: Row, content: Content, *, stale: bool) -> WorkOnBlock | None:
    """Work on a block that brings its time, interactions, attempts and ratings to what the row says."""
    work = content.block or BlockWork()
    told = row.command
    assert isinstance(told, WorkOnBlock)
    lacking: dict[str, Any] = {
        "seconds": max(0, told.seconds - content.seconds),
        "interactions": max(0, told.interactions - content.interactions),
        "score": told.score if row.more.get("attempts", 0) > work.attempts else None,
        "completed": told.completed and not work.completed,
        **_ratings(told, work, stale=stale),
    }
    return None if content.visits and lacking == _NOTHING else replace(told, **lacking)


_NOTHING: Mapping[str, Any] = {
    "seconds": 0,
    "interactions": 0,
    "score": None,
    "completed": False,
    "difficulty": None,
    "confidence": None,
}


def _ratings(told: WorkOnBlock, work: BlockWork, *, stale: bool) -> Mapping[str, int | None]:
    stands = {"difficulty": work.difficulty, "confidence": work.confidence}
    said = {"difficulty": told.difficulty, "confidence": told.confidence}
    return {name: None if stale or value == stands[name] else value for name, value in said.items()}
