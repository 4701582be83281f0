"""What follows the table's stream: the mover of leaderboards, and the reactor with its queue for later."""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.function import Foundation, Function
from infra.functions import FUNCTIONS
from infra.queues import WorkQueue, dead_letters

BATCHES = {"leaderboards_mover": 500, "achievements_reactor": 100}
RETRIES = 10
# An allow-list: what does not change a player's totals is of no interest to either reader.
PLAYERS = lambda_.FilterCriteria.filter(
    {
        "eventName": lambda_.FilterRule.or_("INSERT", "MODIFY"),
        "dynamodb": {"NewImage": {"kind": {"S": lambda_.FilterRule.is_equal("player")}}},
    }
)


class StreamReaders(Construct):
    """The two readers that a DynamoDB stream allows."""

    def __init__(self, scope: Construct, id: str, base: Foundation) -> None:
        super().__init__(scope, id)
        self.recheck = WorkQueue(self, "Recheck", base.stage, FUNCTIONS["achievements_recheck"].seconds)
        self.dead = dead_letters(self, "DeadLetters", base.stage)
        acknowledge(self.dead, "It is the dead-letter queue of the stream's readers.", "AwsSolutions-SQS3")
        self.readers = []
        for name, batch_size in BATCHES.items():
            reader = Function(self, name, base, queues={"recheck": self.recheck.queue})
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
                    filters=[PLAYERS],
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
