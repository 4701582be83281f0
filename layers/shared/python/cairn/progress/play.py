"""Playing one command: load (one trip), decide, one transaction, answer with all its consequences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cairn.analytics.storage import FactItem
from cairn.catalog.experience import Experience, Place
from cairn.catalog.storage import Catalog
from cairn.completion.rules import blocks_satisfied
from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.instants import duration, from_ms, iso
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.players import storage as player_storage
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.players.streak import streak_of
from cairn.progress import storage
from cairn.progress.blocks import rebased
from cairn.progress.journey import Journey, Loaded, Played
from cairn.progress.progress import (
    DONE,
    Bucket,
    Command,
    Complete,
    Content,
    Discover,
    Migrate,
    Moment,
    Progress,
    Record,
    Repair,
    Session,
    State,
    Waive,
    WorkOnBlock,
)
from cairn.progress.repair import repair
from cairn.progress.rules import next_quadrant
from cairn.progress.storage import ContentsItem, ProgressItem
from cairn.streaks.rules import action, outdated, reaches
from cairn.streaks.storage import Window
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache
from cairn.xp.read import show_gain

CLOCK_SKEW = timedelta(minutes=5)
ABOUT_CONTENT = (Record, WorkOnBlock, Waive)


@dataclass(frozen=True, slots=True)
class Play:
    """What playing needs: the table, the catalogue, the tenants' settings."""

    table: Table
    catalog: Catalog
    settings: SettingsCache


@dataclass(frozen=True, slots=True)
class Request:
    """One command of one player. `occurred_at`: when it happened, by the client; `now`: by the server.

    experience: None for an event outside of any. key: what makes a retry the same request.
    """

    tenant: str
    player: str
    experience: str | None
    command: Command
    occurred_at: datetime
    now: datetime
    key: IdempotencyKey


@dataclass(frozen=True, slots=True)
class Situation:
    """What commands are decided on: what was loaded, and by experience the version that they are about."""

    loaded: Loaded
    experiences: Mapping[str, Experience]
    moment: Callable[[datetime], Moment]


def play(parts: Play, request: Request) -> Answer:
    """Plays one command.

    Raises:
        DomainError: `unknown-experience`, `invalid-body` for an instant in the future, or what the rules refuse.
        Busy: the table throttled or contended past the deadline.
    """
    has_happened(request.command, request.occurred_at, request.now)
    settings = parts.settings.of(request.tenant)
    latest = parts.catalog.get(request.tenant, request.experience) if request.experience is not None else None
    wanted = [(latest, request.command, request.occurred_at)]
    return execute(
        parts.table,
        request.now,
        request.key,
        load=lambda: load(parts, request.tenant, request.player, wanted, settings, request.now),
        decide=lambda situation: _decide(request, settings, situation),
    )


def has_happened(command: Command, occurred_at: datetime, now: datetime) -> None:
    """Raises DomainError `invalid-body` for what is to come, or not over yet."""
    if occurred_at > now + CLOCK_SKEW:
        raise DomainError(
            "invalid-body",
            f"at is {iso(occurred_at)}, which is to come: it is {iso(now)} here."
            " Send when it happened, or leave it out.",
        )
    lasted = timedelta(seconds=command.seconds if isinstance(command, Session) else 0)
    if occurred_at + lasted > now + CLOCK_SKEW:
        raise DomainError(
            "invalid-body",
            f"A session that began at {iso(occurred_at)} and lasts {lasted} is not over at {iso(now)}."
            " Send it when it is.",
        )


type Wanted = tuple[Experience | None, Command, datetime]


def load(
    parts: Play,
    tenant: str,
    player_id: str,
    wanted: Sequence[Wanted],
    settings: TenantSettings,
    now: datetime,
    back_to: date | None = None,
) -> Situation:
    """What commands of one player are decided on, in one consistent round trip.

    It takes one more for what is rare: a player who started with another spread of contents, a move to another
    version, a completion that lacks blocks, a late event, a date long gone.

    Args:
        wanted: for each command the latest version of its experience, and when it happened.
        back_to: the earliest date that something else is about.
    """
    table = parts.table
    latest = {each.id: each for each, _, _ in wanted if each}
    player_key = keys.player(tenant, player_id)
    ids = dict.fromkeys(name for each in latest.values() for name in (each.id, *each.prerequisites))
    head_keys = {each: keys.progress(tenant, player_id, each) for each in ids}
    named = {(each.id, command.content) for each, command, _ in wanted if each and isinstance(command, ABOUT_CONTENT)}
    spread = {each.id: each.buckets for each in latest.values()}
    content_keys = _content_keys(tenant, player_id, named, spread)
    items = table.get_many([player_key, *head_keys.values(), *content_keys.values()])
    stored = items.get(PlayerItem, player_key)
    player = player_storage.from_item(stored) if stored else Player(tenant, player_id)
    found = {each: items.get(ProgressItem, key) for each, key in head_keys.items()}
    progress = {each: storage.from_item(item) for each, item in found.items() if item}
    completed = {each for each, head in progress.items() if head.state in DONE}
    heads = {each: progress[each] for each in latest if each in progress}
    pinned = {each: head.buckets for each, head in heads.items() if head.buckets != spread[each]}
    if pinned:
        content_keys = _content_keys(tenant, player_id, named, {**spread, **pinned})
        items = table.get_many(content_keys.values())
    contents = {at: storage.bucket_of(items.get(ContentsItem, key)) for at, key in content_keys.items()}
    commands = {each: [command for other, command, _ in wanted if other and other.id == each] for each in latest}
    experiences = {
        each: _version(parts.catalog, tenant, newest, heads.get(each), commands[each])
        for each, newest in latest.items()
    }
    for each, head in heads.items():
        moved = head.version != experiences[each].version
        lacks = not blocks_satisfied(experiences[each], head)
        counts = _any(commands[each], Repair) or (_any(commands[each], Complete) and lacks)
        if not (moved or counts):
            continue
        every = storage.buckets_of(each, read_contents(table, tenant, player_id, each))
        contents |= every
        if moved and not _any(commands[each], Migrate):
            heads[each] = rebased(experiences[each], head, merged(every.values()))
    zone = player.zone or settings.zone
    days = {(settings.streak.local_date(at, zone), each.id if each else "") for each, _, at in wanted}
    late = sorted((day, each) for day, each in days if each in heads and (last := heads[each].day) and day < last)
    bounds = load_bounds(table, tenant, player_id, settings, late) if late else {}
    filed: Window | None = None
    reached = (day for day, _ in days) if back_to is None else (back_to, *(day for day, _ in days))
    if outdated(player.checkpoint, settings.streak) or any(reaches(player.checkpoint, day) for day in reached):
        player, filed = player_storage.with_calendar(table, player)
    loaded = Loaded(player=player, progress=heads, contents=contents, completed=completed, bounds=bounds, filed=filed)

    def moment(at: datetime) -> Moment:
        return Moment(at, now, zone, settings.streak.local_date(at, zone))

    return Situation(loaded, experiences, moment)


def _content_keys(
    tenant: str, player: str, named: Iterable[tuple[str, str | None]], spread: Mapping[str, int]
) -> dict[tuple[str, int], Key]:
    at = {(each, keys.bucket(content, spread[each])) for each, content in named if content}
    return {place: keys.contents(tenant, player, *place) for place in sorted(at)}


def _any(commands: Iterable[Command], kind: type[Command]) -> bool:
    return any(isinstance(command, kind) for command in commands)


def _version(
    catalog: Catalog, tenant: str, latest: Experience, head: Progress | None, commands: Sequence[Command]
) -> Experience:
    """The version that a player is on: the one they started, unless they have not or go on with a later one.

    A repair mends what stands, so it moves nobody.
    """
    if head is None or head.version == latest.version:
        return latest
    goes_on = head.state is State.DISCOVERED or latest.migrates or _any(commands, Migrate)
    stays = head.state in DONE or _any(commands, Repair)
    if goes_on and not stays and latest.version > head.version:
        return latest
    return catalog.version(tenant, latest.id, head.version)


def read_contents(table: Table, tenant: str, player: str, experience: str) -> list[Raw]:
    """All contents of a player in an experience: one query for a megabyte of them."""
    partition = keys.player_partition(tenant, player)
    return list(table.query_all(partition, prefix=keys.contents_prefix(experience), consistent=True))


def whole(loaded: Loaded, experience: Experience) -> dict[str, Content]:
    """The contents of one experience that were loaded."""
    return merged(bucket for (each, _), bucket in loaded.contents.items() if each == experience.id)


def merged(buckets: Iterable[Bucket]) -> dict[str, Content]:
    """The contents of several buckets in one mapping."""
    return {name: content for bucket in buckets for name, content in bucket.contents.items()}


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
    loaded, command = situation.loaded, request.command
    experience = situation.experiences[request.experience] if request.experience is not None else None
    head = loaded.progress.get(experience.id) if experience else None
    if experience and head:
        if isinstance(command, Complete) and head.state in DONE:
            return Decision([], {"already_completed": True, "xp": {"gained": 0}, **show_progress(experience, head)})
        if isinstance(command, Discover):
            return Decision([], {"already_discovered": True, **show_progress(experience, head)})
        if isinstance(command, Migrate) and head.version == experience.version and head.state not in DONE:
            stays = {"from_version": head.version, "to_version": head.version}
            return Decision([], {**stays, **show_progress(experience, head)})
        if isinstance(command, Repair) and not repair(experience, head, whole(loaded, experience), request.now)[1]:
            return Decision([], {"changes": [], **show_progress(experience, head)})
    moment = situation.moment(request.occurred_at)
    journey = Journey(loaded, settings, request.now)
    played = journey.play(experience, command, moment, request.key.value)
    answer = show_played(experience, loaded.player, played, settings, request.now, moment)
    return Decision(journey.actions(), answer, already={"event_id": played.event, "already_recorded": True})


def show_progress(experience: Experience, progress: Progress) -> dict[str, Any]:
    """Progress as the API shows it. Times are seconds, and also as people read them."""
    return {
        "experience_id": progress.experience,
        "version": progress.version,
        "state": progress.state.value,
        "completion_percentage": progress.percent,
        "quadrants_completed": list(progress.quadrants),
        "next_quadrant": next_quadrant(progress) if experience.quadrants and progress.state not in DONE else None,
        "blocks_done": progress.blocks_done,
        "blocks_required": experience.required_blocks,
        "mastery_level": progress.mastery,
        "max_mastery_level": experience.max_mastery_level,
        "total_sessions": progress.sessions,
        "total_time_seconds": progress.seconds,
        "total_time": duration(progress.seconds),
        "total_distance_meters": progress.meters,
        "current_location": progress.location,
        "last_position": show_place(progress.position),
        "outputs": list(progress.outputs),
        "reflected": progress.reflected,
        "waived": dict(progress.waived),
        "discovered_at": _shown(progress.discovered_at),
        "started_at": _shown(progress.started_at),
        "completed_at": _shown(progress.completed_at),
        "last_progress_at": _shown(progress.last_progress_at),
    }


def show_place(place: Place | None) -> dict[str, float] | None:
    """A position as the API shows it."""
    return {"lat": place.lat, "lng": place.lng} if place else None


def show_played(
    experience: Experience | None,
    before: Player,
    played: Played,
    settings: TenantSettings,
    now: datetime,
    moment: Moment,
) -> dict[str, Any]:
    """All consequences that the command decided."""
    settled = played.settled
    former = streak_of(before, settings.streak, settings.zone, now)
    return {
        "event_id": played.event,
        "event_type": played.happening.type,
        "at": iso(moment.occurred_at),
        "local_day": moment.day.isoformat(),
        **(show_progress(experience, played.progress) if experience and played.progress else {}),
        "started": played.happening.started,
        **played.happening.answer,
        "xp": show_gain(settled.entries, settled.player.xp, settled.levels),
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
