"""What older clients track, as they know it: a block, a page or an experience at a time, and activities.

Pure: a body becomes the commands that it means. The routes that take it need no Idempotency-Key.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from cairn.catalog.experience import Experience
from cairn.platform.errors import DomainError
from cairn.progress.effects import PERCENTAGE_REPORTED
from cairn.progress.progress import (
    DAY_SECONDS,
    Command,
    Complete,
    Discover,
    Record,
    Session,
    WorkOnBlock,
)

COMPLETED = frozenset({"completed", "mastered"})
CONVERSATIONS = frozenset({"agent_conversation", "conversation", "conversation_held"})
ACTIVITY = "activity_tracked"


@dataclass(frozen=True, slots=True)
class Tracked:
    """One call of the older progress route. Seconds; a percentage of 0 to 100; a score of 0 to 100."""

    block: str | None = None
    page: str | None = None
    type: str = ""
    status: str = ""
    percentage: float | None = None
    seconds: int = 0
    score: float | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def commands(experience: Experience, tracked: Tracked, *, assesses: bool) -> Sequence[Command]:
    """The commands that a tracked piece of progress means, in order.

    Args:
        assesses: whether the caller's scores count; a player's own is kept with the event and pays nothing.

    Raises:
        DomainError: `invalid-body` where nothing can be made of it.
    """
    done = tracked.status in COMPLETED or tracked.type.endswith("_completed") or (tracked.percentage or 0) >= 100
    said = {
        "progress_type": tracked.type or None,
        "status": tracked.status or None,
        "completion_percentage": tracked.percentage,
        "score": tracked.score,
        **tracked.data,
    }
    data = {name: value for name, value in said.items() if value is not None}
    seconds = min(tracked.seconds, DAY_SECONDS)
    if tracked.block is not None:
        block = experience.blocks.get(tracked.block)
        if block is None or not block.completable:
            kind = "block_completed" if done else "block_interacted"
            return [Record(kind, tracked.block, seconds, data)]
        score = tracked.score / 100 if tracked.score is not None and assesses else None
        return [WorkOnBlock(tracked.block, done, seconds, 1, score=score, data=data)]
    if tracked.page is not None:
        return [Record("page_completed" if done else "page_viewed", tracked.page, seconds, data)]
    return _of_experience(experience, tracked, done=done, seconds=seconds, data=data)


def _of_experience(
    experience: Experience, tracked: Tracked, *, done: bool, seconds: int, data: Mapping[str, Any]
) -> Sequence[Command]:
    if tracked.status == "not_started":
        return [Discover()]
    wanted: list[Command] = [Session(seconds)] if seconds else []
    if tracked.percentage is not None and not done and not experience.completables:
        wanted.append(Record(PERCENTAGE_REPORTED, data={**data, "percentage": tracked.percentage}))
    elif not wanted or not done:
        wanted.append(Record("experience_interacted", data=data))
    if done:
        wanted.append(Complete())
    return wanted


def happened_at(command: Command, now: datetime) -> datetime:
    """When a command happened that older clients send without a time: a session ends now, all else is of now."""
    return now - timedelta(seconds=command.seconds) if isinstance(command, Session) else now


def activity(
    activity_type: str,
    content: str | None,
    data: Mapping[str, Any],
    allowed: Sequence[str],
    counters: Mapping[str, int] = MappingProxyType({}),
) -> Record:
    """The event that an activity of the older kind is: its own type where players may send that, else one for all.

    Args:
        allowed: the event types that players may send.

    Raises:
        DomainError: `invalid-body` for a type without a letter.
    """
    named = re.sub(r"[^a-z0-9]+", "_", activity_type.lower()).strip("_")[:50]
    if not re.match("[a-z]", named):
        raise DomainError("invalid-body", "activity_type must begin with a letter, such as content_viewed.")
    if named in CONVERSATIONS:
        return Record("conversation_held", content, data=data, counters=counters)
    if named in allowed:
        return Record(named, content, data=data, counters=counters)
    return Record(ACTIVITY, content, data={**data, "activity_type": activity_type}, counters=counters)
