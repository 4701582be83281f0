"""Comparing a board's counts with its positions, and mending them: band by band, while moves go on.

A move writes positions and counts together, so that moving changes no difference between them. What differs twice,
while its counts stand still, has drifted; what moved in between is looked at again, or another time.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched

from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board
from cairn.platform import keys
from cairn.platform.table import Table
from cairn.platform.transact import MAX_ACTIONS, ConditionsFailed, transact

BANDS = range(tree.RADIX)
LOOKS = 3
SETTLES_SECONDS = 5.0  # in which the index shows what was just written

type At = tuple[str, int]  # a node, and one of its children
type Counts = dict[At, int]


@dataclass(slots=True)
class Found:
    """What an audit found.

    drift: by how much a count is off its positions, by node and child. unsettled: how many counts moved at every
    look. repaired: how many counts were mended.
    """

    positions: int = 0
    drift: Counts = field(default_factory=dict)
    unsettled: int = 0
    repaired: int = 0

    @property
    def drifted(self) -> int:
        """How many players too many or too few are counted, over all counts."""
        return sum(map(abs, self.drift.values()))

    def add(self, other: "Found") -> None:
        self.positions += other.positions
        self.drift |= other.drift
        self.unsettled += other.unsettled
        self.repaired += other.repaired


def audit(
    table: Table, tenant: str, board: Board, *, repair: bool = False, sleep: Callable[[float], None] = time.sleep
) -> Found:
    """Audits every band of a board."""
    found = Found()
    for band in BANDS:
        found.add(audit_band(table, tenant, board, band, repair=repair, sleep=sleep))
    return found


def audit_band(
    table: Table,
    tenant: str,
    board: Board,
    band: int,
    *,
    repair: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Found:
    """Audits one band: its child of the root, and every node below. Drift is mended on request, once, whoever else
    audits at the same time.

    Args:
        sleep: waits between two looks at a band in which something differs.
    """
    before = _look(table, tenant, board, band)
    found = Found(before.positions)
    suspects = set(before.differences)
    for _ in range(LOOKS - 1):
        if not suspects:
            break
        sleep(SETTLES_SECONDS)
        now = _look(table, tenant, board, band)
        stable = {at for at in suspects if now.of(at) == before.of(at)}
        found.drift |= {at: now.differences[at] for at in stable}
        # Of those that moved, what is right by now is right.
        suspects = (suspects - stable) & now.differences.keys()
        before = now
    found.unsettled = len(suspects)
    if repair and found.drift:
        found.repaired = _repair(table, tenant, board, before.first_tree, found.drift)
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """A band as it was: counts of the first tree, of all, and by how much these are off the positions."""

    positions: int
    first_tree: Counts
    counted: Counts
    differences: Counts

    def of(self, at: At) -> tuple[int, int]:
        return self.counted.get(at, 0), self.differences.get(at, 0)


def _look(table: Table, tenant: str, board: Board, band: int) -> _Look:
    scores = Counter(_scores(table, tenant, board, band))
    off: Counts = {}
    for score, players in scores.items():
        for at in tree.path(score):
            off[at] = off.get(at, 0) - players
    trees = [dict(_counts(table, tenant, board, band, subtree)) for subtree in range(board.trees)]
    counted: Counts = {}
    for counts in trees:
        for at, count in counts.items():
            counted[at] = counted.get(at, 0) + count
            off[at] = off.get(at, 0) + count
    return _Look(scores.total(), trees[0], counted, {at: by for at, by in off.items() if by})


def _scores(table: Table, tenant: str, board: Board, band: int) -> Iterator[int]:
    for row in storage.rows_of(table, tenant, board, band):
        yield storage.place_in_index(board, row).score


def _counts(table: Table, tenant: str, board: Board, band: int, subtree: int) -> Iterator[tuple[At, int]]:
    root = storage.node_key(tenant, board, tree.ROOT, subtree)
    if raw := table.get_many([root]).raw.get(root):
        yield from (((tree.ROOT, child), count) for child, count in storage.counts_in(raw).items() if child == band)
    below = keys.tree_node(tenant, board.id, board.period, subtree, f"{band:03d}.")
    for raw in table.query_all(below.pk, prefix=below.sk, consistent=True):
        node = storage.node_of(raw)
        yield from (((node, child), count) for child, count in storage.counts_in(raw).items())


def _repair(table: Table, tenant: str, board: Board, seen: Counts, drift: Mapping[At, int]) -> int:
    """Takes the drift out of each count, in the first tree, where that is still as it was seen."""
    of_node: dict[str, dict[int, int]] = {}
    for (node, child), off in sorted(drift.items()):
        of_node.setdefault(node, {})[child] = -off
    writes = {
        node: storage.mend_node(tenant, board, node, deltas, {child: seen.get((node, child), 0) for child in deltas})
        for node, deltas in of_node.items()
    }
    repaired = 0
    for nodes in batched(writes, MAX_ACTIONS, strict=False):
        left = list(nodes)
        while left:
            try:
                transact(table, [writes[node] for node in left])
            except ConditionsFailed as failed:
                # Those moved since they were seen, or somebody else mended them.
                left = [node for node in left if writes[node].name not in failed.items]
            else:
                repaired += sum(len(of_node[node]) for node in left)
                break
    return repaired
