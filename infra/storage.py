"""The one table, and the bucket for what is too much for it."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.indexes import INDEXES
from infra.stages import Stage


class Storage(Construct):
    """The table, its indexes, its stream, its expiry and its recovery; the bucket of the archives.

    The bucket keeps no versions: who is erased from an archive is gone.
    """

    def __init__(self, scope: Construct, id: str, stage: Stage) -> None:
        super().__init__(scope, id)
        own_key = (
            kms.Key(self, "Key", enable_key_rotation=True, removal_policy=stage.removal)
            if stage.table_key == "customer"
            else None
        )
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=text("PK"),
            sort_key=text("SK"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute="ttl",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if own_key else None,
            encryption_key=own_key,
            deletion_protection=stage.protected,
            removal_policy=stage.removal,
        )
        for index in INDEXES:
            self.table.add_global_secondary_index(
                index_name=index.name,
                partition_key=text(index.partition),
                sort_key=text(index.sort),
                projection_type=(
                    dynamodb.ProjectionType.INCLUDE if index.included else dynamodb.ProjectionType.KEYS_ONLY
                ),
                non_key_attributes=list(index.included) or None,
            )
        self.archive = s3.Bucket(
            self,
            "Archive",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=stage.enforce_ssl,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=stage.removal,
        )
        acknowledge(
            self.archive,
            "One function's role reaches it and nobody else; who must know of each reading turns on CloudTrail.",
            "AwsSolutions-S1",
        )


def text(name: str) -> dynamodb.Attribute:
    """A key attribute; all of them are strings."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
