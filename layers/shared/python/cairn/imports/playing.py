"""Rows of the experience platform's tables: `player_progress_events`, `experience_progress`, `player_profiles`.

Pure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.imports.columns import Dumped
from cairn.imports.history import (
    CLAIMED,
    DIFFERENCE,
    LEFT_OUT,
    MAX_COUNT,
    MAX_SECONDS,
    SPENT,
    History,
    Profile,
    amount,
    cause_of,
    dated,
)
from cairn.imports.rows import COMPLETED, DISCOVERED, MAX_ID, SESSION, STARTED, Unusable, is_decided, shown
from cairn.progress.progress import DAY_SECONDS, MAX_DISTANCE_METERS

METERS_TOLERANCE = 1.0

LOCATION = "location_reached"

# What an older state holds, by its name: the type of event that brings it about.
LISTED = {
    "visited_waypoints": "waypoint_visited",
    "completed_quests": "quest_completed",
    "active_quests": "quest_started",
    "unlocked_areas": "area_unlocked",
}
COUNTED = {"inventory": ("item_collected", "item_used"), "collectibles": ("collectible_found",)}
VALUED = {"flags": ("flag_set", "value"), "choices": ("choice_made", "choice")}
STATS = frozenset({"achievements", "preferences", "global_inventory", "custom_stats"})
ACHIEVEMENT_IDS = frozenset(each.id for each in ACHIEVEMENTS)


def event(found: History, source: Dumped) -> None:
    """A row of `player_progress_events`. Of its data, time, distance and quantity count; the rest is kept."""
    kind = source.cells.get("event_type", "")
    if is_decided(kind):
        found.note(CLAIMED, source, f"{kind} is decided by Cairn, from the history that is loaded")
        return
    experience = source.text("experience_id")
    if not experience:
        raise Unusable("its row of experience_progress has no experience_id")
    data = source.object("data")
    at = dated(source, found.reading, "timestamp")
    fields = {
        "experience": experience,
        "type": kind,
        "content": source.text("content_id"),
        "data": data,
        "location_lat": source.text("location_lat"),
        "location_lng": source.text("location_lng"),
        "duration_seconds": amount(data, DAY_SECONDS, *SPENT),
        "distance_meters": amount(data, MAX_DISTANCE_METERS, "distance_meters", "distance_traveled"),
    }
    found.add(source, cause_of(source), fields, at, asserted=False)


def progress(found: History, source: Dumped) -> None:
    """A row of `experience_progress`, read after all else that is known of the player there."""
    reading = found.reading
    experience = source.text("experience_id")
    if experience is None:
        raise Unusable("it has no experience_id")
    cause = cause_of(source, experience)
    of_it = {"experience": experience}
    started, completed = source.instant(reading.zone, "started_at"), source.instant(reading.zone, "completed_at")
    seconds = source.whole("playtime_seconds", 0, MAX_SECONDS) or 0
    percentage = source.number("completion_percentage", 0, 100) or 0
    state = source.object("state")
    location = source.text("current_location")
    known = [row.occurred_at for row in found.of(experience)]
    played = source.instant(reading.zone, "last_played_at")
    told = played or max(known, default=None) or completed
    as_of = told or dated(source, reading, "updated_at", "started_at", "created_at")
    as_of = max(each for each in (as_of, started, completed, *known) if each)
    if started:
        found.add(source, f"{cause}:started", {**of_it, "type": STARTED}, started)
    elif not (known or completed or seconds or percentage or location or any(state.values())):
        found.add(source, f"{cause}:started", {**of_it, "type": STARTED if played else DISCOVERED}, as_of)
    found.sessions(source, cause, experience, as_of, seconds)
    for name, content, change in _changes(found, source, experience, state):
        if content.strip():
            found.add(source, f"{cause}:{name}:{content}", {**of_it, "content": content, **change}, as_of)
        else:
            found.reject(source, f"state.{name} holds an id without a name")
    if location:
        found.add(source, f"{cause}:location", {**of_it, "type": LOCATION, "content": location}, as_of)
    if completed:
        found.add(source, f"{cause}:completed", {**of_it, "type": COMPLETED}, completed)
    elif percentage:
        found.percentage(source, cause, experience, as_of, percentage)


def _changes(
    found: History, source: Dumped, experience: str, state: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """What stands in a state: its name there, the content id, and further fields of the row that asserts it."""
    for name, type_name in LISTED.items():
        for content in dict.fromkeys(_names(found, source, f"state.{name}", state.get(name))):
            yield name, content, {"type": type_name}
    for name, type_names in COUNTED.items():
        counts = _counts(found, source, f"state.{name}", state.get(name))
        if counts is None:
            continue
        handled = [row.content for row in found.of(experience) if row.type in type_names and row.content]
        for content in dict.fromkeys([*counts, *handled]):
            yield name, content, {"type": type_names[0], "data": {"quantity": counts.get(content, 0)}}
    for name, (type_name, data_name) in VALUED.items():
        values = state.get(name) or {}
        if not isinstance(values, dict):
            found.reject(source, f"state.{name} is {shown(values)}: it must be an object, of a value for each name")
            continue
        for content, value in values.items():
            if isinstance(value, str | int | float | bool):
                plain = value if name == "flags" else str(value)
                yield name, content, {"type": type_name, "data": {data_name: plain}}
            elif value is not None:
                found.reject(
                    source, f"state.{name}.{content} is {shown(value)}: it must be text, a number or a boolean"
                )
    others = sorted(state.keys() - LISTED.keys() - COUNTED.keys() - VALUED.keys())
    if others:
        found.note(LEFT_OUT, source, f"state.{', state.'.join(others)}: Cairn's state has nothing of that name")


def _names(found: History, source: Dumped, name: str, value: Any) -> list[str]:
    if isinstance(value or [], list) and all(isinstance(each, str) for each in value or []):
        return value or []
    found.reject(source, f"{name} is {shown(value)}: it must be a list of ids")
    return []


def _counts(found: History, source: Dumped, name: str, value: Any) -> dict[str, int] | None:
    """How many of each are held, of a list of ids or of an object of counts; None where it is not told."""
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return {each: value.count(each) for each in value}
    if isinstance(value, dict) and all(
        isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= MAX_COUNT for each in value.values()
    ):
        return value
    found.reject(source, f"{name} is {shown(value)}: it must be a list of ids, or an object of counts from 0")
    return None


def profile(found: History, source: Dumped) -> None:
    """A row of `player_profiles`, read last. Its totals are compared with what the other rows come to."""
    stats = source.object("stats")
    achievements = _names(found, source, "stats.achievements", stats.get("achievements"))
    if ours := [each for each in achievements if each in ACHIEVEMENT_IDS]:
        found.note(CLAIMED, source, f"achievements {', '.join(ours)}: Cairn unlocks what the history shows")
    if others := [each for each in achievements if each not in ACHIEVEMENT_IDS]:
        found.note(CLAIMED, source, f"achievements {', '.join(others)}: Cairn has none of that name")
    _compare(found, source)
    objects = {name: stats.get(name) or {} for name in ("preferences", "custom_stats")}
    for name, value in objects.items():
        if not isinstance(value, dict):
            raise Unusable(f"stats.{name} is {shown(value)}: it must be an object")
    items = _counts(found, source, "stats.global_inventory", stats.get("global_inventory")) or {}
    if wrong := [each for each in items if not 0 < len(each.strip()) <= MAX_ID]:
        raise Unusable(f"stats.global_inventory names {shown(wrong[0])}: an id has from 1 to {MAX_ID} characters")
    others_said = {name: value for name, value in stats.items() if name not in STATS}
    found.profile = Profile(
        found.player,
        source.line,
        objects["preferences"],
        {**others_said, **objects["custom_stats"]},
        items,
        source.whole("account_level", 0, MAX_COUNT),
    )


def _compare(found: History, source: Dumped) -> None:
    """Notes where a profile's totals exceed what its player's experiences come to."""
    seconds: Counter[str] = Counter()
    for row in found.rows:  # events come first
        if row.type == SESSION:
            before = seconds[row.experience]
            seconds[row.experience] = max(before, row.seconds) if row.asserted else before + row.seconds
    sums = {
        "total_experiences_played": len(
            {row.experience for row in found.rows if row.experience and row.type != DISCOVERED}
        ),
        "total_playtime_seconds": seconds.total(),
        "total_distance_meters": round(sum(row.more.get("distance_meters", 0) for row in found.rows), 1),
    }
    for column, comes_to in sums.items():
        total = source.number(column, 0, float("inf")) or 0
        if total - comes_to >= (METERS_TOLERANCE if column.endswith("meters") else 1):
            found.note(DIFFERENCE, source, f"{column} is {total:g}; what is loaded comes to {comes_to:g}")
