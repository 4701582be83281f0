"""Players whose numbers and faces change, the stream records that tell of it, and the boards as sorted lists."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from cairn.leaderboards.board import Board, of_rule
from cairn.leaderboards.mover import Told
from cairn.leaderboards.standings import Standings
from cairn.platform import keys
from cairn.platform.instants import to_ms
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Loaded, Table
from cairn.players.player import Player
from cairn.players.storage import to_item
from cairn.players.tally import tallied
from cairn.progress.progress import Progress, State
from cairn.progress.storage import write_progress
from cairn.tenants.boards import COMPLETION_TIME, DISTANCE, STANDARD, Tracked
from cairn.tenants.settings import TenantSettings

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEVEN = tuple(of_rule(rule) for rule in STANDARD)

type Record = dict[str, Any]
type Place = tuple[int, str, int, int]


@dataclass
class History:
    """What happened to the players of a tenant whose calendar is UTC's. Each change is a second after the one before.

    gains: XP by player and day. progress: by player and experience. reached: when a distance was, likewise.
    """

    tenant: str = "acme"
    tracked: Tracked = field(default_factory=lambda: TenantSettings().tracked)
    players: dict[str, Player] = field(default_factory=dict)
    images: dict[Key, Raw] = field(default_factory=dict)
    gains: dict[str, Counter[date]] = field(default_factory=dict)
    progress: dict[tuple[str, str], Progress] = field(default_factory=dict)
    reached: dict[tuple[str, str], datetime] = field(default_factory=dict)
    begin: datetime = BEGIN
    changes: int = 0

    def change(
        self,
        player: str,
        xp: int | None = None,
        name: str | None = None,
        metrics: Mapping[str, int] | None = None,
        streak: tuple[int, datetime] | None = None,
        shown_as: str | None = None,
        at: datetime | None = None,
    ) -> Record:
        """Writes a player, and gives the record of it.

        Args:
            streak: the current one, and when it breaks. at: when what changes the numbers happened, where that is not
                a second after the change before.
        """
        self.changes += 1
        at = at or self.begin + timedelta(seconds=self.changes)
        before = self.players.get(player) or Player(self.tenant, player, name=player.title())
        after = replace(before, name=before.name if name is None else name, shown_as=shown_as or before.shown_as)
        if xp is not None and xp != before.xp:
            after = replace(after, xp=xp, xp_at=max(before.xp_at or at, at))
            self.gains.setdefault(player, Counter())[at.date()] += xp - before.xp
        if metrics:
            after = replace(after, metrics={**before.metrics, **metrics})
        tally = before.tally
        if streak:
            longest = max(before.longest_streak, streak[0])
            after = replace(after, current_streak=streak[0], longest_streak=longest)
            tally = replace(tally, falls_at=streak[1])
        after = replace(after, tally=tallied(tally, before.measured(), after.measured(), at, self.tracked))
        self.players[player] = replace(after, ver=after.ver + 1)
        return self._record(keys.player(self.tenant, player), to_item(after, TenantSettings()).serialize())

    def gain(self, player: str, xp: int) -> Record:
        """Writes a player's XP alone, and gives the record of it: for the board of all XP, and by the thousand."""
        before = self.players.get(player)
        if before is None:
            return self.change(player, xp)
        self.changes += 1
        after = replace(before, ver=before.ver + 1)
        if xp != before.xp:
            after = replace(after, xp=xp, xp_at=self.begin + timedelta(seconds=self.changes))
        self.players[player] = after
        key = keys.player(self.tenant, player)
        image = {**self.images[key], "xp": {"N": str(xp)}, "ver": {"N": str(after.ver)}}
        if after.xp_at:
            image["xp_at"] = {"N": str(to_ms(after.xp_at))}
        return self._record(key, image)

    def travel(self, player: str, experience: str, meters: float, *, completed: bool = False) -> Record:
        """Writes a player's progress, begun a minute after the history, and gives the record of it."""
        self.changes += 1
        at = self.begin + timedelta(seconds=self.changes)
        key = (player, experience)
        before = self.progress.get(key) or Progress(experience, 1, started_at=at)
        after = replace(before, meters=before.meters + meters, last_progress_at=at)
        if int(after.meters) // DISTANCE.step != int(before.meters) // DISTANCE.step:
            self.reached[key] = at
        if completed and not before.completed_at:
            after = replace(after, state=State.COMPLETED, completed_at=at)
        self.progress[key] = replace(after, ver=after.ver + 1)
        item = write_progress(self.tenant, player, after, TenantSettings()).item
        return self._record(item.key, item.serialize())

    def _record(self, key: Key, image: Raw) -> Record:
        before = self.images.get(key)
        self.images[key] = image
        return {
            "eventID": uuid4().hex,
            "eventName": "MODIFY" if before else "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": {"PK": {"S": key.pk}, "SK": {"S": key.sk}},
                "NewImage": image,
                **({"OldImage": before} if before else {}),
                "SequenceNumber": f"{self.changes:021d}",
            },
        }

    def listed(self, board: Board = SEVEN[0], now: datetime = BEGIN) -> list[Place]:
        """(rank, player, score, when reached) of everybody on a board, best first: by score, then instant, then id."""
        found = [(self._score(board, player, now), player) for player in self.players.values()]
        places = [
            (score, self._reached(board, player), player.id)
            for score, player in found
            if score > 0 and player.shown_as != "hidden"
        ]
        sign = -1 if board.high_first else 1
        places.sort(key=lambda each: (sign * each[0], each[1], keys.encode(each[2])))
        ranks: dict[int, int] = {}
        for number, (score, _, _) in enumerate(places, start=1):
            ranks.setdefault(score, number)
        return [(ranks[score], player, score, reached_at) for score, reached_at, player in places]

    def standings(self) -> list[tuple[int, str, int]]:
        """(rank, player, score) on the board of all XP."""
        return [(rank, player, score) for rank, player, score, _ in self.listed()]

    def _score(self, board: Board, player: Player, now: datetime) -> int:
        if board.experience is not None:
            progress = self.progress.get((player.id, board.experience))
            if progress is None:
                return 0
            if board.metric == DISTANCE.metric:
                return int(progress.meters) // board.step
            assert board.metric == COMPLETION_TIME.metric and progress.started_at
            return int(((progress.completed_at or progress.started_at) - progress.started_at).total_seconds())
        if board.window:
            gains = self.gains.get(player.id, Counter())
            return sum(gains[now.date() - timedelta(days=back)] for back in range(board.window))
        if board.falls:
            ends = player.tally.falls_at
            return player.current_streak if ends and now < ends else 0
        return player.measured().get(board.metric, 0)

    def _reached(self, board: Board, player: Player) -> int:
        if board.experience is not None:
            progress = self.progress[player.id, board.experience]
            at = self.reached[player.id, board.experience] if board.metric == DISTANCE.metric else progress.completed_at
        else:
            at = player.xp_at if board.metric == "total_xp" else player.tally.reached.get(board.metric)
        return to_ms(at) if at else 0


class Defaults:
    """Where every tenant has the default settings."""

    def get_many(self, keys: Any, *, consistent: bool = True) -> Loaded:
        return Loaded({})


def tell(record: Record) -> Told:
    """What a record of a player tells, under the default settings."""
    standings, change = Standings(cast(Table, Defaults())), record["dynamodb"]
    before = standings.of_player(change["OldImage"]) if "OldImage" in change else None
    return Told(before, standings.of_player(change["NewImage"]), change["SequenceNumber"])


def batch(*records: Record) -> dict[str, Any]:
    """The event that a stream consumer gets."""
    return {"Records": list(records)}
