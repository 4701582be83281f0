"""The count tree: exact ranks without a sorted set, after Google's ranklist.

A score lies in a band (log-linear: exact below 8, then four to an octave, computed and never stored). The root
counts the players of each band; below it, nodes of 128 children count ever smaller ranges, down to single scores.
A rank sums the counts on one side of the path to a score, and a move changes the counts on two paths.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

RADIX_BITS = 7
RADIX = 1 << RADIX_BITS
LIMIT = 1 << 33  # with scores below it there are exactly 128 bands, so one root node holds them all
EXACT = 8
BANDS_PER_OCTAVE = 4
ROOT = "root"

type Counts = Mapping[str, Mapping[int, int]]
type Changes = dict[str, dict[int, int]]


def band(score: int) -> int:
    """The band (0..127) of a score.

    Raises:
        ValueError: the score is not in 0..2^33-1.
    """
    if not 0 <= score < LIMIT:
        raise ValueError(f"a score is a whole number from 0 to {LIMIT - 1}, not {score}")
    if score < EXACT:
        return score
    octave = score.bit_length() - EXACT.bit_length()
    return EXACT + BANDS_PER_OCTAVE * octave + (score >> (octave + 1)) % BANDS_PER_OCTAVE


def band_range(band: int) -> range:
    """The scores of a band: one below 8, and a power of two from there on."""
    if band < EXACT:
        return range(band, band + 1)
    octave, quarter = divmod(band - EXACT, BANDS_PER_OCTAVE)
    first = (BANDS_PER_OCTAVE + quarter) << (octave + 1)
    return range(first, first + (1 << (octave + 1)))


@lru_cache(maxsize=16384)
def path(score: int) -> Sequence[tuple[str, int]]:
    """The way to a score: (node id, child index) from the root to the node whose children are single scores.

    Below the root an id is `<band>.<level>.<prefix>`: level 0 holds single scores, and the prefix is what
    the scores of a node have in common within their band.
    """
    within = band(score)
    scores = band_range(within)
    offset = score - scores.start
    levels = -(-(len(scores) - 1).bit_length() // RADIX_BITS)
    steps = [(ROOT, within)]
    for level in reversed(range(levels)):
        prefix, child = divmod(offset >> (RADIX_BITS * level), RADIX)
        steps.append((f"{within:03d}.{level}.{prefix}", child))
    return tuple(steps)


def ahead(score: int, nodes: Counts, high_first: bool) -> int:
    """How many players have a better score: a higher one, or (low first) a lower one.

    Args:
        nodes: counts by node id and child; at least the nodes of the score's path that exist.
    """
    return sum(
        count
        for node, own in path(score)
        for child, count in nodes.get(node, {}).items()
        if (child > own if high_first else child < own)
    )


def sharing(score: int, nodes: Counts) -> int:
    """How many players have exactly this score."""
    node, child = path(score)[-1]
    return nodes.get(node, {}).get(child, 0)


def add_move(changes: Changes, old: int | None, new: int | None) -> None:
    """Adds what one player's move changes; None is a place off the board. What cancels is taken out."""
    if old == new:
        return
    leaves: Sequence[tuple[str, int]] = () if old is None else path(old)
    enters: Sequence[tuple[str, int]] = () if new is None else path(new)
    shared = 0
    for left, entered in zip(leaves, enters, strict=False):
        if left != entered:
            break
        shared += 1
    for steps, by in ((leaves[shared:], -1), (enters[shared:], 1)):
        for node, child in steps:
            children = changes.get(node)
            if children is None:
                changes[node] = {child: by}
            elif (count := children.get(child, 0) + by) != 0:
                children[child] = count
            elif len(children) > 1:
                del children[child]
            else:
                del changes[node]


def node_changes(moves: Iterable[tuple[int | None, int | None]]) -> Changes:
    """The net change of many moves (old score, new score): node id > child > delta, never 0, never empty."""
    changes: Changes = {}
    for old, new in moves:
        add_move(changes, old, new)
    return changes
