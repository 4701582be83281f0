"""The one table: batch reads, queries, and a client that never retries behind our back."""

import json
import random
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol, cast

import botocore.session
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError, ClientError

from cairn.platform.capacity import Meter
from cairn.platform.errors import Busy
from cairn.platform.items import Item, Raw
from cairn.platform.keys import Key

BATCH_GET_KEYS = 100
THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "LimitExceededException",
        "InternalServerError",
        "ServiceUnavailable",
    }
)


class DynamoDb(Protocol):
    """The calls of a DynamoDB client that Cairn makes. Each takes and gives the API's own JSON."""

    def batch_get_item(self, **kwargs: Any) -> Any: ...
    def query(self, **kwargs: Any) -> Any: ...
    def transact_write_items(self, **kwargs: Any) -> Any: ...


def connect(endpoint_url: str | None = None, answer_seconds: float = 2) -> DynamoDb:
    """A DynamoDB client with short time-outs and no retries of its own (region and keys as configured).

    Args:
        answer_seconds: after how many an answer counts as lost.
    """
    config = ClientConfig(
        connect_timeout=1,
        read_timeout=answer_seconds,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=16,
        parameter_validation=False,  # a quarter of the time of a large transaction; DynamoDB validates too
    )
    session = botocore.session.get_session()
    client = session.create_client("dynamodb", config=config, endpoint_url=endpoint_url)
    pass_json_through(client)
    return cast(DynamoDb, client)


def pass_json_through(client: Any) -> None:
    """Lets a botocore client send transactions, and give answers, as they are: in the API's own JSON.

    botocore copies either value by value, as its model of the API says: three quarters of the processor time of a large
    transaction, four fifths of that of a page. Instead it is given an empty request, and the body before the call.
    https://docs.aws.amazon.com/boto3/latest/guide/events.html
    """
    events = client.meta.events
    events.register("provide-client-params.dynamodb.TransactWriteItems", _render)
    events.register("before-call.dynamodb.TransactWriteItems", _replace_body)
    for operation in ("BatchGetItem", "Query", "TransactWriteItems"):
        events.register(f"before-parse.dynamodb.{operation}", _parse)


def _render(params: dict[str, Any], context: dict[str, Any], **_: Any) -> dict[str, Any]:
    context["cairn_body"] = json.dumps(params, default=_binary, separators=(",", ":")).encode()
    return {"TransactItems": []}


def _replace_body(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    params["body"] = context.pop("cairn_body")


def _parse(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Parses an answer that went well. What is binary is left to botocore, as are refusals."""
    body = response_dict["body"]
    if response_dict["status_code"] == HTTPStatus.OK and b'"B"' not in body and b'"BS"' not in body:
        customized_response_dict.update(json.loads(body))
        response_dict["body"] = b"{}"


def _binary(value: bytes) -> str:
    """How the API's JSON has what is binary."""
    return b64encode(value).decode()


@dataclass(slots=True)
class Patience:
    """How long one command may go on trying: 8 attempts, full jitter of 50 ms x 2^k up to 1 s, 3 s in all.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    attempts: int = 8
    base: float = 0.05
    cap: float = 1.0
    deadline: float = 3.0
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    jitter: Callable[[float, float], float] = random.uniform
    _used: int = field(default=0, init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.now()

    @property
    def waits(self) -> int:
        """How often it has waited so far."""
        return self._used

    def wait(self) -> None:
        """Sleeps before the next attempt.

        Raises:
            Busy: no attempt, or no time, is left.
        """
        self._used += 1
        pause = self.jitter(0, min(self.cap, self.base * 2**self._used))
        if self._used >= self.attempts or self.now() - self._since + pause > self.deadline:
            raise Busy
        self.sleep(pause)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Items read together, by key."""

    raw: Mapping[Key, Raw]

    def get[T: Item](self, item_type: type[T], key: Key) -> T | None:
        """The item at a key, or None where there is none."""
        raw = self.raw.get(key)
        return None if raw is None else item_type.parse(raw)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query: the raw items and the sort key to go on after, or None at the end."""

    items: Sequence[Raw]
    after: Raw | None


class Table:
    """The table that everything is in.

    Args:
        client: a DynamoDB client that does not retry by itself.
        name: the table's name.
        meter: counts trips and units when given (tests and benchmarks).
        patience: makes the retry budget of one read.
    """

    def __init__(
        self,
        client: DynamoDb,
        name: str,
        meter: Meter | None = None,
        patience: Callable[[], Patience] = Patience,
    ) -> None:
        self.client = client
        self.name = name
        self.meter = meter
        self.patience = patience

    def get_many(self, keys: Iterable[Key], *, consistent: bool = True) -> Loaded:
        """Reads up to 100 items in one round trip.

        Raises:
            Busy: throttled past the deadline.
        """
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Raw] = {}
        for start in range(0, len(wanted), BATCH_GET_KEYS):
            self._batch_get(wanted[start : start + BATCH_GET_KEYS], found, consistent=consistent)
        return Loaded(found)

    def _batch_get(self, keys: Sequence[Key], found: dict[Key, Raw], *, consistent: bool) -> None:
        patience = self.patience()
        left = [{"PK": {"S": key.pk}, "SK": {"S": key.sk}} for key in keys]
        while left:
            answer = self._read(
                "batch_get_item",
                patience,
                RequestItems={self.name: {"Keys": left, "ConsistentRead": consistent}},
            )
            for item in answer["Responses"].get(self.name, []):
                found[Key(item["PK"]["S"], item["SK"]["S"])] = item
            left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if left:
                patience.wait()
        if self.meter:
            self.meter.read_items((found.get(key) for key in keys), consistent=consistent)

    def query(
        self,
        pk: str,
        *,
        prefix: str = "",
        between: tuple[str, str] | None = None,
        limit: int | None = None,
        forward: bool = True,
        after: Raw | None = None,
        index: tuple[str, str, str] | None = None,
        consistent: bool = False,
    ) -> Page:
        """One page of a partition, in one round trip.

        Args:
            prefix: what the sort key begins with; or `between`: its lowest and highest value.
            after: `Page.after` of the page before.
            index: (index name, its partition attribute, its sort attribute) in place of the table's keys.

        Raises:
            Busy: throttled past the deadline.
        """
        name, pk_name, sk_name = index or (None, "PK", "SK")
        condition, values = "#p = :p", {":p": {"S": pk}}
        names = {"#p": pk_name}
        if between:
            condition += " AND #s BETWEEN :a AND :b"
            values |= {":a": {"S": between[0]}, ":b": {"S": between[1]}}
            names["#s"] = sk_name
        elif prefix:
            condition += " AND begins_with(#s, :a)"
            values[":a"] = {"S": prefix}
            names["#s"] = sk_name
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": forward,
            "ConsistentRead": consistent,
        }
        if name:
            request["IndexName"] = name
        if limit:
            request["Limit"] = limit
        if after:
            request["ExclusiveStartKey"] = after
        answer = self._read("query", self.patience(), **request)
        if self.meter:
            self.meter.read_range(answer["Items"], consistent=consistent)
        return Page(answer["Items"], answer.get("LastEvaluatedKey"))

    def query_all(
        self, pk: str, *, prefix: str = "", between: tuple[str, str] | None = None, consistent: bool = False
    ) -> Iterable[Raw]:
        """Every item of a partition range, page by page."""
        after: Raw | None = None
        while True:
            page = self.query(pk, prefix=prefix, between=between, after=after, consistent=consistent)
            yield from page.items
            if (after := page.after) is None:
                return

    def together[T](self, reads: Sequence[Callable[[], T]]) -> list[T]:
        """Independent reads at the same time: one round trip as far as waiting goes."""
        if len(reads) == 1:
            return [reads[0]()]
        trips = self.meter.trips if self.meter else 0
        with ThreadPoolExecutor(max_workers=min(16, len(reads))) as pool:
            answers = list(pool.map(lambda read: read(), reads))
        if self.meter and reads:
            self.meter.trips = trips + 1
        return answers

    def _read(self, operation: str, patience: Patience, **request: Any) -> Any:
        while True:
            if self.meter:
                self.meter.trip(operation)
            try:
                return getattr(self.client, operation)(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] not in THROTTLES:
                    raise
            except BotoCoreError:
                pass  # a read that timed out or lost its connection changes nothing: ask again
            patience.wait()
