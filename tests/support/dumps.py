"""An older system, made up: players play, its tables change, and can be dumped at any moment as PostgreSQL would.

Its event log loses some events, as real ones do, and its state is what counts: it knows more than its log shows.
"""

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cairn.progress.progress import Content, Progress, State

BEGAN = datetime(2026, 2, 1, 8, tzinfo=UTC)
WALKS = ("wylding-woods", "west-of-house", "harbour-maze")
WODS = ("wod-prompts", "wod-agents")
PAGES = ("intro", "practice")
BLOCKS = ("watch", "read", "quiz", "reflect")


def _page(page: str) -> dict[str, Any]:
    kinds = {"quiz": {"type": "quiz", "passing_score": 0.6}}
    return {
        "id": page,
        "blocks": [{"id": f"{page}-{each}", **kinds.get(each, {"type": "rich_text"})} for each in BLOCKS],
    }


# As an operator defines them in Cairn. The walks declare nothing that could be counted.
EXPERIENCES: dict[str, dict[str, Any]] = {
    **{walk: {"name": walk, "expected_contents": 60} for walk in WALKS},
    **{wod: {"name": wod, "kind": "wod", "pages": [_page(each) for each in PAGES]} for wod in WODS},
}


@dataclass(slots=True)
class Walk:
    """A row of `experience_progress`, and its events."""

    id: str
    experience: str
    started_at: datetime
    last_played_at: datetime
    completed_at: datetime | None = None
    playtime: int = 0
    percentage: float = 0
    location: str | None = None
    inventory: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    active: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    collectibles: Counter[str] = field(default_factory=Counter)
    flags: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        return {
            "inventory": list(self.inventory),
            "visited_waypoints": list(self.visited),
            "active_quests": list(self.active),
            "completed_quests": list(self.completed),
            "unlocked_areas": list(self.areas),
            "collectibles": dict(self.collectibles),
            "flags": dict(self.flags),
            "choices": dict(self.choices),
        }


@dataclass(slots=True)
class Piece:
    """A row of `user_progress`: of a block, or of a whole WOD where `block` is empty."""

    id: str
    wod: str
    block: str
    started_at: datetime
    last_at: datetime
    completed_at: datetime | None = None
    seconds: int = 0
    interactions: int = 0
    score: int | None = None
    retries: int = 0
    difficulty: int | None = None


@dataclass(slots=True)
class Person:
    """A user."""

    id: str
    profile: str
    clock: datetime
    walks: dict[str, Walk] = field(default_factory=dict)
    pieces: dict[tuple[str, str], Piece] = field(default_factory=dict)
    meters: float = 0


class OldSystem:
    """The system before. The same random source plays the same."""

    def __init__(self, draw: random.Random, players: int) -> None:
        self.draw = draw
        self.ids = 0
        self.events: list[dict[str, Any]] = []
        self.activities: list[dict[str, Any]] = []
        self.people = [
            Person(self._id(), self._id(), BEGAN + timedelta(hours=draw.randrange(24 * 90))) for _ in range(players)
        ]

    def _id(self) -> str:
        self.ids += 1
        return str(UUID(int=self.ids, version=4))

    def play(self, steps: int) -> None:
        """So many things that each player does."""
        for person in self.people:
            for _ in range(steps):
                pause = self.draw.choice((20, 90, 600, 7200, 40_000, 130_000))
                person.clock += timedelta(seconds=pause, microseconds=self.draw.randrange(1_000_000))
                if self.draw.random() < 0.7:
                    self._walk(person)
                else:
                    self._learn(person)

    def _walk(self, person: Person) -> None:
        at, draw = person.clock, self.draw
        experience = draw.choice(WALKS)
        walk = person.walks.get(experience)
        if walk is None:
            walk = person.walks[experience] = Walk(self._id(), experience, at, at)
        walk.last_played_at = at
        walk.playtime += draw.randrange(5, 900)
        thing = draw.choice(("lamp", "key", "rope", "gate", "café ☕"))
        match draw.randrange(13):
            case 0 | 1:
                quantity = draw.randrange(1, 4)
                walk.inventory += [thing] * quantity
                self._log(person, walk, "item_collected", thing, quantity=quantity)
            case 2 if thing in walk.inventory:
                walk.inventory.remove(thing)
                self._log(person, walk, "item_used", thing)
            case 3 | 4:
                walk.visited += [thing] if thing not in walk.visited else []
                walk.location = thing
                meters = draw.randrange(0, 4000) / 10
                person.meters += meters
                self._log(person, walk, "waypoint_visited", thing, distance_traveled=meters, time_spent=45)
            case 5 if thing not in walk.active and thing not in walk.completed:
                walk.active.append(thing)
                self._log(person, walk, "quest_started", thing)
            case 6 if thing not in walk.completed:
                walk.active = [each for each in walk.active if each != thing]
                walk.completed.append(thing)
                self._log(person, walk, "quest_completed", thing, reward={"xp": 100})
            case 7 if thing not in walk.areas:
                walk.areas.append(thing)
                self._log(person, walk, "area_unlocked", thing)
            case 8:
                found = draw.randrange(1, 6)
                walk.collectibles[thing] += found
                self._log(person, walk, "collectible_found", thing, quantity=found)
            case 9:
                walk.flags[thing] = draw.choice((True, False, 3, 2.5, "open"))
                self._log(person, walk, "flag_set", thing, value=walk.flags[thing])
            case 10:
                walk.choices[thing] = draw.choice(("left", "right"))
                self._log(person, walk, "choice_made", thing, choice=walk.choices[thing])
            case 11 if not walk.completed_at and len(walk.visited) > 2:
                walk.completed_at, walk.percentage = at, 100
                self._log(person, walk, draw.choice(("game_completed", "experience_completed", "level_up")), None)
            case _:
                walk.location = thing
                self._log(person, walk, "location_reached", thing)
        if not walk.completed_at:
            walk.percentage = min(90.0, walk.percentage + draw.randrange(0, 40) / 10)

    def _log(self, person: Person, walk: Walk, kind: str, content: str | None, **data: Any) -> None:
        here = self.draw.random() < 0.2
        event = {
            "id": self._id(),
            "experience_progress_id": walk.id,
            "event_type": kind,
            "content_id": content,
            "data": data,
            "location_lat": self.draw.uniform(-90, 90) if here else None,
            "location_lng": self.draw.uniform(-180, 180) if here else None,
            "timestamp": person.clock,
        }
        # An event that is lost takes its metres with it: they are in no sum.
        if self.draw.random() < 0.8:
            self.events.append(event)
        else:
            person.meters -= data.get("distance_traveled", 0)

    def _learn(self, person: Person) -> None:
        at, draw = person.clock, self.draw
        if draw.random() < 0.1:
            self._act(person, "login", {}, None)
        wod = draw.choice(WODS)
        block = f"{draw.choice(PAGES)}-{draw.choice(BLOCKS)}" if draw.random() < 0.85 else ""
        piece = person.pieces.get((wod, block))
        if piece is None:
            piece = person.pieces[wod, block] = Piece(self._id(), wod, block, at, at)
        piece.last_at = at
        piece.seconds += draw.randrange(5, 600)
        if not block:
            piece.completed_at = piece.completed_at or (at if draw.random() < 0.3 else None)
            return
        piece.interactions += draw.randrange(1, 5)
        piece.difficulty = draw.choice((None, 1, 3, 5)) or piece.difficulty
        if draw.random() < 0.5:
            if block.endswith("quiz"):
                piece.retries += piece.score is not None
                piece.score = max(piece.score or 0, draw.randrange(0, 101, 5))
            piece.completed_at = at
        if draw.random() < 0.3:
            self._act(person, "agent_conversation", {"wod_id": wod, "turns": draw.randrange(9)}, block)

    def _act(self, person: Person, kind: str, data: dict[str, Any], item: str | None) -> None:
        self.activities.append(
            {
                "id": self._id(),
                "user_id": person.id,
                "community_id": "c-1",
                "activity_type": kind,
                "activity_data": data,
                "content_item_id": item,
                "created_at": person.clock,
            }
        )

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """All tables as they stand, by name."""
        return {
            "player_profiles": [_profile(each) for each in self.people],
            "experience_progress": [_walked(each, walk) for each in self.people for walk in each.walks.values()],
            "player_progress_events": list(self.events),
            "user_activities": list(self.activities),
            "user_progress": [_worked(each, piece) for each in self.people for piece in each.pieces.values()],
            "block_completions": [
                _completion(each, piece) for each in self.people for piece in each.pieces.values() if piece.block
            ],
        }

    def dump(self, folder: Path) -> Path:
        """Writes all tables as CSV with a header."""
        return write_tables(self.tables(), folder)


def write_tables(tables: dict[str, list[dict[str, Any]]], folder: Path) -> Path:
    """Writes tables as PostgreSQL's COPY does: NULL is empty, jsonb is text, a timestamp has no T."""
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        if rows:
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                writer.writerows({column: cell(value) for column, value in row.items()} for row in rows)
    return folder


def cell(value: Any) -> str:
    """A value as it stands in a dump."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _profile(person: Person) -> dict[str, Any]:
    return {
        "id": person.profile,
        "user_id": person.id,
        "total_experiences_played": len(person.walks),
        "total_playtime_seconds": sum(walk.playtime for walk in person.walks.values()),
        "total_distance_meters": round(person.meters, 1),
        "account_level": 1,
        "stats": {
            "achievements": ["first_steps", "marathon_walker"],
            "preferences": {"difficulty": "normal", "ar_hints_enabled": True},
            "global_inventory": ["golden_compass", "master_key", "master_key"],
            "custom_stats": {"total_quests_completed": 15},
        },
        "created_at": BEGAN,
        "updated_at": person.clock,
    }


def _walked(person: Person, walk: Walk) -> dict[str, Any]:
    return {
        "id": walk.id,
        "player_id": person.profile,
        "experience_id": walk.experience,
        "started_at": walk.started_at,
        "completed_at": walk.completed_at,
        "last_played_at": walk.last_played_at,
        "playtime_seconds": walk.playtime,
        "completion_percentage": walk.percentage,
        "current_location": walk.location,
        "state": walk.state(),
        "created_at": walk.started_at,
        "updated_at": walk.last_played_at,
    }


def _worked(person: Person, piece: Piece) -> dict[str, Any]:
    return {
        "id": piece.id,
        "user_id": person.id,
        "course_id": None,
        "page_id": piece.block.partition("-")[0] or None,
        "block_id": piece.block or None,
        "wod_id": piece.wod,
        "progress_type": "block_interacted" if piece.block else "wod_progress",
        "progress_data": {"source": "app"},
        "completion_percentage": 100 if piece.completed_at else 50,
        "time_spent_seconds": piece.seconds,
        "time_spent": str(timedelta(seconds=piece.seconds)),
        "status": "completed" if piece.completed_at else "in_progress",
        "started_at": piece.started_at,
        "completed_at": piece.completed_at,
        "score": piece.score,
        "notes": None,
        "interaction_count": piece.interactions,
        "last_interaction_at": piece.last_at,
        "difficulty_rating": piece.difficulty,
        "confidence_level": None,
        "retry_count": piece.retries,
        "created_at": piece.started_at,
        "updated_at": piece.last_at,
    }


def _completion(person: Person, piece: Piece) -> dict[str, Any]:
    return {
        "id": piece.id[::-1],
        "user_id": person.id,
        "block_id": piece.block,
        "page_id": piece.block.partition("-")[0],
        "wod_id": piece.wod,
        "course_id": None,
        "completion_status": "completed" if piece.completed_at else "in_progress",
        "time_spent_seconds": piece.seconds,
        "interaction_data": {"clicks": piece.interactions},
        "completed_at": piece.completed_at,
        "mastery_score": piece.score,
        "created_at": piece.started_at,
        "updated_at": piece.last_at,
    }


def state_in(contents: Mapping[str, Content]) -> dict[str, Any]:
    """Cairn's state in the older system's shape."""
    return {
        "inventory": Counter({name: each.items for name, each in contents.items() if each.items}),
        "visited_waypoints": {name for name, each in contents.items() if each.waypoint},
        "active_quests": {name for name, each in contents.items() if each.quest == "active"},
        "completed_quests": {name for name, each in contents.items() if each.quest == "completed"},
        "unlocked_areas": {name for name, each in contents.items() if each.area},
        "collectibles": {name: each.collectibles for name, each in contents.items() if each.collectibles},
        "flags": {name: (type(each.flag), each.flag) for name, each in contents.items() if each.flag is not None},
        "choices": {name: each.choice for name, each in contents.items() if each.choice is not None},
    }


def state_told(walk: Walk) -> dict[str, Any]:
    return {
        "inventory": Counter(walk.inventory),
        "visited_waypoints": set(walk.visited),
        "active_quests": set(walk.active),
        "completed_quests": set(walk.completed),
        "unlocked_areas": set(walk.areas),
        "collectibles": dict(walk.collectibles),
        "flags": {name: (type(value), value) for name, value in walk.flags.items()},
        "choices": walk.choices,
    }


type ContentsOf = Callable[[str], Mapping[str, Content]]


def check(person: Person, progress: Mapping[str, Progress], contents_of: ContentsOf) -> None:
    """That all that the tables hold of a player came out in Cairn.

    Args:
        progress: heads by experience. contents_of: the contents of an experience, by id.
    """
    for walk in person.walks.values():
        head = progress[walk.experience]
        assert state_in(contents_of(walk.experience)) == state_told(walk)
        assert head.seconds == walk.playtime
        assert head.location == walk.location
        assert head.started_at == whole(walk.started_at)
        assert (head.state in (State.COMPLETED, State.MASTERED)) == bool(walk.completed_at)
        if walk.completed_at:
            assert head.completed_at == whole(walk.completed_at)
        else:
            assert head.reported == (round(walk.percentage, 1) or None)
    for wod in WODS:
        head_of_wod = progress.get(wod)
        contents = contents_of(wod)
        for block in (f"{page}-{block}" for page in PAGES for block in BLOCKS):
            piece = person.pieces.get((wod, block))
            work = contents[block].block if block in contents else None
            assert (work is None) == (piece is None)
            if piece and work:
                assert (contents[block].seconds, contents[block].interactions) == (piece.seconds, piece.interactions)
                assert work.completed == bool(piece.completed_at)
                scored = piece.score if piece.completed_at else None
                assert work.score == (scored / 100 if scored is not None else None)
                assert work.attempts == (0 if scored is None else 1 + piece.retries)
                assert work.difficulty == piece.difficulty
        if piece := person.pieces.get((wod, "")):
            assert head_of_wod and head_of_wod.seconds == piece.seconds
            assert (head_of_wod.state in (State.COMPLETED, State.MASTERED)) == bool(piece.completed_at)


def whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
