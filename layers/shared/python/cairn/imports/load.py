"""Loading one player's history: rows in order of time, many to a transaction, each dated when it happened.

Nothing is read twice: what a transaction wrote is what the next one starts from, and the versions it is
written under tell when somebody else wrote in between. An event's key guards its row, so that rows that were
loaded before are found out, whatever was killed when.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from cairn.achievements.rules import Watch
from cairn.achievements.storage import load_unlocks
from cairn.catalog.experience import Experience
from cairn.catalog.storage import Catalog
from cairn.imports.assertions import command_for
from cairn.imports.rows import COMMANDS, BadRow, Row
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import event_id
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.platform.transact import MAX_ACTIONS, Action, ConditionsFailed, Put, transact
from cairn.players import storage as player_storage
from cairn.players.player import Player, move_zone
from cairn.players.storage import PlayerItem
from cairn.progress import storage
from cairn.progress.journey import Journey, Loaded
from cairn.progress.play import load_bounds
from cairn.progress.progress import Content, Happening, Moment
from cairn.progress.storage import ContentsItem, ProgressItem
from cairn.streaks.days import ONE_DAY, local_date
from cairn.streaks.storage import Window, read_calendar
from cairn.tenants.settings import TenantSettings

ROWS_PER_GROUP = 48
# About what one row more takes: a group ends before it is full, as one that is too full is decided anew.
ACTIONS_OF_A_ROW = 4


@dataclass(slots=True)
class Outcome:
    """What became of one player's rows. Each row is counted once.

    standing: rows that assert what stands. refused: by the rules, whose reason says what is allowed.
    """

    loaded: int = 0
    already: int = 0
    standing: int = 0
    duplicates: list[BadRow] = field(default_factory=list)
    refused: list[BadRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.loaded + self.already + self.standing + len(self.duplicates) + len(self.refused)


@dataclass(frozen=True, slots=True)
class Ground:
    """What loading needs beside the rows.

    experiences: the latest version of each that the rows name. recorded_at: when this import runs.
    dry: decide everything, write nothing.
    """

    table: Table
    catalog: Catalog
    tenant: str
    settings: TenantSettings
    experiences: Mapping[str, Experience]
    recorded_at: datetime
    watch: Watch
    rows_per_group: int = ROWS_PER_GROUP
    dry: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the player: what a journey starts from, and names of unlocks known to be held."""

    loaded: Loaded
    held: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """What some rows do: the journey, by event id the rows that it played, and those that the rules refused.

    standing: how many rows assert what stands.
    """

    journey: Journey
    played: Mapping[str, Row]
    refused: Mapping[str, tuple[Row, str]]
    standing: int
    actions: Sequence[Action]

    @property
    def rows(self) -> int:
        return len(self.played) + len(self.refused) + self.standing


def load_player(ground: Ground, player: str, rows: Sequence[Row]) -> Iterator[Outcome]:
    """Loads one player's rows, which stand once each and in order of time. Loading them again changes nothing.

    Yields:
        What became of the rows of each transaction. Whoever stops in between goes on by loading all again.

    Raises:
        Busy: throttled or contended past the deadline of the table's patience; what was yielded is loaded.
    """
    patience = ground.table.patience()
    state, left, known = _begin(ground, player, rows)
    yield known
    while left:
        group_rows = left[: ground.rows_per_group]
        state = _with_late_days(ground, state, group_rows)
        group = _decide(ground, state, group_rows)
        outcome = Outcome(
            loaded=len(group.played),
            standing=group.standing,
            refused=[row.bad(reason) for row, reason in group.refused.values()],
        )
        try:
            if group.actions and not ground.dry:
                transact(ground.table, group.actions, patience)
        except ConditionsFailed as failed:
            found = _already(group, failed.items)
            held = {name.removeprefix("unlock ") for name in failed.items if name.startswith("unlock ")}
            if found or held:
                state = replace(state, held={*state.held, *held})
                left = _without(left, found)
                yield _outcome_of(found)
            if not (found or held) or any(_guards_version(name) for name in failed.items):
                patience.wait()
                state, left, known = _begin(ground, player, left, state.held)
                yield known
        else:
            patience = ground.table.patience()
            state = State(group.journey.after(), group.journey.held)
            left = left[group.rows :]
            yield outcome


def _guards_version(name: str) -> bool:
    return name == "player" or name.startswith("progress ")


def _begin(
    ground: Ground, player_id: str, rows: Sequence[Row], held: Collection[str] = frozenset()
) -> tuple[State, Sequence[Row], Outcome]:
    """Reads the player as far as the rows concern them: one round trip for somebody new.

    Of somebody who was here before, rows that are not news are looked up first: they may be loaded already.
    """
    state = State(_load(ground, player_id, rows), held)
    player = state.loaded.player
    latest = _latest(player)
    if latest is None:
        return state, rows, Outcome()
    if ground.watch.has_prerequisites:
        state = replace(state, held={*held, *load_unlocks(ground.table, ground.tenant, player_id)})
    old = {event_id(row.occurred_at, ground.tenant, player_id, row.cause): row for row in rows}
    old = {event: row for event, row in old.items() if row.occurred_at <= latest}
    event_keys = {keys.event(ground.tenant, player_id, event): row for event, row in old.items()}
    standing = ground.table.get_many(event_keys) if event_keys else None
    found = [(event_keys[key], raw) for key, raw in standing.raw.items()] if standing else []
    return state, _without(rows, found), _outcome_of(found)


def _without(rows: Sequence[Row], found: Iterable[tuple[Row, Raw]]) -> list[Row]:
    gone = {row.cause for row, _ in found}
    return [row for row in rows if row.cause not in gone]


def _load(ground: Ground, player_id: str, rows: Sequence[Row]) -> Loaded:
    tenant, table = ground.tenant, ground.table
    player_key = keys.player(tenant, player_id)
    heads = {row.experience: keys.progress(tenant, player_id, row.experience) for row in rows if row.experience}
    spread = {each: experience.buckets for each, experience in ground.experiences.items()}
    places = _content_keys(ground, player_id, rows, spread)
    items = table.get_many([player_key, *heads.values(), *places.values()])
    stored = items.get(PlayerItem, player_key)
    player = player_storage.from_item(stored) if stored else Player(tenant, player_id)
    found = {each: items.get(ProgressItem, key) for each, key in heads.items()}
    progress = {each: storage.from_item(item) for each, item in found.items() if item}
    raw = dict(items.raw)
    pinned = {each: head.buckets for each, head in progress.items() if head.buckets != spread[each]}
    if pinned:
        places = _content_keys(ground, player_id, rows, {**spread, **pinned})
        raw |= table.get_many(key for key in places.values() if key not in raw).raw
    contents = {at: storage.bucket_of(_contents(raw, key)) for at, key in places.items()}
    if player.zone is None:
        player = _with_zone(player, rows[-1].zone, ground)
    return Loaded(
        player=player,
        progress=progress,
        contents=contents,
        filed=None if player.checkpoint else Window(None, {}, {}),
    )


def _contents(raw: Mapping[Key, Raw], key: Key) -> ContentsItem | None:
    return ContentsItem.parse(raw[key]) if key in raw else None


def _content_keys(
    ground: Ground, player: str, rows: Sequence[Row], spread: Mapping[str, int]
) -> dict[tuple[str, int], Key]:
    at = {
        (row.experience, keys.bucket(row.content, spread[row.experience]))
        for row in rows
        if row.experience and row.content is not None and row.type not in COMMANDS
    }
    return {each: keys.contents(ground.tenant, player, *each) for each in sorted(at)}


def _with_zone(player: Player, zone: str, ground: Ground) -> Player:
    """The player in their first zone. What counted until then was the tenant's, if anything did."""
    if not player.ver:
        return replace(player, zone=zone)
    zones = player.zones or ((player.created_at or ground.recorded_at, ground.settings.zone),)
    return replace(player, zone=zone, zones=move_zone(zones, zone, ground.recorded_at))


def _latest(player: Player) -> datetime | None:
    """An instant of the player's latest active day or later: the present of this player's history."""
    instants = [day.first_at for day in player.days.values()]
    if player.last:
        instants.append(player.last.at)
    return max(instants, default=None)


def _with_late_days(ground: Ground, state: State, rows: Sequence[Row]) -> State:
    """The state with what rows need that happened before days that are folded or whose facts are gone from a head."""
    loaded = state.loaded
    player = loaded.player
    late = {
        (day, row.experience)
        for row, day in ((row, _day_of(ground, row)) for row in rows)
        if (head := loaded.progress.get(row.experience)) and head.day and day < head.day
    } - loaded.bounds.keys()
    if late:
        bounds = load_bounds(ground.table, ground.tenant, player.id, ground.settings, sorted(late))
        loaded = replace(loaded, bounds={**loaded.bounds, **bounds})
    through = player.checkpoint.through if player.checkpoint else None
    # What happened within two days of a checkpoint can change what it says.
    if through and any(_day_of(ground, row) <= through + 2 * ONE_DAY for row in rows):
        filed = loaded.filed or read_calendar(ground.table, ground.tenant, player.id)
        every_day = replace(
            player,
            checkpoint=None,
            days={**filed.days, **player.days},
            paid={day: paid for day, paid in {**filed.paid, **player.paid}.items() if paid},
        )
        loaded = replace(loaded, player=every_day, filed=filed)
    return replace(state, loaded=loaded)


def _day_of(ground: Ground, row: Row) -> date:
    return local_date(row.occurred_at, row.zone, ground.settings.streak.day_start_hours)


def _decide(ground: Ground, state: State, rows: Sequence[Row]) -> Group:
    """As many of the rows as one transaction holds. What the rules refuse is kept as a refused event."""
    player = state.loaded.player
    journey = Journey(state.loaded, ground.settings, ground.recorded_at, ground.watch, state.held)
    played: dict[str, Row] = {}
    refused: dict[str, tuple[Row, str]] = {}
    standing = 0
    now = _latest(player)
    for number, row in enumerate(rows):
        if number and journey.size + len(refused) + ACTIONS_OF_A_ROW > MAX_ACTIONS:
            break
        at = row.occurred_at
        event = event_id(at, ground.tenant, player.id, row.cause)
        experience = _experience_of(ground, state, row)
        try:
            content = journey.content(experience, row.content) if experience and row.content else Content()
            command = command_for(row, experience, journey.head(row.experience), content)
            if command is None:
                standing += 1
                continue
            now = max(now or at, at)
            journey.play(experience, command, _moment(ground, row), row.cause, now=now, data=row.data)
            played[event] = row
        except DomainError as error:
            refused[event] = (row, error.detail)
        if journey.size + len(refused) > MAX_ACTIONS:
            if len(rows) > 1:
                return _decide(ground, state, rows[: max(1, number)])
            return _refuse(ground, state, row, "It would change more days than one transaction holds.")
    try:
        changes = journey.actions()
    except DomainError as error:
        if len(rows) > 1:
            return _decide(ground, state, rows[: len(rows) // 2])
        return _refuse(ground, state, rows[0], error.detail)
    marks = [_mark(ground, player, event, *why) for event, why in refused.items()]
    return Group(journey, played, refused, standing, [*marks, *changes])


def _experience_of(ground: Ground, state: State, row: Row) -> Experience | None:
    """The experience of a row as the player goes by it; None for an event outside of any."""
    if not row.experience:
        return None
    head, latest = state.loaded.progress.get(row.experience), ground.experiences[row.experience]
    if head and head.version != latest.version:
        return ground.catalog.version(ground.tenant, row.experience, head.version)
    return latest


def _refuse(ground: Ground, state: State, row: Row, reason: str) -> Group:
    """A row that no transaction holds by itself."""
    player = state.loaded.player
    journey = Journey(state.loaded, ground.settings, ground.recorded_at, ground.watch, state.held)
    event = event_id(row.occurred_at, ground.tenant, player.id, row.cause)
    return Group(journey, {}, {event: (row, reason)}, 0, [_mark(ground, player, event, row, reason)])


def _mark(ground: Ground, player: Player, event: str, row: Row, reason: str) -> Put:
    """The write of a refused row, so that loading it again, when more is known, does not decide otherwise."""
    happening = Happening(row.type, content=row.content, seconds=row.seconds, data=row.data)
    moment = _moment(ground, row)
    return storage.write_event(ground.tenant, player.id, event, row.experience, happening, moment, reason)


def _moment(ground: Ground, row: Row) -> Moment:
    return Moment(row.occurred_at, ground.recorded_at, row.zone, _day_of(ground, row), imported=True)


def _already(group: Group, failed: Mapping[str, Raw | None]) -> list[tuple[Row, Raw]]:
    """The rows whose events stand, with what stands there."""
    rows = {**group.played, **{event: row for event, (row, _) in group.refused.items()}}
    return [(rows[name.removeprefix("event ")], raw or {}) for name, raw in failed.items() if name.startswith("event ")]


def _outcome_of(found: Iterable[tuple[Row, Raw]]) -> Outcome:
    """What became earlier of rows whose events stand: they were loaded, or refused."""
    outcome = Outcome()
    for row, raw in found:
        if refused := raw.get("refused"):
            outcome.refused.append(row.bad(refused["S"]))
        else:
            outcome.already += 1
    return outcome
