"""Functions as Lambda runs them: each in a process of its own, which takes one request at a time.

Powertools keeps the current request in the class of its resolvers, so threads of one process cannot play functions.
"""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

from cairn.platform.table import DynamoDb, Table, connect
from tests.support.http import Clock, Reply
from tests.support.world import World

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")


@dataclass(frozen=True)
class Asked:
    """One request to a function, as one caller. The same key is the same request."""

    function: str
    method: str
    path: str
    body: dict[str, Any]
    role: str = "player"
    player: str = "ada"
    key: str = field(default_factory=lambda: str(uuid4()))
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Processes:
    """Some functions that have started and wait for requests."""

    pool: ProcessPoolExecutor
    endpoint_url: str

    def send(self, table: Table, requests: Sequence[Asked]) -> list[Reply]:
        """Sends the requests at the same moment, each to another process; gives the answers in their order."""
        at = time.time() + 0.05
        sent = [self.pool.submit(_answer, self.endpoint_url, table.name, asked, at) for asked in requests]
        return [each.result(30) for each in sent]


@contextmanager
def processes(endpoint_url: str, count: int) -> Iterator[Processes]:
    """So many processes, until the end."""
    with ProcessPoolExecutor(count, get_context("spawn"), _begin, (dict(os.environ),)) as pool:
        yield Processes(pool, endpoint_url)


def _begin(environ: dict[str, str]) -> None:
    os.environ.update({name: environ[name] for name in CREDENTIALS})


@cache
def _client(endpoint_url: str) -> DynamoDb:
    return connect(endpoint_url)


def _answer(endpoint_url: str, table: str, asked: Asked, at: float) -> Reply:
    world = World(Table(_client(endpoint_url), table), Clock())
    function = world.call(asked.function, asked.role, asked.player)
    key = "" if asked.method == "PUT" else asked.key
    time.sleep(max(0.0, at - time.time()))
    return function.send(asked.method, asked.path, asked.body, key=key, headers=asked.headers)
