"""Reacts to the table's stream: unlocks achievements, marks days whose facts changed, notes when streaks are due."""

from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from cairn.achievements.definition_storage import Definitions
from cairn.achievements.unlock import Crossing, Unlocking, crossing
from cairn.analytics.work import DirtyDays
from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.errors import Busy
from cairn.platform.queue import queue
from cairn.platform.stream import changes, failed_from
from cairn.platform.table import Table
from cairn.players.storage import PlayerItem, from_item
from cairn.streaks.agenda import Agenda, Due
from cairn.tenants.storage import SettingsCache

logger = Logger()

type React = Callable[[dict[str, Any]], dict[str, Any]]


def reactor(table: Table, queue_for_later: Callable[[Crossing], None], clock: Clock = utc_now) -> React:
    """Handles one batch. A busy player is queued for later and never holds up the shard."""
    settings = SettingsCache(table)
    definitions = Definitions(table, settings)
    unlocking = Unlocking(table, settings, definitions)
    dirty = DirtyDays(table)
    agenda = Agenda(table)

    def react(event: dict[str, Any]) -> dict[str, Any]:
        touched, due, unlocked, reached = set(), set(), 0, None
        try:
            for record in event["Records"]:
                reached = record["dynamodb"]["SequenceNumber"]  # known even where the record cannot be read
                for change in changes([record], PlayerItem):
                    player = from_item(change.after)
                    touched |= {(player.tenant, day) for day in player.touched}
                    if change.after.dp:
                        due.add(Due(player.tenant, change.after.dp))
                    before = from_item(change.before) if change.before else None
                    found = crossing(definitions.of(player.tenant), before, player)
                    if found is None:
                        continue
                    try:
                        unlocked += len(unlocking.crossed(found, clock()).unlocked)
                    except Busy:
                        queue_for_later(found)
            reached = None
        except Exception:
            logger.exception("stopped", sequence=reached)
        dirty.mark(touched, clock())
        agenda.note(due, clock())
        logger.info("reacted", records=len(event["Records"]), unlocked=unlocked)
        return failed_from(reached)

    return react


@cache
def bootstrap() -> React:
    """The composition root of this function."""
    base = ground()
    later = queue(base.config.queue_url, base.config.endpoint_url)
    return reactor(base.table, lambda found: later([found.to_json()]))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a stream batch with the sequence number from which it is to come again."""
    return bootstrap()(event)
