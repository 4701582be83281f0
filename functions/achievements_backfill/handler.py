"""The worker of backfills: walks one shard of a tenant's players, page by page."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from cairn.achievements import backfill
from cairn.achievements.definition_storage import Definitions
from cairn.achievements.unlock import Unlocking
from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.queue import Send, queue
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache

logger = Logger()
NEEDED_MILLISECONDS = 60_000  # for the page that is under way, should every player of it be busy

type Work = Callable[[SQSRecord, Callable[[], int]], backfill.Worked]


def worker(table: Table, send: Send, send_later: Send, clock: Clock = utc_now) -> Work:
    """Handles one message within the time that is left; what there is no time for goes on in another message.

    Args:
        send: to the worker's own queue. send_later: the same, to be had once jobs begin.
    """
    settings = SettingsCache(table)
    unlocking = Unlocking(table, settings, Definitions(table, settings))

    def work(record: SQSRecord, milliseconds_left: Callable[[], int]) -> backfill.Worked:
        message = json.loads(record.body)
        job = backfill.get(table, message["tenant"], message["job"])
        walk = backfill.Walk(unlocking, job, message["shard"], clock)
        worked = walk.walk(lambda: milliseconds_left() > NEEDED_MILLISECONDS)
        if worked.goes_on:
            (send_later if worked.early else send)([message])
        logger.info("walked", job=job.id, shard=message["shard"], goes_on=worked.goes_on, figures=dict(worked.figures))
        return worked

    return work


@cache
def bootstrap() -> Work:
    """The composition root of this function."""
    base = ground()
    url, endpoint = base.config.queue_url, base.config.endpoint_url
    later = queue(url, endpoint, delay_seconds=backfill.SETTLES.seconds)
    return worker(base.table, queue(url, endpoint), later)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers a queue's batch; messages that failed come again."""

    def one(record: SQSRecord) -> backfill.Worked:
        return bootstrap()(record, context.get_remaining_time_in_millis)

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
