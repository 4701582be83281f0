"""A client to which happens what happens to a client in a large system, by a seeded chance."""

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError, ReadTimeoutError

from cairn.platform.table import DynamoDb


class Killed(BaseException):
    """The process is gone: nothing of the function's code runs after it."""


@dataclass
class Weather:
    """Transactions that conflict, time out after they were written, or end the process before or after.

    Args:
        forgotten: the share of time-outs that are met again after their token was forgotten.
    """

    client: DynamoDb
    chance: random.Random
    conflict: float = 0.0
    timeout: float = 0.0
    forgotten: float = 0.0
    killed: float = 0.0
    seen: list[str] = field(default_factory=list)
    _forget: bool = False

    def batch_get_item(self, **request: Any) -> Any:
        return self.client.batch_get_item(**request)

    def query(self, **request: Any) -> Any:
        return self.client.query(**request)

    def transact_write_items(self, **request: Any) -> Any:
        if self._happens("conflict", self.conflict):
            raise conflict_of(request, self.chance)
        if self._happens("killed before", self.killed):
            raise Killed
        if self._forget:
            self._forget, request = False, {**request, "ClientRequestToken": str(uuid4())}
        answer = self.client.transact_write_items(**request)
        if self._happens("killed after", self.killed):
            raise Killed
        if self._happens("timeout", self.timeout):
            self._forget = self._happens("forgotten", self.forgotten)
            raise ReadTimeoutError(endpoint_url="http://table")
        return answer

    def _happens(self, what: str, share: float) -> bool:
        happens = self.chance.random() < share
        if happens:
            self.seen.append(what)
        return happens


def conflict_of(request: dict[str, Any], chance: random.Random) -> ClientError:
    """The refusal of a transaction that met another one on one of its items."""
    reasons: list[dict[str, Any]] = [{"Code": "None"} for _ in request["TransactItems"]]
    chance.choice(reasons)["Code"] = "TransactionConflict"
    answer: Any = {"Error": {"Code": "TransactionCanceledException", "Message": "no"}, "CancellationReasons": reasons}
    return ClientError(answer, "TransactWriteItems")


@dataclass
class Mortal:
    """A client whose n-th transaction is its last: it dies before sending it, or once it is written."""

    client: DynamoDb
    dies_at: int
    written: bool

    def batch_get_item(self, **request: Any) -> Any:
        return self.client.batch_get_item(**request)

    def query(self, **request: Any) -> Any:
        return self.client.query(**request)

    def transact_write_items(self, **request: Any) -> Any:
        self.dies_at -= 1
        if self.dies_at == 0 and not self.written:
            raise Killed
        answer = self.client.transact_write_items(**request)
        if self.dies_at == 0:
            raise Killed
        return answer
