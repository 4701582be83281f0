"""Drives a stream consumer as Lambda's event source mapping does, which no local engine does in full.

Batches in order, partial batch responses, bisecting a batch that fails, a limit of retries, a dead-letter queue,
and (on request) records that come twice. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

type Record = dict[str, Any]
type Consumer = Callable[[dict[str, Any]], dict[str, Any] | None]


def wanted(record: Record, *, progress: bool = False) -> bool:
    """The mapping's filter: players that are written; for the mover also what boards rank of progress, and players
    that are removed.
    """
    image = record["dynamodb"].get("NewImage")
    if image is None:
        was = record["dynamodb"].get("OldImage")
        return progress and was is not None and was["kind"]["S"] == "player"
    if progress and image["kind"]["S"] == "progress":
        return "meters" in image or "completed_at" in image
    return bool(image["kind"]["S"] == "player")


def read_stream(streams: Any, table: Any, table_name: str) -> list[Record]:
    """Every record of a table's stream so far, shard by shard.

    Args:
        streams: a `dynamodbstreams` client. table: a `dynamodb` client.
    """
    arn = table.describe_table(TableName=table_name)["Table"]["LatestStreamArn"]
    records: list[Record] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator: str | None = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=1000)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return records


@dataclass
class Mapping:
    """One event source mapping.

    Args:
        consumer: a handler. batch: records a batch. progress: whether its filter lets progress through.
        retries: how often a failing batch comes again.
        twice: the share of batches that are delivered again. chance: where that is drawn from.
    """

    consumer: Consumer
    batch: int = 100
    progress: bool = False
    retries: int = 10
    twice: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    dead_letters: list[Record] = field(default_factory=list)

    def deliver(self, records: Sequence[Record]) -> None:
        """Delivers records, filtered, in batches."""
        left = [record for record in records if wanted(record, progress=self.progress)]
        for start in range(0, len(left), self.batch):
            batch = left[start : start + self.batch]
            self._until_done(batch, self.retries)
            if self.chance.random() < self.twice:
                self._until_done(batch, self.retries)

    def _until_done(self, batch: Sequence[Record], retries: int) -> None:
        while batch:
            try:
                answer = self.consumer({"Records": list(batch)}) or {}
            except Exception:
                if len(batch) > 1:
                    middle = len(batch) // 2
                    self._until_done(batch[:middle], retries)
                    batch = batch[middle:]
                    continue
                failed_at: int | None = 0
            else:
                failed = [each["itemIdentifier"] for each in answer.get("batchItemFailures", [])]
                numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
                failed_at = min((numbers.index(each) for each in failed), default=None)
            if failed_at is None:
                return
            if failed_at > 0:
                batch = batch[failed_at:]
            elif retries > 0:
                retries -= 1
            else:
                self.dead_letters.append(batch[0])
                batch = batch[1:]
                retries = self.retries
