"""What a history comes to, calculated the long way: written from the rules as people read them, with none of
Cairn's code. One player after another, one event after another, one day after another.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.history import Happened

ONE_DAY = timedelta(days=1)
THRESHOLDS = {
    "scenarios_completed": {
        "first_scenario": (1, 50),
        "scenario_explorer": (5, 50),
        "scenario_regular": (10, 100),
        "scenario_expert": (25, 150),
        "scenario_master": (50, 300),
        "scenario_marathoner": (100, 500),
    },
    "study_seconds": {
        "quick_learner": (3600, 50),
        "dedicated_student": (36000, 100),
        "scholar": (180000, 200),
        "study_legend": (360000, 1000),
    },
    "current_streak": {"week_warrior": (7, 100), "month_master": (30, 250), "unstoppable_force": (100, 1000)},
    "words_learned": {"word_collector": (100, 50), "word_hoarder": (500, 150), "vocabulary_virtuoso": (1000, 300)},
    "conversations_held": {
        "conversationalist": (10, 50),
        "great_communicator": (50, 150),
        "social_butterfly": (100, 200),
    },
    "experiences_completed": {"first_steps": (1, 50)},
    "active_days": {"committed": (50, 150), "centurion": (100, 400)},
    "early_sessions": {"early_bird": (10, 50)},
    "late_sessions": {"night_owl": (10, 50)},
}


@cache
def zone_of(name: str) -> tzinfo:
    """A zone by name, or by its offset."""
    if name[0] in "+-":
        offset = timedelta(hours=int(name[1:3]), minutes=int(name[4:]))
        return timezone(-offset if name[0] == "-" else offset)
    return ZoneInfo(name)


@cache
def end_of(day: date, zone: str) -> datetime:
    """When a date is over in a zone: the next midnight, or where clocks skip it, the moment of the change."""
    tz = zone_of(zone)
    instant = datetime.combine(day, time(12), tz).astimezone(UTC)
    step = timedelta(hours=6)
    while step >= timedelta(seconds=1):
        while (instant + step).astimezone(tz).date() <= day:
            instant += step
        step = step / 2 if step > timedelta(seconds=2) else step - timedelta(seconds=1)
    return (instant + timedelta(seconds=1)).replace(microsecond=0)


@dataclass
class ActiveDay:
    """One local date of one player."""

    first: datetime
    zone: str
    completions: int = 0
    seconds: int = 0


@dataclass
class StreakNow:
    current: int = 0
    longest: int = 0
    active: int = 0
    bonus: dict[date, int] = field(default_factory=dict)


def streak(days: dict[date, ActiveDay], now: datetime) -> StreakNow:
    """Walks every date from the first active one until `now`, with freezes and repairs as the rules have them."""
    answer = StreakNow()
    held, towards = 3, 0
    broken: dict[str, Any] | None = None
    last_repair: date | None = None
    zone = "UTC"
    active: dict[date, ActiveDay] = {}
    latest = date.min
    for day, content in sorted(days.items(), key=lambda each: (each[1].first, each[0])):
        latest = max(latest, day)  # the credited date never moves backwards
        if latest in active:
            active[latest].completions += content.completions
            active[latest].seconds += content.seconds
        else:
            active[latest] = ActiveDay(content.first, content.zone, content.completions, content.seconds)
    if not active:
        return answer
    dates = sorted(active)
    run_began = day = dates[0]
    while True:
        if content := active.get(day):  # type: ignore[assignment]
            if answer.current == 0:
                run_began = day
            answer.current += 1
            answer.active += 1
            if broken:
                broken["since"] += 1
                if content.first > broken["at"] + timedelta(hours=48):
                    broken = None
                elif (content.completions >= 2 or content.seconds >= 3600) and (
                    last_repair is None or (day - last_repair).days >= 30
                ):
                    answer.current = broken["lost"] + broken["since"]
                    run_began = broken["began"]
                    last_repair, broken = day, None
            towards += 1
            if towards == 7:
                towards = 0
                held = min(3, held + 1)
            answer.longest = max(answer.longest, answer.current)
            answer.bonus[day] = min(50, 5 * answer.current)
            zone = content.zone
        elif answer.current:
            over = end_of(day, zone)
            following = next((each for each in dates if each > day), None)
            if following is None and over > now:
                return answer
            if following and active[following].first < over:
                pass  # it still ran where the player came from
            elif held:
                held -= 1
            else:
                if not broken or over >= broken["at"] + timedelta(hours=48):
                    broken = {"at": over, "lost": answer.current, "since": 0, "began": run_began}
                answer.current = 0
        if day >= dates[-1] and (not answer.current or end_of(day, zone) > now):
            return answer
        day += ONE_DAY


def level(xp: int) -> int:
    """The level of a total: from n to n+1 takes floor(100 x 1.15^(n-1))."""
    reached = 1
    while reached < 100 and xp >= (step := 100 * 115 ** (reached - 1) // 100 ** (reached - 1)):
        xp -= step
        reached += 1
    return reached


@dataclass
class Use:
    visits: int = 0
    seconds: int = 0
    players: set[str] = field(default_factory=set)


@dataclass
class DayTotal:
    """What a day's roll-up should say."""

    players: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)
    contents: dict[str, Use] = field(default_factory=lambda: defaultdict(Use))
    first: datetime | None = None
    last: datetime | None = None


@dataclass
class PlayerTotal:
    """What a player should have come to."""

    xp: int = 0
    unlocks: dict[str, datetime] = field(default_factory=dict)
    streak: StreakNow = field(default_factory=StreakNow)
    longest: int = 0
    reached: datetime | None = None
    levels: dict[int, datetime] = field(default_factory=dict)
    days: dict[date, ActiveDay] = field(default_factory=dict)


@dataclass
class Model:
    players: dict[str, PlayerTotal] = field(default_factory=dict)
    rollups: dict[tuple[date, str], DayTotal] = field(default_factory=lambda: defaultdict(DayTotal))
    """By day and scope: `tenant`, or an experience's id."""


def calculate(history: list[Happened], experiences: dict[str, dict[str, Any]], as_of: datetime) -> Model:
    """The whole of it. The streaks are as of `as_of`."""
    model = Model()
    by_player: dict[str, list[Happened]] = defaultdict(list)
    for each in history:
        by_player[each.player].append(each)
    for player, events in by_player.items():
        total = model.players[player] = PlayerTotal()
        _live(total, sorted(events, key=lambda each: each.at), experiences, model)
        total.streak = streak(total.days, as_of)
    return model


def _live(total: PlayerTotal, events: list[Happened], experiences: dict[str, dict[str, Any]], model: Model) -> None:
    counts: Counter[str] = Counter()
    paid: dict[date, int] = {}
    began: dict[str, datetime] = {}
    stepped: dict[str, datetime] = {}
    for each in events:
        local = each.at.astimezone(zone_of(each.zone))
        day = local.date()
        completed = each.type == "experience_completed"

        def count(day: date = day, each: Happened = each, **numbers: int) -> None:
            for scope in ("tenant", each.experience):
                model.rollups[day, scope].numbers.update(numbers)

        def pay(amount: int, at: datetime = each.at) -> None:
            if amount:
                total.xp += amount
                total.reached = at
                for higher in range(max(total.levels, default=1) + 1, level(total.xp) + 1):
                    total.levels[higher] = at

        count(events=1)
        if each.experience not in began:
            began[each.experience] = each.at
            count(starts=1)
        if each.type == "session_recorded":
            assert each.seconds is not None
            count(sessions=1, session_count=1, session_seconds=each.seconds)
            counts["study_seconds"] += each.seconds
            counts["early_sessions"] += local.time() < time(7)
            counts["late_sessions"] += local.time() >= time(22)
        elif each.type == "quadrant_advanced":
            since = stepped.get(each.experience, began[each.experience])
            count(quadrant_steps=1, quadrant_seconds=int((each.at - since).total_seconds()))
            stepped[each.experience] = each.at
        elif completed:
            count(completions=1, completion_seconds=int((each.at - began[each.experience]).total_seconds()))
        elif each.type not in ("experience_started",):
            counts["words_learned"] += each.type == "word_learned"
            counts["conversations_held"] += each.type == "conversation_held"
        for scope in ("tenant", each.experience):
            rollup = model.rollups[day, scope]
            rollup.players.add(each.player)
            rollup.first = min(rollup.first or each.at, each.at)
            rollup.last = max(rollup.last or each.at, each.at)
            if each.content and each.type != "quadrant_advanced":
                use = rollup.contents[each.content]
                use.visits += 1
                use.seconds += each.seconds or 0
                use.players.add(each.player)
        if completed:
            body = experiences[each.experience]
            reward = body.get("xp_reward", 100)
            if body.get("kind") == "scenario":
                reward = max(50, min(200, 30 * body["difficulty"] + body["estimated_duration_minutes"] // 2))
                counts["scenarios_completed"] += 1
            counts["experiences_completed"] += 1
            pay(reward)
            count(xp_completion=reward)
        active = total.days.setdefault(day, ActiveDay(each.at, each.zone))
        active.completions += completed
        active.seconds += (each.seconds or 0) if each.type == "session_recorded" else 0
        now = streak(total.days, each.at)
        for changed in sorted(now.bonus.keys() | paid.keys()):
            difference = now.bonus.get(changed, 0) - paid.get(changed, 0)
            pay(difference)
            count(day=changed, xp_streak_bonus=difference)
        paid = now.bonus
        total.longest = max(total.longest, now.longest)
        measured = {**counts, "current_streak": now.current, "active_days": now.active}
        for metric, levels in THRESHOLDS.items():
            for achievement, (threshold, xp) in levels.items():
                if measured.get(metric, 0) >= threshold and achievement not in total.unlocks:
                    total.unlocks[achievement] = each.at
                    pay(xp)
                    count(xp_achievement=xp)
