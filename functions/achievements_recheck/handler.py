"""Unlocks for players who were busy when the stream's record came by."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from cairn.achievements.definition_storage import Definitions
from cairn.achievements.unlock import Crossing, Unlocking
from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache

logger = Logger()

type Recheck = Callable[[SQSRecord], list[str]]


def recheck(table: Table, clock: Clock = utc_now) -> Recheck:
    """Handles one message: a crossing."""
    settings = SettingsCache(table)
    unlocking = Unlocking(table, settings, Definitions(table, settings))

    def work(record: SQSRecord) -> list[str]:
        found = Crossing.from_json(json.loads(record.body))
        unlocked = list(unlocking.crossed(found, clock()).unlocked)
        logger.info("rechecked", unlocked=len(unlocked))
        return unlocked

    return work


@cache
def bootstrap() -> Recheck:
    """The composition root of this function."""
    return recheck(ground().table)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answers a queue's batch; messages that failed come again."""
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=bootstrap(), processor=processor, context=context)
