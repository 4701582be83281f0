"""HTTP for every function: the resolver, the caller, bodies, idempotency keys, problems, one log line a call."""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import date
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
# Of a body that is wrong in a thousand places the first are named; a field's name may come from the body itself.
MAX_ERRORS = 50
MAX_FIELD_CHARACTERS = 200
# What pydantic puts before the words of a rule of ours.
RULE = "Value error, "

ROUTE_PARAMETER = re.compile(r"<(\w+)>")
# What the gateway would take for the path's own, so that clients write it encoded into an id before they encode that.
WRITTEN_ENCODED = re.compile("%2f|%3f", re.IGNORECASE)
DECODED = {"%2f": "/", "%3f": "?"}

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Body(BaseModel):
    """The base of request bodies: unknown fields are refused, so that a typing error is not lost.

    `user_id` and `community_id` are taken from older clients only to see that they agree with the token.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    user_id: str | None = None
    community_id: str | None = None


class Resolver(APIGatewayHttpResolver):
    """Powertools' resolver for ids of any characters: its own pattern knows no quotes, `#`, emoji or combining marks.

    Both methods are those that Powertools' other resolvers override.
    """

    @staticmethod
    def _compile_regex(rule: str, base_regex: str = "^{}$") -> re.Pattern[str]:
        return re.compile(base_regex.format(ROUTE_PARAMETER.sub(r"(?P<\1>[^/]+)", rule)))

    def _convert_matches_into_route_keys(self, match: re.Match[str]) -> dict[str, str]:
        return {name: path_id(segment) for name, segment in match.groupdict().items()}


def path_id(segment: str) -> str:
    """The id that a segment of an HTTP API's `rawPath` names.

    The gateway decodes a path once, before it routes, and leaves `%25` as it is. So a slash, which would part the
    path, and a question mark, which would end it, come as `%2F` and `%3F` of the id itself.
    """
    once = segment.replace("%25", "%")
    return WRITTEN_ENCODED.sub(lambda found: DECODED[found[0].lower()], once)


class Http:
    """One function's HTTP side.

    Args:
        config: the function's environment.
        clock: gives now.
        max_body_bytes: the largest body that is taken.
    """

    def __init__(self, config: Config, clock: Clock = utc_now, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.config = config
        self.clock = clock
        self.max_body_bytes = max_body_bytes
        self.logger = Logger()
        self.app = Resolver()
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

    def optional_number(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number from the query string, or None where it is not given."""
        return self.whole_number(name, lowest, lowest, highest) if self.query(name) else None

    def day(self, name: str) -> date | None:
        """A date from the query string, or None. Raises DomainError `invalid-parameter` for what is none."""
        text = self.query(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            detail = f"{name} is {text!r}, which is no day. Write it as 2026-11-20."
            raise DomainError("invalid-parameter", detail) from None

    def days(self) -> tuple[date | None, date | None]:
        """`from` and `to`, dates; None where they are left out.

        Raises:
            DomainError: `invalid-parameter` for what is no date, or the later one first.
        """
        first, last = self.day("from"), self.day("to")
        if first and last and first > last:
            raise DomainError("invalid-parameter", "from must not be after to.")
        return first, last

    def flag(self, name: str) -> bool:
        """A `true` or `false` from the query string; false where it is not given.

        Raises:
            DomainError: `invalid-parameter` for anything else.
        """
        if (text := self.query(name, "false")) not in ("true", "false"):
            raise DomainError("invalid-parameter", f"{name} must be true or false.")
        return text == "true"

    def json(self) -> Any:
        """The body's JSON; an absent body is an empty object.

        Raises:
            DomainError: `body-too-large`, `malformed-json`.
        """
        try:
            text = self.app.current_event.decoded_body or "{}"
        except ValueError as error:
            raise DomainError("malformed-json", f"Send a JSON object in UTF-8: {error}.") from None
        if (size := len(text.encode())) > self.max_body_bytes:
            raise DomainError(
                "body-too-large",
                f"The body has {size} bytes; at most {self.max_body_bytes} are taken. Send less at a time.",
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
        return self.parse(model, self.json(), player)

    def parse[T: BaseModel](self, model: type[T], content: Any, player: str | None = None) -> T:
        """A body, or a part of one, parsed; it raises what `body` raises."""
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

    def idempotency_key(self, subject: str | None) -> IdempotencyKey:
        """The request's Idempotency-Key, for a request that acts on a player, or (None) on what is the tenant's.

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
        # A player is the same by either name; what is the tenant's has no player in its path.
        path = event.path.replace("/players/me/", f"/players/{subject}/", 1)
        asked = fingerprint(event.http_method, path, self.json())
        return IdempotencyKey(self.caller.tenant, subject, value, asked)

    def own_key(self, subject: str, part: str = "") -> IdempotencyKey:
        """The Idempotency-Key of a request whose clients may know none: theirs, or the request's own id."""
        event = self.app.current_event
        value = self._header("idempotency-key") or f"request:{self.request_id}"
        asked = fingerprint(event.http_method, event.path, self.json())
        return IdempotencyKey(self.caller.tenant, subject, f"{value[:255]}{part}", asked)

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


def invalid_body(error: ValidationError, most: int = MAX_ERRORS) -> DomainError:
    """A validation error as a refusal that names each field, the first `most` of them, and what it should be."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    fields = [
        {
            "field": ".".join(map(str, each["loc"]))[:MAX_FIELD_CHARACTERS] or "(body)",
            "message": each["msg"].removeprefix(RULE),
        }
        for each in found[:most]
    ]
    named = "; ".join(f"{each['field']}: {each['message']}" for each in fields)
    more = f"; and {len(found) - most} more" if len(found) > most else ""
    return DomainError("invalid-body", f"Mend these fields: {named}{more}.", errors=fields)


def serve(routes: Callable[[Config, Table], Http]) -> Handler:
    """The Lambda handler of a function's routes: its composition root, built at the first event and kept."""

    @cache
    def bootstrap() -> Http:
        base = ground()
        return routes(base.config, base.table)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return bootstrap().handle(event, context)

    return handler
