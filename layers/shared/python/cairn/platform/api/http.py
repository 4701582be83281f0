"""HTTP for every function: the resolver, the caller, bodies, idempotency keys, problems, one log line a call."""

import json
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from pydantic import BaseModel, ConfigDict, ValidationError

from cairn.platform.api.caller import Caller, identifier, read_caller
from cairn.platform.api.problems import problem
from cairn.platform.bootstrap import ground
from cairn.platform.clock import Clock, utc_now
from cairn.platform.command import Answer
from cairn.platform.config import Config
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey, fingerprint
from cairn.platform.preconditions import Demand, demand, names
from cairn.platform.table import Table

MAX_BODY_BYTES = 64 * 1024

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Body(BaseModel):
    """The base of request bodies: unknown fields are refused, so that a typing error is not lost.

    `user_id` and `community_id` are taken from older clients only to see that they agree with the token.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    user_id: str | None = None
    community_id: str | None = None


class Http:
    """One function's HTTP side.

    Args:
        config: the function's environment.
        clock: gives now.
    """

    def __init__(self, config: Config, clock: Clock = utc_now) -> None:
        self.config = config
        self.clock = clock
        self.logger = Logger()
        self.app = APIGatewayHttpResolver()
        self.app.exception_handler(DomainError)(self._refused)
        self.app.exception_handler(Exception)(self._failed)
        self.app.not_found(self._no_route)

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answers one HTTP API event (payload 2.0), with one log line."""
        start = time.perf_counter()
        answer = self.app.resolve(event, context)
        self.logger.info(
            "answered",
            route=event.get("routeKey"),
            status=answer["statusCode"],
            milliseconds=round((time.perf_counter() - start) * 1000, 1),
            request_id=self.request_id,
        )
        return answer

    @property
    def request_id(self) -> str:
        return str(self.app.current_event.request_context.request_id)

    @property
    def caller(self) -> Caller:
        """Who calls. Raises DomainError where the token does not say."""
        authorizer: Mapping[str, Any] = self.app.current_event.raw_event["requestContext"].get("authorizer", {})
        return read_caller(authorizer.get("jwt", {}).get("claims", {}), self.config)

    @property
    def if_match(self) -> str | None:
        """The header If-Match: what must stand for a write to be done."""
        return self._header("if-match")

    @property
    def if_none_match(self) -> str | None:
        """The header If-None-Match: what a reader has already, or what must not stand for a write to be done."""
        return self._header("if-none-match")

    @property
    def demand(self) -> Demand:
        """Holds a write to the request's If-Match and If-None-Match."""
        return partial(demand, if_match=self.if_match, if_none_match=self.if_none_match)

    def _header(self, name: str) -> str | None:
        return (self.app.current_event.headers or {}).get(name)

    def identifier(self, name: str, value: str) -> str:
        """An id from the path. Raises DomainError `invalid-parameter` for one that is too long."""
        return identifier(name, value)

    def query(self, name: str, default: str = "") -> str:
        """A query string parameter."""
        return (self.app.current_event.query_string_parameters or {}).get(name, default)

    def whole_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number from the query string. Raises DomainError `invalid-parameter` outside its bounds."""
        text = self.query(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 10) or not lowest <= int(text) <= highest:
            raise DomainError("invalid-parameter", f"{name} must be a whole number from {lowest} to {highest}.")
        return int(text)

    def json(self) -> Any:
        """The body's JSON; an absent body is an empty object.

        Raises:
            DomainError: `body-too-large`, `malformed-json`.
        """
        try:
            text = self.app.current_event.decoded_body or "{}"
        except ValueError as error:
            raise DomainError("malformed-json", f"Send a JSON object in UTF-8: {error}.") from None
        if (size := len(text.encode())) > MAX_BODY_BYTES:
            raise DomainError(
                "body-too-large",
                f"The body has {size} bytes; at most {MAX_BODY_BYTES} are taken. Send less `data`.",
            )
        try:
            content = json.loads(text)
            # NaN, infinities and lone surrogates are no JSON: whatever shows them later would fail.
            json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise DomainError("malformed-json", f"Send a JSON object: {error}.") from None
        return content

    def body[T: BaseModel](self, model: type[T], player: str | None = None) -> T:
        """The body, parsed.

        Args:
            player: whom the path names, where the request acts for a player.

        Raises:
            DomainError: `invalid-body` naming each field; `other-player`, `other-tenant` where an older
                client's ids differ from the token and the path.
        """
        content = self.json()
        try:
            parsed = model.model_validate(content)
        except ValidationError as error:
            raise invalid_body(error) from None
        if isinstance(parsed, Body):
            self._agree(parsed, player)
        return parsed

    def _agree(self, body: Body, player: str | None) -> None:
        caller = self.caller
        if body.community_id not in (None, caller.tenant):
            raise DomainError("other-tenant", "community_id is not the token's tenant. Leave it out.")
        player = player or caller.player
        if player and body.user_id not in (None, player):
            raise DomainError("other-player", "user_id is not the player of the token and the path. Leave it out.")

    def idempotency_key(self, subject: str) -> IdempotencyKey:
        """The request's Idempotency-Key, for a request that acts on `subject`.

        Raises:
            DomainError: `idempotency-key-missing` where the header is absent, empty or over 255 characters.
        """
        event = self.app.current_event
        value = self._header("idempotency-key") or ""
        if not 0 < len(value) <= 255:
            raise DomainError(
                "idempotency-key-missing",
                "Send an Idempotency-Key header of 1 to 255 characters, such as a UUID, and the same one on a retry.",
            )
        path = event.path.replace("/players/me/", f"/players/{subject}/", 1)  # the same player by either name
        asked = fingerprint(event.http_method, path, self.json())
        return IdempotencyKey(self.caller.tenant, subject, value, asked)

    def answer(self, answer: Answer, status: int = 200, etag: str | None = None) -> Response[str]:
        """The response to a command; a repeated one says so in a header. `etag`: where the answer has none itself."""
        headers: dict[str, str | list[str]] = {"Idempotency-Replayed": "true"} if answer.replayed else {}
        return self.show(answer.body, status, headers, etag or answer.etag)

    def show(
        self,
        body: Mapping[str, Any],
        status: int = 200,
        headers: dict[str, str | list[str]] | None = None,
        etag: str | None = None,
    ) -> Response[str]:
        """A JSON response; where an ETag is given, 304 without a body to a reader who has that already."""
        sent = {**(headers or {}), **({"ETag": etag} if etag else {})}
        reads = self.app.current_event.http_method == "GET"
        if etag and reads and self.if_none_match is not None and names(etag, self.if_none_match):
            return Response(304, None, "", headers=sent)
        return Response(status, "application/json", json.dumps(body, ensure_ascii=False), headers=sent)

    def _refused(self, error: DomainError) -> Response[str]:
        return problem(error, self.request_id)

    def _failed(self, error: Exception) -> Response[str]:
        self.logger.exception("failed", request_id=self.request_id)
        detail = "Send the same request again; if it fails again, tell the operator the request_id."
        return problem(DomainError("internal-error", detail), self.request_id)

    def _no_route(self, error: NotFoundError) -> Response[str]:
        event = self.app.current_event
        detail = f"{event.http_method} {event.path} is not a route. The API's reference lists those that are."
        return problem(DomainError("unknown-route", detail), self.request_id)


def invalid_body(error: ValidationError) -> DomainError:
    """A validation error as a refusal that names each field and what it should be."""
    fields = [
        {"field": ".".join(str(part) for part in each["loc"]) or "(body)", "message": each["msg"]}
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    named = "; ".join(f"{each['field']}: {each['message']}" for each in fields)
    return DomainError("invalid-body", f"Mend these fields: {named}.", errors=fields)


def serve(routes: Callable[[Config, Table], Http]) -> Handler:
    """The Lambda handler of a function's routes: its composition root, built at the first event and kept."""

    @cache
    def bootstrap() -> Http:
        base = ground()
        return routes(base.config, base.table)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return bootstrap().handle(event, context)

    return handler
