"""Calendar seasons that end: they are archived, frozen and read ever after, whatever happens meanwhile."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cairn.leaderboards import archive, close, frozen, storage
from cairn.leaderboards.board import Board, of_season
from cairn.leaderboards.work import Worker
from cairn.platform.table import Table
from cairn.tenants.boards import BoardRule, BoardSettings, Period, Spread
from tests.support.boards import History, batch
from tests.support.http import Clock
from tests.support.storm import assert_consistent
from tests.support.weather import Killed, Mortal
from tests.support.world import all_items
from tests.unit.leaderboards.town import Town, scheduled_until

CUP = BoardRule("cup", "Cup of the month", "total_xp", "XP", period=Period.MONTH)
WEEKS = BoardRule("weeks", "Cup of the week", "total_xp", "XP", period=Period.WEEK)
BOARDS = BoardSettings(("cup", "weeks"), (CUP, WEEKS))
CLOSES = datetime(2026, 12, 4, tzinfo=UTC)  # 72 hours after the end of November
AFTER = CLOSES + timedelta(minutes=3)
GONE = datetime(2027, 3, 10, tzinfo=UTC)  # a hundred days after November's last
XP = {"ada": 50, "bob": 200, "cid": 50, "dot": 10, "eve": 100}
FINAL = [(1, "bob", 200), (2, "eve", 100), (3, "ada", 50), (3, "cid", 50), (5, "dot", 10)]
PAST = {"season": "2026-11"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(close, "SETTLES_SECONDS", 0.0)


@pytest.fixture
def in_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts and frozen items of two rows, and six of those."""
    monkeypatch.setattr(close, "PART_ROWS", 2)
    for module in (close, frozen):
        monkeypatch.setattr(module, "FROZEN_AT_ONCE", 2)
        monkeypatch.setattr(module, "FROZEN", 6)


@pytest.fixture
def history() -> History:
    return History(tracked=BOARDS.tracked("UTC"))


@pytest.fixture
def town(table: Table, clock: Clock, history: History) -> Town:
    """Five players with XP in November."""
    town = Town(table, clock)
    town.show("cup", defined=BOARDS.defined)
    gain(town, history, XP)
    return town


def gain(town: Town, history: History, xp: dict[str, int]) -> None:
    """Players who gain so much XP now."""
    history.begin = town.clock.at
    had = {player: history.players[player].xp if player in history.players else 0 for player in xp}
    records = [history.change(player, had[player] + amount) for player, amount in xp.items()]
    client: Any = town.table.client
    for image in history.images.values():
        client.put_item(TableName=town.table.name, Item=image)
    assert town.move(batch(*records)) == {"batchItemFailures": []}


def at(town: Town, now: datetime) -> None:
    """Lets the time come as if the schedule had run until half an hour before: two weeks are 1,344 quarters."""
    scheduled_until(town.table, now - timedelta(minutes=30))
    town.until(now)


def board(of: str = "cup", season: str = "2026-11") -> Board:
    found = of_season(BOARDS, of, season)
    assert found
    return found


def archived(town: Town, part: int = 0, of: Board | None = None) -> list[tuple[int, str, int]]:
    content = town.archive.kept[archive.part_key("acme", of or board(), part)]
    lines = [json.loads(line) for line in gzip.decompress(content).decode().splitlines()]
    return [(line["rank"], line["player_id"], line["score"]) for line in lines]


def manifest(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(town.archive.kept[archive.manifest_key("acme", board())])
    return found


def of_season_alone(town: Town) -> dict[Any, Any]:
    """What is kept of closed seasons, and of their positions and trees."""
    kinds = ("season", "frozen", storage.POSITION, storage.NODE)
    return {key: raw for key, raw in all_items(town.table).items() if raw["kind"]["S"] in kinds}


def test_a_season_closes_72_hours_after_its_end_and_is_read_as_it_ended(town: Town) -> None:
    at(town, CLOSES - timedelta(minutes=1))
    assert town.ask("/leaderboards/cup/seasons").body["closed"] == []
    assert town.rows("cup", **PAST) == FINAL
    at(town, AFTER)
    body = town.ask("/leaderboards/cup", "player", "dot", limit="2", **PAST).body
    assert [(row["rank"], row["player_id"], row["score"]) for row in body["rows"]] == FINAL[:2]
    assert (body["season"], body["from"], body["to"]) == ("2026-11", "2026-11-01", "2026-11-30")
    assert (body["closed_at"], body["as_of"]) == ("2026-12-04T00:00:00.000Z", "2026-12-04T00:03:00.000Z")
    assert (body["total_players"], body["own"]["rank"]) == (5, 5)
    rest = town.ask("/leaderboards/cup", limit="5", cursor=body["next"], **PAST).body
    assert [row["player_id"] for row in rest["rows"]] == ["ada", "cid", "dot"]
    assert rest["next"] is None
    listed = town.ask("/leaderboards/cup/seasons").body
    assert listed["present"] == {"season": "2026-12", "from": "2026-12-01", "to": "2026-12-31"}
    assert listed["closed"] == [
        {
            "season": "2026-11",
            "from": "2026-11-01",
            "to": "2026-11-30",
            "total_players": 5,
            "closed_at": "2026-12-04T00:00:00.000Z",
            "archive": "boards/acme/cup/2026-11",
        }
    ]
    assert "archive" not in town.ask("/leaderboards/cup/seasons", "player").body["closed"][0]


def test_everybody_is_in_the_archive(town: Town) -> None:
    at(town, AFTER)
    assert archived(town) == FINAL
    assert manifest(town) == {
        "tenant": "acme",
        "board": "cup",
        "season": "2026-11",
        "closed_at": "2026-12-04T00:00:00.000Z",
        "total_players": 5,
        "parts": 1,
        "unit": "XP",
        "high_first": True,
    }


def test_ranks_in_a_season_are_kept_for_a_hundred_days_and_the_best_for_ever(town: Town) -> None:
    at(town, AFTER)
    town.clock.at = GONE - timedelta(minutes=1)
    assert town.ask("/leaderboards/cup/players/dot", **PAST).body["rank"] == 5
    assert town.ask("/leaderboards/cup/players/dot/neighbours", **PAST).status == 200
    town.clock.at = GONE
    for path in ("/leaderboards/cup/players/dot", "/leaderboards/cup/players/dot/neighbours"):
        refused = town.ask(path, **PAST)
        assert (refused.status, refused.body["type"]) == (410, "urn:cairn:problem:season-closed")
        assert "until 2027-03-10" in refused.body["detail"]
    assert town.ask("/leaderboards/cup/friends", players="dot", **PAST).status == 410
    assert town.ask("/players/dot/ranks", boards="cup", **PAST).status == 410
    assert town.rows("cup", **PAST) == FINAL
    assert "own" not in town.ask("/leaderboards/cup", "player", "dot", limit="1", **PAST).body


def test_a_season_without_players_is_never_closed_and_shows_nobody(town: Town) -> None:
    at(town, AFTER)
    at(town, AFTER + timedelta(days=31))
    assert town.rows("cup", season="2026-12") == []
    assert [each["season"] for each in town.ask("/leaderboards/cup/seasons").body["closed"]] == ["2026-11"]


def test_what_is_told_after_the_closing_moves_nobody(town: Town, history: History) -> None:
    at(town, AFTER)
    before = of_season_alone(town)
    late = history.change("dot", 5_000, at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    assert town.move(batch(late)) == {"batchItemFailures": []}
    assert of_season_alone(town) == before
    assert town.rows("cup", **PAST) == FINAL


def test_closing_twice_changes_nothing(town: Town) -> None:
    at(town, AFTER)
    items, objects, puts = all_items(town.table), dict(town.archive.kept), town.archive.puts
    town.queued.append({"task": "close", "tenant": "acme", "board": "cup", "period": "2026-11"})
    town.work()
    assert (all_items(town.table), town.archive.kept, town.archive.puts) == (items, objects, puts)


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("dies_at", [1, 2])
def test_a_closing_that_dies_at_any_write_is_ended_by_the_next(town: Town, dies_at: int, written: bool) -> None:
    mortal = Table(Mortal(town.table.client, dies_at, written), town.table.name)
    with pytest.raises(Killed):
        close.close(mortal, town.archive, "acme", board(), "UTC", AFTER)
    assert_closed(town)


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_closing_whose_bucket_fails_is_ended_by_the_next(town: Town, fails_at: int) -> None:
    town.archive.fails_at = fails_at
    with pytest.raises(OSError, match="away"):
        at(town, AFTER)
    town.queued.append({"task": "close", "tenant": "acme", "board": "cup", "period": "2026-11"})
    assert_closed(town)


def assert_closed(town: Town) -> None:
    """What is to be done is done, and then the season is as it ended."""
    at(town, AFTER)
    assert town.rows("cup", **PAST) == archived(town) == FINAL
    assert manifest(town)["parts"] == 1
    assert [each["total_players"] for each in town.ask("/leaderboards/cup/seasons").body["closed"]] == [5]


@pytest.mark.usefixtures("in_twos")
def test_a_closing_without_time_left_goes_on_in_another_message(town: Town) -> None:
    town.clock.at = AFTER
    sent: list[dict[str, Any]] = [{"task": "close", "tenant": "acme", "board": "cup", "period": "2026-11"}]
    worker, messages = Worker(town.table, town.archive, sent.extend), 0
    while sent:
        message = json.loads(json.dumps(sent.pop(0)))
        messages += 1
        assert worker.work(message, AFTER, lambda: False) == {"closed": int(not sent)}
    assert messages == 3
    assert [archived(town, part) for part in range(3)] == [FINAL[:2], FINAL[2:4], FINAL[4:]]
    assert town.rows("cup", **PAST) == FINAL


@pytest.mark.usefixtures("in_twos")
def test_the_best_are_kept_some_rows_an_item(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(close, "FROZEN", 4)
    at(town, AFTER)
    kept = [raw for raw in all_items(town.table).values() if raw["kind"]["S"] == "frozen"]
    assert [len(json.loads(raw["rows"]["S"])) for raw in kept] == [2, 2]
    assert [len(archived(town, part)) for part in range(3)] == [2, 2, 1], "the archive has everybody"
    body = town.ask("/leaderboards/cup", limit="10", **PAST).body
    assert (len(body["rows"]), body["total_players"], body["next"]) == (4, 5, None)


def test_pages_of_a_closed_season_follow_each_other(town: Town, history: History) -> None:
    gain(town, history, {f"p{number:03d}": 1_000 - number // 2 for number in range(130)})
    at(town, AFTER)
    seen: list[tuple[int, str, int]] = []
    cursor: dict[str, str] = {}
    while True:
        page = town.ask("/leaderboards/cup", limit="70", **cursor, **PAST).body
        seen += [(row["rank"], row["player_id"], row["score"]) for row in page["rows"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == archived(town)
    assert [rank for rank, _, _ in seen[:5]] == [1, 1, 3, 3, 5]
    for wrong in ("bm90IGEgY3Vyc29y", "ZmluYWwgMTAwMA==", "ZmluYWwgLTE=", "x"):
        refused = town.ask("/leaderboards/cup", cursor=wrong, **PAST)
        assert (refused.status, refused.body["type"]) == (422, "urn:cairn:problem:invalid-parameter")


def test_who_is_erased_after_the_closing_leaves_it_and_the_ranks_below_move_up(town: Town) -> None:
    at(town, AFTER)
    town.erase("eve")
    assert town.queued == [{"task": "forget", "tenant": "acme", "player": "eve"}]
    town.work()
    left = [(1, "bob", 200), (2, "ada", 50), (2, "cid", 50), (4, "dot", 10)]
    assert town.rows("cup", **PAST) == left
    assert town.ask("/leaderboards/cup", limit="4", **PAST).body["next"] is None
    assert town.ask("/leaderboards/cup/players/dot", **PAST).body["rank"] == 4
    assert archived(town) == [row for row in FINAL if row[1] != "eve"], "the file says what was"
    assert b'"eve"' not in b"".join(gzip.decompress(each) for key, each in town.archive.kept.items() if ".gz" in key)
    assert '"eve"' not in str([raw for raw in all_items(town.table).values() if raw["kind"]["S"] == "frozen"])
    before, objects = all_items(town.table), dict(town.archive.kept)
    town.queued.append({"task": "forget", "tenant": "acme", "player": "eve"})
    town.work()
    assert (all_items(town.table), town.archive.kept) == (before, objects)


@pytest.mark.usefixtures("in_twos")
def test_who_is_erased_long_after_leaves_every_season_however_little_time_there_is(
    town: Town, history: History
) -> None:
    town.show("cup", "weeks", defined=BOARDS.defined)
    seasons = (("cup", "2026-11"), ("weeks", "2026-W48"), ("weeks", "2026-W49"))
    for day in (0, 7):
        town.clock.at = datetime(2026, 11, 25, 12, tzinfo=UTC) + timedelta(days=day)
        gain(town, history, {player: xp + day for player, xp in XP.items()})
    town.clock.at = datetime(2027, 4, 20, tzinfo=UTC)
    for of, season in seasons:
        town.queued.append({"task": "close", "tenant": "acme", "board": of, "period": season})
    town.work()
    town.erase("dot")
    worker = Worker(town.table, town.archive, town.queued.extend)
    messages = 0
    while town.queued:
        message = json.loads(json.dumps(town.queued.pop(0)))
        steps = iter([True])
        worker.work(message, town.clock(), lambda steps=steps: next(steps, False))
        messages += 1
    assert messages > len(seasons)
    for of, season in seasons:
        rows = town.rows(of, season=season)
        assert [player for _, player, _ in rows] == ["bob", "eve", "ada", "cid"]
        parts = [archived(town, part, board(of, season)) for part in range(3)]
        assert [player for part in parts for _, player, _ in part] == ["bob", "eve", "ada", "cid"]


@pytest.mark.usefixtures("in_twos")
def test_who_is_erased_while_the_season_is_being_closed_is_not_in_it(town: Town) -> None:
    """Two parts are written when somebody in the first one leaves: it begins anew, and ends with a part fewer."""
    town.clock.at = AFTER
    gain_time = iter([True, False])
    reached = close.close(town.table, town.archive, "acme", board(), "UTC", AFTER, lambda: next(gain_time))
    assert reached and reached["parts"] == 2
    town.erase("bob")
    town.work()
    assert archived(town)[0][1] == "bob", "nothing is closed yet, so nothing was there to forget"
    town.queued.append({"task": "close", "tenant": "acme", "board": "cup", "period": "2026-11", "reached": reached})
    town.work()
    left = [(1, "eve", 100), (2, "ada", 50), (2, "cid", 50), (4, "dot", 10)]
    assert town.rows("cup", **PAST) == left
    assert [archived(town, part) for part in range(3)] == [left[:2], left[2:], []]
    assert manifest(town)["parts"] == 2
    assert b'"bob"' not in b"".join(gzip.decompress(each) for key, each in town.archive.kept.items() if ".gz" in key)
    assert_consistent(all_items(town.table))


def test_who_leaves_between_the_last_look_and_the_last_step_is_not_in_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = archive.write_manifest, []

    def leaves_then_written(*told: Any) -> None:
        if not left:
            left.append("bob")
            town.erase("bob")
            town.work()  # in vain: the season is not closed yet
        write(*told)

    monkeypatch.setattr(archive, "write_manifest", leaves_then_written)
    at(town, AFTER)
    assert [player for _, player, _ in town.rows("cup", **PAST)] == ["eve", "ada", "cid", "dot"]
    assert [player for _, player, _ in archived(town)] == ["eve", "ada", "cid", "dot"]


def test_a_season_whose_counts_are_wrong_is_closed_after_some_attempts(town: Town) -> None:
    client: Any = town.table.client
    pk, sk = storage.node_key("acme", board(), "root")
    client.update_item(
        TableName=town.table.name,
        Key={"PK": {"S": pk}, "SK": {"S": sk}},
        UpdateExpression="ADD c100 :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    at(town, AFTER)
    assert archived(town) == FINAL
    assert town.rows("cup", **PAST) == FINAL
    assert town.archive.puts == close.ATTEMPTS + 1 + 1


def test_two_closings_at_once_are_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    write, other = archive.write_manifest, []

    def another_ends_first(*told: Any) -> None:
        if not other:
            other.append(close)
            assert close.close(town.table, town.archive, "acme", board(), "UTC", AFTER) is None
        write(*told)

    monkeypatch.setattr(archive, "write_manifest", another_ends_first)
    assert close.close(town.table, town.archive, "acme", board(), "UTC", AFTER) is None
    assert_closed(town)


def test_a_closing_that_comes_after_the_end_freezes_nothing_any_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was handed out twice, and one of the two slept: meanwhile the season closed, and somebody was erased."""
    freeze = storage.freeze
    slept: list[str] = []

    def sleeps(*told: Any) -> Any:
        if not slept:
            slept.append("")
            assert_closed(town)
            town.erase("bob")
            town.work()
        return freeze(*told)

    monkeypatch.setattr(storage, "freeze", sleeps)
    assert close.close(town.table, town.archive, "acme", board(), "UTC", AFTER) is None
    assert [player for _, player, _ in town.rows("cup", **PAST)] == ["eve", "ada", "cid", "dot"]


def test_a_tenant_that_moves_west_closes_later_and_none_is_lost(town: Town) -> None:
    town.show("cup", zone="Pacific/Pago_Pago", defined=BOARDS.defined)
    at(town, AFTER)
    assert town.ask("/leaderboards/cup/seasons").body["closed"] == []
    at(town, CLOSES + timedelta(hours=11, minutes=3))
    assert [each["season"] for each in town.ask("/leaderboards/cup/seasons").body["closed"]] == ["2026-11"]


def test_a_season_of_a_board_that_is_shown_no_more_is_closed_all_the_same(town: Town) -> None:
    town.show("xp_all_time", defined=BOARDS.defined)
    at(town, AFTER)
    assert archived(town) == FINAL
    assert town.ask("/leaderboards/cup", **PAST).status == 404
    town.show("cup", defined=BOARDS.defined)
    assert town.rows("cup", **PAST) == FINAL


def test_a_board_that_is_spread_over_trees_is_closed_like_any_other(town: Town, history: History) -> None:
    since = town.clock.at + timedelta(minutes=5)
    town.show("cup", defined=BOARDS.defined, subtrees=(Spread("cup", since, 4),))
    town.clock.at = since
    more = {f"p{number}": 1_000 + number for number in range(8)}
    for player, xp in more.items():
        gain(town, history, {player: xp})
    roots = [key for key in all_items(town.table) if "#BT#cup#" in key.pk and key.sk == "N#root"]
    assert len(roots) > 1
    at(town, AFTER)
    assert archived(town)[-5:] == [(rank + 8, player, score) for rank, player, score in FINAL]
    assert town.rows("cup", limit="100", **PAST) == archived(town)
