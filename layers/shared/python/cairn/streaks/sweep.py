"""Looking at streaks without any activity: what is decided by now is written exactly as lazy evaluation gives it.

A look finds a player as they are, so that looking twice, late, or not at all changes no later answer.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cairn.lookups.storage import FIRST, INDEX, LAST, player_of
from cairn.platform import keys
from cairn.platform.instants import event_id
from cairn.platform.paging import Spread, read_spread
from cairn.platform.table import Table
from cairn.platform.transact import Action, ConditionsFailed, transact
from cairn.players import storage
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.players.streak import foretold, streak_of
from cairn.progress.journey import Journey, Loaded
from cairn.progress.progress import Mark, Moment
from cairn.streaks.days import HOUR
from cairn.streaks.model import Streak
from cairn.streaks.rules import outdated
from cairn.streaks.storage import write_calendar
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SettingsCache

DUE_INDEX = ("due", "dp", "ds")
PAGE = 25


@dataclass(frozen=True, slots=True)
class Decided:
    """What the end of a date decided: its event's type, instant, cause, and what it says."""

    type: str
    at: datetime
    cause: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Looked:
    """What came of a look at many players.

    written: how many were brought up to date. failed: who could not be looked at. more: where there was no time for
    all. after: behind whom to go on then.
    """

    players: int = 0
    written: int = 0
    failed: list[str] = field(default_factory=list)
    more: bool = False
    after: str | None = None


def decided_since(streak: Streak, since: datetime) -> list[Decided]:
    """The freezes used and the breaks that were decided after an instant, in order."""
    frozen = set(streak.frozen)
    found = []
    for entry in streak.freeze_ledger:
        if entry.date in frozen and entry.at and entry.at > since:
            data = {"date": entry.date.isoformat(), "kind": entry.kind, "freezes_available": entry.held}
            found.append(Decided("streak_frozen", entry.at, f"streak_frozen {entry.date}", data))
    for each in streak.breaks:
        if each.at > since:
            data = {"date": each.missed.isoformat(), "lost": each.lost}
            found.append(Decided("streak_broken", each.at, f"streak_broken {each.missed}", data))
    return sorted(found, key=lambda each: each.at)


def counted_anew(
    loaded: Loaded,
    settings: TenantSettings,
    now: datetime,
    known: Collection[str] = frozenset(),
    *,
    anyway: bool = False,
) -> list[Action]:
    """The transaction that brings a player's stored streak to what it is by now; nothing where that stands.

    Args:
        known: ids of events that stand already. anyway: the window is written also where nothing else is.
    """
    player, rules = loaded.player, settings.streak
    zone = player.zone or settings.zone
    streak = streak_of(player, rules, settings.zone, now)
    news = decided_since(streak, player.due - HOUR) if player.due else []
    news = [each for each in news if event_id(each.at, player.tenant, player.id, each.cause) not in known]
    if not news and not _differs(player, streak):
        ahead = foretold(player, rules, settings.zone, now)
        if not anyway and ahead == player:
            return []
        stored, leaving = storage.slid(replace(ahead, touched=()), settings, now, loaded.filed)
        return [
            *write_calendar(player.tenant, player.id, leaving, loaded.filed, player.marks),
            storage.write(stored, settings),
        ]
    journey = Journey(loaded, settings, now)
    anew = Decided("streak_counted_anew", now, f"streak_counted_anew {player.ver}", {})
    for each in news or [anew]:
        moment = Moment(each.at, now, zone, rules.local_date(each.at, zone))
        journey.play(None, Mark(each.type, player.marks, each.data), moment, each.cause)
    return journey.actions()


def _differs(player: Player, streak: Streak) -> bool:
    """Whether what is stored of a streak is other than what it is."""
    stored = (player.current_streak, player.longest_streak, player.active_days)
    counted = (
        streak.current,
        max(player.longest_streak, streak.longest),
        max(player.active_days, streak.active_days),
    )
    return stored != counted or {day: paid for day, paid in player.paid.items() if paid} != streak.bonuses


def write_counted(
    table: Table,
    settings: TenantSettings,
    find: Callable[[], Loaded | None],
    now: datetime,
    *,
    anyway: bool = False,
) -> bool:
    """Brings one player's stored streak to what it is by now, deciding anew where somebody was quicker.

    Args:
        find: reads the player as they stand; None where there is nothing to do. anyway: see `counted_anew`.

    Returns:
        Whether anything was written.

    Raises:
        Busy: the player could not be had in time.
    """
    patience, known = table.patience(), set[str]()
    while (loaded := find()) and (actions := counted_anew(loaded, settings, now, known, anyway=anyway)):
        try:
            transact(table, actions, patience)
        except ConditionsFailed as failed:
            known |= {name.removeprefix("event ") for name in failed.items if name.startswith("event ")}
            patience.wait()
        else:
            return True
    return False


def look_at(
    table: Table, settings: SettingsCache, tenant: str, player_id: str, now: datetime, partition: str | None = None
) -> bool:
    """Looks at one player's streak.

    Args:
        partition: of the index `due`, in which the player must stand still; None for whoever.

    Returns:
        Whether anything was written.

    Raises:
        Busy: the player could not be had in time.
    """
    key, of_tenant = keys.player(tenant, player_id), settings.of(tenant)

    def find() -> Loaded | None:
        item = table.get_many([key]).get(PlayerItem, key)
        if item is None or (partition is not None and item.dp != partition):
            return None  # erased, or looked at since
        player, filed = storage.from_item(item), None
        if outdated(player.checkpoint, of_tenant.streak):
            player, filed = storage.with_calendar(table, player)
        return Loaded(player, filed=filed)

    return write_counted(table, of_tenant, find, now)


def sweep(
    table: Table,
    settings: SettingsCache,
    tenant: str,
    partition: str,
    now: datetime,
    in_time: Callable[[], bool] = lambda: True,
) -> Looked:
    """Looks at the players of one partition of the index `due`. Who was looked at has left it: again, it finds nobody.

    Args:
        in_time: whether there is time for another page.
    """
    done, after = Looked(), None
    while True:
        page = table.query(partition, index=DUE_INDEX, limit=PAGE, after=after)
        names = [keys.player_of(row["PK"]["S"])[1] for row in page.items]
        _look_at_all(table, settings, tenant, names, now, partition, done)
        if (after := page.after) is None:
            return done
        if not in_time():
            done.more = True
            return done


def sweep_all(
    table: Table,
    settings: SettingsCache,
    tenant: str,
    shard: int,
    after: str | None,
    now: datetime,
    in_time: Callable[[], bool] = lambda: True,
) -> Looked:
    """Looks at every player of one shard of a tenant, longest inactive first.

    Args:
        after: `Looked.after` of the look that had no time for all.
    """
    done = Looked(after=after)
    spread = Spread(INDEX, [keys.players_seen(tenant, shard)], FIRST, LAST)
    while True:
        rows = read_spread(table, spread, PAGE, done.after)
        _look_at_all(table, settings, tenant, map(player_of, rows.items), now, None, done)
        done.after = rows.after
        if done.after is None or not in_time():
            done.more = done.after is not None
            return done


def _look_at_all(
    table: Table,
    settings: SettingsCache,
    tenant: str,
    players: Iterable[str],
    now: datetime,
    partition: str | None,
    done: Looked,
) -> None:
    """Looks at some players. Whoever cannot be looked at holds up nobody."""
    for player in players:
        done.players += 1
        try:
            done.written += look_at(table, settings, tenant, player, now, partition)
        except Exception:
            done.failed.append(player)
