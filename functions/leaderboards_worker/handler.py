"""The boards' worker: does what the schedule hands out."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from cairn.leaderboards.work import Message, Worker
from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.objects import Bucket, Objects
from cairn.platform.queue import Send, queue
from cairn.platform.table import Table

logger = Logger()
metrics = Metrics(namespace="cairn")
FIGURES = {"moved": "BoardExpiries", "drift": "BoardDrift"}
NEEDED_MILLISECONDS = 30_000  # for the page that is under way

type Work = Callable[[SQSRecord, Callable[[], int]], dict[str, int]]


def worker(table: Table, objects: Objects, send: Send, clock: Clock = utc_now) -> Work:
    """Handles one message within the time that is left; what there is no time for goes on in another message."""
    boards = Worker(table, objects, send)

    def handle(record: SQSRecord, milliseconds_left: Callable[[], int]) -> dict[str, int]:
        message: Message = json.loads(record.body)

        def in_time() -> bool:
            return milliseconds_left() > NEEDED_MILLISECONDS

        done = boards.work(message, clock(), in_time)
        logger.info("worked", task=message["task"], figures=done)
        for figure, name in FIGURES.items():
            if figure in done:
                metrics.add_metric(name, MetricUnit.Count, done[figure])
                metrics.flush_metrics()
        return done

    return handle


@cache
def bootstrap() -> Work:
    """The composition root of this function."""
    base = ground()
    archive = Bucket(base.config.archive_bucket, base.config.endpoint_url)
    return worker(base.table, archive, queue(base.config.queue_url, base.config.endpoint_url))


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers a queue's batch; messages that failed come again."""

    def one(record: SQSRecord) -> dict[str, int]:
        return bootstrap()(record, context.get_remaining_time_in_millis)

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
