"""The bodies of the players' routes."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator

from cairn.platform.api.http import Body
from cairn.players.metrics import COUNTER_NAME, MAX_COUNTED
from cairn.streaks.days import UnknownZone, time_zone

MAX_CHANGE = 1_000_000


type CounterName = Annotated[str, Field(pattern=COUNTER_NAME)]
type CounterNumber = Annotated[int, Field(ge=1, le=MAX_COUNTED, strict=True)]
type Name = Annotated[str, StringConstraints(strip_whitespace=False)]
"""A member's name, as it is: with the spaces that it may begin or end with."""


def known_zone(zone: str) -> str:
    """The zone, if it is one. Raises ValueError otherwise."""
    try:
        time_zone(zone)
    except UnknownZone as error:
        raise ValueError(str(error)) from None
    return zone


class PlayerBody(Body):
    """What a player may set: the name that boards show, and the time zone that their days are in."""

    name: str | None = Field(default=None, max_length=64)
    zone: str | None = Field(default=None, max_length=64)

    @field_validator("zone")
    @classmethod
    def zone_exists(cls, zone: str | None) -> str | None:
        return known_zone(zone) if zone is not None else None


class PreferencesBody(Body):
    """What a player prefers, in the place of what stands. Any JSON object."""

    preferences: dict[Name, Any]


class CustomStatsBody(Body):
    """What a service counts or notes about a player, in the place of what stands. Any JSON object."""

    custom_stats: dict[Name, Any]


class ItemsBody(Body):
    """So many more of an item, or fewer."""

    item_id: str = Field(min_length=1, max_length=128)
    change: int = Field(strict=True, ge=-MAX_CHANGE, le=MAX_CHANGE)
    reason: str | None = Field(default=None, max_length=200)

    @field_validator("change")
    @classmethod
    def change_is_one(cls, change: int) -> int:
        if not change:
            raise ValueError("change must not be 0")
        return change
