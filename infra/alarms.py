"""What an operator is told of, at no cost but the alarms' own."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import Function
from infra.stages import Stage

FIVE_MINUTES = Duration.minutes(5)
LATE_STREAM = Duration.minutes(1)
SERVER_ERRORS = 5


class Alarms(Construct):
    """Alarms of the whole system, to one topic.

    Args:
        readers: of the stream. dead: the dead-letter queues, by name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        stage: Stage,
        api: apigateway.HttpApi,
        readers: Sequence[Function],
        dead: dict[str, sqs.Queue],
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=stage.enforce_ssl)
        if stage.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))
        for name, queue in dead.items():
            self._alarm(
                f"DeadLetters-{name}",
                queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="max"),
                0,
                "Work was given up. Read the dead-letter queue, mend the cause, send the messages again.",
            )
        for reader in readers:
            self._alarm(
                f"Late-{reader.name}",
                reader.function.metric("IteratorAge", period=FIVE_MINUTES, statistic="max"),
                LATE_STREAM.to_milliseconds(),
                "The stream's reader is over a minute behind; after a day its records are lost.",
                evaluation_periods=3,
            )
        self._alarm(
            "ServerErrors",
            api.metric_server_error(period=FIVE_MINUTES, statistic="sum"),
            SERVER_ERRORS,
            "The API answers 5xx. The functions' logs have the request ids.",
        )
        self._alarm(
            "BoardDrift",
            cloudwatch.Metric(
                namespace="cairn",
                metric_name="BoardDrift",
                dimensions_map={"service": "leaderboards_worker"},
                period=FIVE_MINUTES,
                statistic="sum",
            ),
            0,
            "A board's counts are not those of its positions. Look for the cause, then: cairn boards audit --repair.",
        )
        self._alarm(
            "Throttles",
            # Without a dimension: concurrency is the account's, and who is throttled first is chance.
            cloudwatch.Metric(namespace="AWS/Lambda", metric_name="Throttles", period=FIVE_MINUTES, statistic="sum"),
            0,
            "Invocations are throttled: raise the account's concurrency.",
        )

    def _alarm(
        self, id: str, metric: cloudwatch.IMetric, threshold: float, text: str, evaluation_periods: int = 1
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id,
            metric=metric,
            threshold=threshold,
            evaluation_periods=evaluation_periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=text,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
