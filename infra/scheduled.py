"""Work by schedule: a dispatcher that queues what there is to do, a queue, and a worker that does it."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule.

    Args:
        name: of the schedule, and of the queue in the functions' rows.
        dispatcher, worker: functions.
        minutes: of each hour, in UTC: some minutes after each quarter, when the quarter's last writes are in.
        batch: how many messages the worker takes at once.
    """

    name: str
    dispatcher: str
    worker: str
    minutes: str
    batch: int
    description: str


ROLL_UP = Plan(
    "rollup",
    "analytics_dispatch",
    "analytics_rollup",
    "1,16,31,46",
    10,
    "Recomputes the days whose facts changed",
)
BOARDS = Plan(
    "boards",
    "leaderboards_dispatch",
    "leaderboards_worker",
    "3,18,33,48",
    1,
    "Moves whom no event moves: days leave a window, streaks break",
)
STREAKS = Plan(
    "streaks",
    "streaks_dispatch",
    "streaks_sweep",
    "5",
    1,
    "Looks at streaks as their dates end: freezes are used, streaks break",
)


class ScheduledWork(Construct):
    """By the schedule the dispatcher queues what there is to do, and workers do it.

    The schedule carries no input: the job is its name, the moment its `time`.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation, plan: Plan) -> None:
        super().__init__(scope, id)
        self.work = WorkQueue(self, "Work", base.stage, FUNCTIONS[plan.worker].seconds)
        queues = {plan.name: self.work.queue}
        self.dispatcher = Function(self, plan.dispatcher, base, queues=queues)
        self.worker = Function(self, plan.worker, base, queues=queues)
        self.worker.function.add_event_source(
            sources.SqsEventSource(self.work.queue, batch_size=plan.batch, report_batch_item_failures=True)
        )
        role = iam.Role(self, "ScheduleRole", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        group = scheduler.ScheduleGroup(self, "Schedules", removal_policy=base.stage.removal)
        scheduler.Schedule(
            self,
            "Schedule",
            schedule_group=group,
            schedule_name=plan.name,
            schedule=scheduler.ScheduleExpression.cron(minute=plan.minutes, time_zone=TimeZone.ETC_UTC),
            target=targets.LambdaInvoke(
                self.dispatcher.function,
                role=role,
                dead_letter_queue=self.work.dead,
                retry_attempts=TRIES,
                max_event_age=EVERY,
            ),
            description=plan.description,
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
