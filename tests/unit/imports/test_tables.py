"""What rows of the older systems' tables become."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cairn.imports.columns import Dumped
from cairn.imports.history import CLAIMED, DIFFERENCE, LEFT_OUT, History, Reading
from cairn.imports.rows import Row
from cairn.imports.tables import history
from cairn.progress.progress import Complete, Discover, Record, Session, Start, WorkOnBlock

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = "2026-03-01 08:30:00"
LATER = "2026-03-02 09:00:00"


def told(*dumped: Dumped, **reading: Any) -> History:
    return history("ada", dumped, Reading(NOW, **reading))


def row(table: str, line: int = 2, **cells: Any) -> Dumped:
    texts = {name: json.dumps(value) if isinstance(value, dict | list) else str(value) for name, value in cells.items()}
    return Dumped(table, line, {name: text for name, text in texts.items() if text})


def event(line: int = 2, **cells: Any) -> Dumped:
    given = {"id": f"e-{line}", "experience_id": "woods", "event_type": "waypoint_visited", "timestamp": AT, **cells}
    return row("player_progress_events", line, experience_progress_id="p-1", **given)


def progress(**cells: Any) -> Dumped:
    given = {"id": "p-1", "player_id": "f-1", "experience_id": "woods", "last_played_at": LATER, **cells}
    return row("experience_progress", **given)


def profile(**cells: Any) -> Dumped:
    return row("player_profiles", id="f-1", user_id="ada", **cells)


def worked(line: int = 2, **cells: Any) -> Dumped:
    given = {"id": f"u-{line}", "user_id": "ada", "wod_id": "mill", "status": "in_progress", "updated_at": AT, **cells}
    return row("user_progress", line, **given)


def said(found: History) -> list[tuple[str, str | None, Any]]:
    """Type, content and data of each row."""
    assert found.bad == {}
    return [(each.type, each.content, dict(each.data)) for each in found.rows]


def one(found: History) -> Row:
    assert found.bad == {}
    assert len(found.rows) == 1
    return found.rows[0]


class TestEvents:
    def test_an_event_is_what_was_done_with_its_place_time_and_distance(self) -> None:
        data = {"distance_traveled": 1.2, "time_spent": 120, "points_earned": 10}
        found = one(told(event(content_id="gate", data=data, location_lat="37.905696", location_lng="-122.547701")))
        assert (found.player, found.experience, found.cause) == ("ada", "woods", "player_progress_events:e-2")
        assert not found.asserted
        command = found.command
        assert isinstance(command, Record)
        assert (command.type, command.content, command.seconds, command.meters) == (
            "waypoint_visited",
            "gate",
            120,
            1.2,
        )
        assert command.position and (command.position.lat, command.position.lng) == (37.905696, -122.547701)
        assert command.data == data
        assert found.occurred_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)

    def test_what_the_system_decides_is_left_to_it(self) -> None:
        found = told(event(event_type="achievement_unlocked", content_id="first_steps"))
        assert (found.rows, [note.kind for note in found.notes]) == ([], [CLAIMED])

    def test_a_timestamp_counts_in_the_zone_given_and_on_the_calendar_given(self) -> None:
        found = one(told(event(), zone="Asia/Tokyo", calendar="America/New_York"))
        assert found.occurred_at == datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
        assert found.zone == "America/New_York"

    def test_a_time_spent_that_makes_no_sense_is_only_kept(self) -> None:
        found = one(told(event(data={"time_spent": -5, "distance_traveled": "far"})))
        assert (found.seconds, dict(found.more)) == (0, {})

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            ({"timestamp": ""}, "no timestamp"),
            ({"timestamp": "then"}, "timestamp is 'then'"),
            ({"event_type": "Waypoint"}, "lower case"),
            ({"data": "{"}, "data is not JSON"),
            ({"location_lat": "91", "location_lng": "0"}, "lat is '91'"),
            ({"location_lat": "9"}, "give both"),
            ({"timestamp": "2027-01-01 00:00:00"}, "is to come"),
            ({"experience_id": ""}, "has no experience_id"),
        ],
    )
    def test_a_bad_event_says_why_and_the_others_are_read(self, cells: dict[str, str], reason: str) -> None:
        found = told(event(3, **cells), event(4))
        assert [(each.table, each.line) for each in found.bad] == [("player_progress_events", 3)]
        assert reason in next(iter(found.bad)).reason
        assert len(found.rows) == 1


class TestExperienceProgress:
    def test_what_stands_is_asserted_as_of_when_it_was_last_played(self) -> None:
        state = {
            "inventory": ["key", "lamp", "key"],
            "visited_waypoints": ["gate"],
            "completed_quests": ["find"],
            "active_quests": ["seek"],
            "unlocked_areas": ["town"],
            "collectibles": {"tools": 2},
            "flags": {"open": True, "shut": False, "count": 3},
            "choices": {"path": "left", "number": 4},
        }
        found = told(
            progress(
                started_at=AT, playtime_seconds=3600, completion_percentage=45, current_location="gate", state=state
            )
        )
        assert said(found) == [
            ("experience_started", None, {}),
            ("session_recorded", None, {}),
            ("waypoint_visited", "gate", {}),
            ("quest_completed", "find", {}),
            ("quest_started", "seek", {}),
            ("area_unlocked", "town", {}),
            ("item_collected", "key", {"quantity": 2}),
            ("item_collected", "lamp", {"quantity": 1}),
            ("collectible_found", "tools", {"quantity": 2}),
            ("flag_set", "open", {"value": True}),
            ("flag_set", "shut", {"value": False}),
            ("flag_set", "count", {"value": 3}),
            ("choice_made", "path", {"choice": "left"}),
            ("choice_made", "number", {"choice": "4"}),
            ("location_reached", "gate", {}),
            ("percentage_reported", None, {"percentage": 45}),
        ]
        assert all(each.asserted for each in found.rows)
        started, session, *others = found.rows
        assert started.occurred_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
        assert session.seconds == 3600
        assert {each.occurred_at for each in others} == {datetime(2026, 3, 2, 9, tzinfo=UTC)}
        assert found.rows[6].cause == "experience_progress:p-1:inventory:key"

    def test_a_completion_is_dated_when_it_was_and_needs_no_percentage(self) -> None:
        found = told(progress(started_at=AT, completed_at=AT, completion_percentage=100))
        assert [each.command for each in found.rows] == [Start(), Complete("", "imported")]
        assert found.rows[1].occurred_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)

    def test_a_state_is_asserted_behind_the_last_of_its_events(self) -> None:
        late = "2026-03-05 10:00:00"
        found = told(progress(last_played_at=AT, state={"unlocked_areas": ["town"]}), event(timestamp=late))
        assert [each.type for each in found.rows] == ["waypoint_visited", "area_unlocked"]
        assert found.rows[1].occurred_at == datetime(2026, 3, 5, 10, tzinfo=UTC)

    def test_what_events_collected_and_the_state_does_not_hold_is_asserted_to_be_gone(self) -> None:
        events = (event(3, event_type="item_collected", content_id="lamp"),)
        assert said(told(*events, progress(state={"inventory": []})))[1:] == [
            ("item_collected", "lamp", {"quantity": 0})
        ]
        assert said(told(*events, progress(state={"flags": {}})))[1:] == []

    def test_playtime_of_days_is_asserted_day_by_day(self) -> None:
        found = told(progress(playtime_seconds=2 * 86_400 + 10))
        assert [each.seconds for each in found.rows] == [86_400, 2 * 86_400, 2 * 86_400 + 10]
        assert len({each.cause for each in found.rows}) == 3

    def test_a_row_that_shows_nothing_done_is_a_discovery(self) -> None:
        found = one(told(progress(last_played_at="", created_at=AT, state={"inventory": []})))
        assert found.command == Discover()

    def test_without_any_timestamp_a_row_is_bad(self) -> None:
        found = told(progress(last_played_at="", state={"inventory": ["lamp"]}))
        assert [each.reason[:24] for each in found.bad] == ["it has no timestamp: one"]

    @pytest.mark.parametrize(
        ("state", "reason"),
        [
            ({"inventory": "lamp"}, "state.inventory is 'lamp'"),
            ({"inventory": {"lamp": -1}}, "counts from 0"),
            ({"visited_waypoints": [1]}, "list of ids"),
            ({"flags": ["open"]}, "must be an object"),
            ({"flags": {"open": {"by": "ada"}}}, "state.flags.open"),
            ({"choices": {" ": "left"}}, "without a name"),
            ({"unlocked_areas": ["x" * 200]}, "content has 200 characters"),
        ],
    )
    def test_a_part_of_a_state_that_cannot_be_read_is_told_and_the_rest_is_loaded(
        self, state: dict[str, Any], reason: str
    ) -> None:
        found = told(progress(started_at=AT, state={"collectibles": {"tools": 2}, **state}))
        assert reason in next(iter(found.bad)).reason
        assert [each.type for each in found.rows] == ["experience_started", "collectible_found"]

    def test_a_part_of_a_state_that_cairn_has_not_is_told_to_be_left_out(self) -> None:
        found = told(progress(state={"weather": "rain"}))
        assert [(note.kind, note.reason[:13]) for note in found.notes] == [(LEFT_OUT, "state.weather")]

    def test_long_ids_are_shortened_and_stay_apart(self) -> None:
        found = told(progress(state={"unlocked_areas": ["x" * 120 + "a", "x" * 120 + "b"]}))
        causes = {each.cause for each in found.rows}
        assert len(causes) == 2
        assert max(map(len, causes)) <= 128


class TestProfiles:
    STATS = {
        "achievements": ["first_steps", "marathon_walker"],
        "preferences": {"difficulty": "normal"},
        "global_inventory": ["compass", "key", "key"],
        "custom_stats": {"quests": 15},
        "clan": "north",
    }

    def test_what_no_experience_holds_is_the_profiles(self) -> None:
        found = told(profile(stats=self.STATS, account_level=5, updated_at=AT)).profile
        assert found
        assert found.preferences == {"difficulty": "normal"}
        assert found.global_inventory == {"compass": 1, "key": 2}
        assert found.custom_stats == {"quests": 15, "clan": "north"}
        assert found.level == 5

    def test_achievements_are_claims(self) -> None:
        notes = told(profile(stats=self.STATS)).notes
        assert [(note.kind, note.reason.split(":")[0]) for note in notes] == [
            (CLAIMED, "achievements first_steps"),
            (CLAIMED, "achievements marathon_walker"),
        ]

    def test_totals_that_exceed_what_the_experiences_come_to_are_differences(self) -> None:
        totals = {"total_playtime_seconds": 4000, "total_distance_meters": 9.5, "total_experiences_played": 2}
        of_it = (event(data={"distance_meters": 8}), progress(playtime_seconds=3600))
        notes = told(*of_it, profile(**totals)).notes
        assert {note.kind for note in notes} == {DIFFERENCE}
        assert [note.reason for note in notes] == [
            "total_experiences_played is 2; what is loaded comes to 1",
            "total_playtime_seconds is 4000; what is loaded comes to 3600",
            "total_distance_meters is 9.5; what is loaded comes to 8",
        ]
        totals = {"total_playtime_seconds": 3600, "total_distance_meters": 8.2, "total_experiences_played": 1}
        assert told(*of_it, profile(**totals)).notes == []


class TestUserProgress:
    def test_a_block_is_work_with_all_that_is_told_of_it(self) -> None:
        found = told(
            worked(
                block_id="quiz",
                page_id="intro",
                status="completed",
                started_at=AT,
                completed_at=LATER,
                time_spent_seconds=90,
                interaction_count=4,
                score=80,
                difficulty_rating=2,
                confidence_level=5,
                notes="hard",
                progress_data={"chapter": 1},
            )
        )
        began, done = found.rows
        assert began.command == WorkOnBlock("quiz")
        assert began.occurred_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
        command = done.command
        assert isinstance(command, WorkOnBlock)
        assert (command.content, command.completed, command.seconds, command.interactions) == ("quiz", True, 90, 4)
        assert (command.score, command.difficulty, command.confidence) == (0.8, 2, 5)
        assert command.data["notes"] == "hard"
        assert command.data["progress_data"] == {"chapter": 1}
        assert done.occurred_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
        assert done.asserted

    def test_retries_are_attempts_that_fell_short(self) -> None:
        found = told(worked(block_id="quiz", status="completed", score=100, retry_count=2))
        assert [(each.command.score, each.more["attempts"]) for each in found.rows] == [(0, 1), (0, 2), (1, 3)]  # type: ignore[union-attr]

    def test_a_score_of_a_block_that_is_not_completed_is_only_kept(self) -> None:
        found = one(told(worked(block_id="quiz", score=40)))
        assert found.type == "block_interacted"
        assert found.command.score is None  # type: ignore[union-attr]
        assert found.data["score"] == 40

    def test_scores_are_measured_by_what_is_full(self) -> None:
        found = one(told(worked(block_id="quiz", status="completed", score=4), full_score=5))
        assert found.command.score == 0.8  # type: ignore[union-attr]
        bad = told(worked(block_id="quiz", score=6), full_score=5).bad
        assert "--full-score" in next(iter(bad)).reason

    def test_several_rows_of_one_block_add_up(self) -> None:
        found = told(
            worked(2, block_id="quiz", time_spent_seconds=60, interaction_count=1, updated_at=LATER),
            worked(3, block_id="quiz", time_spent_seconds=30, interaction_count=2, updated_at=AT),
        )
        assert [(each.line, each.seconds, each.more["interactions"]) for each in found.rows] == [(3, 30, 2), (2, 90, 3)]

    def test_a_page_is_viewed(self) -> None:
        found = one(told(worked(page_id="intro", time_spent="00:01:30")))
        assert (found.type, found.content, found.seconds) == ("page_viewed", "intro", 90)

    def test_a_wod_is_started_played_and_completed(self) -> None:
        found = told(
            worked(status="completed", started_at=AT, completed_at=LATER, time_spent_seconds=600, notes="Fine.")
        )
        assert [each.type for each in found.rows] == [
            "experience_started",
            "session_recorded",
            "progress_tracked",
            "experience_completed",
        ]
        assert found.rows[1].seconds == 600
        assert found.rows[2].command == Record("progress_tracked", data={"status": "completed", "notes": "Fine."})
        assert [each.asserted for each in found.rows] == [True, True, False, True]

    def test_a_wod_that_is_not_completed_reports_its_percentage(self) -> None:
        assert said(told(worked(completion_percentage=40, mission_id="mill"))) == [
            ("experience_started", None, {}),
            ("percentage_reported", None, {"percentage": 40}),
        ]

    def test_what_is_not_started_is_discovered_or_left_out(self) -> None:
        assert one(told(worked(status="not_started"))).command == Discover()
        found = told(worked(status="not_started", block_id="quiz"))
        assert (found.rows, [note.kind for note in found.notes]) == ([], [LEFT_OUT])

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            ({"wod_id": "", "course_id": "c"}, "neither wod_id nor mission_id"),
            ({"mission_id": "other"}, "differ"),
            ({"updated_at": ""}, "no timestamp"),
            ({"status": "paused"}, "must be one of not_started, in_progress, completed"),
            ({"completion_percentage": 101}, "completion_percentage is '101'"),
            ({"time_spent": "1 mon"}, "interval such as"),
            ({"confidence_level": 6}, "confidence_level is '6'"),
        ],
    )
    def test_a_bad_row_says_why(self, cells: dict[str, Any], reason: str) -> None:
        found = told(worked(**cells))
        assert found.rows == []
        assert reason in next(iter(found.bad)).reason


class TestOtherTables:
    def test_a_block_completion_is_work_on_its_block(self) -> None:
        cells: dict[str, Any] = {
            "user_id": "ada",
            "block_id": "quiz",
            "wod_id": "mill",
            "completion_status": "mastered",
        }
        found = one(told(row("block_completions", completed_at=AT, mastery_score=95, time_spent_seconds=5, **cells)))
        command = found.command
        assert isinstance(command, WorkOnBlock)
        assert (command.content, command.completed, command.seconds, command.score) == ("quiz", True, 5, 0.95)
        assert found.cause.startswith("block_completions:")

    def test_an_activity_is_an_event_of_its_content_item(self) -> None:
        cells: dict[str, Any] = {"id": "a-1", "user_id": "ada", "activity_type": "agent_conversation", "created_at": AT}
        found = one(told(row("user_activities", content_item_id="mill", activity_data={"time_spent": 9}, **cells)))
        assert found.command == Record("agent_conversation", None, 9, {"time_spent": 9})
        assert found.experience == "mill"
        found = one(told(row("user_activities", content_item_id="b-1", activity_data={"wod_id": "mill"}, **cells)))
        assert (found.experience, found.content) == ("mill", "b-1")

    def test_an_activity_of_no_content_item_is_an_event_outside_of_any_experience(self) -> None:
        cells: dict[str, Any] = {"id": "a-1", "user_id": "ada", "created_at": AT}
        found = one(told(row("user_activities", activity_type="login", **cells)))
        assert (found.experience, found.command) == ("", Record("login"))
        bad = told(row("user_activities", activity_type="experience_completed", **cells)).bad
        assert "experience is missing" in next(iter(bad)).reason

    def test_a_session_in_a_state_is_a_session(self) -> None:
        assert one(told(progress(playtime_seconds=60))).command == Session(60)
