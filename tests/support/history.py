"""A year of made-up history, the same for the same seed: players in many zones, and the log they would leave."""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FIRST_DAY = date(2025, 11, 1)
DAYS = 365
QUADRANTS = ("SO", "BO", "SI", "BI")
HOURS = (5.5, 6.8, 8, 9, 12, 12.5, 15, 18, 19, 20, 22.2, 23.6)
PLACES = (
    "America/New_York",
    "Europe/Lisbon",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Pacific/Chatham",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Tokyo",
    "UTC",
)


def _experiences() -> dict[str, dict[str, Any]]:
    """Bodies of experiences, as an operator defines them."""
    found: dict[str, dict[str, Any]] = {}
    for number in range(10):
        found[f"walk-{number}"] = {
            "name": f"Walk {number}",
            "quadrants": {quadrant: f"{quadrant} of walk {number}" for quadrant in QUADRANTS},
            "virtue_impacts": {"wisdom": 2, "endurance": 1},
            "expected_contents": 20,
            **({"xp_reward": 250} if number == 3 else {}),
        }
    for number in range(16):
        found[f"scenario-{number}"] = {
            "name": f"Scenario {number}",
            "kind": "scenario",
            "difficulty": 1 + number % 5,
            "estimated_duration_minutes": 10 + 9 * number,
            "completion_criteria": {"min_time_minutes": 10},
        }
    for number in range(4):
        found[f"wod-{number}"] = {"name": f"WOD {number}", "kind": "wod", "completion_criteria": {"reflection": True}}
    return found


EXPERIENCES = _experiences()


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. at: aware, in UTC. zone: where the player was, as the log says it."""

    player: str
    experience: str
    type: str
    at: datetime
    zone: str
    content: str | None = None
    seconds: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Player:
    random: random.Random
    id: str
    home: str
    away: tuple[int, int, str] | None
    joined: int
    left: int
    eager: float
    busy: int
    spells: float
    offsets: bool
    plan: list[str]
    done: set[str] = field(default_factory=set)
    steps: dict[str, int] = field(default_factory=dict)
    last: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    active: bool = True


def generate(players: int, events: int, seed: int = 11) -> list[Happened]:
    """The first `events` things that so many players did in the year, in order of time.

    Raises:
        ValueError: the players did not do as much.
    """
    made = [each for number in range(players) for each in _of_player(random.Random(f"{seed}:{number}"), number)]
    made.sort(key=lambda each: (each.at, each.player))
    if len(made) < events:
        raise ValueError(f"{players} players do {len(made)} things in a year, not {events}")
    return made[:events]


def _of_player(draw: random.Random, number: int) -> Iterator[Happened]:
    kind = number % 10
    joined = draw.randrange(0, 250)
    plan = list(EXPERIENCES)
    draw.shuffle(plan)
    leaves = draw.randrange(20, DAYS - 40)
    player = _Player(
        random=draw,
        id=f"player-{number:04d}",
        home=PLACES[draw.randrange(len(PLACES))],
        away=(leaves, leaves + draw.randrange(3, 30), draw.choice(PLACES)) if number % 12 == 5 else None,
        joined=joined,
        left=joined + draw.randrange(30, 365),
        eager=0.97 if kind == 0 else draw.uniform(0.18, 0.38) if kind < 4 else draw.uniform(0.04, 0.15),
        busy=3 if kind == 0 else draw.randrange(4, 9),
        spells=0.0 if kind == 0 else 0.03,
        offsets=number % 7 == 3,
        plan=plan,
    )
    for day in range(player.joined, min(player.left, DAYS)):
        if draw.random() < player.spells:
            player.active = not player.active
        if day == player.joined or (player.active and draw.random() < player.eager):
            yield from _day(player, day)


def _day(player: _Player, day: int) -> Iterator[Happened]:
    draw = player.random
    place = player.home
    if player.away and player.away[0] <= day < player.away[1]:
        place = player.away[2]
    zone = ZoneInfo(place)
    count = draw.randrange((player.busy + 1) // 2, player.busy + 1)
    hours = sorted(
        draw.choice((5.5, 6.8, 8, 9, 12, 12.5, 15, 18, 19, 20, 22.2, 23.6)) + draw.random() / 3 for _ in range(count)
    )
    experience = None  # mostly one a day, of the first three that the player has left
    for hour in hours:
        wall = datetime.combine(FIRST_DAY + timedelta(days=day), time(0)) + timedelta(hours=hour)
        at = wall.replace(microsecond=draw.randrange(1000) * 1000, tzinfo=zone).astimezone(UTC)
        if at <= player.last:
            continue  # the player flew back over the date line: this evening was already
        player.last = at
        offset = at.astimezone(zone).strftime("%z")
        named = f"{offset[:3]}:{offset[3:]}" if player.offsets else place
        if experience is None or draw.random() < 0.1 or experience in player.done:
            experience = draw.choice([each for each in player.plan if each not in player.done][:3] or player.plan[:1])
        yield _act(player, experience, at, "UTC" if named == "+00:00" else named)


def _act(player: _Player, experience: str, at: datetime, zone: str) -> Happened:
    """The next thing that a player does in an experience."""
    draw = player.random
    step = player.steps.get(experience, 0)
    player.steps[experience] = step + 1

    def happened(kind: str, **more: Any) -> Happened:
        return Happened(player.id, experience, kind, at, zone, **more)

    if step == 0 and draw.random() < 0.6:
        return happened("experience_started")
    if experience not in player.done and step >= (9 if experience.startswith("walk") else 5) and draw.random() < 0.5:
        player.done.add(experience)
        return happened("experience_completed", data={"reflection": "Good."} if draw.random() < 0.5 else {})
    if (
        experience not in player.done
        and experience.startswith("walk")
        and draw.random() < 0.5
        and (quadrants := player.steps.get(f"{experience} quadrants", 0)) < 4
    ):
        player.steps[f"{experience} quadrants"] = quadrants + 1
        return happened("quadrant_advanced", content=QUADRANTS[quadrants] if draw.random() < 0.8 else None)
    chance = draw.random()
    if chance < 0.3:
        return happened("session_recorded", seconds=draw.randrange(60, 4500))
    if chance < 0.55:
        word = f"word-{draw.randrange(300)}"
        return happened("word_learned", content=word, data={"word": word})
    if chance < 0.7:
        return happened("conversation_held", seconds=draw.randrange(30, 900), data={"score": draw.randrange(101)})
    content = f"stone-{draw.randrange(30)}"
    kind = draw.choice(("waypoint_visited", "quest_started", "item_collected", "check_in"))
    return happened(kind, content=content, seconds=draw.choice((None, draw.randrange(5, 400))))


def rows_of(history: list[Happened], seed: int = 11) -> list[dict[str, Any]]:
    """The log of a history: instants in UTC, with an offset or as local times; some rows with an id."""
    draw = random.Random(seed)
    rows = []
    for number, each in enumerate(history):
        row: dict[str, Any] = {
            **({"id": f"log-{number:06d}"} if number % 3 else {}),
            "player": each.player,
            "experience": each.experience,
            "type": each.type,
            **_when(each, draw),
            **({"content": each.content} if each.content else {}),
            **({"duration_seconds": each.seconds} if each.seconds is not None else {}),
            **({"data": each.data} if each.data else {}),
        }
        rows.append(row)
    # A log is nearly in order.
    for number in range(0, len(rows) - 20, 50):
        part = rows[number : number + 10]
        draw.shuffle(part)
        rows[number : number + 10] = part
    return rows


def _when(each: Happened, draw: random.Random) -> dict[str, str]:
    if each.zone[0] in "+-":
        sign = -1 if each.zone[0] == "-" else 1
        hours, minutes = int(each.zone[1:3]), int(each.zone[4:])
        shifted = each.at + sign * timedelta(hours=hours, minutes=minutes)
        return {"at": shifted.replace(tzinfo=None).isoformat(timespec="milliseconds") + each.zone}
    local = each.at.astimezone(ZoneInfo(each.zone))
    style = draw.randrange(3)
    if style == 0:
        return {"at": each.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "zone": each.zone}
    if style == 1 or local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        return {"at": local.isoformat(timespec="milliseconds"), "zone": each.zone}
    return {"at": local.replace(tzinfo=None).isoformat(timespec="milliseconds"), "zone": each.zone}


def write_ndjson(rows: list[dict[str, Any]], path: Path) -> Path:
    """Writes rows as NDJSON."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_csv(rows: list[dict[str, Any]], path: Path) -> Path:
    """Writes rows as CSV, data as JSON in a field."""
    names = ("id", "player", "experience", "type", "at", "zone", "content", "duration_seconds", "data")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows({**row, "data": json.dumps(row["data"]) if "data" in row else ""} for row in rows)
    return path
