"""Rules of the catalogue: ids that cannot be, prerequisites that go in a circle, and in which order to import."""

from collections.abc import Collection, Mapping
from graphlib import TopologicalSorter

from cairn.platform.errors import DomainError
from cairn.platform.graph import cycle

RESERVED = frozenset({"export", "import"})


def experience_id(identifier: str) -> str:
    """An id that an experience may have.

    Raises:
        DomainError: `invalid-parameter` for a word that the API's own routes use.
    """
    if identifier in RESERVED:
        raise DomainError(
            "invalid-parameter",
            f"experience_id: {identifier!r} is a reserved word, as /experiences/{identifier} is a route of its own."
            f" Choose an id other than {' and '.join(sorted(RESERVED))}.",
        )
    return identifier


def circular(way: tuple[str, ...]) -> DomainError:
    """The refusal of prerequisites that go in a circle, which it shows."""
    return DomainError(
        "circular-prerequisites",
        f"prerequisites go in a circle: {' > '.join(way)}. Nobody could start any of them: leave one out.",
        cycle=list(way),
    )


def arrange(edges: Mapping[str, Collection[str]]) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """In which order to define experiences that name each other, whatever the order in which they came.

    Args:
        edges: prerequisites by id.

    Returns:
        The ids, each after its prerequisites; and the circles, by the ids that are on one, which are not in the list.
    """
    found = {each: cycle(each, edges[each], edges) for each in edges}
    circles = {each: way for each, way in found.items() if way}
    straight = {each: sorted(set(edges[each]) & (edges.keys() - circles)) for each in sorted(edges.keys() - circles)}
    return list(TopologicalSorter(straight).static_order()), circles
