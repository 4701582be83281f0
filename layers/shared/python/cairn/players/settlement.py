"""What one happening means for its player: streak, XP, level, virtues, metrics. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from cairn.achievements.definitions import Earned
from cairn.players.metrics import counted
from cairn.players.player import Last, Player, with_language, with_recent, with_visit
from cairn.players.streak import due_at, streak_of
from cairn.players.tally import tallied
from cairn.players.virtues import VirtueChange, impact
from cairn.progress.progress import Happening, Moment
from cairn.streaks.rules import Days, Marks, Streak, StreakRules, add_activity, creditable, falls_at, replay
from cairn.tenants.boards import Tracked
from cairn.xp.ledger import ACHIEVEMENT, STREAK_BONUS, Entry
from cairn.xp.levels import level_of


@dataclass(frozen=True, slots=True)
class Settled:
    """The player afterwards, and why.

    entries: what was paid. xp_by_day: the same by local day and family of source, for the facts.
    levels: levels announced now. streak: as of the server's now.
    """

    player: Player
    entries: tuple[Entry, ...]
    xp_by_day: Mapping[date, Mapping[str, int]]
    levels: tuple[int, ...]
    virtues: Mapping[str, VirtueChange]
    streak: Streak


def settle(
    player: Player,
    event: str,
    experience: str,
    happening: Happening,
    moment: Moment,
    rules: StreakRules,
    now: datetime,
    tracked: Tracked,
    standing: Streak | None = None,
) -> Settled:
    """Settles one happening.

    Args:
        event: the event's id. experience: "" for an event outside of any. now: as of which the streak is decided.
        tracked: what is kept for the boards.
        standing: the player's streak as of now, should the day hold no more than before; None to find out.
    """
    days = _with_activity(player.days, happening, moment, rules)
    marks = player.marks if happening.marks is None else happening.marks
    measured, tally = player.measured(), player.tally
    if standing and marks == player.marks and days.get(moment.day) == player.days.get(moment.day):
        streak = standing
    else:
        # It may have broken since it was written: then it broke before this, whoever wrote that, or nobody.
        measured["current_streak"] = streak_of(player, rules, moment.zone, now).current
        zone = player.zone or moment.zone
        streak = replay(days, marks, rules, now, zone, since=player.checkpoint)
        tally = replace(tally, falls_at=falls_at(days, marks, rules, now, zone, since=player.checkpoint))
    bonus = {
        day: difference for day, earned in streak.bonuses.items() if (difference := earned - player.paid.get(day, 0))
    }
    bonus |= {day: -was for day, was in player.paid.items() if was and day not in streak.bonuses}
    entries = [Entry(event, award.source, award.amount, moment.occurred_at, award.reason) for award in happening.awards]
    if bonus:
        entries.append(_bonus_entry(event, happening, moment, bonus))
    virtues = impact(player.virtues, happening.virtues)
    metrics = counted(player.metrics, happening.metrics)
    if happening.started and not happening.again:
        metrics["experiences_started"] += 1
    languages = player.languages
    if happening.language:
        languages = with_language(languages, happening.language)
        metrics["scenario_languages"] = len(languages)
    xp_by_day: dict[date, Counter[str]] = {}
    for award in happening.awards:
        xp_by_day.setdefault(moment.day, Counter())[award.source] += award.amount
    for day, amount in bonus.items():
        xp_by_day.setdefault(day, Counter())[STREAK_BONUS] += amount
    # Nobody did what only decides dates that are over.
    decided_only = happening.marks is not None and marks == player.marks
    settled = replace(
        player,
        days=days,
        paid=streak.bonuses,
        marks=marks,
        virtues={**player.virtues, **{virtue: change.new for virtue, change in virtues.items()}},
        metrics=metrics,
        languages=languages,
        current_streak=streak.current,
        longest_streak=_record(player.longest_streak, streak.longest, marks, player.marks),
        active_days=_record(player.active_days, streak.active_days, marks, player.marks),
        due=due_at(streak, moment.recorded_at if moment.imported else None),
        last=player.last if decided_only else Last(event, experience, moment.day, moment.occurred_at),
        seen=_seen(player, happening, moment),
        created_at=player.created_at or moment.recorded_at,
    )
    if happening.by_player:
        settled = replace(
            settled,
            recent=with_recent(player.recent, experience) if experience else player.recent,
            visit=with_visit(player.visit, experience or None, moment.occurred_at, happening.location),
        )
    settled, levels = pay(settled, entries, moment.occurred_at)
    tally = tallied(tally, measured, settled.measured(), moment.occurred_at, tracked)
    settled = replace(settled, tally=tally)
    return Settled(settled, tuple(entries), xp_by_day, levels, virtues, streak)


def _seen(player: Player, happening: Happening, moment: Moment) -> date | None:
    """What others do to a player, and what comes late, makes them active no later than they were."""
    on = moment.occurred_at.astimezone(UTC).date()
    return max(player.seen or on, on) if happening.by_player else player.seen


def _with_activity(days: Days, happening: Happening, moment: Moment, rules: StreakRules) -> Days:
    """The days with what happened, where it is the player's doing and was recorded soon enough."""
    settings = rules.on(moment.day)
    if not (happening.by_player and creditable(moment.occurred_at, moment.recorded_at, settings, moment.imported)):
        return days
    # What is imported counts as if it had been recorded when it happened.
    late = not moment.imported and moment.recorded_at >= rules.day_end(moment.day, moment.zone)
    return add_activity(
        days,
        day=moment.day,
        occurred_at=moment.occurred_at,
        zone=moment.zone,
        completions=int(happening.completed),
        seconds=happening.session_seconds or 0,
        late_at=moment.recorded_at if late else None,
    )


def _record(stands: int, counted: int, marks: Marks, before: Marks) -> int:
    """A record, which only shrinks where an operator strikes a date, or takes that back."""
    return counted if marks.reversals != before.reversals else max(stands, counted)


def _bonus_entry(event: str, happening: Happening, moment: Moment, bonus: Mapping[date, int]) -> Entry:
    reason = "Streak bonus, adjusted as the streak was counted anew"
    if happening.by_player:
        late = set(bonus) != {moment.day}
        reason = "Streak bonus, adjusted by a late event" if late else "Daily streak bonus"
    return Entry(event, STREAK_BONUS, sum(bonus.values()), moment.occurred_at, reason, bonus)


def pay(player: Player, entries: Iterable[Entry], at: datetime) -> tuple[Player, tuple[int, ...]]:
    """The player with the XP of entries of the ledger, and the levels that are announced for the first time.

    Args:
        at: when what they are for happened.
    """
    gained = Counter[str]()
    for entry in entries:
        gained[entry.family] += entry.amount
    if not any(gained.values()):
        return player, ()
    by_source = Counter(player.xp_by_source)
    by_source.update(gained)
    paid = replace(player, xp_by_source=by_source)
    if not gained.total():
        return paid, ()
    xp = player.xp + gained.total()
    levels = tuple(range(player.level_announced + 1, level_of(xp) + 1))
    paid = replace(
        paid,
        xp=xp,
        xp_at=max(player.xp_at or at, at),
        level_announced=max(player.level_announced, level_of(xp)),
    )
    return paid, levels


def unlock(
    player: Player, earned: Earned, event: str, at: datetime, tracked: Tracked
) -> tuple[Player, Entry, tuple[int, ...]]:
    """The player after an achievement paid, its ledger entry, and the levels announced by it.

    Args:
        tracked: what is kept for the boards.
    """
    achievement = earned.achievement
    source = f"{ACHIEVEMENT}.{earned.name}"
    entry = Entry(event, source, achievement.xp, at, f"Unlocked {achievement.title}")
    paid, levels = hold(player, 1, entry, at, tracked)
    return paid, entry, levels


def hold(player: Player, by: int, entry: Entry, at: datetime, tracked: Tracked) -> tuple[Player, tuple[int, ...]]:
    """The player with so many achievements more, or less, and the XP of an entry; and the levels announced by it.

    Args:
        tracked: what is kept for the boards.
    """
    metrics = Counter(player.metrics)
    metrics["achievements_unlocked"] += by
    paid, levels = pay(replace(player, metrics=metrics), (entry,), at)
    tally = tallied(player.tally, player.measured(), paid.measured(), at, tracked)
    return replace(paid, tally=tally), levels
