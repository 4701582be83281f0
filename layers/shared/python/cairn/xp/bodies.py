"""The bodies of the routes by which an operator changes a ledger."""

from pydantic import Field

from cairn.platform.api.http import Body

MOST = 100_000


class AwardBody(Body):
    """XP that an operator gives a player, and why. `reference`: what it is called elsewhere, such as a ticket."""

    amount: int = Field(ge=1, le=MOST)
    reason: str = Field(min_length=1, max_length=500)
    reference: str | None = Field(default=None, min_length=1, max_length=200)


class ReversalBody(Body):
    """The entry to take back, by the `entry_id` that the history shows, and why."""

    entry_id: str = Field(min_length=1, max_length=300)
    reason: str = Field(min_length=1, max_length=500)
