"""Building a board from the truth, while moves go on: everybody's place is computed anew, and the counts are audited.

A run that is interrupted goes on where it was; run again, it writes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched

from cairn.leaderboards import roster, storage
from cairn.leaderboards.agenda import Agenda, closings_of, due_of
from cairn.leaderboards.audit import BANDS, Found, audit
from cairn.leaderboards.board import Board, closes_at
from cairn.leaderboards.mover import Move, make, move_to
from cairn.leaderboards.place import AsOf, Place, place, slot_at
from cairn.leaderboards.roster import Part
from cairn.leaderboards.standings import Standings, faced
from cairn.leaderboards.storage import PositionItem, RebuildItem
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.items import Raw
from cairn.platform.table import BATCH_GET_KEYS, Table
from cairn.platform.transact import Put, transact

AT_ONCE = BATCH_GET_KEYS // 3  # a player, perhaps their progress, and the position
BEFORE_ALL = Part(date.min, 0)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did: players looked at, positions written, and what the audit of the counts found."""

    players: int = 0
    written: int = 0
    found: Found | None = None


class Rebuild:
    """One board's rebuild.

    Args:
        clock: gives now. stop: whether to leave off; what is done stays done. sleep: waits for the index to settle.

    Raises:
        DomainError: `season-closed`.
    """

    def __init__(
        self,
        table: Table,
        tenant: str,
        board: Board,
        clock: Callable[[], datetime],
        stop: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._tenant = tenant
        self._board = board
        self._clock = clock
        self._stop = stop
        self._sleep = sleep
        self._standings = Standings(table)
        if board.calendar and clock() >= closes_at(board.period, self._standings.settings(tenant).zone):
            raise DomainError("season-closed", f"The season {board.period} is closed, and what it came from is gone.")
        self._agenda = Agenda(table)
        self._seen: set[str] = set()
        self._key = keys.job(f"rebuild#{keys.encode(tenant)}#{keys.encode(board.id)}#{board.period}")
        self.done = Rebuilt()

    def parts(self) -> Sequence[Part]:
        """What is still to be read, in order: what an interrupted run left, else everything."""
        stored = self._table.get_many([self._key]).get(RebuildItem, self._key)
        done = Part(date.fromisoformat(stored.day), int(stored.shard)) if stored else BEFORE_ALL
        settings = self._standings.settings(self._tenant)
        return [part for part in roster.parts(self._table, self._tenant, settings, self._clock()) if part > done]

    def run(self, parts: Iterable[Part], advance: Callable[[], None] = lambda: None) -> bool:
        """Rebuilds the places of everybody in these parts, then of who else is on the board, then looks at the counts.

        Args:
            advance: is told of each part that is done.

        Returns:
            Whether it came to the end.

        Raises:
            Exception: that of the first move that could not be made.
        """
        for part in parts:
            if not self._place_all(roster.players(self._table, self._tenant, part, self._board.experience)):
                return False
            self._note(part)
            advance()
        # Some of those may have no business there.
        if not self._place_all(self._listed()):
            return False
        self.done.found = audit(self._table, self._tenant, self._board, repair=True, sleep=self._sleep)
        self._note(BEFORE_ALL)
        return True

    def _place_all(self, players: Iterable[str]) -> bool:
        """Places those that this run has not met yet; False where it was stopped."""
        for some in batched(self._new(players), AT_ONCE, strict=False):
            if self._stop():
                return False
            self._place(some)
        return True

    def _new(self, players: Iterable[str]) -> Iterator[str]:
        for player in players:
            if player not in self._seen:
                self._seen.add(player)
                yield player

    def _listed(self) -> Iterator[str]:
        for band in BANDS:
            for row in storage.rows_of(self._table, self._tenant, self._board, band):
                yield storage.place_in_index(self._board, row).player

    def _place(self, players: Sequence[str]) -> None:
        now, tenant, board = self._clock(), self._tenant, self._board
        as_of = AsOf(slot_at(now), self._standings.settings(tenant).zone)
        positions = {player: storage.position_key(tenant, board, player) for player in players}
        totals = {player: keys.player(tenant, player) for player in players}
        heads = {player: keys.progress(tenant, player, board.experience) for player in players if board.experience}
        loaded = self._table.get_many([*positions.values(), *totals.values(), *heads.values()])
        found = (
            self._move(
                player,
                loaded.get(PositionItem, positions[player]),
                loaded.raw.get(totals[player]),
                loaded.raw.get(heads[player]) if heads else None,
                as_of,
            )
            for player in players
        )
        wanted = [move for move in found if move]
        self._agenda.note(due_of(wanted) | closings_of(wanted, as_of.zone), now)
        for stuck in make(self._table, wanted, now).stuck:
            raise stuck.error
        self.done.players += len(players)
        self.done.written += len(wanted)

    def _move(
        self, player: str, item: PositionItem | None, raw: Raw | None, head: Raw | None, as_of: AsOf
    ) -> Move | None:
        """The move from what stands to what should; None where that is the same."""
        board = self._board
        stands = storage.place_of(item, player) if item else Place(player, 0, 0, "")
        if raw is None or (board.experience is not None and head is None):
            if item is None or not stands.score:
                return None
            beside = None if item.beside is None else int(item.beside)
            gone = Place(player, 0, stands.reached_at, "")
            return Move(self._tenant, board, gone, stands.score, int(item.source_version), beside, mend=True)
        standing = self._standings.of_player(raw)
        if head is not None:
            standing = faced(self._standings.of_progress(head), {player: standing})
        wanted = place(board, standing, as_of)
        if board.experience is not None and item and stands.earned == wanted.earned:
            # Progress goes on after a distance was reached: that instant is the position's alone.
            wanted = wanted._replace(reached_at=stands.reached_at)
        off_board = not wanted.score and wanted.due is None and not stands.score
        if wanted == stands or off_board:
            return None
        return move_to(board, standing, wanted, stands.score, as_of)._replace(mend=True)

    def _note(self, part: Part) -> None:
        """How far it came; before everything at the end, so that another rebuild begins anew."""
        item = RebuildItem(*self._key, day=part.day.isoformat(), shard=part.shard)
        transact(self._table, [Put("rebuild", item, RebuildItem.absent() | (RebuildItem.kind == RebuildItem))])
