"""The roll-up's worker: recomputes the days that its queue names."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from cairn.analytics.work import recompute
from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.table import Table

logger = Logger()


def worker(table: Table, clock: Clock = utc_now) -> Callable[[SQSRecord], int]:
    """Handles one message: a tenant, a day, a shard."""

    def work(record: SQSRecord) -> int:
        message = json.loads(record.body)
        written = recompute(table, message["tenant"], date.fromisoformat(message["day"]), message["shard"], clock())
        logger.info("rolled up", day=message["day"], shard=message["shard"], written=written)
        return written

    return work


@cache
def bootstrap() -> Callable[[SQSRecord], int]:
    """The composition root of this function."""
    return worker(ground().table)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers a queue's batch; messages that failed come again."""
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=bootstrap(), processor=processor, context=context)
