"""Reading achievements: definitions and their versions, a player's unlocks and progress."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cairn.achievements.criteria import Measures, Threshold
from cairn.achievements.definition_storage import KIND, AchievementVersionItem, Book, find
from cairn.achievements.definitions import Achievement
from cairn.achievements.document import criteria_to_json, from_json, repeat_to_json
from cairn.achievements.rules import Watch
from cairn.achievements.storage import UnlockItem, load_unlocks
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import from_ms, iso
from cairn.platform.paging import read_page, read_position, write_cursor, write_position
from cairn.platform.preconditions import etag_of
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.player import Player
from cairn.streaks.days import local_date

SECRET = {"title": "A secret achievement", "description": "Unlock it to see what it is.", "icon": "secret"}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. player: whose token it is. sees_secrets: before they are unlocked. sees_all: what is switched off."""

    tenant: str
    player: str | None
    sees_secrets: bool
    sees_all: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a list is asked for."""

    limit: int
    cursor: str


def unknown_achievement(achievement_id: str) -> DomainError:
    """The refusal of an id that no achievement has."""
    return DomainError(
        "unknown-achievement",
        f"There is no achievement {achievement_id!r}. An operator defines one with"
        " PUT /api/v1/achievements/{achievement_id}.",
    )


def show_definition(achievement: Achievement, *, hidden: bool = False) -> dict[str, Any]:
    """A definition as the API shows it. `metric` and `threshold` where it has just one.

    Args:
        hidden: what it takes, and what it is called, is a secret.
    """
    only = achievement.thresholds[0] if len(achievement.thresholds) == 1 and not hidden else None
    told = {"title": achievement.title, "description": achievement.description, "icon": achievement.icon}
    return {
        "achievement_id": achievement.id,
        "category": achievement.category,
        "type": achievement.type,
        **(SECRET if hidden else told),
        "rarity": achievement.rarity,
        "xp": achievement.xp,
        "metric": only.metric if only else None,
        "threshold": only.value if only else None,
        "criteria": None if hidden else criteria_to_json(achievement.criteria),
        "prerequisites": [] if hidden else list(achievement.prerequisites),
        "repeat": None if hidden else repeat_to_json(achievement.repeat),
        "secret": achievement.secret,
        "is_active": achievement.is_active,
        "version": achievement.version,
    }


def definitions(table: Table, watch: Watch, viewer: Viewer, asked: Asked) -> dict[str, Any]:
    """A page of what there is to unlock: the standard achievements, then the tenant's own by id.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    every = [each for each in watch.by_id.values() if each.is_active or viewer.sees_all]
    page, after = _page(every, watch, asked, "definitions")
    secret = any(each.secret for each in page) and not viewer.sees_secrets
    held = _held(table, viewer.tenant, viewer.player) if secret and viewer.player else {}
    shown = [show_definition(each, hidden=_is_hidden(each, viewer, held)) for each in page]
    return {"achievements": shown, "total": len(every), **after}


def definition(table: Table, viewer: Viewer, achievement_id: str) -> tuple[dict[str, Any], str]:
    """One definition as it stands, and its ETag.

    Raises:
        DomainError: `unknown-achievement`.
    """
    found = find(table, viewer.tenant, achievement_id)
    if found is None:
        raise unknown_achievement(achievement_id)
    secret = found.secret and not viewer.sees_secrets
    held = _held(table, viewer.tenant, viewer.player) if secret and viewer.player else {}
    hidden = _is_hidden(found, viewer, held)
    return show_definition(found, hidden=hidden), etag_of(found.revision, *(["secret"] if hidden else []))


def versions(table: Table, tenant: str, achievement_id: str, asked: Asked) -> dict[str, Any]:
    """The versions of an achievement, newest first: what each took and paid, since when, by whom.

    Raises:
        DomainError: `unknown-achievement`, `invalid-parameter`.
    """
    partition = keys.catalog_partition(tenant, KIND, achievement_id)
    found = read_page(table, partition, keys.CATALOG_VERSION_PREFIX, asked.limit, asked.cursor, newest_first=True)
    items = [AchievementVersionItem.parse(raw) for raw in found.items]
    shown = [_show_version(from_json(item.definition), iso(from_ms(item.at)), item.by) for item in items]
    standard = Book().standard(achievement_id)
    if standard and found.after is None:
        shown.append(_show_version(standard, None, None))
    if not shown and not asked.cursor:
        raise unknown_achievement(achievement_id)
    return {"achievement_id": achievement_id, "versions": shown, **write_cursor(found)}


def _show_version(achievement: Achievement, since: str | None, by: str | None) -> dict[str, Any]:
    return {
        "version": achievement.version,
        "title": achievement.title,
        "xp": achievement.xp,
        "criteria": criteria_to_json(achievement.criteria),
        "prerequisites": list(achievement.prerequisites),
        "repeat": repeat_to_json(achievement.repeat),
        "since": since,
        "by": by,
    }


def of_player(
    table: Table, watch: Watch, viewer: Viewer, player_id: str, now: datetime, asked: Asked
) -> dict[str, Any]:
    """A page of the achievements, each with the player's unlocks, or how far they are: 0 to 1.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    measures, unlocks = _load(table, watch, viewer.tenant, player_id, now)
    held = _those_held(unlocks)
    every = [each for each in watch.by_id.values() if each.is_active or each.id in held]
    page, after = _page(every, watch, asked, "player", player_id)
    return {
        "player_id": player_id,
        "as_of": iso(now),
        "unlocked_count": len(held),
        "total": len(every),
        "achievements": [
            _show_standing(each, measures, unlocks.get(each.id, []), hidden=_is_hidden(each, viewer, held))
            for each in page
        ],
        **after,
    }


def progress(table: Table, watch: Watch, viewer: Viewer, player_id: str, now: datetime, asked: Asked) -> dict[str, Any]:
    """A page of the achievements that a player does not hold, the nearest first; secret ones are not among them.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    measures, unlocks = _load(table, watch, viewer.tenant, player_id, now)
    held = _those_held(unlocks)
    left = [each for each in watch.active() if each.id not in held and not _is_hidden(each, viewer, held)]
    fractions = {each.id: each.criteria.fraction(measures) for each in left}
    place = {each.id: number for number, each in enumerate(watch.by_id.values())}
    question = ("progress", viewer.tenant, player_id)
    ordered = sorted(left, key=lambda each: (-fractions[each.id], place[each.id]))
    if told := read_position(question, asked.cursor):
        fraction, _, last = told.partition(" ")
        after = (-float(fraction), place.get(last, -1))
        ordered = [each for each in ordered if (-fractions[each.id], place[each.id]) > after]
    page = ordered[: asked.limit]
    more = f"{fractions[page[-1].id]} {page[-1].id}" if len(ordered) > len(page) else None
    return {
        "player_id": player_id,
        "as_of": iso(now),
        "left": len(left),
        "achievements": [_show_distance(each, measures) for each in page],
        **write_position(question, more),
    }


def _load(
    table: Table, watch: Watch, tenant: str, player_id: str, now: datetime
) -> tuple[Measures, dict[str, list[UnlockItem]]]:
    """What a player has come to as of today, and their unlocks by achievement."""
    player = profile.find(table, tenant, player_id, consistent=False) or Player(tenant, player_id)
    today = replace(watch.measures(player), day=local_date(now, watch.zone, 0))
    return today, _unlocks(table, tenant, player_id)


def _held(table: Table, tenant: str, player_id: str) -> dict[str, list[UnlockItem]]:
    """What a player holds, by achievement."""
    return _those_held(_unlocks(table, tenant, player_id))


def _those_held(unlocks: Mapping[str, Sequence[UnlockItem]]) -> dict[str, list[UnlockItem]]:
    held = {each: [item for item in items if item.revoked is None] for each, items in unlocks.items()}
    return {each: items for each, items in held.items() if items}


def _unlocks(table: Table, tenant: str, player_id: str) -> dict[str, list[UnlockItem]]:
    """A player's unlocks by achievement, those with them that were revoked."""
    found: dict[str, list[UnlockItem]] = defaultdict(list)
    for item in load_unlocks(table, tenant, player_id, consistent=False).values():
        found[item.achievement].append(item)
    return dict(found)


def _is_hidden(achievement: Achievement, viewer: Viewer, held: Mapping[str, Any]) -> bool:
    return achievement.secret and not viewer.sees_secrets and achievement.id not in held


def _page(
    every: Sequence[Achievement], watch: Watch, asked: Asked, *question: str
) -> tuple[Sequence[Achievement], dict[str, str | None]]:
    """A page of achievements in the order of their definitions, and its `next`."""
    if last := read_position(question, asked.cursor):
        behind = set(_behind(watch.by_id, last))
        every = [each for each in every if each.id in behind]
    page = every[: asked.limit]
    return page, write_position(question, page[-1].id if len(every) > len(page) else None)


def _behind(ids: Iterable[str], last: str) -> Iterable[str]:
    """The ids that come after one."""
    ordered = list(ids)
    return ordered[ordered.index(last) + 1 :] if last in ordered else ()


def _show_standing(
    achievement: Achievement, measures: Measures, unlocks: Sequence[UnlockItem], *, hidden: bool
) -> dict[str, Any]:
    """An achievement with a player's first unlock of it that is held, or how far they are.

    `revoked_at`: since when none is held, where one was.
    """
    held = [each for each in unlocks if each.revoked is None]
    first = min(held, key=lambda each: int(each.at), default=None)
    revoked = max((int(each.revoked[0]) for each in unlocks if each.revoked), default=None)
    shown = {
        **_show_distance(achievement, measures, hidden=hidden),
        "unlocked": first is not None,
        "unlocked_at": iso(from_ms(int(first.at))) if first else None,
        "evidence": first.evidence if first else None,
        "times": len(held),
        "revoked_at": iso(from_ms(revoked)) if revoked is not None and not held else None,
    }
    return shown | ({"progress": 1.0} if first else {})


def _show_distance(achievement: Achievement, measures: Measures, *, hidden: bool = False) -> dict[str, Any]:
    """An achievement with how far a player is towards it, as a whole and by metric."""
    parts = [] if hidden else [_show_part(each, measures) for each in achievement.thresholds]
    return {
        **show_definition(achievement, hidden=hidden),
        "value": parts[0]["value"] if len(parts) == 1 else None,
        "parts": parts,
        "progress": None if hidden else achievement.criteria.fraction(measures),
    }


def _show_part(threshold: Threshold, measures: Measures) -> dict[str, Any]:
    return {
        "metric": threshold.metric,
        "within": threshold.within,
        "comparison": threshold.comparison.value,
        "threshold": threshold.value,
        "value": threshold.measured(measures),
        "progress": threshold.fraction(measures),
    }
