"""The bodies of the routes that play, and the commands they mean."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from cairn.catalog.bodies import Identifier, Quadrant
from cairn.catalog.experience import Place
from cairn.platform.api.http import Body
from cairn.players.bodies import CounterName, CounterNumber
from cairn.players.metrics import COUNTERS_OF_AN_EVENT, own_counters
from cairn.progress.effects import EFFECTS
from cairn.progress.mastery import HIGHEST_FACTOR
from cairn.progress.progress import (
    DAY_SECONDS,
    EARLIEST,
    MAX_DATA_BYTES,
    MAX_DISTANCE_METERS,
    Advance,
    Complete,
    Practise,
    Record,
    Session,
    Start,
    Waive,
    WorkOnBlock,
)
from cairn.progress.tracking import Tracked

MAX_NOTES = 4000

type Answers = (
    Annotated[str, Field(max_length=500)] | Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=50)]
)
type Counters = Annotated[
    dict[CounterName, CounterNumber], Field(max_length=COUNTERS_OF_AN_EVENT), AfterValidator(own_counters)
]
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
    """Something the player did. `data` is kept as it is; amounts in it pay nothing.

    `counters`: by how much it brings the tenant's own counters on.
    """

    type: EventType
    content_id: Identifier | None = None
    duration_seconds: int = Field(default=0, ge=0, le=DAY_SECONDS)
    distance_meters: float = Field(default=0, ge=0, le=MAX_DISTANCE_METERS)
    data: dict[str, Any] = {}
    location: PositionBody | None = None
    counters: Counters = {}

    @field_validator("data")
    @classmethod
    def data_is_small(cls, data: dict[str, Any]) -> dict[str, Any]:
        return small(data)

    @model_validator(mode="after")
    def what_it_is_about_is_named(self) -> Self:
        effect = EFFECTS.get(self.type)
        if effect and self.content_id is None:
            raise ValueError(f"content_id is needed: the {effect.of} that {self.type} is about")
        return self

    def command(self) -> Record:
        position = self.location.place() if self.location else None
        meters = round(self.distance_meters, 1)
        return Record(self.type, self.content_id, self.duration_seconds, self.data, position, meters, self.counters)


def small(data: dict[str, Any]) -> dict[str, Any]:
    """Data that is kept with an event. Raises ValueError over 8 KB."""
    if (size := len(json.dumps(data).encode())) > MAX_DATA_BYTES:
        raise ValueError(f"data has {size} bytes; at most {MAX_DATA_BYTES} are kept")
    return data


OLDER_NAMES = ("mission_id", "wod_id", "scenario_id")


def with_older_names(schema: dict[str, Any]) -> None:
    """Adds the names that pydantic leaves out of a schema, as it shows the first of several only."""
    of = schema["properties"]
    of |= {name: {**of["experience_id"], "title": name} for name in OLDER_NAMES}


class NamedExperience(BaseModel):
    """`experience_id`, also as older clients call it: `mission_id`, `wod_id` or `scenario_id`."""

    model_config = ConfigDict(json_schema_extra=with_older_names)

    experience_id: Identifier | None = Field(default=None, validation_alias=AliasChoices("experience_id", *OLDER_NAMES))


class PlayerEventBody(NamedExperience, EventBody):
    """Something the player did, in an experience or outside of any."""


class BulkEventBody(PlayerEventBody):
    """One event of many: it has an `id` of its own and says when it happened, so that it is recorded once."""

    id: str = Field(min_length=1, max_length=255)
    player_id: Identifier | None = None
    at: AwareDatetime


class BulkBody(Body):
    """Up to 100 events; each is checked for itself."""

    events: list[Any] = Field(min_length=1, max_length=100)


class BlockWorkBody(MomentBody):
    """Work on a block. `answers` by question, where it has some; `score` (0 to 1) from a service that assessed it."""

    completed: bool = False
    duration_seconds: int = Field(default=0, ge=0, le=DAY_SECONDS)
    interactions: int = Field(default=0, ge=0, le=10_000)
    answers: dict[Identifier, Answers] | None = Field(default=None, max_length=200)
    score: float | None = Field(default=None, ge=0, le=1)
    difficulty: int | None = Field(default=None, ge=1, le=5)
    confidence: int | None = Field(default=None, ge=1, le=5)
    data: dict[str, Any] = {}

    @field_validator("data")
    @classmethod
    def data_is_small(cls, data: dict[str, Any]) -> dict[str, Any]:
        return small(data)

    @model_validator(mode="after")
    def assessed_once(self) -> Self:
        if self.answers is not None and self.score is not None:
            raise ValueError("send answers for Cairn to assess, or a score, not both")
        return self

    def command(self, block_id: str) -> WorkOnBlock:
        answers = None
        if self.answers is not None:
            answers = {
                each: (given,) if isinstance(given, str) else tuple(given) for each, given in self.answers.items()
            }
        return WorkOnBlock(
            block_id,
            self.completed,
            self.duration_seconds,
            self.interactions,
            answers,
            self.score,
            self.difficulty,
            self.confidence,
            self.data,
        )


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

    reflection: str = Field(default="", max_length=MAX_NOTES)

    def command(self) -> Complete:
        return Complete(self.reflection)


class PracticeBody(MomentBody):
    """Practice of what is completed. `performance_factor` (0 to 2) comes from a service."""

    performance_factor: float | None = Field(default=None, ge=0, le=HIGHEST_FACTOR)

    def command(self, secret: bytes) -> Practise:
        return Practise(secret, 1.0 if self.performance_factor is None else self.performance_factor)


class WaiverBody(MomentBody):
    """An operator's waiver of a criterion, or of one block, and why."""

    reason: str = Field(min_length=1, max_length=500)
    criterion: Literal["quadrants", "blocks", "min_time_minutes", "required_outputs", "reflection"] | None = None
    block_id: Identifier | None = None

    @model_validator(mode="after")
    def one_thing(self) -> Self:
        if (self.criterion is None) == (self.block_id is None):
            raise ValueError("send criterion, or block_id")
        return self

    def command(self) -> Waive:
        return Waive(self.reason, self.criterion, self.block_id)


class NotesBody(Body):
    """The player's notes about an experience; empty to remove them."""

    notes: str = Field(max_length=MAX_NOTES)


class ReflectionBody(Body):
    """The player's reflection, which completion may ask for."""

    reflection: str = Field(max_length=MAX_NOTES)


class OlderBody(Body):
    """What older clients send: fields that Cairn has no use for are passed over."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    wod_id: Identifier | None = None
    mission_id: Identifier | None = None
    scenario_id: Identifier | None = None
    experience_id: Identifier | None = None

    @model_validator(mode="after")
    def one_experience(self) -> Self:
        if len(self._named()) > 1:
            raise ValueError("wod_id, mission_id, scenario_id and experience_id name the same thing: send one of them")
        return self

    def _named(self) -> set[str]:
        return {each for each in (self.experience_id, self.wod_id, self.mission_id, self.scenario_id) if each}

    @property
    def experience(self) -> str | None:
        return next(iter(self._named()), None)


class TrackProgressBody(OlderBody):
    """Progress as older clients track it: of a block, a page, or a whole WOD."""

    course_id: Identifier | None = None
    page_id: Identifier | None = None
    block_id: Identifier | None = None
    progress_type: str = Field(default="", max_length=100)
    progress_data: dict[str, Any] | None = None
    completion_percentage: float | None = Field(default=None, ge=0, le=100)
    time_spent_seconds: int = Field(default=0, ge=0, le=DAY_SECONDS)
    status: str = Field(default="", max_length=50)
    score: float | None = Field(default=None, ge=0, le=100)
    notes: str | None = Field(default=None, max_length=MAX_NOTES)

    @field_validator("progress_data")
    @classmethod
    def data_is_small(cls, data: dict[str, Any] | None) -> dict[str, Any] | None:
        return small(data) if data else data

    @model_validator(mode="after")
    def names_an_experience(self) -> Self:
        if self.experience is None:
            raise ValueError("wod_id (or mission_id) is needed: the experience that the progress is in")
        return self

    def tracked(self) -> Tracked:
        beside = {"course_id": self.course_id, "page_id": self.page_id if self.block_id else None}
        data = {**(self.progress_data or {}), **{name: value for name, value in beside.items() if value}}
        return Tracked(
            self.block_id,
            self.page_id,
            self.progress_type,
            self.status,
            self.completion_percentage,
            self.time_spent_seconds,
            self.score,
            data,
        )


class TrackActivityBody(OlderBody):
    """An activity as older clients log it."""

    activity_type: str = Field(min_length=1, max_length=100)
    activity_data: dict[str, Any] | None = None
    content_item_id: Identifier | None = None
    counters: Counters = {}

    @field_validator("activity_data")
    @classmethod
    def data_is_small(cls, data: dict[str, Any] | None) -> dict[str, Any] | None:
        return small(data) if data else data
