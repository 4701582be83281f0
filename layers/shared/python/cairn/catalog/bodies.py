"""The bodies of the catalogue's routes: a definition of an experience, and an import of many."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cairn.catalog.experience import (
    BLOCK_TYPES,
    CONTENTS_PER_BUCKET,
    DECORATION,
    Block,
    Criteria,
    Definition,
    Experience,
    MoveOn,
    Page,
    Place,
    Question,
    Status,
    buckets_for,
)
from cairn.catalog.rules import experience_id
from cairn.platform.api.caller import identifier
from cairn.platform.api.http import Body, invalid_body
from cairn.platform.errors import DomainError

MAX_PAGES = 80  # with what else is written, they fit into one transaction of 100 actions
MAX_BLOCKS = 2000
MAX_IMPORTED = 25
ERRORS_OF_ONE = 5

type Quadrant = Literal["SO", "BO", "SI", "BI"]
type Virtue = Literal["wisdom", "courage", "strength", "endurance", "temperance", "justice", "health", "beauty"]
type Identifier = Annotated[str, Field(min_length=1, max_length=128)]
ASKS = frozenset({"quiz", "prompt", "user_submission", "agent"})
NEEDS_SCORE = frozenset({MoveOn.PASSED, MoveOn.COMPLETED_AND_PASSED})


def known_type(block_type: str) -> str:
    """Raises ValueError for a type that no block has."""
    if block_type not in BLOCK_TYPES:
        raise ValueError(f"a block is one of {', '.join(BLOCK_TYPES)}")
    return block_type


type BlockType = Annotated[str, AfterValidator(known_type), Field(json_schema_extra={"enum": list(BLOCK_TYPES)})]


def once(what: str, ids: Iterable[str]) -> None:
    """Raises ValueError where an id stands more than once."""
    twice = sorted(each for each, count in Counter(ids).items() if count > 1)
    if twice:
        shown = ", ".join(map(repr, twice[:10]))
        raise ValueError(f"{what} must be unique, and {shown} stands more than once: give each its own")


class PlaceBody(BaseModel):
    """Where the experience is. Degrees and metres."""

    model_config = ConfigDict(extra="forbid")

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    radius_meters: int = Field(default=100, ge=1, le=100_000)


class CriteriaBody(BaseModel):
    """What completing needs beside quadrants and blocks."""

    model_config = ConfigDict(extra="forbid")

    min_time_minutes: int = Field(default=0, ge=0, le=100_000)
    required_outputs: list[Identifier] = Field(default=[], max_length=20)
    reflection: bool = False


class QuestionBody(BaseModel):
    """A question that Cairn assesses: all of `answers` must be given, in any order, and no other."""

    model_config = ConfigDict(extra="forbid")

    id: Identifier
    answers: list[Annotated[str, Field(min_length=1, max_length=1000)]] = Field(min_length=1, max_length=50)
    points: int = Field(default=1, ge=1, le=1000)


class BlockBody(BaseModel):
    """One block of a page. `content` is what it shows; Cairn keeps it as it is."""

    model_config = ConfigDict(extra="forbid")

    id: Identifier
    type: BlockType
    title: str = Field(default="", max_length=255)
    required: bool | None = None
    move_on: MoveOn | None = None
    passing_score: float | None = Field(default=None, ge=0, le=1)
    questions: list[QuestionBody] = Field(default=[], max_length=200)
    content: dict[str, Any] = {}

    @model_validator(mode="after")
    def fits_its_type(self) -> Self:
        if self.type in DECORATION:
            wrong = {
                "required": self.required,
                "passing_score": self.passing_score is not None,
                "questions": self.questions,
                "move_on": self.move_on not in (None, MoveOn.NOT_APPLICABLE),
            }
            if named := [name for name, given in wrong.items() if given]:
                raise ValueError(f"a {self.type} decorates and is never completed: leave out {', '.join(named)}")
        elif self.questions and self.type not in ASKS:
            raise ValueError(f"a {self.type} asks nothing: put questions into a {', '.join(sorted(ASKS))}")
        if self.move_on in NEEDS_SCORE and self.passing_score is None:
            raise ValueError(f"move_on {self.move_on} needs a passing_score from 0 to 1, such as 0.8")
        once("ids of questions in a block", (each.id for each in self.questions))
        return self

    def block(self) -> Block:
        decorates = self.type in DECORATION
        return Block(
            id=self.id,
            type=self.type,
            title=self.title,
            required=not decorates if self.required is None else self.required,
            move_on=self.move_on or (MoveOn.NOT_APPLICABLE if decorates else MoveOn.COMPLETED),
            passing_score=self.passing_score,
            questions=tuple(Question(each.id, tuple(each.answers), each.points) for each in self.questions),
        )


class PageBody(BaseModel):
    """One page: blocks in their order."""

    model_config = ConfigDict(extra="forbid")

    id: Identifier
    title: str = Field(default="", max_length=255)
    blocks: list[BlockBody] = Field(default=[], max_length=MAX_BLOCKS)

    def page(self) -> Page:
        return Page(self.id, self.title, tuple(each.block() for each in self.blocks))


class DefinitionBody(BaseModel):
    """An experience's definition. `expected_contents` is how many content ids (waypoints, quests, items) it has."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Identifier | None = None
    name: str = Field(min_length=1, max_length=255)
    kind: str = Field(default="experience", pattern=r"^[a-z][a-z0-9_]{0,31}$")
    status: Status = Status.PUBLISHED
    description: str = Field(default="", max_length=4000)
    category: Literal["PHYSICAL", "MENTAL", "CREATIVE", "SOCIAL", "SPIRITUAL"] | None = None
    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(default=[], max_length=20)
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=64)
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
    location_required: bool | None = None
    move_on: MoveOn = MoveOn.COMPLETED
    migrates: bool = False
    expected_contents: int = Field(default=CONTENTS_PER_BUCKET, ge=0, le=10_000)
    pages: list[PageBody] = Field(default=[], max_length=MAX_PAGES)

    @field_validator("prerequisites")
    @classmethod
    def prerequisites_stand_once(cls, prerequisites: list[str]) -> list[str]:
        once("prerequisites", prerequisites)
        return [identifier("prerequisites", each) for each in prerequisites]

    @field_validator("pages")
    @classmethod
    def pages_are_sound(cls, pages: list[PageBody]) -> list[PageBody]:
        blocks = [block.id for page in pages for block in page.blocks]
        if len(blocks) > MAX_BLOCKS:
            raise ValueError(
                f"an experience has at most {MAX_BLOCKS} blocks, and these are {len(blocks)}: divide it into two"
            )
        once("ids of pages", (page.id for page in pages))
        once("ids of blocks in an experience", blocks)
        return pages

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        if self.quadrants and len(self.quadrants) < 4:
            raise ValueError("quadrants must define all of SO, BO, SI and BI, or none")
        if self.location_required and self.location is None:
            raise ValueError("location_required needs a location with lat, lng and radius_meters; or send it as false")
        return self

    def experience(self, identifier: str) -> Experience:
        """The experience that the body defines; its version is given when it is stored."""
        place = self.location
        return Experience(
            id=identifier,
            version=0,
            name=self.name,
            kind=self.kind,
            status=self.status,
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
            location_required=place is not None if self.location_required is None else self.location_required,
            pages=tuple(page.page() for page in self.pages),
            move_on=self.move_on,
            migrates=self.migrates,
            expected_contents=self.expected_contents,
            buckets=buckets_for(self.expected_contents, sum(len(page.blocks) for page in self.pages)),
        )

    def definition(self, identifier: str) -> Definition:
        """The definition that the body is.

        Raises:
            DomainError: `invalid-body` where it names another id.
        """
        if self.id not in (None, identifier):
            raise DomainError("invalid-body", f"id: it is {identifier!r} by the path. Leave id out, or send the same.")
        shown = tuple({block.id: block.content for block in page.blocks if block.content} for page in self.pages)
        return Definition(self.experience(identifier), shown)


class ExperienceBody(DefinitionBody, Body):
    """The body of `PUT /api/v1/experiences/{experience_id}`."""


class ImportBody(Body):
    """The body of `POST /api/v1/experiences/import`: definitions, each with its id, in any order."""

    experiences: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_IMPORTED)

    def definitions(self) -> list[tuple[str, Definition | DomainError]]:
        """Each definition under its id, or why it is none."""
        return [imported(each) for each in self.experiences]


def imported(content: dict[str, Any]) -> tuple[str, Definition | DomainError]:
    """One definition of an import under its id, or why it is none."""
    named = str(content.get("id", ""))[:128]
    try:
        body = DefinitionBody.model_validate(content)
        if body.id is None:
            raise DomainError("invalid-body", "id: name the experience that this defines.")
        return body.id, body.definition(experience_id(identifier("id", body.id)))
    except ValidationError as error:
        return named, invalid_body(error, ERRORS_OF_ONE)
    except DomainError as error:
        return named, error
