"""The body of `PUT /api/v1/settings`."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cairn.platform.api.http import Body
from cairn.players.bodies import known_zone
from cairn.streaks.rules import StreakSettings
from cairn.tenants.settings import PLAYER_EVENTS, TenantSettings

STREAK = StreakSettings()


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


class SettingsBody(Body):
    """A tenant's settings; what is left out has its default."""

    zone: str = "UTC"
    player_event_types: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]] = Field(
        default=list(PLAYER_EVENTS), max_length=100
    )
    streak: StreakBody = StreakBody()
    fact_shards: list[tuple[date, Annotated[int, Field(ge=1, le=64)]]] = Field(default=[], max_length=20)

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
        )
