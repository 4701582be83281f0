"""A folder of dumps: which tables are there, whose each row is, and what is said of folders that will not do."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cairn.imports.files import Unreadable, by_player
from cairn.imports.folder import ROWS, FolderSurvey, profiles_in, survey_folder
from cairn.imports.history import Reading
from cairn.imports.rows import Row
from tests.support.dumps import write_tables

READING = Reading(datetime(2026, 11, 20, 12, tzinfo=UTC))
AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def small() -> dict[str, list[dict[str, Any]]]:
    """One player, one progress, one event."""
    return {
        "player_profiles": [{"id": "f-1", "user_id": "ada", "stats": {"preferences": {"hints": True}}}],
        "experience_progress": [
            {"id": "p-1", "player_id": "f-1", "experience_id": "woods", "last_played_at": AT, "state": {}}
        ],
        "player_progress_events": [
            {"id": "e-1", "experience_progress_id": "p-1", "event_type": "npc_dialogue", "timestamp": AT, "data": {}}
        ],
    }


def read(folder: Path, reading: Reading = READING, community: str | None = None) -> tuple[FolderSurvey, list[Row]]:
    work = folder.parent / "work"
    work.mkdir()
    found = survey_folder(folder, work, reading, community)
    return found, [row for _, rows in by_player(work / ROWS) for row in rows]


def test_an_event_is_joined_with_its_player_and_its_experience(tmp_path: Path) -> None:
    found, rows = read(write_tables(small(), tmp_path / "dump"))
    assert [(each.player, each.experience, each.type) for each in rows] == [("ada", "woods", "npc_dialogue")]
    assert [each.preferences for each in profiles_in(tmp_path / "work")] == [{"hints": True}]
    assert found.tables == {"player_profiles.csv": 1, "experience_progress.csv": 1, "player_progress_events.csv": 1}
    assert (found.rows, found.players, found.profiles, found.missing) == (1, {"ada"}, 1, {})


def test_rows_that_point_nowhere_are_bad_and_say_so(tmp_path: Path) -> None:
    tables = small()
    tables["player_progress_events"][0]["experience_progress_id"] = "p-9"
    tables["experience_progress"].append({**tables["experience_progress"][0], "id": "p-2", "player_id": "f-9"})
    tables["player_profiles"].append({"id": "f-2", "user_id": None, "stats": None})
    found, rows = read(write_tables(tables, tmp_path / "dump"))
    assert [each.cause for each in rows] == ["experience_progress:p-1:started"]
    assert [(each.table, each.line, each.reason) for each in found.bad] == [
        ("player_profiles", 3, "user_id has 0 characters: it is the player, and has from 1 to 128"),
        ("experience_progress", 3, "player_id is 'f-9': player_profiles.csv has no such row"),
        ("player_progress_events", 2, "experience_progress_id is 'p-9': experience_progress.csv has no such row"),
    ]


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("experience_progress", "player_progress_events.csv needs experience_progress.csv beside it"),
        ("player_profiles", "experience_progress.csv needs player_profiles.csv beside it"),
    ],
)
def test_a_table_that_cannot_be_joined_is_not_loaded_alone(tmp_path: Path, left_out: str, said: str) -> None:
    tables = {name: rows for name, rows in small().items() if name != left_out}
    with pytest.raises(Unreadable, match=said):
        read(write_tables(tables, tmp_path / "dump"))


def test_a_table_that_is_missed_is_named_with_what_that_means(tmp_path: Path) -> None:
    tables = {name: rows for name, rows in small().items() if name != "player_progress_events"}
    found, _ = read(write_tables(tables, tmp_path / "dump"))
    assert "the days on which they played" in found.missing["player_progress_events"]


def test_a_folder_without_tables_says_which_files_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump/users.csv").write_text("id\n")
    with pytest.raises(Unreadable, match=r"holds none of the tables.*player_profiles\.csv"):
        read(tmp_path / "dump")


def test_other_csv_files_are_named_and_a_schema_before_a_table_is_none_of_its_name(tmp_path: Path) -> None:
    folder = write_tables(small(), tmp_path / "dump")
    (folder / "users.csv").write_text("id\n")
    (folder / "player_profiles.csv").rename(folder / "public.Player_Profiles.CSV")
    found, rows = read(folder)
    assert (found.unread, len(rows)) == (["users.csv"], 1)


def test_one_table_twice_is_refused(tmp_path: Path) -> None:
    folder = write_tables(small(), tmp_path / "dump")
    (folder / "public.player_profiles.csv").write_text("id,user_id\n")
    with pytest.raises(Unreadable, match="are one table"):
        read(folder)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id;user_id\n", "separates its columns by ';'"),
        ("id,email\n", r"lacks user_id.*\\copy player_profiles TO"),
        ("", "lacks id, user_id"),
    ],
)
def test_a_header_that_will_not_do_says_how_to_export(tmp_path: Path, header: str, said: str) -> None:
    folder = write_tables(small(), tmp_path / "dump")
    (folder / "player_profiles.csv").write_text(header)
    with pytest.raises(Unreadable, match=said):
        read(folder)


def test_columns_that_mean_nothing_are_named(tmp_path: Path) -> None:
    tables = small()
    tables["player_profiles"][0]["email"] = "ada@example.org"
    assert read(write_tables(tables, tmp_path / "dump"))[0].ignored == {"player_profiles.email"}


def activities(*communities: str) -> dict[str, list[dict[str, Any]]]:
    common = {"user_id": "ada", "activity_type": "viewed", "content_item_id": "mill", "created_at": AT}
    return {
        "user_activities": [{"id": number, "community_id": each, **common} for number, each in enumerate(communities)]
    }


def test_rows_of_several_communities_are_never_loaded_into_one_tenant(tmp_path: Path) -> None:
    folder = write_tables(activities("c-1", "c-2", "c-1"), tmp_path / "dump")
    with pytest.raises(Unreadable, match=r"2 communities: c-1 \(2 rows\), c-2 \(1 rows\).*--community"):
        read(folder)


def test_of_several_communities_the_one_named_is_loaded(tmp_path: Path) -> None:
    folder = write_tables(activities("c-1", "c-2", "c-1"), tmp_path / "dump")
    assert len(read(folder, community="c-1")[1]) == 2


def test_a_community_of_which_there_is_no_row_is_refused(tmp_path: Path) -> None:
    folder = write_tables(activities("c-1"), tmp_path / "dump")
    with pytest.raises(Unreadable, match=r"No row is of the community 'c-3'\. There are: c-1"):
        read(folder, community="c-3")


def test_lines_that_are_no_csv_are_bad_by_themselves_and_null_may_be_written_out(tmp_path: Path) -> None:
    folder = write_tables(activities("c-1"), tmp_path / "dump")
    with (folder / "user_activities.csv").open("a") as file:
        file.write("1,c-1,ada\n")
        file.write("2,\\N,ada,viewed,mill,2026-03-01 08:30:00\n")
    found, rows = read(folder)
    assert [(each.table, each.line) for each in found.bad] == [("user_activities", 3)]
    assert len(rows) == 2


def test_a_state_of_a_megabyte_is_read(tmp_path: Path) -> None:
    tables = small()
    tables["experience_progress"][0]["state"] = {"visited_waypoints": [f"waypoint-{n:06}" for n in range(60_000)]}
    assert read(write_tables(tables, tmp_path / "dump"))[0].rows == 60_001


def test_what_changes_how_tables_are_read_is_another_run(tmp_path: Path) -> None:
    prints = set()
    for number, reading in enumerate(
        (READING, Reading(READING.now, full_score=5), Reading(READING.now, zone="Asia/Tokyo"))
    ):
        (tmp_path / str(number)).mkdir()
        prints.add(read(write_tables(small(), tmp_path / str(number) / "dump"), reading)[0].sha256)
    assert len(prints) == 3
