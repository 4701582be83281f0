"""One function, as the rows of infra/functions.py say, with a role and a log group of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import CfnElement, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.functions import FUNCTIONS, Needs
from infra.layers import RUNTIME, Layers, function_code
from infra.stages import Stage


@dataclass(frozen=True, slots=True)
class Foundation:
    """What functions stand on."""

    stage: Stage
    table: dynamodb.Table
    archive: s3.Bucket
    layers: Layers


class Function(Construct):
    """The function `name`: its code, role, logs, and the calls that its row allows.

    Args:
        queues: the queues that rows can name.
    """

    def __init__(
        self, scope: Construct, name: str, base: Foundation, queues: Mapping[str, sqs.Queue] | None = None
    ) -> None:
        super().__init__(scope, name)
        needs, stage = FUNCTIONS[name], base.stage
        self.name = name
        log_group = logs.LogGroup(self, "Logs", retention=stage.log_retention, removal_policy=RemovalPolicy.DESTROY)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        environment = {
            "STAGE": stage.name,
            "LOG_LEVEL": stage.log_level,
            "POWERTOOLS_SERVICE_NAME": name,
            "POWERTOOLS_METRICS_NAMESPACE": "cairn",
        }
        if needs.calls:
            environment["TABLE_NAME"] = base.table.table_name
            allow_table(role, base.table, needs)
        if needs.kind == "http":
            environment |= {
                "CLAIM_TENANT": stage.claims.tenant,
                "CLAIM_ROLE": stage.claims.role,
                "CLAIM_PLAYER": stage.claims.player,
                "TOKEN_USE": stage.claims.token_use,
            }
        if needs.queue:
            queue = (queues or {})[needs.queue]
            environment["QUEUE_URL"] = queue.queue_url
            allow_send(role, queue, stage)
        if needs.archive:
            environment["ARCHIVE_BUCKET"] = base.archive.bucket_name
            allow_archive(role, base.archive, needs.archive)
        snapped = stage.snap_start and needs.kind == "http"
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=stage.architecture,
            handler=f"functions.{name}.handler.handler",
            code=function_code(name),
            # A trigger stands between a player and a token: it starts without layers.
            layers=base.layers.all if needs.kind != "trigger" else [],
            role=role,
            environment=environment,
            timeout=Duration.seconds(needs.seconds),
            memory_size=needs.megabytes,
            log_group=log_group,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snapped else None,
            description=f"cairn {stage.name}: {name}",
        )
        self.entry: lambda_.IFunction = (
            # A snapshot belongs to a published version, so callers need an alias of one.
            lambda_.Alias(self, "Live", alias_name="live", version=self.function.current_version)
            if snapped
            else self.function
        )


def allow_table(role: iam.IRole, table: dynamodb.ITable, needs: Needs) -> None:
    """The calls of a row, on the table and on the indexes that it names. No row has a Scan."""
    role.add_to_principal_policy(iam.PolicyStatement(actions=sorted(needs.calls), resources=[table.table_arn]))
    if needs.indexes:
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["dynamodb:Query"],
                resources=[f"{table.table_arn}/index/{index}" for index in needs.indexes],
            )
        )
    if table.encryption_key:
        table.encryption_key.grant_encrypt_decrypt(role)


def allow_archive(role: iam.Role, bucket: s3.Bucket, prefix: str) -> None:
    """Reading and writing the objects whose keys begin so."""
    objects = bucket.arn_for_objects(f"{prefix}*")
    role.add_to_principal_policy(iam.PolicyStatement(actions=["s3:GetObject", "s3:PutObject"], resources=[objects]))
    resource = Stack.of(bucket).get_logical_id(cast(CfnElement, bucket.node.default_child))
    acknowledge(
        role,
        "Any object of the one kind that the function keeps there.",
        f"AwsSolutions-IAM5[Resource::<{resource}.Arn>/{prefix}*]",
    )


def allow_send(role: iam.IRole, queue: sqs.IQueue, stage: Stage) -> None:
    """Sending to a queue. The local cloud takes a batch for an action of its own; AWS knows none."""
    actions = ["sqs:SendMessage", *(["sqs:SendMessageBatch"] if stage.local else [])]
    role.add_to_principal_policy(iam.PolicyStatement(actions=actions, resources=[queue.queue_arn]))
