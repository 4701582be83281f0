"""The body of `PUT /api/v1/players/{player_id}`."""

from pydantic import Field, field_validator

from cairn.platform.api.http import Body
from cairn.streaks.days import UnknownZone, time_zone


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
