"""The streaks' schedule: hands out which streaks are to be looked at, as their dates end."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from cairn.platform.bootstrap import ground
from cairn.platform.clock import utc_now
from cairn.platform.queue import queue
from cairn.streaks.agenda import dispatch
from cairn.tenants.storage import SettingsCache

logger = Logger()


@cache
def bootstrap() -> Callable[[datetime], int]:
    """The composition root of this function."""
    base = ground()
    send, settings = queue(base.config.queue_url, base.config.endpoint_url), SettingsCache(base.table)
    return lambda now: dispatch(base.table, settings, send, now)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """Answers a schedule's event. Its moment is `time` where the schedule gives one."""
    given = event.get("time")
    sent = bootstrap()(datetime.fromisoformat(given) if given else utc_now())
    logger.info("dispatched", messages=sent)
    return {"messages": sent}
