"""What is kept: the table, the site, the user pool; and in which stages it is protected."""

from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest

from infra.stages import stages
from tests.support.tables import create_table
from tests.unit.infra.conftest import ONE_WORKER, Synthesised, known, synthesise

pytestmark = ONE_WORKER
STAGES = sorted(stages())


def table_of(template: Synthesised) -> dict[str, Any]:
    (table,) = template.of("AWS::DynamoDB::Table").values()
    properties: dict[str, Any] = table
    return properties


@pytest.mark.parametrize("stage", STAGES)
def test_the_table_streams_both_images_expires_by_ttl_and_can_be_recovered(stage: str) -> None:
    table = table_of(known(stage))
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "LocalSecondaryIndexes" not in table


def test_the_table_of_the_tests_is_the_table_that_is_deployed(dev: Synthesised) -> None:
    created = Mock()
    create_table(created)
    deployed, tested = table_of(dev), created.create_table.call_args.kwargs
    assert deployed["KeySchema"] == tested["KeySchema"]

    def by_name(indexes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {each["IndexName"]: each for each in indexes}

    assert by_name(deployed["GlobalSecondaryIndexes"]) == by_name(tested["GlobalSecondaryIndexes"])


def test_production_keeps_its_data_when_the_stack_goes_and_nothing_else_does(dev: Synthesised) -> None:
    prod = known("prod")
    kept = {each["Type"] for each in prod.resources.values() if each.get("DeletionPolicy") == "Retain"}
    assert {"AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::S3::Bucket"} <= kept
    assert table_of(prod)["DeletionProtectionEnabled"] is True
    assert not [name for name, each in dev.resources.items() if each.get("DeletionPolicy") == "Retain"]


def test_a_stage_may_encrypt_the_table_under_a_key_of_its_own() -> None:
    template = synthesise(replace(stages()["prod"], table_key="customer"))
    assert table_of(template)["SSESpecification"]["SSEType"] == "KMS"
    (key,) = template.of("AWS::KMS::Key").values()
    assert key["EnableKeyRotation"] is True
    assert "SSESpecification" not in table_of(known("prod"))


def test_the_web_client_writes_no_attribute_that_decides_who_somebody_is(dev: Synthesised) -> None:
    (client,) = dev.of("AWS::Cognito::UserPoolClient").values()
    assert client["WriteAttributes"] == ["preferred_username"]
    assert "GenerateSecret" not in client or client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]


@pytest.mark.parametrize(("stage", "passwords"), [("local", True), ("dev", False), ("prod", False)])
def test_only_this_machine_trades_passwords_for_tokens(stage: str, passwords: bool) -> None:
    clients = known(stage).of("AWS::Cognito::UserPoolClient").values()
    flows = {flow for each in clients for flow in each.get("ExplicitAuthFlows", [])}
    assert ("ALLOW_USER_PASSWORD_AUTH" in flows) == passwords


@pytest.mark.parametrize(("stage", "clients"), [("local", 1), ("dev", 0), ("prod", 0)])
def test_a_machines_client_is_there_only_where_the_stage_asks_for_it(stage: str, clients: int) -> None:
    found = known(stage).of("AWS::Cognito::UserPoolClient").values()
    assert sum(each.get("AllowedOAuthFlows") == ["client_credentials"] for each in found) == clients


def test_the_trigger_is_of_the_version_that_sees_machines_too(dev: Synthesised) -> None:
    (pool,) = dev.of("AWS::Cognito::UserPool").values()
    assert pool["LambdaConfig"]["PreTokenGenerationConfig"]["LambdaVersion"] == "V3_0"
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


@pytest.mark.parametrize("stage", STAGES)
def test_buckets_are_private_encrypted_and_keep_no_versions(stage: str) -> None:
    buckets = known(stage).of("AWS::S3::Bucket").values()
    assert len(buckets) == 2
    for bucket in buckets:
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in bucket
        assert "VersioningConfiguration" not in bucket, "who is erased from an archive is gone"


@pytest.mark.parametrize("stage", STAGES)
def test_plain_http_is_for_this_machine_alone(stage: str) -> None:
    template = known(stage)
    (distribution,) = template.of("AWS::CloudFront::Distribution").values()
    behaviour = distribution["DistributionConfig"]["DefaultCacheBehavior"]
    assert behaviour["ViewerProtocolPolicy"] == ("allow-all" if stage == "local" else "redirect-to-https")
    assert not template.of("Custom::CDKBucketDeployment")


@pytest.mark.parametrize("stage", STAGES)
def test_a_snapshot_costs_while_nobody_plays_so_no_stage_has_one(stage: str) -> None:
    assert not known(stage).of("AWS::Lambda::Version")


def test_a_stage_with_snapshots_sends_requests_to_the_published_version() -> None:
    snapped = synthesise(replace(stages()["dev"], snap_start=True))
    aliases = snapped.of("AWS::Lambda::Alias")
    integrations = snapped.of("AWS::ApiGatewayV2::Integration").values()
    assert {each["IntegrationUri"]["Ref"] for each in integrations} == set(aliases)
