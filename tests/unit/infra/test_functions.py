"""Every function: its folder, runtime, layers, role, logs."""

import json
from pathlib import Path

import pytest

from infra.functions import FUNCTIONS, Call
from infra.indexes import INDEXES
from infra.stages import stages
from tests.unit.infra.conftest import ONE_WORKER, Synthesised, known

ROOT = Path(__file__).parents[3]
pytestmark = ONE_WORKER
STAGES = sorted(stages())


def folders() -> set[str]:
    return {each.parent.name for each in (ROOT / "functions").glob("*/handler.py")}


def statements(template: Synthesised, name: str) -> list[dict[str, object]]:
    """The statements of every policy of a function's role."""
    _, function = template.function(name)
    role = function["Role"]["Fn::GetAtt"][0]
    return [
        statement
        for policy in template.of("AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def actions(statement: dict[str, object]) -> list[str]:
    named = statement["Action"]
    return [named] if isinstance(named, str) else list(named)  # type: ignore[call-overload]


def test_every_folder_is_a_function_and_every_function_a_folder(dev: Synthesised) -> None:
    deployed = {each["Handler"].split(".")[1] for each in dev.of("AWS::Lambda::Function").values()}
    assert folders() == set(FUNCTIONS) == deployed


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_runs_on_python_3_13_and_on_its_stages_architecture(stage: str) -> None:
    for function in known(stage).of("AWS::Lambda::Function").values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == [stages()[stage].architecture.name]
    assert (ROOT / ".python-version").read_text().strip() == "3.13"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_has_the_time_memory_and_log_group_of_its_row(dev: Synthesised, name: str) -> None:
    _, function = dev.function(name)
    needs = FUNCTIONS[name]
    assert (function["Timeout"], function["MemorySize"]) == (needs.seconds, needs.megabytes)
    log_group = dev.resources[function["LoggingConfig"]["LogGroup"]["Ref"]]
    assert log_group["Properties"]["RetentionInDays"] == 7


@pytest.mark.parametrize("name", sorted(name for name, needs in FUNCTIONS.items() if needs.calls))
def test_a_function_may_make_only_the_calls_of_its_row(dev: Synthesised, name: str) -> None:
    streams = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
    of_the_table = {
        action for statement in statements(dev, name) for action in actions(statement) if action.startswith("dynamodb:")
    }
    expected: set[str] = {str(call) for call in FUNCTIONS[name].calls}
    assert of_the_table == expected | (streams if FUNCTIONS[name].kind == "stream" else set())


@pytest.mark.parametrize("stage", STAGES)
def test_no_policy_scans_or_has_a_wildcard_action(stage: str) -> None:
    policies = known(stage).of("AWS::IAM::Policy").values()
    named = [action for each in policies for one in each["PolicyDocument"]["Statement"] for action in actions(one)]
    assert named
    assert not [action for action in named if "*" in action or action.lower().endswith(":scan")]


def test_only_listing_streams_and_versions_of_the_schedules_function_have_a_wildcard_resource(
    dev: Synthesised,
) -> None:
    for policy in dev.of("AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if '"*"' in json.dumps(statement["Resource"]):
                assert actions(statement) == ["dynamodb:ListStreams"]
            if '":*"' in json.dumps(statement["Resource"]):
                assert actions(statement) == ["lambda:InvokeFunction"]


def test_a_function_queries_the_indexes_of_its_row_alone_and_there_is_none_that_nobody_queries(
    dev: Synthesised,
) -> None:
    for name, needs in FUNCTIONS.items():
        text = json.dumps(statements(dev, name))
        assert {index.name for index in INDEXES if f"/index/{index.name}" in text} == set(needs.indexes)
        assert "/index/*" not in text
    assert {index for needs in FUNCTIONS.values() for index in needs.indexes} == {index.name for index in INDEXES}


def test_the_archive_is_reached_by_the_one_function_whose_row_names_it_and_only_in_its_part(dev: Synthesised) -> None:
    for name, needs in FUNCTIONS.items():
        of_objects = [each for each in statements(dev, name) if any(one.startswith("s3:") for one in actions(each))]
        assert ("ARCHIVE_BUCKET" in dev.function(name)[1]["Environment"]["Variables"]) == bool(needs.archive)
        if needs.archive:
            (statement,) = of_objects
            assert sorted(actions(statement)) == ["s3:GetObject", "s3:PutObject"]
            assert statement["Resource"]["Fn::Join"][1][-1] == f"/{needs.archive}*"
        else:
            assert not of_objects
    assert [name for name, needs in FUNCTIONS.items() if needs.archive] == ["leaderboards_worker"]


def test_functions_that_answer_http_know_the_claims_and_the_table(dev: Synthesised) -> None:
    for name, needs in FUNCTIONS.items():
        variables = dev.function(name)[1]["Environment"]["Variables"]
        assert ("TABLE_NAME" in variables) == bool(needs.calls)
        assert ("QUEUE_URL" in variables) == bool(needs.queue)
        if needs.kind == "http":
            assert variables["CLAIM_TENANT"] == "cairn_tenant"
            assert variables["TOKEN_USE"] == "access"


def test_the_trigger_starts_without_layers_and_everything_else_has_both(dev: Synthesised) -> None:
    for name, needs in FUNCTIONS.items():
        assert len(dev.function(name)[1].get("Layers", [])) == (0 if needs.kind == "trigger" else 2)


def test_rows_that_write_are_the_ones_that_have_to(dev: Synthesised) -> None:
    readers = {name for name, needs in FUNCTIONS.items() if needs.calls and needs.calls <= {Call.BATCH_GET, Call.QUERY}}
    assert readers == {"streaks", "lookups", "analytics", "health"}
