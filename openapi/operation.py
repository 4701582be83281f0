"""What an entry says of a route, and what follows from the route's own form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from cairn.platform.api.caller import EVERYBODY, Role
from cairn.platform.api.http import Body
from infra.routes import OPEN, ROUTES
from tests.support.http import Reply

FUNCTION_OF = {f"{method} {path}": function for function, routes in ROUTES.items() for method, path in routes}

# What an example is about, unless it says otherwise.
PLAYER = "ada"
IDS = {
    "experience_id": "harbour-walk",
    "page_id": "counter",
    "block_id": "quiz",
    "content_id": "fish-market",
    "achievement_id": "long_rider",
    "job_id": "01KA0X3G8Q4ZJ7T2M5N6P8R9SV",
    "board": "xp_all_time",
    "day": "2026-11-20",
}

type Given = str | Callable[[Reply], str]


class PlayerIn(StrEnum):
    """Where a request names its player: in the path, as `user_id` of body or query, as `player_id` of each event."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    EACH_EVENT = "each event"


class Key(StrEnum):
    """Whether a request takes an Idempotency-Key."""

    NEEDED = "needed"
    OPTIONAL = "optional"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that the scenario sends.

    ids: the path's, where they are not those of IDS. by: the sender's role; None for the first that is let in.
    player: who a player is, and whom others name. later: how long after the request before, beside a minute.
    Ids, query, headers and body may be taken from the answer before, as a job's id, a cursor and an ETag are.
    """

    ids: Mapping[str, Given] = field(default_factory=dict)
    body: Any | Callable[[Reply], Any] = None
    query: Mapping[str, Given] = field(default_factory=dict)
    headers: Mapping[str, Given] = field(default_factory=dict)
    by: Role | None = None
    player: str = PLAYER
    later: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Before(Request):
    """A request that must come before an example, and is not shown itself. `route`: of its entry."""

    route: str


@dataclass(frozen=True, slots=True)
class Example(Request):
    """A request and its answer, as the document shows them.

    title: what it shows. refused: the code of the problem that answers it; None where it succeeds.
    status: of a success that is not the entry's own. spoilt: what the stored progress is made to hold before it,
    by field, as no request can.
    """

    title: str
    refused: str | None = None
    status: int | None = None
    before: tuple[Before, ...] = ()
    spoilt: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query or a header that a client may send. `schema`: of its value."""

    name: str
    meaning: str
    schema: Mapping[str, Any]
    where: str = "query"
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route.

    route: method and path, as infra/routes.py has them. id: what a generated client calls it.
    roles: who is let in. answer: the name of the answer's schema; routes that answer alike share one.
    refuses: codes of problems of its own, beside those that examples show. status: of its success.
    etag: whether it answers an ETag, and heeds If-None-Match and (a write) If-Match.
    key: of a POST. named: where the player is named, if not in the path.
    """

    route: str
    id: str
    summary: str
    description: str = ""
    roles: frozenset[Role] = frozenset()
    body: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = ()
    answer: str
    status: int = 200
    refuses: tuple[str, ...] = ()
    etag: bool = False
    key: Key = Key.NEEDED
    named: PlayerIn | None = None
    examples: tuple[Example, ...]

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.route.partition(" ")[2]

    @property
    def function(self) -> str:
        """The function that answers it. Raises KeyError where infra/routes.py has no such route."""
        return FUNCTION_OF[self.route]

    @property
    def open(self) -> bool:
        """Whether it asks for no token."""
        return self.function in OPEN

    @property
    def ids(self) -> list[str]:
        """The names of the ids in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def keyed(self) -> bool:
        """Whether a request takes an Idempotency-Key."""
        return self.method == "POST" and self.key is not Key.NONE

    @property
    def player_in(self) -> PlayerIn | None:
        """Where a request names its player; None where it is about none."""
        return PlayerIn.PATH if "player_id" in self.ids else self.named

    @property
    def codes(self) -> frozenset[str]:
        """Every problem that it can answer: its own, and those that its form brings with it."""
        own = {*self.refuses, *(each.refused for each in self.examples if each.refused)}
        return frozenset(own | {"busy", "internal-error"} | self._of_the_token() | self._of_the_request())

    def _of_the_token(self) -> set[str]:
        if self.open:
            return set()
        codes = {"not-an-access-token", "incomplete-token"}
        if self.roles != EVERYBODY:
            codes.add("role-not-allowed")
        if self.player_in in (PlayerIn.PATH, PlayerIn.BODY, PlayerIn.QUERY):
            codes |= {"other-player"} if Role.PLAYER in self.roles else set()
            codes |= {"name-the-player"} if self.roles - {Role.PLAYER} else set()
        return codes

    def _of_the_request(self) -> set[str]:
        codes = set()
        if self.ids or self.parameters or self.etag:
            codes.add("invalid-parameter")
        if self.etag and self.method != "GET":
            codes.add("precondition-failed")
        if self.keyed:
            codes |= {"idempotency-key-missing"} if self.key is Key.NEEDED else set()
            codes.add("idempotency-key-reused")
        if self.body:
            codes |= {"malformed-json", "body-too-large", "invalid-body"}
            if issubclass(self.body, Body):
                codes |= {"other-tenant", *(("other-player",) if Role.PLAYER in self.roles else ())}
        return codes
