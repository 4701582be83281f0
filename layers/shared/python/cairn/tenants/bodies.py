"""The body of `PUT /api/v1/settings`."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from cairn.platform.api.http import Body
from cairn.platform.instants import from_ms, to_ms
from cairn.players.bodies import CounterName, CounterNumber, known_zone
from cairn.players.metrics import own_counters
from cairn.streaks.rules import StreakSettings
from cairn.tenants.boards import (
    CURRENT_STREAK,
    OF_EXPERIENCES,
    STANDARD,
    BoardRule,
    BoardSettings,
    Period,
    Shown,
    Spread,
)
from cairn.tenants.multipliers import Multiplier, XpSettings
from cairn.tenants.settings import PLAYER_EVENTS, TenantSettings

STREAK = StreakSettings()
BOARDS = BoardSettings()
GIVEN = {rule.id for rule in (*STANDARD, *OF_EXPERIENCES)}
STREAKS = {CURRENT_STREAK, "longest_streak"}


class StreakBody(BaseModel):
    """A tenant's streak rules."""

    model_config = ConfigDict(extra="forbid")

    day_start_hours: int = Field(default=STREAK.day_start_hours, ge=0, le=6)
    freezes_at_start: int = Field(default=STREAK.freezes_at_start, ge=0, le=100)
    freezes_max: int = Field(default=STREAK.freezes_max, ge=0, le=100)
    freeze_every_active_days: int = Field(default=STREAK.freeze_every_active_days, ge=0, le=365)
    repair_within_hours: int = Field(default=STREAK.repair_within_hours, ge=0, le=168)
    repair_completions: int = Field(default=STREAK.repair_completions, ge=1, le=3)
    repair_seconds: int = Field(default=STREAK.repair_seconds, ge=60, le=86400)
    repair_every_days: int = Field(default=STREAK.repair_every_days, ge=0, le=365)
    rest_weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(default=[], max_length=7)
    late_hours: int = Field(default=STREAK.late_hours, ge=0, le=72)


class BoardBody(BaseModel):
    """A board of the tenant's own."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")
    title: str = Field(min_length=1, max_length=100)
    metric: str = Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")
    unit: str = Field(default="", max_length=20)
    high_first: bool = True
    period: Period = Period.ALL_TIME
    step: int = Field(default=1, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def can_be_ranked(self) -> Self:
        if self.id in GIVEN:
            raise ValueError(f"{self.id} is a board that is there already: take another id")
        if self.period is not Period.ALL_TIME and not self.high_first:
            raise ValueError("a board that the lowest leads has the period all_time")
        if self.period is not Period.ALL_TIME and self.metric in STREAKS:
            raise ValueError("a streak is not counted by days or seasons: use the period all_time")
        return self


class BoardsBody(BaseModel):
    """A tenant's leaderboards."""

    model_config = ConfigDict(extra="forbid")

    shown: list[str] = Field(default=list(BOARDS.shown), max_length=30)
    defined: list[BoardBody] = Field(default=[], max_length=50)
    shown_as: Shown = BOARDS.shown_as
    cache_seconds: int = Field(default=BOARDS.cache_seconds, ge=0, le=900)
    subtrees: list[tuple[Annotated[str, Field(max_length=200)], AwareDatetime, Annotated[int, Field(ge=1, le=16)]]] = (
        Field(default=[], max_length=50)
    )

    @model_validator(mode="after")
    def are_all_there(self) -> Self:
        own = [board.id for board in self.defined]
        if len(own) != len(set(own)):
            raise ValueError("defined: each board has an id of its own")
        if unknown := sorted(set(self.shown) - GIVEN - set(own)):
            there_are = ", ".join(sorted({*GIVEN, *own}))
            raise ValueError(f"shown: there is no board {', '.join(unknown)}; there are {there_are}")
        return self

    def settings(self) -> BoardSettings:
        """The settings that the body means."""
        defined = tuple(BoardRule(**board.model_dump()) for board in self.defined)
        spread = (Spread(board, from_ms(to_ms(since)), count) for board, since, count in self.subtrees)
        return BoardSettings(
            shown=tuple(dict.fromkeys(self.shown)),
            defined=defined,
            shown_as=self.shown_as,
            cache_seconds=self.cache_seconds,
            subtrees=tuple(sorted(spread, key=lambda each: (each.since, each.board))),
        )


class MultiplierBody(BaseModel):
    """For a time, what is completed pays so many percent: of these kinds and experiences, or all."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime
    percent: int = Field(ge=100, le=1000)
    kinds: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(default=[], max_length=20)
    experiences: list[Annotated[str, Field(min_length=1, max_length=128)]] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.until <= self.since:
            raise ValueError("until must be later than from")
        return self

    def multiplier(self) -> Multiplier:
        """The multiplier that the body means."""
        return Multiplier(
            self.name,
            from_ms(to_ms(self.since)),
            from_ms(to_ms(self.until)),
            self.percent,
            tuple(dict.fromkeys(self.kinds)),
            tuple(dict.fromkeys(self.experiences)),
        )


class XpBody(BaseModel):
    """A tenant's rules of XP."""

    model_config = ConfigDict(extra="forbid")

    multipliers: list[MultiplierBody] = Field(default=[], max_length=20)

    def settings(self) -> XpSettings:
        """The settings that the body means."""
        return XpSettings(multipliers=tuple(each.multiplier() for each in self.multipliers))


class SettingsBody(Body):
    """A tenant's settings; what is left out has its default."""

    zone: str = "UTC"
    player_event_types: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]] = Field(
        default=list(PLAYER_EVENTS), max_length=100
    )
    streak: StreakBody = StreakBody()
    fact_shards: list[tuple[date, Annotated[int, Field(ge=1, le=64)]]] = Field(default=[], max_length=20)
    boards: BoardsBody = BoardsBody()
    xp: XpBody = XpBody()
    player_counters: Annotated[dict[CounterName, CounterNumber], AfterValidator(own_counters)] = Field(
        default={}, max_length=50
    )

    @field_validator("zone")
    @classmethod
    def zone_exists(cls, zone: str) -> str:
        return known_zone(zone)

    def settings(self) -> TenantSettings:
        """The settings that the body means."""
        streak = self.streak.model_dump()
        streak["rest_weekdays"] = frozenset(self.streak.rest_weekdays)
        return TenantSettings(
            zone=self.zone,
            player_event_types=tuple(dict.fromkeys(self.player_event_types)),
            streak=StreakSettings(**streak),
            fact_shards=tuple(sorted(self.fact_shards)),
            boards=self.boards.settings(),
            player_counters=self.player_counters,
            xp=self.xp.settings(),
        )
