"""The count tree against a sorted list."""

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.leaderboards import tree

unhurried = settings(deadline=None)

# Small scores collide and neighbour; large ones reach every level; edges are where bands and nodes meet.
edges = st.builds(
    lambda bits, by: min(tree.LIMIT - 1, max(0, (1 << bits) + by)), st.integers(0, 33), st.integers(-2, 2)
)
scores = st.one_of(st.integers(0, 40), st.integers(0, 5_000), st.integers(0, tree.LIMIT - 1), edges)
places = st.none() | scores


def counted(scores: list[int]) -> tree.Changes:
    return tree.node_changes((None, score) for score in scores)


@unhurried
@given(st.lists(scores, min_size=1, max_size=60), st.booleans())
def test_a_rank_is_the_one_in_a_sorted_list(scores: list[int], high_first: bool) -> None:
    nodes = counted(scores)
    ordered = sorted(scores, reverse=high_first)
    for score in scores:
        path = {node: nodes[node] for node, _ in tree.path(score)}
        assert tree.ahead(score, path, high_first) == ordered.index(score)
        assert tree.sharing(score, path) == scores.count(score)


@unhurried
@given(st.lists(scores, max_size=40), scores, st.booleans())
def test_a_score_that_nobody_has_is_ranked_too(others: list[int], score: int, high_first: bool) -> None:
    better = [other for other in others if (other > score if high_first else other < score)]
    assert tree.ahead(score, counted(others), high_first) == len(better)


@unhurried
@given(st.lists(st.lists(places, min_size=2, max_size=6), max_size=12), st.data())
def test_moves_change_the_same_however_they_are_split_into_batches(
    ways: list[list[int | None]], data: st.DataObject
) -> None:
    moves = [move for way in ways for move in pairwise(way)]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(moves)), max_size=4)))
    batches = [moves[start:end] for start, end in pairwise([0, *cuts, len(moves)])]
    summed = Counter(
        {
            (node, child): 0
            for batch in batches
            for node, children in tree.node_changes(batch).items()
            for child in children
        }
    )
    for batch in batches:
        for node, children in tree.node_changes(batch).items():
            for child, delta in children.items():
                assert delta != 0
                summed[node, child] += delta
    whole = {
        (node, child): delta for node, children in tree.node_changes(moves).items() for child, delta in children.items()
    }
    assert whole == {place: delta for place, delta in summed.items() if delta}
    assert whole == {
        (node, child): delta
        for node, children in tree.node_changes((way[0], way[-1]) for way in ways).items()
        for child, delta in children.items()
    }, "only where each player began and ended counts"


@unhurried
@given(st.lists(st.tuples(places, places), max_size=30))
def test_no_node_is_written_where_nothing_changes(moves: list[tuple[int | None, int | None]]) -> None:
    there_and_back = [*moves, *((new, old) for old, new in moves)]
    assert tree.node_changes(there_and_back) == {}
    assert all(children for children in tree.node_changes(moves).values())


@unhurried
@given(scores)
def test_a_score_lies_in_its_band_and_ends_at_a_child_of_its_own(score: int) -> None:
    assert score in tree.band_range(tree.band(score))
    path = tree.path(score)
    assert path[0] == (tree.ROOT, tree.band(score))
    assert all(0 <= child < tree.RADIX for _, child in path)
    for neighbour in {score - 1, score + 1} & set(range(max(0, score - 1), min(tree.LIMIT, score + 2))):
        assert tree.path(neighbour)[-1] != path[-1]
