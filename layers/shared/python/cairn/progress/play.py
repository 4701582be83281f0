"""Playing one command: load (one trip), decide, one transaction, answer with all its consequences."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from cairn.analytics.storage import FactItem
from cairn.catalog.experience import Experience
from cairn.catalog.storage import Catalog
from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.instants import duration, from_ms, iso
from cairn.platform.table import Table
from cairn.players import storage as player_storage
from cairn.players.player import Player
from cairn.players.settlement import streak_of
from cairn.players.storage import PlayerItem
from cairn.progress import storage
from cairn.progress.journey import Journey, Loaded, Played
from cairn.progress.progress import DONE, Command, Complete, Moment, Progress, Session
from cairn.progress.rules import completion_percentage, next_quadrant
from cairn.progress.storage import ProgressItem, ContentsItem
from cairn.streaks.days import local_date
from cairn.streaks.rules import action
from cairn.streaks.storage import Window, read_calendar
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache
from cairn.xp.levels import standing

CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Play:
    """What playing needs: the table, the catalogue, the tenants' settings."""

    table: Table
    catalog: Catalog
    settings: SettingsCache


@dataclass(frozen=True, slots=True)
class Request:
    """One command of one player. `occurred_at`: when it happened, by the client; `now`: by the server."""

    tenant: str
    player: str
    experience: str
    command: Command
    occurred_at: datetime
    now: datetime
    key: IdempotencyKey


@dataclass(frozen=True, slots=True)
class Situation:
    """What one command is decided on."""

    loaded: Loaded
    experience: Experience
    moment: Moment


def play(parts: Play, request: Request) -> Answer:
    """Plays one command.

    Raises:
        DomainError: `unknown-experience`, `invalid-body` for an instant in the future, or what the rules refuse.
        Busy: the table throttled or contended past the deadline.
    """
    if request.occurred_at > request.now + CLOCK_SKEW:
        raise DomainError(
            "invalid-body",
            f"at is {iso(request.occurred_at)}, which is to come: it is {iso(request.now)} here."
            " Send when it happened, or leave it out.",
        )
    lasted = timedelta(seconds=request.command.seconds if isinstance(request.command, Session) else 0)
    if request.occurred_at + lasted > request.now + CLOCK_SKEW:
        raise DomainError(
            "invalid-body",
            f"A session that began at {iso(request.occurred_at)} and lasts {lasted} is not over at"
            f" {iso(request.now)}. Send it when it is.",
        )
    settings = parts.settings.of(request.tenant)
    latest = parts.catalog.get(request.tenant, request.experience)
    return execute(
        parts.table,
        request.now,
        request.key,
        load=lambda: _load(parts, request, settings, latest),
        decide=lambda situation: _decide(request, settings, situation),
    )


def _load(parts: Play, request: Request, settings: TenantSettings, latest: Experience) -> Situation:
    """One consistent round trip, but for what is rare: another version, a late event, a date long gone."""
    tenant, player_id, table = request.tenant, request.player, parts.table
    player_key = keys.player(tenant, player_id)
    heads = {each: keys.progress(tenant, player_id, each) for each in (latest.id, *latest.prerequisites)}
    content = getattr(request.command, "content", None)
    page = keys.bucket(content, latest.buckets) if content else None
    page_keys = [keys.contents(tenant, player_id, latest.id, page)] if page is not None else []
    items = table.get_many([player_key, *heads.values(), *page_keys])
    stored = items.get(PlayerItem, player_key)
    player = player_storage.from_item(stored) if stored else Player(tenant, player_id)
    found = {each: items.get(ProgressItem, key) for each, key in heads.items()}
    progress = {each: storage.from_item(item) for each, item in found.items() if item}
    completed = {each for each, head in progress.items() if head.state in DONE}
    head = progress.get(latest.id)
    experience = latest
    if head and head.version != latest.version:
        experience = parts.catalog.version(tenant, latest.id, head.version)
        if content and keys.bucket(content, experience.buckets) != page:
            page = keys.bucket(content, experience.buckets)
            page_keys = [keys.contents(tenant, player_id, latest.id, page)]
            items = table.get_many(page_keys)
    contents = (
        {(latest.id, page): storage.contents_of(items.get(ContentsItem, page_keys[0]))} if page is not None else {}
    )
    zone = player.zone or settings.zone
    day = local_date(request.occurred_at, zone, settings.streak.day_start_hours)
    moment = Moment(request.occurred_at, request.now, zone, day)
    bounds: dict[tuple[date, str], tuple[datetime, datetime]] = {}
    filed: Window | None = None
    if head and head.day and day < head.day:
        bounds = load_bounds(table, tenant, player_id, settings, [(day, latest.id)])
    if player.checkpoint and player.checkpoint.through and day <= player.checkpoint.through:
        player, filed = with_calendar(table, player)
    loaded = Loaded(
        player=player,
        progress={latest.id: head} if head else {},
        contents=contents,
        completed=completed,
        bounds=bounds,
        filed=filed,
    )
    return Situation(loaded, experience, moment)


def with_calendar(table: Table, player: Player) -> tuple[Player, Window]:
    """The player with every active day they ever had, so that a date long gone can change; and the calendar."""
    past = read_calendar(table, player.tenant, player.id)
    whole = replace(player, checkpoint=None, days={**past.days, **player.days}, paid={**past.paid, **player.paid})
    return whole, past


def load_bounds(
    table: Table, tenant: str, player: str, settings: TenantSettings, grains: list[tuple[date, str]]
) -> dict[tuple[date, str], tuple[datetime, datetime]]:
    """The first and last instant of facts that late events add to, by (day, experience)."""
    wanted = {
        grain: keys.fact(tenant, grain[0], keys.bucket(player, settings.shards_on(grain[0])), player, grain[1], 0)
        for grain in grains
    }
    items = table.get_many(wanted.values())
    found = {grain: items.get(FactItem, key) for grain, key in wanted.items()}
    return {
        grain: (from_ms(int(fact.first)), from_ms(int(fact.last)))
        for grain, fact in found.items()
        if fact and fact.first is not None and fact.last is not None
    }


def _decide(request: Request, settings: TenantSettings, situation: Situation) -> Decision:
    loaded, experience = situation.loaded, situation.experience
    head = loaded.progress.get(experience.id)
    if isinstance(request.command, Complete) and head and head.state in DONE:
        return Decision([], {"already_completed": True, "xp": {"gained": 0}, **show_progress(experience, head)})
    journey = Journey(loaded, settings, request.now)
    played = journey.play(experience, request.command, situation.moment, request.key.value)
    answer = show_played(experience, loaded.player, played, settings, request.now, situation.moment)
    return Decision(journey.actions(), answer, already={"event_id": played.event, "already_recorded": True})


def show_progress(experience: Experience, progress: Progress) -> dict[str, Any]:
    """Progress as the API shows it. Times are seconds, and also as people read them."""
    return {
        "experience_id": progress.experience,
        "version": progress.version,
        "state": progress.state.value,
        "completion_percentage": completion_percentage(experience, progress),
        "quadrants_completed": list(progress.quadrants),
        "next_quadrant": next_quadrant(progress) if experience.quadrants and progress.state not in DONE else None,
        "mastery_level": progress.mastery,
        "total_sessions": progress.sessions,
        "total_time_seconds": progress.seconds,
        "total_time": duration(progress.seconds),
        "outputs": list(progress.outputs),
        "waived": progress.waived,
        "started_at": _shown(progress.started_at),
        "completed_at": _shown(progress.completed_at),
        "last_progress_at": _shown(progress.last_progress_at),
    }


def show_played(
    experience: Experience,
    before: Player,
    played: Played,
    settings: TenantSettings,
    now: datetime,
    moment: Moment,
) -> dict[str, Any]:
    """All consequences that the command decided."""
    settled = played.settled
    former = streak_of(before, settings.streak, settings.zone, now)
    level = standing(settled.player.xp)
    return {
        "event_id": played.event,
        "event_type": played.happening.type,
        "at": iso(moment.occurred_at),
        "local_day": moment.day.isoformat(),
        **show_progress(experience, played.progress),
        "started": played.happening.started,
        "xp": {
            "gained": sum(entry.amount for entry in settled.entries),
            "by_source": {entry.source: entry.amount for entry in settled.entries},
            "total": settled.player.xp,
            "level": level.level,
            "title": level.title,
            "levels_reached": list(settled.levels),
        },
        "virtues": {
            virtue: {"previous": change.previous, "new": change.new, "change": change.change}
            for virtue, change in settled.virtues.items()
        },
        "streak": {
            "action": action(former, settled.streak, moment.day),
            "current": settled.streak.current,
            "longest": settled.player.longest_streak,
            "freezes_available": settled.streak.freezes_available,
        },
    }


def _shown(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None
