"""Every board there is, from what players do."""

from datetime import UTC, datetime, timedelta

import pytest

from cairn.platform.table import Table
from cairn.tenants.boards import STANDARD, BoardRule, Period
from tests.support.http import Clock
from tests.unit.leaderboards.town import Town

SEVEN = [rule.id for rule in STANDARD]


@pytest.fixture
def town(table: Table, clock: Clock) -> Town:
    town = Town(table, clock)
    town.define()
    return town


def test_a_players_first_day_is_on_all_seven_boards(town: Town) -> None:
    town.journey("ada")
    town.play("events", {"type": "check_in"}, player="bob")
    town.follow()
    found = {board: town.rows(board) for board in SEVEN}
    for board in ("xp_all_time", "xp_weekly", "xp_monthly"):
        assert found[board] == [(1, "ada", 215), (2, "bob", 5)], board
    for board in ("streak_current", "streak_longest"):
        assert found[board] == [(1, "ada", 1), (1, "bob", 1)], board
    assert found["experiences_completed"] == [(1, "ada", 1)]
    assert found["achievements_unlocked"] == [(1, "ada", 2)]


def test_one_transaction_moves_a_player_on_every_board(town: Town) -> None:
    town.journey("ada", upto=1)
    town.follow()
    town.clock.at += timedelta(days=1)
    town.play("events", {"type": "check_in"})
    assert town.table.meter
    town.table.meter.calls.clear()
    town.follow(reacting=False)
    assert town.table.meter.calls.count("transact_write_items") == 2, "the agenda, and all boards at once"


def test_what_changes_no_score_and_no_face_moves_nobody(town: Town) -> None:
    town.journey("ada", upto=3)
    town.follow()
    town.play("events", {"type": "item_collected", "content_id": "lamp"})
    assert town.table.meter
    town.table.meter.calls.clear()
    town.follow(reacting=False)
    assert "transact_write_items" not in town.table.meter.calls


def test_boards_that_are_not_shown_are_not_kept(town: Town) -> None:
    town.show("xp_all_time")
    town.journey("ada")
    town.follow()
    assert {key.sk for key in town.seen if key.sk.startswith("POS#")} == {"POS#xp_all_time#all"}
    refused = town.ask("/leaderboards/xp_weekly")
    assert (refused.status, refused.body["boards"]) == (404, ["xp_all_time"])


def test_each_experience_has_its_boards_where_they_are_shown(town: Town) -> None:
    town.show("distance", "completion_time")
    town.define("hill", quadrants={}, completion_criteria={})
    for player, meters, minutes in (("ada", 1234, 20), ("bob", 560, 10), ("cid", 1230, 30)):
        town.play("start", experience="hill", player=player)
        town.clock.at += timedelta(minutes=minutes)
        for share in (0.5, 0.5):
            body = {"type": "check_in", "distance_meters": meters * share}
            town.play("events", body, experience="hill", player=player)
        assert town.play("complete", experience="hill", player=player).status == 200
    town.follow()
    assert town.rows("distance:hill") == [(1, "ada", 1230), (1, "cid", 1230), (3, "bob", 560)]
    assert town.rows("completion_time:hill") == [(1, "bob", 600), (2, "ada", 1200), (3, "cid", 1800)]
    assert town.rows("distance:woods") == []
    body = town.ask("/leaderboards/distance:hill/players/cid").body
    assert (body["rank"], body["score"], body["unit"], body["percentile"]) == (1, 1230, "m", 66.67)


def test_a_completion_whose_start_is_not_known_is_not_ranked_by_time(town: Town) -> None:
    town.show("completion_time")
    town.define("hill", quadrants={}, completion_criteria={})
    town.play("start", experience="hill")
    assert town.play("complete", experience="hill").status == 200
    town.follow()
    assert town.rows("completion_time:hill") == []


def test_a_tenant_defines_boards_of_its_own(town: Town) -> None:
    words = BoardRule("words", "Words", "words_learned", "words", step=2)
    quarter = BoardRule("xp_quarter", "XP of the quarter", "total_xp", "XP", period=Period.QUARTER)
    week = BoardRule("words_weekly", "Words, last 7 days", "words_learned", "words", period=Period.LAST_7_DAYS)
    town.show("words", "xp_quarter", "words_weekly", defined=(words, quarter, week))
    for player, number in (("ada", 5), ("bob", 4), ("cid", 1)):
        for word in range(number):
            town.play("events", {"type": "word_learned", "content_id": f"w{word}"}, player=player)
    town.follow()
    assert town.rows("words") == [(1, "ada", 4), (1, "bob", 4)]
    assert town.rows("words_weekly") == [(1, "ada", 5), (2, "bob", 4), (3, "cid", 1)]
    assert town.rows("xp_quarter") == [(1, "ada", 5), (1, "bob", 5), (1, "cid", 5)]
    body = town.ask("/leaderboards/xp_quarter").body
    assert body["season"] == "2026-Q4"


def test_what_happens_after_a_season_counts_for_the_next_and_late_events_for_their_own(town: Town) -> None:
    month = BoardRule("xp_month", "XP of the month", "total_xp", "XP", period=Period.MONTH)
    town.show("xp_month", defined=(month,))
    town.clock.at = datetime(2026, 11, 30, 12, tzinfo=UTC)
    town.play("start")
    town.follow()
    town.clock.at = datetime(2026, 12, 1, 12, tzinfo=UTC)
    town.play("events", {"type": "check_in"})
    town.play("events", {"type": "check_in", "at": "2026-11-29T12:00:00Z"})
    town.follow()
    assert town.rows("xp_month") == [(1, "ada", 10)]
    assert town.rows("xp_month", season="2026-12") == [(1, "ada", 10)]
    earned = {"2026-11-29": 5, "2026-11-30": 10, "2026-12-01": 15}
    late = earned["2026-11-29"] + (earned["2026-11-30"] - 5) + (earned["2026-12-01"] - 10)
    assert town.rows("xp_month", season="2026-11") == [(1, "ada", 5 + late)], "a late event pays when it happened"
    assert town.ask("/leaderboards/xp_month", season="2026-Q4").status == 404
    assert town.ask("/leaderboards/xp_month", season="soon").body["type"] == "urn:cairn:problem:unknown-season"


def test_the_boards_are_listed_with_their_periods(town: Town) -> None:
    month = BoardRule("xp_month", "XP of the month", "total_xp", "XP", period=Period.MONTH)
    town.show("xp_all_time", "xp_weekly", "xp_month", "distance", zone="Pacific/Kiritimati", defined=(month,))
    body = town.ask("/leaderboards", "player").body
    listed = {board["id"]: board for board in body["boards"]}
    assert list(listed) == ["xp_all_time", "xp_weekly", "xp_month"]
    assert "from" not in listed["xp_all_time"]
    assert (listed["xp_weekly"]["from"], listed["xp_weekly"]["to"]) == ("2026-11-15", "2026-11-21")
    assert (listed["xp_month"]["season"], listed["xp_month"]["from"]) == ("2026-11", "2026-11-01")
    assert [board["id"] for board in body["of_experiences"]] == ["distance:{experience_id}"]
