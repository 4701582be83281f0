"""The bodies of the achievements' routes. The schema of criteria that is published is made from them."""

from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    model_validator,
)

from cairn.achievements.criteria import (
    LAST_DAYS,
    MONTH,
    WEEK,
    AllOf,
    AnyOf,
    Comparison,
    Criteria,
    Not,
    Threshold,
    usable,
)
from cairn.achievements.definitions import MAX_TIMES, Achievement, Every, Kind, Rarity, Repeat, repeatable
from cairn.platform.api.http import Body
from cairn.platform.errors import DomainError
from cairn.players.bodies import CounterName

MAX_DEPTH = 5
MAX_XP = 1000
MAX_VALUE = 10**12
MAX_PREREQUISITES = 10
# What a tenant may say otherwise of a standard achievement.
OPEN = frozenset({"title", "description", "icon", "xp", "secret", "is_active"})

type AchievementId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _OfMetric(_Part):
    metric: CounterName = Field(description="One of Cairn's own, or a counter of the tenant's.")
    within: Annotated[str, Field(pattern=rf"^({WEEK}|{MONTH}|{LAST_DAYS.pattern})$")] | None = Field(
        default=None,
        description="The period that is summed up: the calendar's, or the last 1 to 31 days. Else all time.",
    )


class MetricAtLeast(_OfMetric):
    """A metric comes to so much, or more."""

    at_least: int = Field(ge=1, le=MAX_VALUE, strict=True)


class MetricAtMost(_OfMetric):
    """A metric comes to so much, or less."""

    at_most: int = Field(ge=0, le=MAX_VALUE, strict=True)


class MetricEquals(_OfMetric):
    """A metric comes to exactly so much."""

    equals: int = Field(ge=0, le=MAX_VALUE, strict=True)


class AllMet(_Part):
    """Every part is met."""

    all: list["CriteriaBody"] = Field(min_length=1, max_length=20)


class AnyMet(_Part):
    """At least one part is met."""

    any: list["CriteriaBody"] = Field(min_length=1, max_length=20)


class NotMet(_Part):
    """The part is not met."""

    not_: "CriteriaBody" = Field(alias="not")


WORDS = ("all", "any", "not", "at_least", "at_most", "equals")


def _word(value: Any) -> str | None:
    """By which word criteria are told apart; None where they have none."""
    said = value if isinstance(value, dict) else {}
    return next((word for word in WORDS if word in said), None)


def shallow(value: Any) -> Any:
    """Criteria that are not nested too deeply to look at. Raises ValueError for others."""
    level = [value]
    for _ in range(MAX_DEPTH):
        parts = [part for each in level if isinstance(each, dict) for part in (each.get("not"), *_list(each))]
        level = [part for part in parts if part is not None]
    if level:
        raise ValueError(
            f"nested more than {MAX_DEPTH} deep. Define several achievements, and one that has them as prerequisites"
        )
    return value


def _list(said: dict[str, Any]) -> list[Any]:
    return [part for word in ("all", "any") if isinstance(parts := said.get(word), list) for part in parts]


type CriteriaBody = Annotated[
    Annotated[AllMet, Tag("all")]
    | Annotated[AnyMet, Tag("any")]
    | Annotated[NotMet, Tag("not")]
    | Annotated[MetricAtLeast, Tag("at_least")]
    | Annotated[MetricAtMost, Tag("at_most")]
    | Annotated[MetricEquals, Tag("equals")],
    Discriminator(
        _word,
        custom_error_type="criteria",
        custom_error_message="say at_least, at_most or equals of a metric; or all, any or not of other criteria",
    ),
]


def _usable(body: BaseModel) -> BaseModel:
    usable(_criteria(body))
    return body


def _criteria(body: BaseModel) -> Criteria:
    match body:
        case AllMet():
            return AllOf(tuple(map(_criteria, body.all)))
        case AnyMet():
            return AnyOf(tuple(map(_criteria, body.any)))
        case NotMet():
            return Not(_criteria(body.not_))
        case MetricAtLeast():
            return Threshold(body.metric, body.at_least, within=body.within)
        case MetricAtMost():
            return Threshold(body.metric, body.at_most, Comparison.AT_MOST, body.within)
        case MetricEquals():
            return Threshold(body.metric, body.equals, Comparison.EQUALS, body.within)
    raise TypeError(f"{type(body).__name__} is no criterion")


type WholeCriteria = Annotated[CriteriaBody, BeforeValidator(shallow), AfterValidator(_usable)]


class EachThreshold(_Part):
    """Unlocked again at each further threshold: twice the value, three times, ..."""

    every: Literal[Every.THRESHOLD]
    at_most: int = Field(default=MAX_TIMES, ge=2, le=MAX_TIMES, description="How many times in all.")


class EachPeriod(_Part):
    """Unlocked once in each period of the tenant's calendar in which it is met."""

    every: Literal[Every.DAY, Every.WEEK, Every.MONTH]


class AchievementBody(Body):
    """An achievement. One that the tenant defines needs `title` and `criteria`; what else is left out has its default.

    Of a standard one a tenant may say `title`, `description`, `icon`, `xp`, `secret` and `is_active` otherwise; what
    is left out is as it is everywhere.
    """

    title: str = Field(default="", max_length=100)
    description: str = Field(default="", max_length=500)
    category: str = Field(default="special", min_length=1, max_length=50)
    type: Kind = "completion"
    icon: str = Field(default="medal", min_length=1, max_length=100)
    rarity: Rarity = "common"
    xp: int = Field(default=50, ge=0, le=MAX_XP, strict=True)
    criteria: WholeCriteria | None = None
    prerequisites: list[AchievementId] = Field(default=[], max_length=MAX_PREREQUISITES)
    repeat: EachThreshold | EachPeriod | None = Field(default=None, discriminator="every")
    secret: bool = False
    is_active: bool = True

    @model_validator(mode="after")
    def repeats_as_its_criteria_allow(self) -> Self:
        if self.criteria and (repeat := self._repeat()):
            repeatable(_criteria(self.criteria), repeat)
        return self

    def _repeat(self) -> Repeat | None:
        return Repeat(Every(self.repeat.every), getattr(self.repeat, "at_most", 1)) if self.repeat else None

    def definition(self, achievement_id: str, standard: Achievement | None) -> Achievement:
        """The achievement that the body means.

        Args:
            standard: the standard one of that id.

        Raises:
            DomainError: `invalid-body` where something is missing, or is not a tenant's to say.
        """
        wanted: dict[str, Any] = {
            "title": self.title,
            "description": self.description,
            "category": self.category,
            "type": self.type,
            "icon": self.icon,
            "rarity": self.rarity,
            "xp": self.xp,
            "criteria": _criteria(self.criteria) if self.criteria else None,
            "prerequisites": tuple(dict.fromkeys(self.prerequisites)),
            "repeat": self._repeat(),
            "secret": self.secret,
            "is_active": self.is_active,
        }
        if standard is None:
            if missing := [name for name in ("title", "criteria") if not wanted[name]]:
                raise _wrong(missing, "is needed: there is no standard achievement of this id to take it from")
            return Achievement(id=achievement_id, **wanted)
        said = {name: value for name, value in wanted.items() if name in self.model_fields_set}
        if fixed := [name for name, value in said.items() if name not in OPEN and value != getattr(standard, name)]:
            raise _wrong(
                fixed,
                f"is as it is everywhere of the standard achievement {achievement_id}. Leave it out; or define another"
                " under an id of your own, and switch this one off with is_active false",
            )
        if said.get("title") == "":
            raise _wrong(["title"], "must not be empty. Leave it out for the standard one")
        return replace(standard, **{name: value for name, value in said.items() if name in OPEN})


def _wrong(fields: list[str], message: str) -> DomainError:
    errors = [{"field": name, "message": message} for name in fields]
    return DomainError("invalid-body", f"Mend these fields: {', '.join(fields)}: {message}.", errors=errors)


def criteria_schema() -> dict[str, Any]:
    """The JSON Schema of criteria."""
    schema = TypeAdapter(CriteriaBody).json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Criteria of an achievement",
        "description": "What a player must have come to.",
        **schema,
    }
