"""One message of the boards' queue, done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cairn.leaderboards.agenda import Agenda, Task, closing
from cairn.leaderboards.audit import BANDS, Found, audit_band
from cairn.leaderboards.board import closes_at, of_key, of_season
from cairn.leaderboards.close import close
from cairn.leaderboards.expire import expire
from cairn.leaderboards.forget import forget
from cairn.leaderboards.standings import Standings
from cairn.platform.objects import Objects
from cairn.platform.queue import Send
from cairn.platform.table import Table

type Message = Mapping[str, Any]


class Worker:
    """Does what messages ask for, and sends what there is no time for. Done twice, it changes nothing.

    Args:
        objects: where seasons are archived.
        send: to the worker's own queue.
    """

    def __init__(self, table: Table, objects: Objects, send: Send) -> None:
        self._table = table
        self._objects = objects
        self._send = send
        self._standings = Standings(table)

    def work(self, message: Message, now: datetime, in_time: Callable[[], bool]) -> dict[str, int]:
        """Does one.

        Args:
            in_time: whether there is time for another step.

        Returns:
            Figures: what was moved, found or closed.
        """
        match Task(message["task"]):
            case Task.MOVE:
                return self._move(message, now, in_time)
            case Task.AUDIT:
                return self._audit(message, in_time)
            case Task.CLOSE:
                return self._close(message, now, in_time)
            case Task.FORGET:
                return self._forget(message, in_time)

    def _move(self, message: Message, now: datetime, in_time: Callable[[], bool]) -> dict[str, int]:
        tenant, slot, shard = (message[name] for name in ("tenant", "slot", "shard"))
        done = expire(self._table, self._standings, tenant, slot, shard, now, in_time)
        if done.more:
            self._send([dict(message)])
        return {"moved": done.moved}

    def _audit(self, message: Message, in_time: Callable[[], bool]) -> dict[str, int]:
        """Audits a board from a band on. Nothing is mended: whoever is told of drift looks for its cause first."""
        tenant, found = message["tenant"], Found()
        board = of_key(self._standings.settings(tenant).boards, message["board"], message["period"])
        for band in BANDS[message.get("band", 0) :] if board else ():
            if not in_time():
                self._send([{**message, "band": band}])
                break
            assert board
            found.add(audit_band(self._table, tenant, board, band))
        return {"audited": found.positions, "drift": found.drifted, "unsettled": found.unsettled}

    def _close(self, message: Message, now: datetime, in_time: Callable[[], bool]) -> dict[str, int]:
        tenant, season = message["tenant"], message["period"]
        settings = self._standings.settings(tenant)
        board = of_season(settings.boards, message["board"], season)
        if board is None:
            return {"closed": 0}
        if now < closes_at(season, settings.zone):
            # The tenant moved to a zone that is behind.
            Agenda(self._table).note([closing(tenant, board.id, season, settings.zone)], now)
            return {"closed": 0}
        reached = message.get("reached")
        left = close(self._table, self._objects, tenant, board, settings.zone, now, in_time, reached)
        if left:
            self._send([{**message, "reached": left}])
        return {"closed": int(left is None)}

    def _forget(self, message: Message, in_time: Callable[[], bool]) -> dict[str, int]:
        tenant, player = message["tenant"], message["player"]
        boards, reached = self._standings.settings(tenant).boards, message.get("reached")
        left = forget(self._table, self._objects, tenant, boards, player, in_time, reached)
        if left:
            self._send([{**message, "reached": left}])
        return {"forgotten": int(left is None)}
