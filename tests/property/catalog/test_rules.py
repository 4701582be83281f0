"""Circles among prerequisites, the order of an import, and what a list lets through."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cairn.catalog.entry import ANY, Entry, Filter, Saved, speaks
from cairn.catalog.experience import Status
from cairn.catalog.rules import arrange
from cairn.platform.graph import cycle

NODES = "abcdef"
GRAPHS = st.fixed_dictionaries({each: st.lists(st.sampled_from(NODES), max_size=3, unique=True) for each in NODES})


def reachable(start: str, edges: dict[str, list[str]]) -> set[str]:
    """All that can be reached from a node in one step or more."""
    seen: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        if (each := waiting.pop()) not in seen:
            seen.add(each)
            waiting += edges[each]
    return seen


@given(GRAPHS)
def test_a_circle_is_found_exactly_where_one_can_come_back(edges: dict[str, list[str]]) -> None:
    for each in NODES:
        way = cycle(each, edges[each], edges)
        assert bool(way) == (each in reachable(each, edges))
        if way:
            assert way[0] == way[-1] == each
            assert all(following in edges[before] for before, following in pairwise(way))
            assert len(set(way)) == len(way) - 1, "no stop is passed twice"


def test_the_shortest_circle_is_shown() -> None:
    edges = {"a": ["b", "c"], "b": ["c"], "c": ["a"]}
    assert cycle("a", edges["a"], edges) == ("a", "c", "a")
    assert cycle("a", ["a"], {}) == ("a", "a")
    assert cycle("a", [], edges) == ()


@given(GRAPHS, st.permutations(NODES))
def test_an_import_is_arranged_so_that_prerequisites_come_first_whatever_its_order(
    edges: dict[str, list[str]], order: Sequence[str]
) -> None:
    arranged, circles = arrange(edges)
    assert arrange({each: edges[each] for each in order}) == (arranged, circles)
    assert sorted([*arranged, *circles]) == list(NODES)
    assert set(circles) == {each for each in NODES if each in reachable(each, edges)}
    for place, each in enumerate(arranged):
        assert not set(edges[each]) & set(arranged[place:])


LANGUAGES = st.sampled_from([None, "pt", "pt-BR", "pt-PT", "PT-br", "p", "ptx", "en"])
SAVED = st.just(Saved("digest", 10, 0, 1, 1, None))  # type: ignore[arg-type]
ENTRIES = st.builds(
    Entry,
    id=st.just("it"),
    status=st.sampled_from(Status),
    draft=st.one_of(st.none(), SAVED),
    summary=st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["wod", "scenario"]),
            "category": st.sampled_from([None, "MENTAL", "SOCIAL"]),
            "tags": st.lists(st.sampled_from(["city", "food"]), unique=True),
            "language": LANGUAGES,
            "difficulty": st.integers(1, 5),
            "min_level": st.integers(1, 9),
        }
    ),
)
FILTERS = st.builds(
    Filter,
    kind=st.sampled_from([None, "wod"]),
    category=st.sampled_from([None, "MENTAL"]),
    tag=st.sampled_from([None, "city"]),
    language=LANGUAGES,
    difficulty=st.sampled_from([None, 3]),
    min_level_at_most=st.sampled_from([None, 4]),
    status=st.sampled_from([*map(str, Status), ANY]),
)


@given(FILTERS, ENTRIES)
def test_a_filter_lets_through_what_meets_all_that_it_asks(wanted: Filter, entry: Entry) -> None:
    told = entry.summary
    asked = [
        wanted.kind is None or told["kind"] == wanted.kind,
        wanted.category is None or told["category"] == wanted.category,
        wanted.tag is None or wanted.tag in told["tags"],
        wanted.language is None or speaks(told["language"], wanted.language),
        wanted.difficulty is None or told["difficulty"] == wanted.difficulty,
        wanted.min_level_at_most is None or told["min_level"] <= wanted.min_level_at_most,
        wanted.status == ANY
        or (entry.draft is not None if wanted.status == "draft" else entry.status == wanted.status),
    ]
    assert wanted.lets_through(entry) == all(asked)


def test_a_language_is_in_its_own_range_and_in_that_of_what_it_begins_with() -> None:
    assert speaks("pt-BR", "pt") and speaks("pt-BR", "PT-br") and speaks("pt", "pt")
    assert not (speaks("pt", "pt-BR") or speaks("ptx", "pt") or speaks(None, "pt") or speaks("pt-BRA", "pt-BR"))
