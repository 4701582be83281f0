"""The roll-ups: a schedule, a dispatcher, a queue, a worker."""

from typing import cast

from aws_cdk import CfnElement, Duration, Stack, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.function import Foundation, Function
from infra.functions import FUNCTIONS
from infra.queues import WorkQueue

EVERY = Duration.minutes(15)
TRIES = 3


class RollUp(Construct):
    """Every quarter of an hour the dispatcher queues what changed, and workers recompute it.

    The schedule carries no input: the job is its name, the moment its `time`.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation) -> None:
        super().__init__(scope, id)
        self.work = WorkQueue(self, "Work", base.stage, FUNCTIONS["analytics_rollup"].seconds)
        self.dispatcher = Function(self, "analytics_dispatch", base, queues={"rollup": self.work.queue})
        self.worker = Function(self, "analytics_rollup", base)
        self.worker.function.add_event_source(
            sources.SqsEventSource(self.work.queue, batch_size=10, report_batch_item_failures=True)
        )
        role = iam.Role(self, "ScheduleRole", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        group = scheduler.ScheduleGroup(self, "Schedules", removal_policy=base.stage.removal)
        scheduler.Schedule(
            self,
            "Schedule",
            schedule_group=group,
            schedule_name="rollup",
            # A minute after each quarter, when the quarter's last writes are in.
            schedule=scheduler.ScheduleExpression.cron(minute="1,16,31,46", time_zone=TimeZone.ETC_UTC),
            target=targets.LambdaInvoke(
                self.dispatcher.function,
                role=role,
                dead_letter_queue=self.work.dead,
                retry_attempts=TRIES,
                max_event_age=EVERY,
            ),
            description="Recomputes the days whose facts changed",
        )
        dispatcher = cast(CfnElement, self.dispatcher.function.node.default_child)
        resource = Stack.of(self).get_logical_id(dispatcher)
        acknowledge(
            role,
            "Any version of the one function that the schedule is for.",
            f"AwsSolutions-IAM5[Resource::<{resource}.Arn>:*]",
        )

    @property
    def functions(self) -> list[Function]:
        return [self.dispatcher, self.worker]
