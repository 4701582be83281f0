"""Every payload in events/ through the real handler of its function, as Lambda calls it, on a table of moto's."""

import base64
import importlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from cairn.achievements.backfill import Asked, new_job
from cairn.achievements.backfill_storage import write_job
from cairn.analytics.work import DirtyDays
from cairn.leaderboards.agenda import Agenda, Entry, Task
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table, connect
from cairn.platform.transact import transact
from cairn.tenants.storage import Secrets
from tests.support.definitions import CAFE
from tests.support.http import CONTEXT, Clock
from tests.support.ledger import award
from tests.support.tables import TABLE_NAME, create_table
from tests.support.world import World, all_items

ROOT = Path(__file__).parents[2]
EVENTS = {str(path.relative_to(ROOT / "events").with_suffix("")): path for path in (ROOT / "events").glob("*/*.json")}
FUNCTIONS = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}

# HTTP: the status, and the problem's code where there is one.
STATUS: dict[str, tuple[int, str] | int] = {
    "achievements/archive": 200,
    "achievements/archive_unknown": (404, "unknown-achievement"),
    "achievements/define": 200,
    "achievements/define_a_standard_one": 200,
    "achievements/define_as_player": (403, "role-not-allowed"),
    "achievements/define_circle_of_one": (409, "circular-prerequisites"),
    "achievements/define_over_anothers": (412, "precondition-failed"),
    "achievements/define_what_nobody_can_miss": (422, "invalid-body"),
    "achievements/define_with_unknown_prerequisite": (422, "invalid-body"),
    "achievements/definitions": 200,
    "achievements/of_another_player": (403, "other-player"),
    "achievements/of_player": 200,
    "achievements/older_initialize_as_player": (403, "role-not-allowed"),
    "achievements/older_list": 200,
    "achievements/older_of_another": (403, "other-player"),
    "achievements/older_of_user_as_service": 200,
    "achievements/older_progress": 200,
    "achievements/progress": 200,
    "achievements/show": 200,
    "achievements/show_unknown": (404, "unknown-achievement"),
    "achievements/versions": 200,
    "analytics/as_player": (403, "role-not-allowed"),
    "analytics/day": 200,
    "analytics/day_of_experience": 200,
    "analytics/no_day": (422, "invalid-parameter"),
    "catalog/archive": 200,
    "catalog/define": 200,
    "catalog/define_as_player": (403, "role-not-allowed"),
    "catalog/define_block_that_cannot_be": (422, "invalid-body"),
    "catalog/define_in_a_circle": (409, "circular-prerequisites"),
    "catalog/define_over_anothers": (412, "precondition-failed"),
    "catalog/define_reserved_word": (422, "invalid-parameter"),
    "catalog/define_with_pages": 200,
    "catalog/define_with_unknown_prerequisite": (404, "unknown-experience"),
    "catalog/export": 200,
    "catalog/import": 200,
    "catalog/list": 200,
    "catalog/list_drafts_as_player": (403, "role-not-allowed"),
    "catalog/publish": 200,
    "catalog/publish_without_draft": (409, "no-draft"),
    "catalog/save_draft": 200,
    "catalog/set_settings": 200,
    "catalog/set_settings_over_anothers": (412, "precondition-failed"),
    "catalog/settings": 200,
    "catalog/show": 200,
    "catalog/show_draft": 200,
    "catalog/show_page": 200,
    "catalog/show_unknown": (404, "unknown-experience"),
    "catalog/versions": 200,
    "completion/as_admin": (403, "role-not-allowed"),
    "completion/complete": 200,
    "completion/complete_base64": 200,
    "completion/incomplete": (409, "incomplete"),
    "completion/not_started": (409, "illegal-move"),
    "health/probe": 200,
    "health/unknown_route": (404, "unknown-route"),
    "completion/practise_too_early": (409, "illegal-move"),
    "events/bulk_as_operator": (403, "role-not-allowed"),
    "events/bulk_as_service": 200,
    "events/counters_as_player": (403, "counter-not-allowed"),
    "events/counters_as_service": 200,
    "events/counters_of_cairns_own": (422, "invalid-body"),
    "events/outside_any": 200,
    "legacy/track_activity": 200,
    "legacy/track_activity_with_counters": 200,
    "legacy/track_of_another": (403, "other-player"),
    "legacy/track_wod": 200,
    "players/change_items_as_service": 200,
    "players/custom_stats": 200,
    "players/inventory": 200,
    "players/preferences": 200,
    "players/session": 200,
    "players/set_custom_stats_as_player": (403, "role-not-allowed"),
    "players/set_custom_stats_as_service": 200,
    "players/set_preferences": 200,
    "players/set_preferences_over_anothers": (412, "precondition-failed"),
    "players/set_preferences_too_large": (413, "profile-full"),
    "lookups/active_players_as_service": 200,
    "lookups/active_players_of_unknown": (404, "unknown-experience"),
    "lookups/events_near": 200,
    "lookups/events_near_the_pole": 200,
    "lookups/holders": 200,
    "lookups/holders_of_no_item": (422, "invalid-parameter"),
    "lookups/last_active": 200,
    "lookups/last_active_bad_cursor": (422, "invalid-parameter"),
    "lookups/levels": 200,
    "lookups/percentages_as_player": (403, "role-not-allowed"),
    "lookups/percentages_of_mission": 200,
    "players/set_profile": 200,
    "players/set_unknown_zone": (422, "invalid-body"),
    "players/show": 200,
    "players/show_unknown_as_operator": (404, "unknown-player"),
    "players/take_more_items_than_held": (409, "too-few-items"),
    "players/without_claims": (403, "not-an-access-token"),
    "progress/advance_out_of_turn": (409, "illegal-move"),
    "progress/advance_quadrant": 200,
    "progress/events_multi_value_query": (422, "invalid-parameter"),
    "progress/events_of_another": (403, "other-player"),
    "progress/events_of_type": 200,
    "progress/list_with_query": 200,
    "progress/record_as_service": 200,
    "progress/record_bad_body": (422, "invalid-body"),
    "progress/record_item_base64": 200,
    "progress/record_malformed": (400, "malformed-json"),
    "progress/record_session": 200,
    "progress/record_system_event": (403, "event-type-not-allowed"),
    "progress/record_waypoint": 200,
    "progress/record_without_key": (400, "idempotency-key-missing"),
    "progress/resume": 200,
    "progress/show": 200,
    "progress/show_with_id_token": (403, "not-an-access-token"),
    "progress/start": 200,
    "progress/start_twice": (409, "illegal-move"),
    "progress/start_with_location": 200,
    "progress/write_notes": 200,
    "repair/examine": 200,
    "repair/waive": 200,
    "repair/waive_as_player": (403, "role-not-allowed"),
    "streaks/me_as_service": (403, "name-the-player"),
    "streaks/show": 200,
    "unlocks/backfill": 202,
    "unlocks/backfill_as_player": (403, "role-not-allowed"),
    "unlocks/backfills": 200,
    "unlocks/check_as_service": 200,
    "unlocks/check_of_another": (403, "other-player"),
    "unlocks/grant": 200,
    "unlocks/grant_as_service": (403, "role-not-allowed"),
    "unlocks/grant_unknown": (404, "unknown-achievement"),
    "unlocks/revoke_what_was_never_unlocked": (409, "not-unlocked"),
    "unlocks/unknown_backfill": (404, "unknown-backfill"),
    "xp/award": 200,
    "xp/award_as_service": (403, "role-not-allowed"),
    "xp/award_by_older_name": 200,
    "xp/history": 200,
    "xp/history_bad_cursor": (422, "invalid-parameter"),
    "xp/history_of_a_source": 200,
    "xp/level_by_older_name": 200,
    "xp/levels": 200,
    "xp/of_a_player_as_operator": 200,
    "xp/reverse": 200,
    "xp/reverse_unknown": (404, "unknown-entry"),
    "xp/show": 200,
    "xp/stats": 200,
    "xp/stats_of_a_year": (422, "invalid-parameter"),
}
ALL_DONE: dict[str, Any] = {"batchItemFailures": []}
# Two achievements, and level 2, which their XP reaches: its event is of the instant of what earned them.
UNLOCKS = {"A#first_scenario", "A#first_steps", "E#01M7WD7TG0SAK9W1XC3M1QMCK3"}
# Everything else: the whole answer, and the sort keys of items that must be new in the table.
ANSWERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "achievements_backfill/shard": (ALL_DONE, {"SHARD#00", "P#gil"}),
    "achievements_backfill/unreadable": (
        {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975910000"}]},
        set(),
    ),
    "achievements_reactor/completion": (ALL_DONE, {*UNLOCKS, "acme#2026-11-20"}),
    "achievements_reactor/expired": (ALL_DONE, set()),
    "achievements_reactor/first_event": (ALL_DONE, {"acme#2026-11-20"}),
    "achievements_reactor/poison": (
        {"batchItemFailures": [{"itemIdentifier": "4421584500000000017450439002"}]},
        {*UNLOCKS, "acme#2026-11-20"},
    ),
    "achievements_recheck/busy_player": (ALL_DONE, UNLOCKS),
    "achievements_recheck/one_of_two_unreadable": (
        {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975910000"}]},
        UNLOCKS,
    ),
    "analytics_dispatch/schedule": ({"messages": 1}, {"CURSOR"}),
    "leaderboards_dispatch/schedule": ({"messages": 16}, {"CURSOR"}),
    "leaderboards_worker/audit": (ALL_DONE, set()),
    "leaderboards_worker/close": (ALL_DONE, set()),
    "leaderboards_worker/due": (ALL_DONE, set()),
    "leaderboards_worker/forget": (ALL_DONE, set()),
    "leaderboards_worker/unreadable": (
        {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975910000"}]},
        set(),
    ),
    "analytics_rollup/a_day_without_facts": (ALL_DONE, set()),
    "analytics_rollup/day": (ALL_DONE, {"D#2026-11-20#00"}),
    "analytics_rollup/one_of_two_unreadable": (
        {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975910001"}]},
        {"D#2026-11-20#00"},
    ),
}
CLAIMS: dict[str, dict[str, str]] = {
    "identity/machine": {"cairn_tenant": "acme", "cairn_role": "service"},
    "identity/player_signs_in": {"cairn_tenant": "acme", "cairn_role": "player", "cairn_player": "ada"},
    "identity/user_without_tenant": {},
}


def payload(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(EVENTS[name].read_text())
    return content


@cache
def session() -> Any:
    """One for all tests: a session of its own for each client reads the same descriptions of AWS again and again."""
    return botocore.session.Session()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A table on which ada is half-way through the woods and ready to complete another; and the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("TABLE_NAME", TABLE_NAME)
    monkeypatch.setattr(botocore.session, "get_session", session)
    with mock_aws():
        client = connect()
        create_table(client, stream=False)
        queue = session().create_client("sqs").create_queue(QueueName="cairn")
        monkeypatch.setenv("QUEUE_URL", queue["QueueUrl"])
        world = World(Table(client, TABLE_NAME), Clock())
        world.define()
        world.define("hill")
        world.define("park", location={"lat": 37.9, "lng": -122.5, "radius_meters": 200})
        world.define("ready", quadrants={}, completion_criteria={"reflection": True})
        world.define("cafe", **CAFE)
        world.define("cafe", **CAFE, status="draft", xp_reward=80)
        world.play("start")
        world.play("start", experience="ready")
        # Of an hour's study that nobody has reacted to, and a dry run that would name it.
        world.play("sessions", {"duration_seconds": 3600, "at": "2026-11-20T10:00:00Z"}, player="gil")
        job = new_job("acme", Asked(), 1, datetime(2020, 1, 1, tzinfo=UTC), "a month of words")
        transact(world.table, [write_job(job)])
        assert award(world, 40, key="award-1").status == 200
        Secrets(world.table).of("acme")
        DirtyDays(world.table).mark([("acme", date(2026, 11, 20))], world.clock())
        midnight = int(datetime(2026, 11, 27, tzinfo=UTC).timestamp())
        Agenda(world.table).note([Entry(midnight, "acme", Task.MOVE)], world.clock())
        yield world


@pytest.fixture
def invoke(world: World) -> Callable[[str], Any]:
    """Runs a payload through the handler that Lambda would call, in a process that has just started."""

    def run(name: str) -> Any:
        module = importlib.import_module(f"functions.{name.partition('/')[0]}.handler")
        return importlib.reload(module).handler(payload(name), CONTEXT)

    return run


def test_every_function_has_an_event_and_every_event_a_function() -> None:
    assert {name.partition("/")[0] for name in EVENTS} == FUNCTIONS


def test_every_expectation_has_its_event() -> None:
    assert {*STATUS, *ANSWERS, *CLAIMS} <= set(EVENTS)


def test_every_event_of_these_functions_has_an_expectation() -> None:
    expected = {*STATUS, *ANSWERS, *CLAIMS}
    functions = {name.partition("/")[0] for name in expected}
    assert {name for name in EVENTS if name.partition("/")[0] in functions} == expected


@pytest.mark.parametrize("name", sorted(STATUS))
def test_a_request_is_answered_as_expected(name: str, world: World, invoke: Callable[[str], Any]) -> None:
    wanted = STATUS[name]
    status, code = wanted if isinstance(wanted, tuple) else (wanted, None)
    before = all_items(world.table)
    answer = invoke(name)
    body = json.loads(answer["body"])
    assert answer["statusCode"] == status, body
    assert answer["isBase64Encoded"] is False
    json.dumps(answer, allow_nan=False)
    if code:
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert body["type"] == f"urn:cairn:problem:{code}"
        assert body["request_id"] == payload(name)["requestContext"]["requestId"]
        assert all_items(world.table) == before
    else:
        assert answer["headers"]["Content-Type"] == "application/json"
        writes = payload(name)["requestContext"]["http"]["method"] != "GET"
        assert (all_items(world.table) != before) == writes


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_batch_or_a_schedule_is_answered_as_expected(name: str, world: World, invoke: Callable[[str], Any]) -> None:
    answer, written = ANSWERS[name]
    before = all_items(world.table)
    assert invoke(name) == answer
    after = all_items(world.table)
    assert {key.sk for key in after if key not in before and not key.sk.startswith("L#")} == written
    once = lasting(world)
    invoke(name)
    assert lasting(world) == once, "an event that comes again changes nothing"


def lasting(world: World) -> dict[Key, Raw]:
    """The table's items but for marks, whose expiry is by the real clock."""
    return {key: item for key, item in all_items(world.table).items() if not key.pk.startswith("DIRTY#")}


def test_the_dispatcher_sends_what_the_worker_takes(world: World, invoke: Callable[[str], Any]) -> None:
    invoke("analytics_dispatch/schedule")
    sqs = session().create_client("sqs")
    (message,) = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="cairn")["QueueUrl"])["Messages"]
    assert json.loads(message["Body"]) == json.loads(payload("analytics_rollup/day")["Records"][0]["body"])


def test_a_base64_body_means_what_its_text_means(world: World, invoke: Callable[[str], Any]) -> None:
    assert json.loads(invoke("progress/record_item_base64")["body"])["state"] == "IN_PROGRESS"
    stands = world.call("progress").send("GET", "/players/me/experiences/woods").body
    assert stands["inventory"] == {"lanterne d'été": 2}


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_a_token_gets_its_claims_as_plain_strings(name: str, invoke: Callable[[str], Any]) -> None:
    answer = invoke(name)
    added = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]["claimsToAddOrOverride"]
    assert added == CLAIMS[name]
    assert {key: value for key, value in answer.items() if key != "response"} == {
        key: value for key, value in payload(name).items() if key != "response"
    }


@pytest.mark.parametrize("name", sorted(STATUS))
def test_a_request_has_the_shape_that_the_gateway_gives_it(name: str) -> None:
    event = payload(name)
    context = event["requestContext"]
    assert event["version"] == "2.0"
    assert event["routeKey"] == context["routeKey"]
    assert event["rawPath"] == context["http"]["path"]
    assert all(header == header.lower() for header in event["headers"])
    claims = context.get("authorizer", {}).get("jwt", {}).get("claims", {})
    assert all(isinstance(value, str) for value in claims.values()), "HTTP API claims are strings"
    if "body" in event:
        text = event["body"].encode()
        sent = base64.b64decode(text) if event["isBase64Encoded"] else text
        assert event["headers"]["content-length"] == str(len(sent))
