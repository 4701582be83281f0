"""The API of the boards."""

import pytest

from cairn.platform.capacity import Meter
from functions.leaderboards_mover.handler import Consume
from tests.support.boards import History, batch
from tests.support.http import Clock
from tests.unit.leaderboards.conftest import As

TOP = "/leaderboards/xp_all_time"
SCORES = {"ada": 50, "bob": 1200, "cid": 50, "dot": 7}


pytestmark = pytest.mark.usefixtures("only_xp_all_time")


@pytest.fixture
def played(history: History, move: Consume) -> None:
    move(batch(*(history.change(player, xp) for player, xp in SCORES.items())))


@pytest.mark.usefixtures("played")
def test_the_top_lists_rank_name_score_level_and_title(boards: As, clock: Clock) -> None:
    body = boards("operator").send("GET", TOP).body
    assert body["board"] == "xp_all_time"
    assert body["as_of"] == "2026-11-20T12:00:00.000Z"
    assert body["total_players"] == 4
    assert body["rows"][0] == {
        "rank": 1,
        "player_id": "bob",
        "name": "Bob",
        "pseudonym": False,
        "score": 1200,
        "level": 8,
        "title": "Novice",
        "reached_at": "2026-11-20T12:00:02.000Z",
    }
    assert [(row["rank"], row["player_id"]) for row in body["rows"]] == [(1, "bob"), (2, "ada"), (2, "cid"), (4, "dot")]


@pytest.mark.usefixtures("played")
def test_the_top_is_as_long_as_asked(boards: As) -> None:
    body = boards("service").send("GET", TOP, limit="2").body
    assert [row["player_id"] for row in body["rows"]] == ["bob", "ada"]
    assert body["total_players"] == 4


def test_ten_rows_are_the_default(boards: As, history: History, move: Consume) -> None:
    move(batch(*(history.change(f"p{number}", 1000 + number) for number in range(1, 13))))
    rows = boards("operator").send("GET", TOP).body["rows"]
    assert [row["score"] for row in rows] == [*range(1012, 1002, -1)]


@pytest.mark.usefixtures("played")
def test_a_player_gets_their_own_row_with_the_top(boards: As) -> None:
    assert boards("player", "dot").send("GET", TOP, limit="2").body["own"]["rank"] == 4
    body = boards("player", "ada").send("GET", TOP, limit="2").body
    assert body["own"] == body["rows"][1]


@pytest.mark.usefixtures("played")
def test_there_is_no_own_row_for_those_who_are_not_ranked_or_no_player(boards: As) -> None:
    assert "own" not in boards("player", "eve").send("GET", TOP).body
    assert "own" not in boards("operator").send("GET", TOP).body


@pytest.mark.usefixtures("played")
def test_the_own_row_costs_two_trips_more_only_where_it_is_not_in_the_top(boards: As, meter: Meter) -> None:
    for player, trips in (("bob", 2), ("dot", 4)):
        board = boards("player", player)
        board.send("GET", "/leaderboards")  # which reads the settings
        before = meter.trips
        board.send("GET", TOP, limit="1")
        assert meter.trips - before == trips


@pytest.mark.usefixtures("played")
def test_a_rank_comes_with_score_total_and_percentile(boards: As) -> None:
    reply = boards("player", "cid").send("GET", f"{TOP}/players/me")
    assert reply.status == 200
    assert reply.body == {
        "board": "xp_all_time",
        "unit": "XP",
        "as_of": "2026-11-20T12:00:00.000Z",
        "rank": 2,
        "player_id": "cid",
        "name": "Cid",
        "pseudonym": False,
        "score": 50,
        "level": 1,
        "title": "Novice",
        "reached_at": "2026-11-20T12:00:03.000Z",
        "total_players": 4,
        "percentile": 50.0,
    }
    assert boards("operator").send("GET", f"{TOP}/players/cid").body == reply.body


@pytest.mark.usefixtures("played")
def test_a_player_asks_for_themself_only(boards: As) -> None:
    refused = boards("player", "ada").send("GET", f"{TOP}/players/bob")
    assert (refused.status, refused.body["type"]) == (403, "urn:cairn:problem:other-player")


def test_an_empty_board_has_no_rows(boards: As) -> None:
    body = boards("player", "ada").send("GET", TOP).body
    assert (body["rows"], body["total_players"]) == ([], 0)


@pytest.mark.usefixtures("played")
def test_who_is_not_ranked_is_told_how_to_be(boards: As) -> None:
    refused = boards("player", "eve").send("GET", f"{TOP}/players/me")
    assert (refused.status, refused.body["type"]) == (404, "urn:cairn:problem:not-ranked")
    assert "first score above 0 XP" in refused.body["detail"]


@pytest.mark.usefixtures("played")
def test_who_lost_all_xp_is_not_ranked(boards: As, history: History, move: Consume) -> None:
    move(batch(history.change("ada", 0)))
    assert boards("player", "ada").send("GET", f"{TOP}/players/me").status == 404
    assert "own" not in boards("player", "ada").send("GET", TOP).body


@pytest.mark.parametrize("path", ["/leaderboards/fame", "/leaderboards/fame/players/me"])
def test_an_unknown_board_is_refused_naming_those_there_are(boards: As, path: str) -> None:
    refused = boards("player", "ada").send("GET", path)
    assert (refused.status, refused.body["type"]) == (404, "urn:cairn:problem:unknown-board")
    assert refused.body["boards"] == ["xp_all_time"]
    assert "xp_all_time" in refused.body["detail"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1.5"])
def test_a_limit_outside_1_to_100_is_refused(boards: As, limit: str) -> None:
    refused = boards("player", "ada").send("GET", TOP, limit=limit)
    assert (refused.status, refused.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


@pytest.mark.usefixtures("played")
def test_another_tenant_sees_none_of_it(boards: As) -> None:
    assert boards("player", "bob", "globex").send("GET", TOP).body["total_players"] == 0
    assert boards("service", tenant="globex").send("GET", f"{TOP}/players/bob").status == 404


def test_a_token_without_a_role_reads_nothing(boards: As) -> None:
    assert boards("nobody").send("GET", TOP).status == 403
