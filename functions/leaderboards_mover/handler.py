"""Moves players on the leaderboards as the table's stream tells of them and of their progress."""

from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from cairn.leaderboards.follow import Follower
from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.queue import Send, queue
from cairn.platform.stream import failed_from
from cairn.platform.table import Table

logger = Logger()
metrics = Metrics(namespace="cairn")

type Consume = Callable[[dict[str, Any]], dict[str, Any]]


def mover(table: Table, clock: Clock = utc_now, send: Send | None = None) -> Consume:
    """Handles one batch. What could not be moved comes again, from its first record on; the rest is done."""
    follower = Follower(table, send)

    def consume(event: dict[str, Any]) -> dict[str, Any]:
        done = follower.follow(event["Records"], clock())
        for sequence, error in done.failed.items():
            logger.error("stuck", sequence=sequence, exc_info=error)
        logger.info("moved", records=len(event["Records"]), moves=done.moves, failed=len(done.failed))
        if done.packs:
            for name, count in (("BoardMoves", done.moves), ("BoardPacks", done.packs), ("BoardRetries", done.retries)):
                metrics.add_metric(name, MetricUnit.Count, count)
            metrics.flush_metrics()
        numbers = (record["dynamodb"]["SequenceNumber"] for record in event["Records"])
        return failed_from(next((number for number in numbers if number in done.failed), None))

    return consume


@cache
def bootstrap() -> Consume:
    """The composition root of this function."""
    base = ground()
    return mover(base.table, send=queue(base.config.queue_url, base.config.endpoint_url))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a stream batch with the sequence number from which it is to come again."""
    return bootstrap()(event)
