"""What follows the table's stream: the mover of leaderboards, and the reactor with its queue for later."""

from typing import Any

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.function import Foundation, Function
from infra.functions import FUNCTIONS
from infra.queues import WorkQueue, dead_letters

BATCHES = {"leaderboards_mover": 500, "achievements_reactor": 100}
RETRIES = 10
WRITTEN = lambda_.FilterRule.or_("INSERT", "MODIFY")


def written(kind: str, *numbers: str) -> dict[str, Any]:
    """The pattern of items of a kind that are written, and have these numbers."""
    having = {each: {"N": lambda_.FilterRule.exists()} for each in numbers}
    image = {"kind": {"S": lambda_.FilterRule.is_equal(kind)}, **having}
    return {"eventName": WRITTEN, "dynamodb": {"NewImage": image}}


PLAYERS = written("player")
# An allow-list: what changes neither a player's totals nor what boards of experiences rank is of no interest.
FILTERS: dict[str, list[dict[str, Any]]] = {
    "leaderboards_mover": [
        PLAYERS,
        written("progress", "meters"),
        written("progress", "completed_at"),
        {
            "eventName": lambda_.FilterRule.is_equal("REMOVE"),
            "dynamodb": {"OldImage": {"kind": {"S": lambda_.FilterRule.is_equal("player")}}},
        },
    ],
    "achievements_reactor": [PLAYERS],
}


class StreamReaders(Construct):
    """The two readers that a DynamoDB stream allows.

    Args:
        boards: the queue of the boards' worker.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation, boards: sqs.Queue) -> None:
        super().__init__(scope, id)
        self.recheck = WorkQueue(self, "Recheck", base.stage, FUNCTIONS["achievements_recheck"].seconds)
        self.dead = dead_letters(self, "DeadLetters", base.stage)
        acknowledge(self.dead, "It is the dead-letter queue of the stream's readers.", "AwsSolutions-SQS3")
        self.readers = []
        for name, batch_size in BATCHES.items():
            reader = Function(self, name, base, queues={"recheck": self.recheck.queue, "boards": boards})
            reader.function.add_event_source(
                sources.DynamoEventSource(
                    base.table,
                    starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                    batch_size=batch_size,
                    parallelization_factor=1,
                    report_batch_item_failures=True,
                    bisect_batch_on_error=True,
                    retry_attempts=RETRIES,
                    on_failure=sources.SqsDlq(self.dead),
                    filters=[lambda_.FilterCriteria.filter(pattern) for pattern in FILTERS[name]],
                )
            )
            acknowledge(
                reader,
                "ListStreams has no resource to name; every other call of the role names its one.",
                "AwsSolutions-IAM5[Resource::*]",
            )
            self.readers.append(reader)
        self.rechecker = Function(self, "achievements_recheck", base)
        self.rechecker.function.add_event_source(
            sources.SqsEventSource(self.recheck.queue, batch_size=10, report_batch_item_failures=True)
        )

    @property
    def functions(self) -> list[Function]:
        return [*self.readers, self.rechecker]
