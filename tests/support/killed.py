"""A process that is killed (SIGKILL) at one of its calls to the table: `python -m tests.support.killed '{...}'`."""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, Never

from cairn.platform.table import DynamoDb, Table, connect
from tests.support.world import World


class Killed(BaseException):
    """What ends a command where the process itself should live: nothing between the call and the test sees it."""


def kill_process() -> Never:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def kill_command() -> Never:
    raise Killed


class Mortal:
    """A client whose n-th call is its last: it dies before sending it, or once it has been answered."""

    def __init__(
        self, client: DynamoDb, dies_at: int, *, answered: bool, die: Callable[[], Never] = kill_process
    ) -> None:
        self._client = client
        self._left = dies_at
        self._answered = answered
        self._die = die

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._answered:
                self._die()
            answer = getattr(self._client, operation)(**request)
            if self._left == 0:
                self._die()
            return answer

        return call


def main(asked: dict[str, Any]) -> None:
    """Plays one command and prints the status, unless it dies first."""
    mortal = Mortal(connect(asked["endpoint_url"]), asked["dies_at"], answered=asked["answered"])
    world = World(Table(mortal, asked["table"]))
    reply = world.play(asked["what"], asked["body"], key=asked["key"])
    print(reply.status)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
