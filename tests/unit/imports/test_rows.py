"""Parsing rows: instants, zones, names of fields, and what is said about rows that cannot be loaded."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cairn.catalog.experience import Place
from cairn.imports.rows import BadRow, Row, parse
from cairn.progress.progress import Abandon, Advance, Complete, Discover, Record, Session, Start, WorkOnBlock

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = {
    "player": "ada",
    "experience": "woods",
    "type": "waypoint_visited",
    "at": "2026-03-01T08:30:00+01:00",
    "content": "gate",
}


def good(**changes: Any) -> Row:
    row = parse({**GOOD, **changes}, 7, NOW)
    assert isinstance(row, Row), row
    return row


def reason(**changes: Any) -> str:
    row = parse({name: value for name, value in {**GOOD, **changes}.items() if value is not ...}, 7, NOW)
    assert isinstance(row, BadRow), row
    assert row.line == 7
    return row.reason


def test_an_offset_without_a_zone_is_the_zone() -> None:
    assert good(at="2026-03-01T08:30:00+05:45").zone == "+05:45"
    assert good(at="2026-03-01T08:30:00-03:00").zone == "-03:00"
    assert good(at="2026-03-01T08:30:00Z").zone == "UTC"
    assert good(at="2026-03-01T08:30:00+05:45").occurred_at == datetime(2026, 3, 1, 2, 45, tzinfo=UTC)


def test_the_offset_tells_the_instant_and_the_zone_tells_the_day() -> None:
    row = good(at="2026-03-01T23:30:00Z", zone="Asia/Kathmandu")
    assert row.occurred_at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert row.zone == "Asia/Kathmandu"


def test_a_local_time_needs_a_zone() -> None:
    assert good(at="2026-07-01T08:30:00", zone="America/New_York").occurred_at == datetime(
        2026, 7, 1, 12, 30, tzinfo=UTC
    )
    assert "no offset" in reason(at="2026-07-01T08:30:00")


def test_of_a_local_time_that_comes_twice_the_first_counts() -> None:
    row = good(at="2025-11-02T01:30:00", zone="America/New_York")
    assert row.occurred_at == datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    late = good(at="2025-11-02T01:30:00-05:00", zone="America/New_York")
    assert late.occurred_at == datetime(2025, 11, 2, 6, 30, tzinfo=UTC)


def test_a_local_time_that_a_clock_change_skipped_is_bad() -> None:
    assert "skipped in America/New_York" in reason(at="2026-03-08T02:30:00", zone="America/New_York")


def test_instants_are_kept_to_the_millisecond() -> None:
    assert good(at="2026-03-01T08:30:00.123999+01:00").at % 1000 == 123


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"player": ...}, "player is missing: give it as player, player_id, user_id"),
        ({"experience": ""}, "experience is missing"),
        ({"type": None}, "type is missing"),
        ({"at": ...}, "at is missing"),
        ({"at": "2026-03-01"}, "give date, time and offset"),
        ({"at": "yesterday at noon"}, "write it like 2026-03-01T08:30:00+01:00"),
        ({"at": "2026-13-01T08:30:00Z"}, "month must be in 1..12"),
        ({"at": 1772350200}, "give date, time and offset"),
        ({"at": "1969-12-31T23:00:00Z"}, "before 1970"),
        ({"at": "0001-01-01T00:00:00+05:00"}, "out of range"),
        ({"at": "2026-11-20T12:06:00Z"}, "is to come: it is 2026-11-20T12:00:00.000Z"),
        ({"at": "2026-03-01T08:30:00+15:00"}, "from -14:00 to +14:00"),
        ({"at": "2026-03-01T08:30:00+01:00:30"}, "whole minutes"),
        ({"zone": "Mars/Olympus"}, "IANA name"),
        ({"zone": 5}, "IANA name"),
        ({"type": "Waypoint Visited"}, "lower case"),
        ({"type": "level_up"}, "decided by the system itself"),
        ({"type": "achievement_unlocked"}, "leave this row out"),
        ({"type": "session"}, "needs duration_seconds"),
        ({"type": "quadrant_advanced", "content": "north"}, "SO, BO, SI or BI"),
        ({"duration_seconds": -1}, "from 0 to 86400"),
        ({"duration_seconds": "long"}, "from 0 to 86400"),
        ({"duration_seconds": float("nan")}, "from 0 to 86400"),
        ({"duration_seconds": True}, "from 0 to 86400"),
        ({"lat": 91, "lng": 0}, "lat is 91: give a number from -90 to 90"),
        ({"lat": 9, "lng": "west"}, "lng is 'west'"),
        ({"lat": 9}, "give both, or neither"),
        ({"distance_meters": -1}, "from 0 to 1000000"),
        ({"type": "block_completed", "content": None}, "the id of the block"),
        ({"type": "block_completed", "score": 87}, "score is 87: give a number from 0 to 1"),
        ({"type": "block_completed", "difficulty": 2.5}, "whole number from 1 to 5"),
        ({"type": "block_completed", "interactions": -1}, "interactions is -1"),
        ({"confidence": "sure"}, "confidence is 'sure': give a number"),
        ({"score": "high"}, "give a number"),
        ({"score": float("inf")}, "give a number"),
        ({"data": "{word"}, "data is not JSON"),
        ({"data": "[1]"}, "write an object"),
        ({"data": [1]}, "write an object"),
        ({"data": '{"x": NaN}'}, "NaN is no JSON number"),
        ({"data": "[" * 100_000}, "data is not JSON"),
        ({"data": {"x": "y" * 9000}}, "at most 8192 are kept"),
        ({"player": "x" * 129}, "from 1 to 128"),
        ({"player": True}, "must be text"),
        ({"player": "\ud800"}, "not valid Unicode"),
        ({"user_id": "bea"}, "player and user_id differ"),
    ],
)
def test_a_bad_row_says_what_to_write_instead(changes: dict[str, Any], said: str) -> None:
    assert said in reason(**changes)


@pytest.mark.parametrize("name", ["experience_id", "mission_id", "wod_id", "scenario_id"])
def test_an_experience_goes_by_its_older_names(name: str) -> None:
    assert good(**{"experience": None, name: "mill"}).experience == "mill"


def test_numbers_are_ids_too() -> None:
    assert good(player=17).player == "17"


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({"type": "experience_started"}, Start()),
        ({"type": "session_recorded", "duration_seconds": 90}, Session(90)),
        ({"type": "session", "duration_seconds": "90.5"}, Session(90)),
        ({"type": "quadrant_advanced", "content": "BO"}, Advance("BO")),
        ({"type": "quadrant_advanced", "content": None}, Advance(None)),
        ({"type": "experience_completed", "data": {"reflection": "Good."}}, Complete("Good.", "imported")),
        ({"type": "check_in", "duration_seconds": 5}, Record("check_in", "gate", 5)),
        (
            {"type": "game_completed", "score": 7, "data": '{"a": 1}'},
            Record("game_completed", "gate", 0, {"a": 1, "score": 7}),
        ),
        ({"type": "experience_discovered"}, Discover()),
        ({"type": "experience_abandoned"}, Abandon()),
        ({"type": "experience_started", "lat": "38.7", "lng": "-9.1"}, Start(Place(38.7, -9.1))),
        (
            {"type": "check_in", "location_lat": 90, "location_lng": -180, "distance_meters": "1.5"},
            Record("check_in", "gate", 0, {}, Place(90, -180), 1.5),
        ),
        ({"type": "check_in", "difficulty": "2"}, Record("check_in", "gate", 0, {"difficulty": 2})),
        ({"type": "block_interacted", "duration_seconds": 5}, WorkOnBlock("gate", seconds=5)),
        (
            {"type": "block_completed", "score": "0.5", "interactions": 3, "difficulty": 1, "confidence": 5},
            WorkOnBlock("gate", True, 0, 3, None, 0.5, 1, 5),
        ),
    ],
)
def test_a_type_is_a_command(changes: dict[str, Any], command: object) -> None:
    assert good(**changes).command == command


def test_rows_that_say_the_same_have_the_same_cause_however_they_are_written() -> None:
    assert good().cause == parse({**GOOD, "at": "2026-03-01T08:30:00.000+01:00"}, 9, NOW)._replace(line=7).cause  # type: ignore[union-attr]
    assert good().cause != good(content="mill").cause
    assert good().cause != good(score=1).cause
    assert good(data={"a": 1, "b": 2}).cause == good(data='{"b": 2, "a": 1}').cause
    assert good(lat=1, lng=2).cause == good(lat="1.0", lng="2").cause != good().cause


def test_a_row_without_the_newer_fields_has_the_cause_that_it_always_had() -> None:
    assert good().cause == "row:e1a7c97e72ecad45b7369ad5e40bdd74"


def test_an_id_is_the_cause() -> None:
    assert good(id="log-1").cause == "log-1"
    assert good(event_id=5).cause == "5"


def test_a_row_may_bring_the_tenants_own_counters_on() -> None:
    command = good(type="ride_finished", counters={"kilometres": 3}).command
    assert isinstance(command, Record) and command.counters == {"kilometres": 3}
    assert good(type="ride_finished", counters='{"kilometres": 3}').more == {"counters": {"kilometres": 3}}
    assert good(counters={"km": 1}).cause != good(counters={"km": 2}).cause, "without an id, a row is what it says"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"counters": {"total_xp": 3}}, "counted by Cairn itself"),
        ({"counters": {"KM": 3}}, "lower case with underscores"),
        ({"counters": {"km": 0}}, "a whole number from 1 to 1000000"),
        ({"counters": {"km": True}}, "a whole number"),
        ({"counters": "many"}, "write an object"),
        ({"counters": [1]}, "write an object"),
        ({"counters": {f"c{number}": 1 for number in range(9)}}, "at most 8 numbers"),
        ({"type": "experience_started", "counters": {"km": 1}}, "brings no counters on"),
    ],
)
def test_what_is_no_counter_is_a_bad_row(changes: dict[str, Any], said: str) -> None:
    assert said in reason(**changes)
