"""What must come before what."""

from collections.abc import Collection, Iterable, Mapping


def cycle(identifier: str, prerequisites: Iterable[str], edges: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The shortest way from a thing over its prerequisites, and theirs, back to itself; empty if there is none.

    Args:
        prerequisites: those that it is to have.
        edges: prerequisites of all others, by id.

    Returns:
        Ids, its own first and last.
    """
    came_from: dict[str, str] = {}
    level = list(dict.fromkeys(prerequisites))
    came_from.update(dict.fromkeys(level, identifier))
    while level:
        if identifier in level:
            way = [identifier, came_from[identifier]]
            while way[-1] != identifier:
                way.append(came_from[way[-1]])
            return tuple(reversed(way))
        following: list[str] = []
        for each in level:
            for further in edges.get(each, ()):
                if further not in came_from:
                    came_from[further] = each
                    following.append(further)
        level = following
    return ()
