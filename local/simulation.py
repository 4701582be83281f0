"""A month of simulated players: an activity log like one that an adopter brings. Deterministic for a day."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = 30

QUADRANTS = ("SO", "BO", "SI", "BI")
WOODS = "wylding-woods"


def _experience(name: str, kind: str, difficulty: int, minutes: int, language: str, **virtues: int) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "difficulty": difficulty,
        "estimated_duration_minutes": minutes,
        "language": language,
        "virtue_impacts": virtues,
    }


EXPERIENCES: dict[str, dict[str, Any]] = {
    "wylding-woods": _experience("The Wylding Woods", "experience", 2, 90, "en", wisdom=5, courage=3)
    | {
        "quadrants": {
            "SO": "Learn what the woods are.",
            "BO": "Walk to the old mill.",
            "SI": "Think about what you saw.",
            "BI": "Rest by the river.",
        },
        "expected_contents": 40,
    },
    "cafe-lisboa": _experience("A café in Lisbon", "scenario", 1, 20, "pt", temperance=2),
    "market-hanoi": _experience("The market in Hanoi", "scenario", 3, 40, "vi", courage=4),
    "interview-oslo": _experience("A job interview in Oslo", "scenario", 4, 45, "no", courage=5, wisdom=2),
    "clinic-lima": _experience("At the clinic in Lima", "scenario", 5, 60, "es", justice=3, health=2),
    "harbour-walk": _experience("The harbour walk", "wod", 1, 30, "en", endurance=4, strength=2)
    | {
        "pages": [
            {
                "id": "quay",
                "title": "On the quay",
                "blocks": [
                    {"id": "welcome", "type": "section_header", "title": "The harbour"},
                    {"id": "film", "type": "video", "title": "How a lock works", "content": {"seconds": 95}},
                    {"id": "tides", "type": "rich_text", "title": "Tides", "content": {"text": "Twice a day."}},
                ],
            },
            {
                "id": "pier",
                "title": "At the pier",
                "blocks": [
                    {
                        "id": "quiz",
                        "type": "quiz",
                        "title": "What did you see?",
                        "move_on": "Passed",
                        "passing_score": 0.5,
                        "questions": [
                            {"id": "light", "answers": ["green"]},
                            {"id": "boats", "answers": ["ferry", "trawler"], "points": 2},
                        ],
                        "content": {"light": "Which light is on the right when you come in?"},
                    }
                ],
            },
        ]
    },
}
ZONES = (
    "Europe/Lisbon",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Africa/Nairobi",
    "America/Lima",
)
NAMES = [
    "Ines",
    "Mills",
    "Ravi",
    "Tama",
    "Wanja",
    "Lucia",
    "Bruno",
    "Hana",
    "Olu",
    "Petra",
    "Quinn",
    "Sora",
    "Tomas",
    "Uma",
    "Viktor",
    "Wren",
    "Xime",
    "Yara",
    "Zeno",
    "Aroha",
    "Bela",
    "Caio",
    "Dilan",
]
HERO = "ada"


@dataclass(frozen=True, slots=True)
class Simulated:
    """One player. `eager`: the chance that they play on a day."""

    id: str
    name: str
    zone: str
    eager: float


def players(chance: random.Random) -> list[Simulated]:
    """The demo tenant's players; the first is the one whose token is printed."""
    hero = Simulated(HERO, "Ada", "Europe/Lisbon", 0.97)
    others = [
        Simulated(f"player-{number:02d}", name, chance.choice(ZONES), chance.uniform(0.15, 0.95))
        for number, name in enumerate(NAMES, start=1)
    ]
    return [hero, *others]


def month(now: datetime) -> tuple[list[Simulated], list[dict[str, Any]]]:
    """Players, and the rows of their activity log of the thirty days before today.

    West of Greenwich yesterday's evening may still be to come: what has not happened is left out.
    """
    today = now.astimezone(UTC).date()
    chance = random.Random(f"cairn {today}")
    everybody = players(chance)
    rows = [row for each in everybody for row in _history(each, today, chance) if _over(row) <= now]
    return everybody, sorted(rows, key=lambda row: str(row["at"]))


def _over(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["at"]) + timedelta(seconds=row.get("duration_seconds", 0))


def _history(player: Simulated, today: date, chance: random.Random) -> Iterator[dict[str, Any]]:
    left = list(EXPERIENCES)
    chance.shuffle(left)
    if player.id == HERO:
        left.sort(key=lambda each: each != WOODS)
    steps, needed = 0, chance.randrange(3, 8)
    for back in range(DAYS, 0, -1):
        if chance.random() > player.eager:
            continue
        began = datetime.combine(
            today - timedelta(days=back),
            time(chance.choice((6, 9, 13, 18, 20, 22)), chance.randrange(50)),
            ZoneInfo(player.zone),
        )
        playing = left[0] if left else chance.choice(list(EXPERIENCES))
        yield _row(playing, player, began, "session_recorded", duration_seconds=60 * chance.randrange(8, 50))
        for minute in range(chance.randrange(1, 5)):
            stop = f"stop-{chance.randrange(30)}"
            yield _row(playing, player, began, "waypoint_visited", minute + 1, content=stop, duration_seconds=45)
        for minute in range(chance.randrange(6)):
            yield _row(playing, player, began, "word_learned", minute + 10, content=f"word-{back}-{minute}")
        if chance.random() < 0.4:
            yield _row(playing, player, began, "conversation_held", 20, content=f"talk-{back}")
        steps += 1
        if left and playing == WOODS and steps <= len(QUADRANTS):
            yield _row(playing, player, began, "quadrant_advanced", 25, content=QUADRANTS[steps - 1])
        if left and steps >= needed and (playing != WOODS or steps > len(QUADRANTS)):
            yield _row(playing, player, began, "experience_completed", 30)
            left.pop(0)
            steps, needed = 0, chance.randrange(3, 8)


def _row(
    experience: str, player: Simulated, began: datetime, event_type: str, minutes: int = 0, **more: Any
) -> dict[str, Any]:
    at = began.astimezone(UTC) + timedelta(minutes=minutes)
    row = {
        "player": player.id,
        "experience": experience,
        "type": event_type,
        "at": at.isoformat().replace("+00:00", "Z"),
        "zone": player.zone,
        **more,
    }
    return {"id": "-".join(str(row[part]) for part in ("player", "type", "at")), **row}
