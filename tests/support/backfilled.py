"""Backfills for tests: asked for as an operator does, worked off as the queue does."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

from cairn.achievements.backfill import SETTLES
from cairn.platform.table import Table
from functions.achievements_backfill.handler import worker
from tests.support.http import Reply
from tests.support.world import World

PLENTY = 300_000


def ask(world: World, key: str | None = None, **body: Any) -> Reply:
    return world.call("unlocks", "operator").send("POST", "/achievements/backfills", body, key=key)


def message(body: Any) -> Any:
    return SimpleNamespace(body=json.dumps(body))


def work_off(world: World, table: Table | None = None, milliseconds_left: Callable[[], int] = lambda: PLENTY) -> int:
    """Works off all messages, those that come too early once their jobs begin; gives how many there were."""
    for done in count():
        if not world.queued:
            return done
        early: list[Any] = []
        work = worker(table or world.table, world.queued.extend, early.extend, world.clock)
        work(message(world.queued.pop(0)), milliseconds_left)
        if early:
            world.clock.at += SETTLES
            world.queued += early
    raise AssertionError


def show(world: World, job: str, **query: str) -> Any:
    reply = world.call("unlocks", "operator").send("GET", f"/achievements/backfills/{job}", **query)
    assert reply.status == 200, reply.body
    return reply.body


def found(world: World, job: str) -> dict[str, list[str]]:
    """Whom a job found, page by page of two."""
    rows = world.call("unlocks", "operator").walk(f"/achievements/backfills/{job}", "players", limit="2")
    return {row["player_id"]: row["achievements"] for row in rows}


def budgets(*pages: int) -> Iterator[int]:
    """Times left, such that each message does so many pages."""
    for each in pages:
        yield from [PLENTY] * each
        yield 0
