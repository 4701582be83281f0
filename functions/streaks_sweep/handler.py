"""The streaks' sweep: looks at streaks of which a date has ended, though nobody was active."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.queue import Send, queue
from cairn.platform.table import Table
from cairn.streaks.work import work
from cairn.tenants.storage import SettingsCache

logger = Logger()
NEEDED_MILLISECONDS = 100_000  # for a page of players who are all busy

type Sweep = Callable[[SQSRecord, Callable[[], int]], dict[str, int]]


def sweeper(table: Table, send: Send, clock: Clock = utc_now) -> Sweep:
    """Handles one message within the time that is left; what there is no time for goes on in another message."""
    settings = SettingsCache(table)

    def handle(record: SQSRecord, milliseconds_left: Callable[[], int]) -> dict[str, int]:
        def in_time() -> bool:
            return milliseconds_left() > NEEDED_MILLISECONDS

        done = work(table, settings, send, json.loads(record.body), clock(), in_time)
        logger.info("swept", figures=done)
        return done

    return handle


@cache
def bootstrap() -> Sweep:
    """The composition root of this function."""
    base = ground()
    return sweeper(base.table, queue(base.config.queue_url, base.config.endpoint_url))


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers a queue's batch; messages that failed come again."""

    def one(record: SQSRecord) -> dict[str, int]:
        return bootstrap()(record, context.get_remaining_time_in_millis)

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
