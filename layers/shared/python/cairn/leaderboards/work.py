"""One message of the boards' queue, done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cairn.leaderboards.agenda import Task
from cairn.leaderboards.audit import BANDS, Found, audit_band
from cairn.leaderboards.board import of_key
from cairn.leaderboards.expire import expire
from cairn.leaderboards.standings import Standings
from cairn.platform.queue import Send
from cairn.platform.table import Table

type Message = Mapping[str, Any]


def work(
    table: Table,
    standings: Standings,
    message: Message,
    now: datetime,
    in_time: Callable[[], bool],
    send: Send,
) -> dict[str, int]:
    """Does what a message asks for, and sends what there is no time for. Done twice, it changes nothing.

    Returns:
        Figures: what was moved, or found.
    """
    match Task(message["task"]):
        case Task.MOVE:
            done = expire(table, standings, message["tenant"], message["slot"], message["shard"], now, in_time)
            if done.more:
                send([dict(message)])
            return {"moved": done.moved}
        case Task.AUDIT:
            return _audit(table, standings, message, in_time, send)


def _audit(
    table: Table, standings: Standings, message: Message, in_time: Callable[[], bool], send: Send
) -> dict[str, int]:
    """Audits a board from a band on. Nothing is mended: whoever is told of drift looks for its cause first."""
    tenant = message["tenant"]
    board = of_key(standings.settings(tenant).boards, message["board"], message["period"])
    found = Found()
    if board is not None:
        for band in BANDS[message.get("band", 0) :]:
            if not in_time():
                send([{**message, "band": band}])
                break
            found.add(audit_band(table, tenant, board, band))
    return {"audited": found.positions, "drift": found.drifted, "unsettled": found.unsettled}
