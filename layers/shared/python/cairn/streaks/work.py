"""The sweep's messages, and what a worker does with each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cairn.platform.queue import Send
from cairn.platform.table import Table
from cairn.streaks.sweep import Looked, look_at, sweep, sweep_all
from cairn.tenants.storage import SettingsCache

type Message = Mapping[str, Any]
"""A tenant, and what of it: a partition of the index `due`, a shard of all its players, or one player."""


def work(
    table: Table, settings: SettingsCache, send: Send, message: Message, now: datetime, in_time: Callable[[], bool]
) -> dict[str, int]:
    """Does what a message says; what there is no time for, and who failed, go on in messages of their own.

    Returns:
        Figures: players looked at, written, failed.

    Raises:
        Exception: a message of one player failed, so that it comes again.
    """
    tenant = message["tenant"]
    if "player" in message:
        written = look_at(table, settings, tenant, message["player"], now)
        return {"players": 1, "written": int(written), "failed": 0}
    done = _sweep(table, settings, message, now, in_time)
    send([{"tenant": tenant, "player": player} for player in done.failed])
    if done.more:
        send([{**message, **({"after": done.after} if done.after else {})}])
    return {"players": done.players, "written": done.written, "failed": len(done.failed)}


def _sweep(
    table: Table, settings: SettingsCache, message: Message, now: datetime, in_time: Callable[[], bool]
) -> Looked:
    tenant = message["tenant"]
    if "partition" in message:
        return sweep(table, settings, tenant, message["partition"], now, in_time)
    return sweep_all(table, settings, tenant, message["shard"], message.get("after"), now, in_time)
