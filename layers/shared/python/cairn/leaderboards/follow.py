"""Following the table's stream: records to standings, standings to moves, moves to positions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cairn.leaderboards import standings
from cairn.leaderboards.agenda import Agenda, Task, audits_of, closings_of, due_of
from cairn.leaderboards.board import of_experience
from cairn.leaderboards.leave import leave
from cairn.leaderboards.mover import Move, Told, make, move_to, moves
from cairn.leaderboards.place import AsOf, Standing, place, slot_at
from cairn.leaderboards.standings import Standings, faced
from cairn.platform import keys
from cairn.platform.items import Raw
from cairn.platform.queue import Send
from cairn.platform.table import Table
from cairn.tenants.boards import BoardSettings

type Record = Mapping[str, Any]


@dataclass(slots=True)
class Followed:
    """What came of a batch: moves, packs and retries as `Made` has them, and which records (by sequence number) have to
    come again.
    """

    moves: int = 0
    packs: int = 0
    retries: int = 0
    failed: dict[str, Exception] = field(default_factory=dict)


class Follower:
    """Follows the stream of a table.

    Args:
        send: to the boards' queue; without it, closed seasons are left to whoever erases a player.
    """

    def __init__(self, table: Table, send: Send | None = None) -> None:
        self._table = table
        self._send = send
        self._standings = Standings(table)
        self._reads = {
            standings.PLAYER: self._standings.of_player,
            standings.PROGRESS: self._standings.of_progress,
        }
        self._agenda = Agenda(table)

    def follow(self, records: Iterable[Record], now: datetime) -> Followed:
        """Moves whom a batch of records tells of. What cannot be done is reported, and holds up nothing else."""
        done = Followed()
        by_tenant: dict[str, list[Told]] = defaultdict(list)
        gone: dict[tuple[str, str], str] = {}
        for record in records:
            sequence = record["dynamodb"]["SequenceNumber"]
            try:
                if told := self._told(record["dynamodb"]):
                    by_tenant[told.after.tenant].append(told)
                elif player := _gone(record):
                    gone[player] = sequence
            except Exception as error:
                done.failed[sequence] = error
        wanted = [move for tenant, told in by_tenant.items() for move in self._wanted_of_each(tenant, told, now, done)]
        made = make(self._table, wanted, now)
        for stuck in made.stuck:
            done.failed[stuck.move.sequence] = stuck.error
        for erased, sequence in gone.items():
            try:
                self._erase(*erased, now)
            except Exception as error:
                done.failed[sequence] = error
        done.moves, done.packs, done.retries = len(wanted), made.packs, made.retries
        return done

    def _erase(self, tenant: str, player: str, now: datetime) -> None:
        leave(self._table, tenant, player, now)
        # After that, and every time: a season that is closed since is one that the player is not in.
        if self._send:
            self._send([{"task": Task.FORGET.value, "tenant": tenant, "player": player}])

    def _told(self, change: Mapping[str, Any]) -> Told | None:
        after: Raw | None = change.get("NewImage")
        read = self._reads.get(after["kind"]["S"]) if after else None
        if after is None or read is None:
            return None
        before: Raw | None = change.get("OldImage")
        return Told(read(before) if before else None, read(after), change["SequenceNumber"])

    def _wanted_of_each(self, tenant: str, told: Sequence[Told], now: datetime, done: Followed) -> list[Move]:
        """What is wanted of a tenant's players; where something is wrong with one of them, of the others."""
        try:
            return self._wanted(tenant, told, now)
        except Exception as error:
            players = {each.after.player for each in told}
            if len(players) == 1:
                done.failed |= {each.sequence: error for each in told}
                return []
        alone = ([each for each in told if each.after.player == player] for player in sorted(players))
        return [move for of_player in alone for move in self._wanted_of_each(tenant, of_player, now, done)]

    def _wanted(self, tenant: str, told: Sequence[Told], now: datetime) -> list[Move]:
        settings = self._standings.settings(tenant)
        as_of = AsOf(slot_at(now), settings.zone)
        if any(settings.boards.of_experiences()):
            found = moves(self._with_faces(tenant, told), settings.boards, as_of)
            have = {(move.board.key, move.place.player) for move in found}
            anew = self._shown_anew(told, settings.boards, as_of)
            found += [move for move in anew if (move.board.key, move.place.player) not in have]
        else:
            of_players = [each for each in told if each.after.experience is None]
            found = moves(of_players, settings.boards, as_of)
        self._agenda.note(due_of(found) | audits_of(found, now) | closings_of(found, settings.zone), now)
        return found

    def _with_faces(self, tenant: str, told: Sequence[Told]) -> list[Told]:
        """What is told of progress, with its players' faces: the table's, as those that a batch tells may be old."""
        players = sorted({each.after.player for each in told if each.after.experience is not None})
        loaded = self._table.get_many(keys.player(tenant, player) for player in players)
        faces = {face.player: face for face in map(self._standings.of_player, loaded.raw.values())}
        return [_told_with(each, faces) if each.after.experience is not None else each for each in told]

    def _shown_anew(self, told: Sequence[Told], settings: BoardSettings, as_of: AsOf) -> Iterator[Move]:
        """Moves that show a new face where no record tells of it: on the boards of experiences, from the progress."""
        changed: dict[str, list[Told]] = defaultdict(list)
        for each in told:
            if each.after.experience is None and each.before and each.before.face != each.after.face:
                changed[each.after.player].append(each)
        for records in changed.values():
            first, last = (pick(records, key=_version) for pick in (min, max))
            partition = keys.player_partition(last.after.tenant, last.after.player)
            for raw in self._table.query_all(partition, prefix=keys.PROGRESS_PREFIX, consistent=True):
                standing = self._standings.of_progress(raw)
                was, now = (faced(standing, {face.player: face}) for face in (first.before, last.after) if face)
                for board in of_experience(settings, standing.experience or ""):
                    old, wanted = place(board, was, as_of), place(board, now, as_of)
                    if wanted.earned:
                        yield move_to(board, now, wanted, old.score, as_of, last.sequence)


def _version(told: Told) -> int:
    return told.after.version


def _told_with(told: Told, faces: Mapping[str, Standing]) -> Told:
    return replace(told, before=told.before and faced(told.before, faces), after=faced(told.after, faces))


def _gone(record: Record) -> tuple[str, str] | None:
    """The player whose item was removed, by somebody and not by its expiry."""
    image = record["dynamodb"].get("OldImage")
    removed = record["eventName"] == "REMOVE" and "userIdentity" not in record
    if not removed or not image or image["kind"]["S"] != standings.PLAYER:
        return None
    return image["tenant"]["S"], image["player"]["S"]
