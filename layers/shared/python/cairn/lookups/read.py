"""The operator's look-ups: who holds what, stands where, was active when; and what happened near a place.

Each is a bounded query: a page costs the same however many players there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from math import degrees
from typing import Any

from cairn.catalog.experience import Place
from cairn.catalog.storage import Catalog
from cairn.leaderboards import storage as boards
from cairn.leaderboards import tree
from cairn.leaderboards.board import XP_ALL_TIME, named
from cairn.leaderboards.place import Place as Standing
from cairn.leaderboards.ranks import best_bands, once
from cairn.lookups import storage
from cairn.lookups.entries import slot_of, slot_text
from cairn.lookups.storage import INDEX, Playing
from cairn.platform import keys
from cairn.platform.instants import id_prefix, iso
from cairn.platform.items import Raw
from cairn.platform.paging import Rows, Spread, read_position, read_spread, write_position
from cairn.platform.table import Table
from cairn.progress.progress import Content
from cairn.progress.rules import EARTH_RADIUS_METERS, distance_meters
from cairn.progress.storage import ContentsItem, bucket_of
from cairn.tenants.storage import SettingsCache
from cairn.xp.levels import MAX_LEVEL, THRESHOLDS, standing

ACTIVE_FOR = timedelta(minutes=30)
COUNTED_MOST = 1000


@dataclass(frozen=True, slots=True)
class Lookups:
    """What looking up needs: the table, the catalogue, the tenants' settings."""

    table: Table
    catalog: Catalog
    settings: SettingsCache


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page is wanted: of which tenant's data, how many rows, after which cursor (empty: the first)."""

    tenant: str
    limit: int
    cursor: str


def holders(parts: Lookups, wanted: Wanted, experience: str, item: str) -> dict[str, Any]:
    """Who holds an item in an experience. A page looks at `limit` (1..100) players and shows those who hold it.

    Raises:
        DomainError: `unknown-experience`, or `invalid-parameter` for the cursor.
    """
    question = ("holders", wanted.tenant, experience, item)
    rows = _players_of(parts, wanted, question, experience)
    players = [storage.playing(row) for row in rows.items]
    held = _held(parts.table, wanted.tenant, experience, item, players)
    shown = [
        {"player_id": player, "items": content.items, "collectibles": content.collectibles}
        for player, content in held.items()
        if content.items or content.collectibles
    ]
    return {
        "experience_id": experience,
        "item_id": item,
        "players": shown,
        "looked_at": len(players),
        **write_position(question, rows.after),
    }


def _held(table: Table, tenant: str, experience: str, item: str, players: Sequence[Playing]) -> dict[str, Content]:
    at = {
        each.player: keys.contents(tenant, each.player, experience, keys.bucket(item, each.buckets)) for each in players
    }
    items = table.get_many(at.values(), consistent=False)
    return {player: bucket_of(items.get(ContentsItem, key)).contents.get(item, Content()) for player, key in at.items()}


def percentages(parts: Lookups, wanted: Wanted, experience: str, lowest: float, highest: float) -> dict[str, Any]:
    """Who has done from `lowest` to `highest` percent of an experience. A page looks at `limit` (1..1000) players.

    Raises:
        DomainError: `unknown-experience`, or `invalid-parameter` for the cursor.
    """
    question = ("percentages", wanted.tenant, experience, str(lowest), str(highest))
    rows = _players_of(parts, wanted, question, experience)
    players = [storage.playing(row) for row in rows.items]
    return {
        "experience_id": experience,
        "players": [_show_playing(each) for each in players if lowest <= each.percent <= highest],
        "looked_at": len(players),
        **write_position(question, rows.after),
    }


def _players_of(parts: Lookups, wanted: Wanted, question: Sequence[str], experience: str) -> Rows:
    """Players of an experience, longest inactive first: who plays meanwhile moves to the end, and is not missed."""
    parts.catalog.get(wanted.tenant, experience)
    partitions = _partitions(parts, wanted.tenant, experience)
    spread = Spread(INDEX, partitions, storage.FIRST, storage.LAST)
    return read_spread(parts.table, spread, wanted.limit, read_position(question, wanted.cursor))


def _partitions(parts: Lookups, tenant: str, experience: str | None) -> Sequence[str]:
    return storage.partitions_of(tenant, experience, parts.settings.of(tenant).most_shards)


def levels(parts: Lookups, wanted: Wanted, lowest: int, highest: int) -> dict[str, Any]:
    """Who is at level `lowest` to `highest`, most XP first, from the board of total XP: two round trips.

    Raises:
        DomainError: `invalid-parameter` for the cursor, `unknown-board` where the tenant does not show it.
    """
    question = ("levels", wanted.tenant, str(lowest), str(highest))
    after = read_position(question, wanted.cursor)
    spread = _scores(parts, wanted, lowest, highest, after)
    rows = read_spread(parts.table, spread, wanted.limit, after) if spread else Rows([], None)
    # Who moves from one band to another meanwhile may be in both.
    places = once(boards.place_in_index(XP_ALL_TIME, row) for row in rows.items)
    shown = [
        {
            "player_id": each.player,
            "name": each.alias or each.name,
            "total_xp": each.score,
            "level": standing(each.score).level,
            "title": standing(each.score).title,
        }
        for each in places
    ]
    return {"players": shown, **write_position(question, rows.after)}


def _scores(parts: Lookups, wanted: Wanted, lowest: int, highest: int, after: str | None) -> Spread | None:
    """Where the players are whose XP is that of the levels: as many bands of the board, best first, as a page takes."""
    tenant = wanted.tenant
    board = named(parts.settings.of(tenant).boards, XP_ALL_TIME.id)
    first = max(1, THRESHOLDS[lowest - 1])
    last = THRESHOLDS[highest] - 1 if highest < MAX_LEVEL else tree.LIMIT - 1
    loaded = parts.table.get_many(boards.node_keys(tenant, board, [tree.ROOT]), consistent=False)
    counts = boards.counts_of(loaded, tenant, board, [tree.ROOT]).get(tree.ROOT, {})
    left = {
        band: counts[band]
        for band in range(tree.band(first), tree.band(last) + 1)
        if counts.get(band, 0) > 0 and (after is None or after < _behind(tree.band_range(band).start))
    }
    if not left:
        return None
    # Of the best band some may have been shown, so it is not counted upon.
    best = max(left)
    chosen = [best, *best_bands({band: left[band] for band in left if band != best}, True, wanted.limit + 1)]
    return Spread(
        boards.INDEX,
        [boards.band_partition(tenant, board, band) for band in chosen],
        low=_behind(last + 1),
        high=_behind(first),
        ends=_behind(tree.band_range(chosen[-1]).start) if len(chosen) < len(left) else None,
    )


def _behind(score: int) -> str:
    """The sort key behind everybody with that score or a higher one, and ahead of everybody else."""
    return boards.sort_string(XP_ALL_TIME, Standing("", score - 1, 0, ""))


def last_active(
    parts: Lookups, wanted: Wanted, experience: str | None, first: date | None, last: date | None
) -> dict[str, Any]:
    """Who was last active on the UTC dates from `first` to `last`, newest first; in an experience, or at all.

    Raises:
        DomainError: `unknown-experience`, or `invalid-parameter` for the cursor.
    """
    if experience is not None:
        parts.catalog.get(wanted.tenant, experience)
    question = ("last-active", wanted.tenant, experience or "", str(first), str(last))
    spread = Spread(
        INDEX,
        _partitions(parts, wanted.tenant, experience),
        low=first.isoformat() if first else storage.FIRST,
        high=f"{last.isoformat()}{storage.LAST}" if last else storage.LAST,
        newest_first=True,
    )
    rows = read_spread(parts.table, spread, wanted.limit, read_position(question, wanted.cursor))
    if experience is not None:
        shown = [_show_playing(storage.playing(row)) for row in rows.items]
    else:
        seen = (storage.seen(row) for row in rows.items)
        shown = [{"player_id": player, "last_active_day": day.isoformat()} for player, day in seen]
    return {"players": shown, **write_position(question, rows.after)}


def active(parts: Lookups, wanted: Wanted, experience: str, now: datetime) -> dict[str, Any]:
    """Who has played an experience within the last 30 minutes, the beginning of their five included; newest first.

    Up to 1000 are counted; `count_is_exact` says whether these were all.

    Raises:
        DomainError: `unknown-experience`, or `invalid-parameter` for the cursor.
    """
    parts.catalog.get(wanted.tenant, experience)
    question = ("active", wanted.tenant, experience)
    after = read_position(question, wanted.cursor)
    since = slot_of(now - ACTIVE_FOR)
    partitions = _partitions(parts, wanted.tenant, experience)
    spread = Spread(INDEX, partitions, slot_text(since), storage.LAST, newest_first=True)
    counted, page = parts.table.together(
        [
            partial(read_spread, parts.table, spread, COUNTED_MOST, None),
            partial(read_spread, parts.table, spread, wanted.limit, after),
        ]
    )
    return {
        "experience_id": experience,
        "as_of": iso(now),
        "active_since": iso(since),
        "count": len(counted.items),
        "count_is_exact": counted.after is None,
        "players": [_show_playing(storage.playing(row)) for row in page.items],
        **write_position(question, page.after),
    }


@dataclass(frozen=True, slots=True)
class Near:
    """Which events are looked for: within metres of a place; from and to an instant, of a type, in an experience."""

    center: Place
    radius_meters: int
    since: datetime | None = None
    until: datetime | None = None
    type: str | None = None
    experience: str | None = None


def events_near(parts: Lookups, wanted: Wanted, near: Near) -> dict[str, Any]:
    """Events near a place, newest first, in one round trip: from the cells of the ground that the circle touches.

    Raises:
        DomainError: `invalid-parameter` for the cursor.
    """
    question = ("events-near", wanted.tenant, repr(near))
    spread = Spread(
        INDEX,
        storage.partitions_near(wanted.tenant, near.center, degrees(near.radius_meters / EARTH_RADIUS_METERS)),
        low=id_prefix(near.since) if near.since else storage.FIRST,
        high=f"{id_prefix(near.until)}{storage.LAST}" if near.until else storage.LAST,
        newest_first=True,
    )
    after = read_position(question, wanted.cursor)
    rows = read_spread(parts.table, spread, wanted.limit, after, keep=_meant_by(near))
    events = [storage.located(row) for row in rows.items]
    shown = [
        {
            "player_id": each.player,
            "event_id": each.event,
            "type": each.type,
            "experience_id": each.experience,
            "content_id": each.content,
            "at": iso(each.at),
            "location": {"lat": each.place.lat, "lng": each.place.lng},
            "distance_meters": round(distance_meters(near.center, each.place), 1),
        }
        for each in events
    ]
    return {"events": shown, **write_position(question, rows.after)}


def _meant_by(near: Near) -> Callable[[Raw], bool]:
    def meant(row: Raw) -> bool:
        each = storage.located(row)
        return (
            near.type in (None, each.type)
            and near.experience in (None, each.experience)
            and distance_meters(near.center, each.place) <= near.radius_meters
        )

    return meant


def _show_playing(playing: Playing) -> dict[str, Any]:
    """A player of an experience as the API shows them; `last_active_at` is the beginning of their five minutes."""
    return {
        "player_id": playing.player,
        "state": playing.state,
        "completion_percentage": playing.percent,
        "last_active_day": playing.active_at.date().isoformat(),
        "last_active_at": iso(playing.active_at),
    }
