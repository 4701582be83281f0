"""Event sources: the stream's two readers, the queues, the schedule."""

import json
from typing import Any

import pytest

from infra.functions import FUNCTIONS
from infra.stages import stages
from tests.unit.infra.conftest import ONE_WORKER, Synthesised, known

pytestmark = ONE_WORKER
STAGES = sorted(stages())


def source_of(template: Synthesised, name: str) -> dict[str, Any]:
    """The one event source of a function."""
    logical_id, _ = template.function(name)
    (found,) = (
        each
        for each in template.of("AWS::Lambda::EventSourceMapping").values()
        if each["FunctionName"] == {"Ref": logical_id}
    )
    properties: dict[str, Any] = found
    return properties


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("name", "batch"), [("leaderboards_mover", 500), ("achievements_reactor", 100)])
def test_a_reader_of_the_stream_answers_partially_bisects_and_gives_up_into_a_queue(
    stage: str, name: str, batch: int
) -> None:
    template = known(stage)
    source = source_of(template, name)
    assert source["BatchSize"] == batch
    assert source["ParallelizationFactor"] == 1
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumRetryAttempts"] == 10
    assert source["StartingPosition"] == "TRIM_HORIZON"
    dead = source["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    assert template.resources[dead]["Type"] == "AWS::SQS::Queue"


def test_the_stream_has_two_readers_as_it_allows(dev: Synthesised) -> None:
    readers = [each for each in dev.of("AWS::Lambda::EventSourceMapping").values() if "StartingPosition" in each]
    assert len(readers) == 2 == sum(needs.kind == "stream" for needs in FUNCTIONS.values())


WRITTEN_PLAYERS = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"kind": {"S": ["player"]}}}}


def ranked_progress(number: str) -> dict[str, Any]:
    image = {"kind": {"S": ["progress"]}, number: {"N": [{"exists": True}]}}
    return {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": image}}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("achievements_reactor", [WRITTEN_PLAYERS]),
        (
            "leaderboards_mover",
            [
                WRITTEN_PLAYERS,
                ranked_progress("meters"),
                ranked_progress("completed_at"),
                {"eventName": ["REMOVE"], "dynamodb": {"OldImage": {"kind": {"S": ["player"]}}}},
            ],
        ),
    ],
)
def test_the_filter_is_a_list_of_what_is_wanted(dev: Synthesised, name: str, wanted: list[dict[str, Any]]) -> None:
    filters = source_of(dev, name)["FilterCriteria"]["Filters"]
    assert [json.loads(each["Pattern"]) for each in filters] == wanted


@pytest.mark.parametrize("name", [name for name, needs in FUNCTIONS.items() if needs.kind == "queue"])
def test_a_queues_worker_answers_partially_and_its_messages_are_hidden_long_enough(dev: Synthesised, name: str) -> None:
    source = source_of(dev, name)
    # One message of the boards, or of a backfill, may take all its time.
    batch = 1 if name in ("leaderboards_worker", "achievements_backfill") else 10
    assert (source["BatchSize"], source["FunctionResponseTypes"]) == (batch, ["ReportBatchItemFailures"])
    queue = dev.resources[source["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * FUNCTIONS[name].seconds
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


@pytest.mark.parametrize(
    ("name", "minutes", "dispatch", "work"),
    [
        ("rollup", "1,16,31,46", "analytics_dispatch", "analytics_rollup"),
        ("boards", "3,18,33,48", "leaderboards_dispatch", "leaderboards_worker"),
    ],
)
def test_scheduled_work_runs_each_quarter_and_its_schedule_carries_no_input(
    dev: Synthesised, name: str, minutes: str, dispatch: str, work: str
) -> None:
    (schedule,) = (each for each in dev.of("AWS::Scheduler::Schedule").values() if each["Name"] == name)
    assert schedule["ScheduleExpression"] == f"cron({minutes} * * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Etc/UTC"
    assert "Input" not in schedule["Target"]
    dispatcher, function = dev.function(dispatch)
    assert schedule["Target"]["Arn"]["Fn::GetAtt"][0] == dispatcher
    worker = source_of(dev, work)["EventSourceArn"]["Fn::GetAtt"][0]
    assert function["Environment"]["Variables"]["QUEUE_URL"] == {"Ref": worker}


@pytest.mark.parametrize("stage", STAGES)
def test_every_dead_letter_queue_and_each_reader_has_an_alarm(stage: str) -> None:
    template = known(stage)
    alarms = template.of("AWS::CloudWatch::Alarm").values()
    names = [each.get("MetricName") for each in alarms]
    dead = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in template.of("AWS::SQS::Queue").values()
        if "RedrivePolicy" in queue
    }
    assert names.count("ApproximateNumberOfMessagesVisible") == len(dead) + 1
    assert names.count("IteratorAge") == 2
    assert {"5xx", "BoardDrift", "Throttles"} <= set(names)
    assert all(each["AlarmActions"] for each in alarms)
