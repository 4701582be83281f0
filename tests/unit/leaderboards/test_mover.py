"""Moving players, from records that come in any order and more than once."""

from collections.abc import Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cairn.leaderboards import tree
from cairn.leaderboards.board import XP_ALL_TIME, of_rule
from cairn.leaderboards.mover import Move, moves, packs
from cairn.leaderboards.place import AsOf, Place
from cairn.leaderboards.storage import PositionItem, node_key, position_key
from cairn.leaderboards.top import top
from cairn.platform.capacity import Meter
from cairn.platform.items import Raw
from cairn.platform.table import DynamoDb, Table
from cairn.tenants.boards import STANDARD, BoardSettings
from cairn.xp.levels import level_of
from functions.leaderboards_mover.handler import Consume, mover
from tests.support.boards import History, Record, batch, tell
from tests.support.world import all_items

FINE: dict[str, Any] = {"batchItemFailures": []}


pytestmark = pytest.mark.usefixtures("only_xp_all_time")


def told(*records: Record) -> list[Move]:
    """The moves on the board of all XP."""
    return moves(map(tell, records), BoardSettings((XP_ALL_TIME.id,)), AsOf(0, "UTC"))


def position(table: Table, player: str) -> Raw | None:
    return all_items(table).get(position_key("acme", XP_ALL_TIME, player))


def players_in_tree(table: Table) -> int:
    root = all_items(table).get(node_key("acme", XP_ALL_TIME, tree.ROOT), {})
    return sum(int(value["N"]) for name, value in root.items() if name.startswith("c"))


def listed(table: Table) -> list[tuple[int, str, int]]:
    return [(row.rank, row.place.player, row.place.score) for row in top(table, "acme", XP_ALL_TIME, 100).rows]


def failed_at(record: Record) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}


def test_many_changes_of_a_player_are_one_move_from_where_the_first_began(history: History) -> None:
    records = [history.change("ada", xp) for xp in (10, 20, 30)]
    (move,) = told(*records[1:])
    assert (move.old, move.place.score, move.version) == (10, 30, 3)
    assert move.sequence == records[2]["dynamodb"]["SequenceNumber"]


def test_the_order_of_records_and_their_repetition_change_no_move(history: History) -> None:
    first, second, third = (history.change("ada", xp) for xp in (10, 20, 30))
    assert told(third, first, second, first, third) == told(first, second, third)


def test_a_record_without_a_new_score_or_name_makes_no_move(history: History) -> None:
    history.change("ada", 10)
    assert told(history.change("ada")) == []


def test_a_player_without_xp_makes_no_move(history: History) -> None:
    assert told(history.change("ada"), history.change("ada", name="Ada L.")) == []


def test_other_items_and_removals_make_no_move(table: Table, history: History, move: Consume) -> None:
    record = history.change("ada", 10)
    other = {**record["dynamodb"], "NewImage": {**record["dynamodb"]["NewImage"], "kind": {"S": "position"}}}
    removal = {key: value for key, value in record["dynamodb"].items() if key != "NewImage"}
    before = all_items(table)
    assert move(batch({**record, "dynamodb": other}, {**record, "dynamodb": removal})) == FINE
    assert all_items(table) == before


def test_a_score_past_the_tree_stands_at_its_end_and_one_below_zero_is_off_the_board(history: History) -> None:
    (beyond,) = told(history.change("ada", tree.LIMIT + 5))
    assert beyond.place.score == tree.LIMIT - 1
    history.change("bob", 5)
    (below,) = told(history.change("bob", -5))
    assert below.place.score == 0


def move_to(score: int, player: str, old: int = 0) -> Move:
    return Move("acme", XP_ALL_TIME, Place(player, score, 0, ""), old, 1)


def test_a_pack_fits_a_transaction_and_holds_neighbours() -> None:
    wanted = [move_to(number * 7919 % 300_000 + 1, f"p{number}", number * 104729 % 300_000) for number in range(500)]
    made = [pack.moves for pack in packs(wanted)]
    assert sorted(move.place.score for pack in made for move in pack) == sorted(m.place.score for m in wanted)
    assert [move.place.score for pack in made for move in pack] == sorted(m.place.score for m in wanted)
    for pack, following in zip(made, [*made[1:], []], strict=True):
        assert actions_of(pack) <= 100
        assert not following or actions_of([*pack, following[0]]) > 100


def test_a_board_whose_first_move_no_longer_fits_leaves_nothing_in_the_pack() -> None:
    first = of_rule(next(rule for rule in STANDARD if rule.id == "streak_longest"))
    for count in range(85, 101):
        ahead = [move_to(100, f"p{number:03d}")._replace(board=first) for number in range(count)]
        made = [pack.actions(0) for pack in packs([*ahead, move_to(100, "ada")])]
        names = [action.name for actions in made for action in actions]
        assert sum(name.startswith("position") for name in names) == count + 1
        assert all(len(actions) == len({action.name for action in actions}) <= 100 for actions in made)


def actions_of(pack: Iterable[Move]) -> int:
    found = list(pack)
    return len(found) + len(tree.node_changes((move.old or None, move.place.score or None) for move in found))


def test_players_are_listed_after_their_first_xp(table: Table, history: History, move: Consume) -> None:
    scores = {"ada": 50, "bob": 200, "cid": 50, "dot": 7}
    assert move(batch(*(history.change(player, xp) for player, xp in scores.items()))) == FINE
    assert listed(table) == [(1, "bob", 200), (2, "ada", 50), (2, "cid", 50), (4, "dot", 7)]
    assert players_in_tree(table) == 4


def test_a_batch_that_comes_twice_changes_nothing(table: Table, history: History, move: Consume) -> None:
    again = batch(history.change("ada", 50), history.change("bob", 20), history.change("ada", 70))
    move(again)
    before = all_items(table)
    assert move(again) == FINE
    assert all_items(table) == before


def test_a_stale_record_changes_nothing(table: Table, history: History, move: Consume) -> None:
    stale = history.change("ada", 50)
    move(batch(stale, history.change("ada", 80)))
    assert move(batch(stale)) == FINE
    assert listed(table) == [(1, "ada", 80)]


def test_a_player_whose_position_is_not_where_the_record_says_moves_from_where_it_is(
    table: Table, history: History, move: Consume
) -> None:
    move(batch(history.change("ada", 50), history.change("bob", 60)))
    history.change("ada", 500)
    never_seen = history.change("bob", 600)
    assert move(batch(history.change("ada", 1000), never_seen)) == FINE
    assert listed(table) == [(1, "ada", 1000), (2, "bob", 600)]
    assert players_in_tree(table) == 2


def test_a_player_who_had_xp_before_the_board_did_is_counted_once(
    table: Table, history: History, move: Consume
) -> None:
    history.change("ada", 50)
    assert move(batch(history.change("ada", 80))) == FINE
    history.change("bob", 60)
    assert move(batch(history.change("bob", name="Robert"))) == FINE
    assert listed(table) == [(1, "ada", 80), (2, "bob", 60)]
    assert players_in_tree(table) == 2
    assert not any(value.get("N", "0").startswith("-") for item in all_items(table).values() for value in item.values())


def test_only_the_players_that_failed_are_stated_anew_and_nothing_is_read(
    table: Table, history: History, move: Consume, meter: Meter
) -> None:
    move(batch(history.change("ada", 50)))
    history.change("ada", 500)
    records = [history.change("ada", 1000), history.change("bob", 60)]
    meter.calls.clear()
    move(batch(*records))
    assert meter.calls == ["transact_write_items"] * 2


def test_moves_that_begin_elsewhere_than_told_are_packed_anew(
    table: Table, history: History, move: Consume, meter: Meter
) -> None:
    players = [f"p{number}" for number in range(60)]
    move(batch(*(history.change(player, 1000 * number + 1) for number, player in enumerate(players))))
    for number, player in enumerate(players):
        history.change(player, 300_000 + number)
    records = [history.change(player, 300_100 + number) for number, player in enumerate(players)]
    meter.calls.clear()
    assert move(batch(*records)) == FINE
    assert [player for _, player, _ in listed(table)] == players[::-1]
    assert 2 < len(meter.calls) <= 5, "one try and some packs of many nodes, not a transaction for each player"


def test_a_new_name_is_written_without_touching_the_tree(
    table: Table, history: History, move: Consume, meter: Meter
) -> None:
    move(batch(history.change("ada", 50)))
    before = all_items(table)
    assert move(batch(history.change("ada", name="Countess"))) == FINE
    after = all_items(table)
    assert {key for key in after if after[key] != before.get(key)} == {position_key("acme", XP_ALL_TIME, "ada")}
    (row,) = top(table, "acme", XP_ALL_TIME, 1).rows
    assert (row.place.name, row.place.score) == ("Countess", 50)


def test_a_player_back_at_zero_leaves_board_and_tree_and_no_stale_record_brings_them_back(
    table: Table, history: History, move: Consume
) -> None:
    stale = history.change("ada", 50)
    move(batch(stale, history.change("bob", 20)))
    move(batch(history.change("ada", 0)))
    assert listed(table) == [(1, "bob", 20)]
    assert players_in_tree(table) == 1
    assert move(batch(stale)) == FINE
    assert listed(table) == [(1, "bob", 20)]
    move(batch(history.change("ada", 9)))
    assert listed(table) == [(1, "bob", 20), (2, "ada", 9)]
    assert players_in_tree(table) == 2


def test_a_player_who_came_and_went_within_a_batch_is_not_brought_back_by_a_stale_record(
    table: Table, history: History, move: Consume
) -> None:
    came = history.change("ada", 50)
    move(batch(came, history.change("ada", 0)))
    move(batch(came))
    assert listed(table) == []
    assert players_in_tree(table) == 0


def test_tenants_do_not_share_a_board(table: Table, history: History, move: Consume) -> None:
    other = History("globex")
    move(batch(history.change("ada", 50), other.change("ada", 70), history.change("bob", 20)))
    assert listed(table) == [(1, "ada", 50), (2, "bob", 20)]
    assert [row.place.score for row in top(table, "globex", XP_ALL_TIME, 10).rows] == [70]


def test_an_id_of_any_characters_is_ranked(table: Table, history: History, move: Consume) -> None:
    ids = ("a#b", "ünï cödé", "N#root", "node root", "position node root")
    move(batch(*(history.change(player, 50) for player in ids)))
    assert {player for _, player, _ in listed(table)} == set(ids)


class Refusing:
    """A client that refuses transactions with a certain player for what they are, or is throttled for them."""

    def __init__(self, client: DynamoDb, player: str, code: str) -> None:
        self._client = client
        self._player = player
        self._code = code

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            positions = [each["Put"]["Item"]["PK"]["S"] for each in request.get("TransactItems", ()) if "Put" in each]
            if any(pk.endswith(f"#U#{self._player}") for pk in positions):
                raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, operation)
            return getattr(self._client, operation)(**request)

        return call


def test_a_move_that_the_table_refuses_is_reported_alone_and_the_others_are_made(
    table: Table, history: History
) -> None:
    move = mover(Table(Refusing(table.client, "bob", "ValidationException"), table.name, patience=table.patience))
    ada, bob, cid = (history.change(player, 50) for player in ("ada", "bob", "cid"))
    assert move(batch(ada, bob, cid)) == failed_at(bob)
    assert listed(table) == [(1, "ada", 50), (1, "cid", 50)]


def test_what_stays_throttled_is_reported_from_its_first_record_on_and_other_tenants_move(
    table: Table, history: History
) -> None:
    throttled = Refusing(table.client, "bob", "ThrottlingException")
    move = mover(Table(throttled, table.name, patience=table.patience))
    other = History("globex", changes=10)
    records = [other.change("zoe", 5), history.change("cid", 50), history.change("bob", 50)]
    assert move(batch(*records)) == failed_at(records[1])
    assert listed(table) == []
    assert [row.place.player for row in top(table, "globex", XP_ALL_TIME, 10).rows] == ["zoe"]
    assert mover(table)(batch(*records[1:])) == FINE
    assert listed(table) == [(1, "cid", 50), (1, "bob", 50)] or listed(table) == [(1, "bob", 50), (1, "cid", 50)]


def test_a_record_that_cannot_be_read_is_reported_and_the_others_are_moved(
    table: Table, history: History, move: Consume
) -> None:
    records = [history.change(player, 50) for player in ("ada", "bob", "cid")]
    del records[1]["dynamodb"]["NewImage"]["xp"]
    assert move(batch(*records)) == failed_at(records[1])
    assert listed(table) == [(1, "ada", 50), (1, "cid", 50)]


def test_a_position_says_whose_version_it_is(table: Table, history: History, move: Consume) -> None:
    history.change("ada", 40)
    move(batch(history.change("ada", 50)))
    raw = position(table, "ada")
    assert raw is not None
    item = PositionItem.parse(raw)
    assert (int(item.score), int(item.source_version), item.name) == (50, 2, "Ada")
    assert item.bp == "T#acme#LB#xp_all_time#all#018"


@pytest.mark.parametrize("xp", [1, 7, 8, 1000, tree.LIMIT - 1])
def test_the_index_gives_back_score_instant_and_player(table: Table, history: History, move: Consume, xp: int) -> None:
    move(batch(history.change("a#b", xp)))
    (row,) = top(table, "acme", XP_ALL_TIME, 1).rows
    reached = history.players["a#b"].xp_at
    assert reached is not None
    assert row.place == Place("a#b", xp, int(reached.timestamp() * 1000), "A#B", level_of(xp))
