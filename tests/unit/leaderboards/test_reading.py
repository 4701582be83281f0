"""Pages, neighbours, friends, several boards at once, and what may be answered from memory."""

from datetime import timedelta

import pytest

from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from functions.leaderboards_mover.handler import Consume
from tests.support.boards import History, batch
from tests.support.http import Clock
from tests.unit.leaderboards.conftest import As, show
from tests.unit.leaderboards.town import Town

TOP = "/leaderboards/xp_all_time"
# Ties, bands of one value, and gaps of many bands.
SCORES = [1, 2, 2, 3, 7, 8, 8, 8, 9, 40, 41, 41, 300, 300, 300, 300, 5000, 70_000, 70_000, 10**9]


@pytest.fixture
def crowd(table: Table, history: History, move: Consume, meter: Meter) -> list[tuple[int, str, int]]:
    """The standings of twenty players."""
    for tenant in ("acme", "globex"):
        show(table, "xp_all_time", tenant=tenant, cache_seconds=0)
    move(batch(*(history.change(f"p{number:02d}", score) for number, score in enumerate(SCORES))))
    return history.standings()


def short(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(row["rank"], row["player_id"], row["score"]) for row in rows]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 19, 20, 100])
def test_pages_by_cursor_are_the_whole_board(crowd: list[tuple[int, str, int]], boards: As, limit: int) -> None:
    board, rows, cursor, pages = boards("operator"), [], "", 0
    while True:
        body = board.send("GET", TOP, limit=str(limit), cursor=cursor).body
        assert body["total_players"] == 20
        rows += short(body["rows"])
        pages += 1
        if body["next"] is None:
            break
        cursor = body["next"]
    assert rows == crowd
    assert pages <= -(-20 // limit) + 1


def test_every_page_costs_two_trips(crowd: list[tuple[int, str, int]], boards: As, meter: Meter) -> None:
    board = boards("operator")
    cursor = board.send("GET", TOP, limit="3").body["next"]
    before = meter.trips
    board.send("GET", TOP, limit="3", cursor=cursor)
    assert meter.trips - before == 2


def test_a_cursor_goes_on_where_it_was_though_its_player_moved(
    crowd: list[tuple[int, str, int]], boards: As, history: History, move: Consume
) -> None:
    first = boards("operator").send("GET", TOP, limit="5").body
    last = first["rows"][-1]["player_id"]
    move(batch(history.change(last, 2 * 10**9)))
    body = boards("operator").send("GET", TOP, limit="3", cursor=first["next"]).body
    assert [row["player_id"] for row in body["rows"]] == [player for _, player, _ in crowd[5:8]]


@pytest.mark.parametrize("cursor", ["x", "eA==", "/leaderboards", "eHBfYWxsX3RpbWUKYWxsCmJhZA=="])
def test_what_is_no_cursor_of_this_board_is_refused(crowd: object, boards: As, cursor: str) -> None:
    refused = boards("operator").send("GET", TOP, cursor=cursor)
    assert (refused.status, refused.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_a_cursor_of_another_board_is_refused(
    table: Table, crowd: object, boards: As, history: History, move: Consume
) -> None:
    cursor = boards("operator").send("GET", TOP, limit="3").body["next"]
    show(table, "xp_all_time", "xp_weekly")
    refused = boards("operator", tenant="acme").send("GET", "/leaderboards/xp_weekly", cursor=cursor)
    assert refused.status in (404, 422)


@pytest.mark.parametrize("radius", [1, 2, 5, 50])
def test_neighbours_are_the_rows_around_a_player(
    crowd: list[tuple[int, str, int]], boards: As, meter: Meter, radius: int
) -> None:
    for at, (rank, player, _) in enumerate(crowd):
        trips = meter.trips
        body = boards("operator").send("GET", f"{TOP}/players/{player}/neighbours", radius=str(radius)).body
        assert short(body["rows"]) == crowd[max(0, at - radius) : at + radius + 1]
        assert (body["rank"], body["total_players"]) == (rank, 20)
        assert meter.trips - trips <= 3 + (at == 0), "the settings, once"


def test_neighbours_of_who_is_not_ranked_are_not_found(crowd: object, boards: As) -> None:
    refused = boards("player", "eve").send("GET", f"{TOP}/players/me/neighbours")
    assert (refused.status, refused.body["type"]) == (404, "urn:cairn:problem:not-ranked")
    assert boards("player", "p01").send("GET", f"{TOP}/players/p02/neighbours").status == 403


def test_friends_are_ranked_among_themselves_in_one_trip(crowd: object, boards: As, meter: Meter) -> None:
    board = boards("player", "p05")
    board.send("GET", "/leaderboards")
    trips = meter.trips
    body = board.send("GET", f"{TOP}/friends", players="p01,me,p06,eve,p18,p01,p02").body
    assert meter.trips - trips == 1
    assert short(body["rows"]) == [(1, "p18", 70_000), (2, "p05", 8), (2, "p06", 8), (4, "p01", 2), (4, "p02", 2)]
    assert body["not_ranked"] == ["eve"]


@pytest.mark.parametrize("players", ["", ",", ",".join(f"p{number}" for number in range(101)), "x" * 129])
def test_one_to_a_hundred_friends_can_be_asked_for(crowd: object, boards: As, players: str) -> None:
    refused = boards("player", "p05").send("GET", f"{TOP}/friends", players=players)
    assert (refused.status, refused.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_a_hundred_friends_are_taken(crowd: object, boards: As) -> None:
    players = ",".join(f"p{number:02d}" for number in range(100))
    assert len(boards("player", "p05").send("GET", f"{TOP}/friends", players=players).body["rows"]) == 20


def test_ranks_on_several_boards_cost_two_trips_and_one_that_is_not_held_is_null(
    table: Table, clock: Clock, meter: Meter
) -> None:
    town = Town(table, clock)
    town.define()
    town.journey("ada", upto=3)
    town.follow()
    body = town.ask("/players/ada/ranks").body
    ranks = {each["board"]: each["rank"] for each in body["ranks"]}
    assert ranks == {
        "xp_all_time": 1,
        "xp_weekly": 1,
        "xp_monthly": 1,
        "streak_current": 1,
        "streak_longest": 1,
        "experiences_completed": None,
        "achievements_unlocked": None,
    }
    client = town.call("leaderboards")
    client.send("GET", "/leaderboards")
    trips, reads = meter.trips, meter.reads
    five = "xp_all_time,xp_weekly,xp_monthly,streak_current,streak_longest"
    shown = client.send("GET", "/players/me/ranks", boards=five).body
    assert [each["board"] for each in shown["ranks"]] == five.split(",")
    assert (meter.trips - trips, meter.reads - reads <= 12) == (2, True)


def test_ranks_are_asked_of_boards_there_are_and_of_ten_at_most(crowd: object, boards: As) -> None:
    assert boards("player", "p01").send("GET", "/players/me/ranks", boards="fame").status == 404
    many = ",".join(f"b{number}" for number in range(11))
    assert boards("player", "p01").send("GET", "/players/me/ranks", boards=many).status == 422


def test_an_answer_has_an_etag_that_stays_while_the_ranks_do(
    crowd: object, boards: As, clock: Clock, history: History, move: Consume
) -> None:
    board = boards("operator")
    first = board.send("GET", TOP)
    assert first.headers["Cache-Control"] == "private, max-age=0"
    etag = first.headers["ETag"]
    assert etag.startswith('W/"')
    clock.at += timedelta(seconds=30)
    again = board.send("GET", TOP, headers={"if-none-match": etag})
    assert (again.status, again.body) == (304, None)
    move(batch(history.change("p01", 10**8)))
    other = board.send("GET", TOP, headers={"if-none-match": etag})
    assert (other.status, other.headers["ETag"] != etag) == (200, True)


def test_a_page_from_memory_says_how_old_it_is_and_is_read_anew_when_it_is_too_old(
    table: Table, boards: As, clock: Clock, history: History, move: Consume, meter: Meter
) -> None:
    show(table, "xp_all_time", cache_seconds=5)
    move(batch(history.change("ada", 50)))
    board = boards("operator")
    first = board.send("GET", TOP)
    assert (first.body["age_seconds"], first.headers["Age"]) == (0, "0")
    assert first.headers["Cache-Control"] == "private, max-age=5"
    move(batch(history.change("bob", 70)))
    clock.at += timedelta(seconds=4)
    trips = meter.trips
    kept = board.send("GET", TOP)
    assert (meter.trips - trips, kept.body["age_seconds"], kept.headers["Age"]) == (0, 4, "4")
    assert (kept.body["as_of"], kept.body["rows"]) == (first.body["as_of"], first.body["rows"])
    clock.at += timedelta(seconds=1)
    anew = board.send("GET", TOP)
    assert (anew.body["age_seconds"], len(anew.body["rows"])) == (0, 2)


def test_memory_holds_pages_of_tenants_and_boards_apart(
    table: Table, boards: As, history: History, move: Consume
) -> None:
    move(batch(history.change("ada", 50)))
    assert boards("operator").send("GET", TOP).body["total_players"] == 1
    assert boards("operator", tenant="globex").send("GET", TOP).body["total_players"] == 0
    assert boards("operator").send("GET", "/leaderboards/streak_longest").body["total_players"] == 0
    assert len(boards("operator").send("GET", TOP, limit="1").body["rows"]) == 1
