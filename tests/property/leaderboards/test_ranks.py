"""Ranks of pages and neighbours, against a sorted list."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.leaderboards import tree
from cairn.leaderboards.board import XP_ALL_TIME, Board
from cairn.leaderboards.place import Place
from cairn.leaderboards.ranks import Row, around, bands_beside, counted, ranked
from cairn.leaderboards.storage import sort_string
from cairn.leaderboards.top import read_cursor, write_cursor

unhurried = settings(deadline=None)

LOW = Board("best_time", high_first=False, unit="s", metric="best_time")

boards = st.sampled_from((XP_ALL_TIME, LOW))
scores = st.lists(st.integers(1, 12) | st.integers(1, 100_000), min_size=1, max_size=40)


def listed(scores: list[int], board: Board) -> list[Place]:
    places = [Place(f"p{number}", score, number % 3, "") for number, score in enumerate(scores)]
    return sorted(places, key=lambda place: sort_string(board, place))


def expected(places: list[Place], board: Board) -> list[Row]:
    def better(one: Place, other: Place) -> bool:
        return one.score > other.score if board.high_first else one.score < other.score

    return [Row(1 + sum(better(other, place) for other in places), place) for place in places]


@unhurried
@given(scores, boards, st.integers(1, 10))
def test_page_after_page_has_the_ranks_of_the_whole_list(scores: list[int], board: Board, limit: int) -> None:
    places = listed(scores, board)
    nodes = tree.node_changes((None, place.score) for place in places)
    rows = ranked(places[:limit])
    while len(rows) < len(places):
        last = read_cursor(board, write_cursor(board, rows[-1].place))
        assert last is not None and last == rows[-1].place
        after = (last.score, counted(board, last.score, nodes))
        rows += ranked(places[len(rows) : len(rows) + limit], after)
    assert rows == expected(places, board)


@unhurried
@given(scores, boards, st.integers(1, 10), st.data())
def test_neighbours_have_the_ranks_of_the_whole_list(
    scores: list[int], board: Board, radius: int, data: st.DataObject
) -> None:
    places = listed(scores, board)
    nodes = tree.node_changes((None, place.score) for place in places)
    whole = expected(places, board)
    at = data.draw(st.integers(0, len(places) - 1))
    own = whole[at]
    better, worse = places[max(0, at - radius) : at], places[at + 1 : at + 1 + radius]
    goes_on = len(better) == radius and better[0].score != own.place.score
    best = counted(board, better[0].score, nodes) if goes_on else None
    found = around(own, counted(board, own.place.score, nodes), better, worse, best)
    assert found == whole[max(0, at - radius) : at + 1 + radius]


@unhurried
@given(st.dictionaries(st.integers(0, 127), st.integers(-1, 9)), boards, st.integers(0, 127), st.integers(1, 20))
def test_the_bands_beside_one_hold_as_many_as_wanted_the_nearest_first(
    players: dict[int, int], board: Board, band: int, limit: int
) -> None:
    for better in (True, False):
        chosen = bands_beside(players, board.high_first, band, limit, better=better)
        upwards = board.high_first == better
        assert chosen == sorted(chosen, reverse=not upwards)
        assert all((each > band) == upwards and each != band and players[each] > 0 for each in chosen)
        held = [players[each] for each in chosen]
        assert sum(held[:-1]) < limit
        beside = [each for each, count in players.items() if count > 0 and each != band and (each > band) == upwards]
        assert sum(held) >= limit or set(chosen) == set(beside)
