"""All that the older systems' tables say of one player. Pure."""

from collections.abc import Callable, Mapping, Sequence

from cairn.imports import learning, playing
from cairn.imports.columns import Dumped
from cairn.imports.history import History, Reading
from cairn.imports.layouts import ACTIVITIES, BLOCKS, EVENTS, PROFILES, PROGRESS, USER_PROGRESS
from cairn.imports.rows import Unusable

# In this order: what asserts a state comes after what it sums up.
TELL: Mapping[str, Callable[[History, Dumped], None]] = {
    EVENTS: playing.event,
    ACTIVITIES: learning.activity,
    USER_PROGRESS: learning.user_progress,
    BLOCKS: learning.block_completion,
    PROGRESS: playing.progress,
    PROFILES: playing.profile,
}
_ORDER = {table: number for number, table in enumerate(TELL)}


def history(player: str, dumped: Sequence[Dumped], reading: Reading) -> History:
    """What all rows of one player come to.

    Args:
        dumped: of events with the `experience_id` that they were joined with.
    """
    found = History(player, reading)
    for source in sorted(dumped, key=_in_order):
        try:
            TELL[source.table](found, source)
        except Unusable as error:
            found.reject(source, str(error))
    return found


def _in_order(source: Dumped) -> tuple[int, str, int]:
    """By table; of one table as things ended, as far as the text of a timestamp tells."""
    ended = source.text("completed_at", "last_interaction_at", "updated_at") or ""
    return _ORDER[source.table], ended, source.line
