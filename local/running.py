"""A stack that is up, with its users."""

from dataclasses import dataclass

from local.cloud import Cloud
from local.people import People
from local.stack import Stack


@dataclass(frozen=True, slots=True)
class Running:
    """A stack that is up.

    `stack.api.send(method, path, body, token)` calls its API; `people.token(role, player=...)` gives tokens.
    """

    cloud: Cloud
    stack: Stack
    people: People
