"""One message of the boards' queue, done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cairn.leaderboards.agenda import Task
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
) -> dict[str, Any]:
    """Does what a message asks for, and sends what there is no time for. Done twice, it changes nothing.

    Returns:
        Figures for the log.
    """
    match Task(message["task"]):
        case Task.MOVE:
            done = expire(table, standings, message["tenant"], message["slot"], message["shard"], now, in_time)
            if done.more:
                send([dict(message)])
            return {"moved": done.moved}
