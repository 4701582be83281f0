"""Moving players on a board, exactly once, from records that come at least once.

A position is written where it has the score that the move starts from and comes from an earlier version, together
with the net change of the count tree, in one transaction. So whatever comes twice, late or from two movers at once,
the counts are those of the positions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board, score_of
from cairn.leaderboards.storage import Place, PositionItem
from cairn.platform.errors import Busy
from cairn.platform.items import Raw
from cairn.platform.stream import Change
from cairn.platform.table import Patience, Table
from cairn.platform.transact import MAX_ACTIONS, Action, ConditionsFailed, transact
from cairn.players.storage import PlayerItem


@dataclass(frozen=True, slots=True)
class Told:
    """What one stream record tells of a player's place. version: of the player. sequence: of the record."""

    tenant: str
    before: Place
    after: Place
    version: int
    sequence: str

    @property
    def matters(self) -> bool:
        """Whether the score or the name changed of a player who was or is on the board."""
        changed = (self.before.score, self.before.name) != (self.after.score, self.after.name)
        return changed and max(self.before.score, self.after.score) > 0


@dataclass(frozen=True, slots=True)
class Move:
    """One player's way to a place.

    old: the score that the position is thought to have (0: off the board).
    version: of the player whose place this is. sequence: of the stream record that told it.
    """

    tenant: str
    place: Place
    old: int
    version: int
    sequence: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """A move that could not be made, and why."""

    move: Move
    error: Exception


def tell(change: Change[PlayerItem]) -> Told:
    """What a change of a player's item means for the board of total XP.

    Raises:
        TypeError, ValueError: the item lacks what a player has.
    """
    after = _place(change.after)
    before = _place(change.before) if change.before else Place(after.player, 0, 0, "")
    return Told(change.after.tenant, before, after, int(change.after.ver), change.sequence)


def _place(player: PlayerItem) -> Place:
    return Place(player.player, score_of(int(player.xp)), int(player.xp_at or 0), player.name or "")


def moves(told: Iterable[Told]) -> list[Move]:
    """One move for each player whose score or name changed: from where the first change began to the latest version.

    What is told may be in any order and come more than once.
    """
    of_player: dict[tuple[str, str], list[Told]] = {}
    for each in told:
        if each.matters:
            of_player.setdefault((each.tenant, each.after.player), []).append(each)
    found = []
    for changes in of_player.values():
        first, last = (pick(changes, key=lambda each: each.version) for pick in (min, max))
        found.append(Move(last.tenant, last.after, first.before.score, last.version, last.sequence))
    return found


def make(table: Table, board: Board, wanted: Iterable[Move]) -> list[Stuck]:
    """Makes moves, a pack of neighbours of one tenant in each transaction; gives back those that it could not make.

    A pack that stays busy for the patience of one command holds up no other; nor does a move that is refused
    for what it is.
    """
    stuck: list[Stuck] = []
    for _, of_tenant in groupby(sorted(wanted, key=lambda move: move.tenant), key=lambda move: move.tenant):
        for pack in packs(of_tenant):
            stuck += _make_pack(table, board, pack, table.patience())
    return stuck


def packs(wanted: Iterable[Move]) -> Iterator[list[Move]]:
    """Moves by score, as many to a pack as a transaction holds: neighbours share nodes of the tree."""
    pack: list[Move] = []
    nodes: tree.Changes = {}
    for move in sorted(wanted, key=lambda move: (move.place.score, move.place.player)):
        tree.add_move(nodes, *_ways(move))
        if len(pack) + 1 + len(nodes) > MAX_ACTIONS:
            yield pack
            pack, nodes = [], tree.node_changes([_ways(move)])
        pack.append(move)
    if pack:
        yield pack


def _make_pack(table: Table, board: Board, pack: list[Move], patience: Patience) -> list[Stuck]:
    left, stuck = [pack], []
    try:
        while left:
            trying = left[-1]
            try:
                transact(table, _actions(board, trying), patience)
                left.pop()
            except ConditionsFailed as refused:
                left[-1:] = packs(_restated(trying, refused.items))
                if left:
                    patience.wait()
            except Busy:
                raise
            except Exception as error:
                # One move that the table refuses for what it is must not take the others with it.
                left[-1:] = [[move] for move in trying] if len(trying) > 1 else []
                if len(trying) == 1:
                    stuck.append(Stuck(trying[0], error))
    except Busy as busy:
        stuck += [Stuck(move, busy) for moves in left for move in moves]
    return stuck


def _actions(board: Board, pack: list[Move]) -> list[Action]:
    tenant = pack[0].tenant
    changes = tree.node_changes(map(_ways, pack))
    return [
        *(storage.write_position(_name(move), tenant, board, move.place, move.old, move.version) for move in pack),
        *(storage.write_node(tenant, board, node, deltas) for node, deltas in sorted(changes.items())),
    ]


def _name(move: Move) -> str:
    return f"position {move.place.player}"


def _restated(pack: Iterable[Move], standing: dict[str, Raw | None]) -> Iterator[Move]:
    """The moves that are still to be made, from what stood where the transaction was refused.

    DynamoDB gives that back with the refusal, for nothing and as of the transaction: no read could be fresher.
    """
    for move in pack:
        if _name(move) not in standing:
            yield move
        elif (raw := standing[_name(move)]) is None:
            yield replace(move, old=0)
        elif int((position := PositionItem.parse(raw)).source_version) < move.version:
            yield replace(move, old=int(position.score))


def _ways(move: Move) -> tuple[int | None, int | None]:
    return move.old or None, move.place.score or None
