"""HTTP API events (payload 2.0) and answers, for handlers that are called directly."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from cairn.platform.api.http import Http
from cairn.platform.config import Config

CONFIG = Config(
    table_name="cairn-test",
    endpoint_url=None,
    claim_tenant="cairn_tenant",
    claim_role="cairn_role",
    claim_player="cairn_player",
    token_use="access",
    queue_url="",
)
CONTEXT = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:test",
    aws_request_id="1",
    get_remaining_time_in_millis=lambda: 300_000,
)


def claims(role: str, player: str | None = None, tenant: str = "acme", **more: str) -> dict[str, str]:
    """The claims of an access token."""
    named = {"cairn_player": player} if player else {}
    return {"token_use": "access", "cairn_tenant": tenant, "cairn_role": role, **named, **more}


def request(
    method: str,
    path: str,
    *,
    body: Any = None,
    claims: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> dict[str, Any]:
    """An HTTP API event. A str body is sent as it is."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in (query or {}).items()),
        "headers": {"content-type": "application/json", **(headers or {})},
        **({"queryStringParameters": query} if query else {}),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.test",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "request-1",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "21/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795251600000,
            **({"authorizer": {"jwt": {"claims": claims, "scopes": None}}} if claims else {}),
        },
        **({"body": body if isinstance(body, str) else json.dumps(body)} if body is not None else {}),
        "isBase64Encoded": False,
    }


@dataclass(frozen=True)
class Reply:
    """A handler's answer; the body is None where none was sent."""

    status: int
    body: Any
    headers: dict[str, Any]


def reply(http: Http, event: dict[str, Any]) -> Reply:
    """What a function's routes answer to an event."""
    answer = http.handle(event, CONTEXT)
    headers = {**answer.get("headers", {}), **answer.get("multiValueHeaders", {})}
    return Reply(answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None, headers)


@dataclass
class Client:
    """Calls one function's routes as one caller."""

    http: Http
    claims: dict[str, str] | None
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = None,
        headers: Any = None,
        **query: str,
    ) -> Reply:
        """Sends a request; a POST gets an Idempotency-Key of its own unless one is given ("" for none)."""
        if key is None and method == "POST":
            key = str(uuid4())
        event = request(
            method,
            f"/api/v1{path}",
            body=body,
            claims=self.claims,
            headers={**({"idempotency-key": key} if key else {}), **(headers or {})},
            query=query or None,
        )
        self.sent.append(event)
        return reply(self.http, event)

    def walk(self, path: str, member: str, **query: Any) -> list[Any]:
        """Every row of a list, page by page, each page within its limit where one is given."""
        rows: list[Any] = []
        while True:
            page = self.send("GET", path, **query).body
            assert len(page[member]) <= int(query.get("limit", 100))
            rows += page[member]
            if page["next"] is None:
                return rows
            query["cursor"] = page["next"]


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at
