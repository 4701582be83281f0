"""Ranks and percentiles from what was read."""

from cairn.leaderboards import tree
from cairn.leaderboards.board import XP_ALL_TIME, Board
from cairn.leaderboards.place import Place
from cairn.leaderboards.ranks import best_bands, measured, ranked
from cairn.leaderboards.storage import place_in_index, sort_string

BEST_TIME = Board("best_time", high_first=False, unit="s", metric="best_time")


def at(player: str, score: int, reached_at: int = 0) -> Place:
    return Place(player, score, reached_at, player.title())


def test_equal_scores_share_a_rank_and_the_next_rank_is_left_out() -> None:
    rows = ranked([at("ada", 9), at("bob", 5), at("cid", 5), at("dot", 5), at("eve", 1)])
    assert [row.rank for row in rows] == [1, 2, 2, 2, 5]


def test_a_player_who_changed_bands_while_they_were_read_is_listed_once_where_they_came_later() -> None:
    risen = [at("ada", 90, reached_at=2), at("bob", 50, reached_at=1), at("ada", 40, reached_at=1)]
    assert [(row.rank, row.place.player, row.place.score) for row in ranked(risen)] == [(1, "ada", 90), (2, "bob", 50)]
    fallen = [at("ada", 90, reached_at=1), at("bob", 50, reached_at=1), at("ada", 40, reached_at=2)]
    assert [(row.rank, row.place.player, row.place.score) for row in ranked(fallen)] == [(1, "bob", 50), (2, "ada", 40)]


def test_only_as_many_bands_are_read_as_the_best_players_fill() -> None:
    players = {3: 5, 20: 0, 40: 2, 41: 1, 60: 1}
    assert best_bands(players, True, 1) == [60]
    assert best_bands(players, True, 3) == [60, 41, 40]
    assert best_bands(players, True, 100) == [60, 41, 40, 3]
    assert best_bands(players, False, 6) == [3, 40]


def test_the_index_lists_the_best_score_first_then_the_earliest_then_by_id() -> None:
    best_first = [at("bob", 900, 5), at("cid", 900, 5), at("ada", 900, 6), at("ada", 80, 1), at("ada", 7, 1)]
    assert sorted(best_first, key=lambda place: sort_string(XP_ALL_TIME, place)) == best_first
    low_first = [*reversed(best_first[3:]), *best_first[:3]]
    assert sorted(low_first, key=lambda place: sort_string(BEST_TIME, place)) == low_first


def test_a_row_of_the_index_gives_back_the_place_in_either_direction() -> None:
    place = at("a#b ü", tree.LIMIT - 1, 1_795_176_000_001)
    for board in (XP_ALL_TIME, BEST_TIME):
        assert place_in_index(board, {"bs": {"S": sort_string(board, place)}, "name": {"S": place.name}}) == place


def test_a_percentile_counts_those_behind_and_half_of_those_who_share_the_score() -> None:
    nodes = tree.node_changes((None, score) for score in (10, 20, 20, 20, 30))
    found = measured(XP_ALL_TIME, at("ada", 20), nodes)
    assert (found.row.rank, found.total_players, found.percentile) == (2, 5, 50.0)
    assert measured(XP_ALL_TIME, at("ada", 30), nodes).percentile == 90.0
    lowest_is_best = measured(BEST_TIME, at("ada", 10), nodes)
    assert (lowest_is_best.row.rank, lowest_is_best.percentile) == (1, 90.0)


def test_a_position_that_the_counts_do_not_show_yet_is_counted_all_the_same() -> None:
    found = measured(XP_ALL_TIME, at("ada", 20), {})
    assert (found.row.rank, found.total_players, found.percentile) == (1, 1, 50.0)
    found = measured(XP_ALL_TIME, at("ada", 20), tree.node_changes([(None, 30)]))
    assert (found.row.rank, found.total_players) == (2, 2)
