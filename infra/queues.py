"""A queue and its dead-letter queue; and the worker of a queue that works on request."""

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import Foundation, Function
from infra.functions import FUNCTIONS
from infra.stages import Stage

TRIES = 5
KEPT = Duration.days(14)


def dead_letters(scope: Construct, id: str, stage: Stage) -> sqs.Queue:
    """Where what failed waits for an operator, for fourteen days."""
    return sqs.Queue(
        scope,
        id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=stage.enforce_ssl,
        retention_period=KEPT,
        removal_policy=stage.removal,
    )


class WorkQueue(Construct):
    """A queue whose messages are tried five times, then kept as dead letters.

    Args:
        seconds: the time-out of the function that reads it; a message is hidden for six times as long, as
            https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html asks.
    """

    def __init__(self, scope: Construct, id: str, stage: Stage, seconds: int) -> None:
        super().__init__(scope, id)
        self.dead = dead_letters(self, "DeadLetters", stage)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.enforce_ssl,
            visibility_timeout=Duration.seconds(6 * seconds),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=TRIES),
            removal_policy=stage.removal,
        )


class QueuedWork(Construct):
    """A queue and its worker, which takes one message at a time and sends what there is no time for to the queue.

    Args:
        name: of the queue in the functions' rows. worker: the function.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation, name: str, worker: str) -> None:
        super().__init__(scope, id)
        self.work = WorkQueue(self, "Work", base.stage, FUNCTIONS[worker].seconds)
        self.worker = Function(self, worker, base, queues={name: self.work.queue})
        self.worker.function.add_event_source(
            sources.SqsEventSource(self.work.queue, batch_size=1, report_batch_item_failures=True)
        )
