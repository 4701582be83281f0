"""The bodies of the progress and completion routes, and the commands they mean."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from cairn.catalog.bodies import Identifier, Quadrant
from cairn.catalog.experience import Place
from cairn.platform.api.http import Body
from cairn.progress.progress import (
    DAY_SECONDS,
    EARLIEST,
    MAX_DATA_BYTES,
    Advance,
    Complete,
    Record,
    Session,
    Start,
)

type EventType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]


class PositionBody(BaseModel):
    """Where the player was. Degrees (WGS 84)."""

    model_config = ConfigDict(extra="forbid")

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)

    def place(self) -> Place:
        return Place(self.lat, self.lng)


class MomentBody(Body):
    """`at`: when it happened, RFC 3339 with an offset; left out, it happened now."""

    at: AwareDatetime | None = None

    @field_validator("at")
    @classmethod
    def at_is_not_ancient(cls, at: datetime | None) -> datetime | None:
        if at is not None and at < EARLIEST:
            raise ValueError("at must not be before 1970-01-01")
        return at

    def occurred_at(self, now: datetime) -> datetime:
        """When it happened, to the millisecond that is stored."""
        at = (self.at or now).astimezone(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)


class StartBody(MomentBody):
    """Begins an experience; `location` where the experience asks for one."""

    location: PositionBody | None = None

    def command(self) -> Start:
        return Start(self.location.place() if self.location else None)


class EventBody(MomentBody):
    """Something the player did. `data` is kept as it is; amounts in it pay nothing."""

    type: EventType
    content_id: Identifier | None = None
    duration_seconds: int = Field(default=0, ge=0, le=DAY_SECONDS)
    data: dict[str, Any] = {}
    location: PositionBody | None = None

    @field_validator("data")
    @classmethod
    def data_is_small(cls, data: dict[str, Any]) -> dict[str, Any]:
        if (size := len(json.dumps(data).encode())) > MAX_DATA_BYTES:
            raise ValueError(f"data has {size} bytes; at most {MAX_DATA_BYTES} are kept")
        return data

    def command(self) -> Record:
        position = self.location.place() if self.location else None
        return Record(self.type, self.content_id, self.duration_seconds, self.data, position)


class QuadrantBody(MomentBody):
    """The next quadrant is done; `quadrant` to be sure that both sides mean the same."""

    quadrant: Quadrant | None = None

    def command(self) -> Advance:
        return Advance(self.quadrant)


class SessionBody(MomentBody):
    """A session of `duration_seconds` that began `at`; left out, it ends now. `outputs` by name."""

    duration_seconds: int = Field(ge=0, le=DAY_SECONDS)
    outputs: dict[Identifier, Annotated[str, Field(max_length=4000)]] = Field(default={}, max_length=10)

    def occurred_at(self, now: datetime) -> datetime:
        return super().occurred_at(now if self.at else now - timedelta(seconds=self.duration_seconds))

    def command(self) -> Session:
        return Session(self.duration_seconds, self.outputs)


class CompleteBody(MomentBody):
    """Finishes the experience, with the player's reflection where one is asked for."""

    reflection: str = Field(default="", max_length=4000)

    def command(self) -> Complete:
        return Complete(self.reflection)
