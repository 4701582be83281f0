"""Moves players on the leaderboards as the table's stream tells of their XP and names."""

from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.mover import Told, make, moves, tell
from cairn.platform.bootstrap import ground
from cairn.platform.stream import changes, failed_from
from cairn.platform.table import Table
from cairn.players.storage import PlayerItem

logger = Logger()

type Consume = Callable[[dict[str, Any]], dict[str, Any]]


def mover(table: Table) -> Consume:
    """Handles one batch. What could not be moved comes again, from its first record on; the rest is done."""

    def consume(event: dict[str, Any]) -> dict[str, Any]:
        told: list[Told] = []
        failed: set[str] = set()
        for record in event["Records"]:
            try:
                told += map(tell, changes([record], PlayerItem))
            except Exception:
                failed.add(record["dynamodb"]["SequenceNumber"])
                logger.exception("unreadable", sequence=record["dynamodb"]["SequenceNumber"])
        wanted = moves(told)
        for stuck in make(table, XP_ALL_TIME, wanted):
            failed.add(stuck.move.sequence)
            logger.error("stuck", sequence=stuck.move.sequence, exc_info=stuck.error)
        logger.info("moved", records=len(event["Records"]), moves=len(wanted), failed=len(failed))
        numbers = (record["dynamodb"]["SequenceNumber"] for record in event["Records"])
        return failed_from(next((number for number in numbers if number in failed), None))

    return consume


@cache
def bootstrap() -> Consume:
    """The composition root of this function."""
    return mover(ground().table)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a stream batch with the sequence number from which it is to come again."""
    return bootstrap()(event)
