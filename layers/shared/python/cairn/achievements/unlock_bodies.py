"""Request bodies of unlocks: a check, an operator's grant or revocation, a backfill."""

from typing import Annotated

from pydantic import Field, StringConstraints

from cairn.platform.api.caller import MAX_ID_CHARACTERS
from cairn.platform.api.http import Body

MAX_REASON_CHARACTERS = 500
MAX_NAMED = 100

Reason = Annotated[str, StringConstraints(min_length=1, max_length=MAX_REASON_CHARACTERS)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS)]


class CheckBody(Body):
    """A check says nothing but, for a service of older clients, whose: `user_id`."""


class ReasonBody(Body):
    """Why an operator grants or revokes. `occasion`: which unlock of an achievement that repeats."""

    reason: Reason
    occasion: Identifier | None = None


class BackfillBody(Body):
    """What a backfill looks for: some achievements, or all that are active. Unless told otherwise it only looks."""

    achievements: Annotated[list[Identifier], Field(min_length=1, max_length=MAX_NAMED)] | None = None
    dry_run: bool = True
    reason: Reason | None = None
