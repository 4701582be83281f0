"""The body of `PUT /api/v1/experiences/{experience_id}`."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cairn.catalog.experience import CONTENTS_PER_BUCKET, Criteria, Experience, Place
from cairn.platform.api.http import Body

type Quadrant = Literal["SO", "BO", "SI", "BI"]
type Virtue = Literal["wisdom", "courage", "strength", "endurance", "temperance", "justice", "health", "beauty"]
type Identifier = Annotated[str, Field(min_length=1, max_length=128)]


class PlaceBody(BaseModel):
    """Where the experience is. Degrees and metres."""

    model_config = ConfigDict(extra="forbid")

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    radius_meters: int = Field(default=100, ge=1, le=100_000)


class CriteriaBody(BaseModel):
    """What completing needs beside the quadrants."""

    model_config = ConfigDict(extra="forbid")

    min_time_minutes: int = Field(default=0, ge=0, le=100_000)
    required_outputs: list[Identifier] = Field(default=[], max_length=20)
    reflection: bool = False


class ExperienceBody(Body):
    """An experience's definition. `expected_contents` is how many content ids (waypoints, quests, items) it has."""

    name: str = Field(min_length=1, max_length=255)
    kind: str = Field(default="experience", pattern=r"^[a-z][a-z0-9_]{0,31}$")
    description: str = Field(default="", max_length=4000)
    category: Literal["PHYSICAL", "MENTAL", "CREATIVE", "SOCIAL", "SPIRITUAL"] | None = None
    tags: list[str] = Field(default=[], max_length=20)
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    difficulty: int = Field(default=1, ge=1, le=5)
    min_level: int = Field(default=1, ge=1, le=100)
    required_virtues: dict[Virtue, Annotated[float, Field(ge=0, le=100)]] = {}
    prerequisites: list[Identifier] = Field(default=[], max_length=20)
    quadrants: dict[Quadrant, Annotated[str, Field(max_length=4000)]] = {}
    primary_quadrant: Quadrant = "SO"
    virtue_impacts: dict[Virtue, Annotated[float, Field(ge=-100, le=100)]] = {}
    xp_reward: int | None = Field(default=None, ge=0, le=100_000)
    estimated_duration_minutes: int = Field(default=60, ge=0, le=100_000)
    completion_criteria: CriteriaBody = CriteriaBody()
    max_mastery_level: int = Field(default=5, ge=1, le=100)
    location: PlaceBody | None = None
    expected_contents: int = Field(default=16, ge=0, le=10_000)

    @model_validator(mode="after")
    def quadrants_are_all_or_none(self) -> Self:
        if self.quadrants and len(self.quadrants) < 4:
            raise ValueError("quadrants must define all of SO, BO, SI and BI, or none")
        return self

    def experience(self, identifier: str) -> Experience:
        """The experience that the body defines; its version is given when it is stored."""
        place = self.location
        return Experience(
            id=identifier,
            version=0,
            name=self.name,
            kind=self.kind,
            description=self.description,
            category=self.category,
            tags=tuple(self.tags),
            language=self.language,
            difficulty=self.difficulty,
            min_level=self.min_level,
            required_virtues={str(virtue): least for virtue, least in self.required_virtues.items()},
            prerequisites=tuple(self.prerequisites),
            quadrants={str(quadrant): text for quadrant, text in self.quadrants.items()},
            primary_quadrant=self.primary_quadrant,
            virtue_impacts={str(virtue): change for virtue, change in self.virtue_impacts.items()},
            xp_reward=self.xp_reward,
            estimated_duration_minutes=self.estimated_duration_minutes,
            criteria=Criteria(
                self.completion_criteria.min_time_minutes,
                tuple(self.completion_criteria.required_outputs),
                self.completion_criteria.reflection,
            ),
            max_mastery_level=self.max_mastery_level,
            place=Place(place.lat, place.lng, place.radius_meters) if place else None,
            location_required=place is not None,
            buckets=max(1, -(-self.expected_contents // CONTENTS_PER_BUCKET)),
        )
