"""Moving players on boards, exactly once, from records that come at least once.

A position is written where it has the score that the move starts from and comes from something earlier, together
with the net change of the count tree, in one transaction. So whatever comes twice, late or from two movers at once,
the counts are those of the positions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from random import randrange
from typing import NamedTuple

from cairn.leaderboards import board as boards
from cairn.leaderboards import storage, tree
from cairn.leaderboards.board import Board
from cairn.leaderboards.place import AsOf, Place, Standing, place, same, score_and_due
from cairn.leaderboards.storage import PositionItem
from cairn.platform.errors import Busy
from cairn.platform.items import Raw
from cairn.platform.table import Patience, Table
from cairn.platform.transact import MAX_ACTIONS, Action, ConditionsFailed, transact
from cairn.tenants.boards import BoardSettings
from cairn.tenants.seasons import calendar_of


class Told(NamedTuple):
    """What one stream record tells: a standing before (None for a new player) and after. sequence: the record's."""

    before: Standing | None
    after: Standing
    sequence: str


class Move(NamedTuple):
    """One player's way to a place on one board.

    old: the score that the position is thought to have (0: off the board).
    version, beside: of what the place was computed from, as the position keeps them.
    again: gives the place at a later quarter of an hour, on a board that rolls.
    sequence: of the stream record that told it. mend: what stands is wrong, though it comes from the same.
    """

    tenant: str
    board: Board
    place: Place
    old: int
    version: int
    beside: int | None = None
    again: Callable[[int], Place] | None = None
    sequence: str = ""
    mend: bool = False

    @property
    def name(self) -> str:
        """What its write is called in a transaction."""
        return f"position {self.board.id} {self.board.period} {self.place.player}"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A move that could not be made, and why."""

    move: Move
    error: Exception


@dataclass(slots=True)
class Made:
    """What came of moves: those that could not be made; how many packs there were, and how often one was tried again,
    because it met another mover or the position was elsewhere.
    """

    stuck: list[Stuck] = field(default_factory=list)
    packs: int = 0
    retries: int = 0


def moves(told: Iterable[Told], settings: BoardSettings, as_of: AsOf) -> list[Move]:
    """What records of one tenant mean for its boards: one move for each position that changes, from where the first
    change began to the latest version. What is told may be in any order and come more than once.
    """
    of_source: dict[tuple[str, str | None], list[Told]] = {}
    for each in told:
        of_source.setdefault((each.after.player, each.after.experience), []).append(each)
    of_players = boards.of_players(settings)
    lasting = [board for board in of_players if not board.calendar]
    seasonal = [board for board in of_players if board.calendar]
    found: list[Move] = []
    for (_, experience), records in of_source.items():
        if experience is not None:
            ranking: Iterable[Board] = boards.of_experience(settings, experience)
        else:
            ranking = [*lasting, *_in_seasons(seasonal, records, as_of)] if seasonal else lasting
        # The face is the same on every board, so that it is compared once.
        told_alike = [(each, each.before is not None and each.before.face == each.after.face) for each in records]
        for board in ranking:
            changes = [change for each, alike in told_alike if (change := _change(board, each, as_of, alike=alike))]
            if changes:
                first = last = changes[0]
                if len(changes) > 1:
                    first, last = (pick(changes, key=_version) for pick in (min, max))
                found.append(move_to(board, last[0].after, last[2], first[1], as_of, last[0].sequence))
    return found


def _version(change: tuple[Told, int, Place]) -> int:
    return change[0].after.version


def _in_seasons(seasonal: Iterable[Board], records: Iterable[Told], as_of: AsOf) -> list[Board]:
    """The boards in those of their seasons that are open: of those in which something was summed up, and of the present
    ones, which may be known by day alone.
    """
    found: dict[tuple[str, str], Board] = {}
    for told in records:
        for board in seasonal:
            for season in (
                *told.after.totals.seasons(board.metric),
                *boards.seasons_open(board, as_of.zone, as_of.slot),
            ):
                fits = (board.id, season) not in found and calendar_of(season) is board.calendar
                if fits and as_of.instant < boards.closes_at(season, as_of.zone):
                    found[board.id, season] = boards.in_season(board, season)
    return list(found.values())


def _change(board: Board, told: Told, as_of: AsOf, *, alike: bool) -> tuple[Told, int, Place] | None:
    """The score before a record, and the place after it; None where neither is on the board, or nothing is another.

    Args:
        alike: whether the player is shown as before.
    """
    after, before = told.after, told.before
    if alike and before and same(board, before.totals, after.totals):
        return None
    now = place(board, after, as_of)
    old, was_due = score_and_due(board, before, as_of) if before else (0, None)
    new, due = now.score, now.due
    if not (old or new or was_due or due) or (alike and old == new and was_due == due):
        return None
    return told, old, now


def move_to(board: Board, standing: Standing, wanted: Place, old: int, as_of: AsOf, sequence: str = "") -> Move:
    """The move to a place that was computed from a standing."""
    again, beside = None, None
    if board.rolls:
        again, beside = partial(_place_at, board, standing, as_of.zone), as_of.slot
    elif board.experience is not None:
        beside = standing.face_version
    return Move(standing.tenant, board, wanted, old, standing.version, beside, again, sequence)


def _place_at(board: Board, standing: Standing, zone: str, slot: int) -> Place:
    return place(board, standing, AsOf(slot, zone))


class Pack:
    """Moves of one tenant that fit a transaction, and the net change of the trees that they come to."""

    __slots__ = ("_nodes", "moves", "nodes")

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self.nodes: dict[tuple[str, str], tree.Changes] = {}
        self._nodes = 0

    def add(self, move: Move) -> bool:
        """Adds a move, unless the transaction would hold too many actions with it."""
        board = move.board
        key, old, new = (board.id, board.period), move.old or None, move.place.score or None
        changes = self.nodes.get(key)
        if changes is None:
            changes = self.nodes[key] = {}
        had = len(changes)
        tree.add_move(changes, old, new)
        nodes = self._nodes + len(changes) - had
        if self.moves and len(self.moves) + 1 + nodes > MAX_ACTIONS:
            tree.add_move(changes, new, old)
            if not had:
                self.nodes.pop(key)
            return False
        self._nodes = nodes
        self.moves.append(move)
        return True

    def actions(self, seconds: int) -> list[Action]:
        """The writes of all moves, and of every node that they change: in one of its board's trees, by chance.

        Args:
            seconds: the present, as the epoch's.
        """
        tenant = self.moves[0].tenant
        boards = {move.board.key: move.board for move in self.moves}
        writes: list[Action] = [
            storage.write_position(
                move.name, tenant, move.board, move.place, move.old, move.version, move.beside, mend=move.mend
            )
            for move in self.moves
        ]
        writes += [
            storage.write_node(tenant, boards[key], node, deltas, subtree)
            for key, changes in self.nodes.items()
            for subtree in [randrange(boards[key].trees_at(seconds))]
            for node, deltas in changes.items()
        ]
        return writes


def make(table: Table, wanted: Iterable[Move], now: datetime) -> Made:
    """Makes moves, a pack of one tenant's in each transaction.

    A pack that stays busy for the patience of one command holds up no other; nor does a move that is refused
    for what it is.
    """
    made = Made()
    seconds = int(now.timestamp())
    for _, of_tenant in groupby(sorted(wanted, key=_tenant), key=_tenant):
        for pack in packs(of_tenant):
            patience = table.patience()
            made.stuck += _make_pack(table, pack, seconds, patience)
            made.packs += 1
            made.retries += patience.waits
    return made


def packs(wanted: Iterable[Move]) -> Iterator[Pack]:
    """Moves of one tenant, board by board and by score, as many to a pack as a transaction holds: neighbours share
    nodes of the tree, and a player alone is moved on all boards at once.
    """
    pack = Pack()
    for move in sorted(wanted, key=_by_board_and_score):
        if not pack.add(move):
            yield pack
            pack = Pack()
            pack.add(move)
    if pack.moves:
        yield pack


def _tenant(move: Move) -> str:
    return move.tenant


def _by_board_and_score(move: Move) -> tuple[str, str, int, str]:
    board, place = move.board, move.place
    return board.id, board.period, place.score, place.player


def _make_pack(table: Table, pack: Pack, seconds: int, patience: Patience) -> list[Stuck]:
    left, stuck = [pack], []
    try:
        while left:
            trying = left[-1]
            try:
                transact(table, trying.actions(seconds), patience)
                left.pop()
            except ConditionsFailed as refused:
                left[-1:] = packs(_restated(trying.moves, refused.items))
                if left:
                    patience.wait()
            except Busy:
                raise
            except Exception as error:
                # One move that the table refuses for what it is must not take the others with it.
                if len(trying.moves) == 1:
                    stuck.append(Stuck(trying.moves[0], error))
                    left.pop()
                else:
                    left[-1:] = [alone for move in trying.moves for alone in packs([move])]
    except Busy as busy:
        stuck += [Stuck(move, busy) for pack in left for move in pack.moves]
    return stuck


def _restated(pack: Iterable[Move], standing: Mapping[str, Raw | None]) -> Iterator[Move]:
    """The moves that are still to be made, from what stood where the transaction was refused.

    DynamoDB gives that back with the refusal, for nothing and as of the transaction: no read could be fresher.
    """
    for move in pack:
        if move.name not in standing:
            yield move
        elif (raw := standing[move.name]) is None:
            yield replace(move, old=0)
        elif (again := restate(move, PositionItem.parse(raw))) is not None:
            yield again


def restate(move: Move, item: PositionItem) -> Move | None:
    """A move from the position that stands, or None where there is nothing left to do.

    Of the two versions that a place is computed from, the later of each counts.
    """
    stands = storage.place_of(item, move.place.player)
    version, beside = int(item.source_version), None if item.beside is None else int(item.beside)
    if version > move.version and (move.board.experience is None or (beside or 0) >= (move.beside or 0)):
        return None
    wanted = replace(move, old=stands.score)
    if move.beside is not None and beside is not None and beside > move.beside:
        if move.again:
            wanted = replace(wanted, place=move.again(beside), beside=beside)
        else:
            name, level, alias, hidden = stands.face
            shown = replace(move.place, name=name, level=level, alias=alias, hidden=hidden)
            wanted = replace(wanted, place=shown, beside=beside)
    if version > move.version:
        earned = replace(wanted.place, earned=stands.earned, reached_at=stands.reached_at)
        wanted = replace(wanted, version=version, place=earned)
    if version < wanted.version or (move.again is None and (beside or 0) < (wanted.beside or 0)):
        return wanted
    if move.mend:
        return wanted if stands != wanted.place else None
    # Of one version, at a later slot: until it is due nothing moves, and it need not be written.
    return wanted if (beside or 0) < (wanted.beside or 0) and stands != wanted.place else None
