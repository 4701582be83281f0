"""Which achievements a change of a player earns. Pure, and cheap when nothing that is watched is met by it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from cairn.achievements.criteria import Measures
from cairn.achievements.definitions import FIRST, Achievement, Earned, Every, nth
from cairn.platform.instants import EPOCH
from cairn.players.player import Player
from cairn.streaks.days import local_date

# An unlock is two actions of a transaction, which holds 100. What is earned beyond this is unlocked after it.
AT_ONCE = 25


class Watch:
    """Definitions by the metric they watch, so that a change looks only at those that it may concern.

    Args:
        definitions: those that are active unlock; the others are known by their id.
        zone: IANA name of the tenant's calendar, by which days, weeks and months are told.
    """

    def __init__(self, definitions: Iterable[Achievement], zone: str = "UTC") -> None:
        self.by_id: Mapping[str, Achievement] = {each.id: each for each in definitions}
        self.zone = zone
        self._by_metric: dict[str, list[Achievement]] = defaultdict(list)
        self._after: dict[str, list[Achievement]] = defaultdict(list)
        for each in self.active():
            for metric in dict.fromkeys(threshold.metric for threshold in each.thresholds):
                self._by_metric[metric].append(each)
            for prerequisite in each.prerequisites:
                self._after[prerequisite].append(each)

    def active(self) -> Iterator[Achievement]:
        """Those that can be unlocked."""
        return (each for each in self.by_id.values() if each.is_active)

    @property
    def has_prerequisites(self) -> bool:
        """Whether any waits for another."""
        return bool(self._after)

    def crossed(self, before: Player | None, after: Player) -> list[Earned]:
        """What a change earned: the criteria are met now, or once more, and were not before.

        Only criteria that watch a metric which changed are looked at. Whether a prerequisite is missing, or the
        player holds the achievement since another time, is not known here.
        """
        now, was = after.measured(), before.measured() if before else {}
        touched = {
            each.id: each
            for metric in {**now, **was}
            if metric in self._by_metric and now.get(metric, 0) != was.get(metric, 0)
            for each in self._by_metric[metric]
        }
        if not touched:
            return []
        new = self._measures(after, now)
        old = self._measures(before, was) if before else Measures({}, {}, new.day)
        found: list[Earned] = []
        for each in touched.values():
            earned = _occasions(each, new)
            if earned:
                earlier = _earned_earlier(each, old)
                found += [_earned(each, name, as_of) for name, as_of in earned.items() if name not in earlier]
        return found

    def met(self, player: Player, held: Collection[str]) -> list[Earned]:
        """What a player as they stand has earned and does not hold, where the prerequisites are held.

        Args:
            held: names of unlocks (`Earned.name`).
        """
        return self.among(self.reached(player), held)

    def reached(self, player: Player) -> list[Earned]:
        """All that a player as they stand has earned, whatever they hold."""
        return list(self._reached(self.active(), player))

    def due(
        self, before: Player | None, after: Player, unlocked: Collection[str], held: Collection[str]
    ) -> list[Earned]:
        """What a change, or the unlocks that it brought, earned: not held, and all prerequisites held.

        Args:
            unlocked: names of what was unlocked with the change: what waited for it may be due now.
            held: names of all that is known to be held, `unlocked` with them.
        """
        waited = {each.id: each for name in unlocked for each in self._after.get(_id_of(name), ())}
        found = self.among(self.crossed(before, after), held)
        names = {each.name for each in found}
        reached = self.among(self._reached(waited.values(), after), held)
        return found + [each for each in reached if each.name not in names]

    def among(self, earned: Iterable[Earned], held: Collection[str]) -> list[Earned]:
        """Those of some that are due: not held, and all prerequisites held."""
        return [each for each in earned if self._is_due(each, held)]

    def named(self, name: str, evidence: Mapping[str, int]) -> Earned | None:
        """An unlock by its name; None for an achievement that is not known."""
        achievement = self.by_id.get(_id_of(name))
        return Earned(achievement, name.partition("#")[2], evidence) if achievement else None

    def valued(self, name: str, player: Player) -> Earned | None:
        """An unlock by its name, with the values that its metrics have; None for an achievement that is not known."""
        achievement = self.by_id.get(_id_of(name))
        return _earned(achievement, name.partition("#")[2], self.measures(player)) if achievement else None

    def concerned(self, names: Iterable[str]) -> list[str]:
        """Names of the unlocks that decide what becomes of some that were earned: themselves, what they wait for,
        and what waits for them, however far.
        """
        found = dict.fromkeys(names)
        left = dict.fromkeys(map(_id_of, found))
        seen = set(left)
        while left:
            achievement_id, _ = left.popitem()
            if achievement := self.by_id.get(achievement_id):
                found |= dict.fromkeys(self.waits_for(achievement))
            waiting = {each.id: None for each in self._after.get(achievement_id, ()) if each.id not in seen}
            found |= {self.by_id[each].first: None for each in waiting}
            left |= waiting
            seen |= waiting.keys()
        return list(found)

    def waits_for(self, achievement: Achievement) -> list[str]:
        """Names of the unlocks that must be held before it."""
        return [self.by_id[each].first if each in self.by_id else each for each in achievement.prerequisites]

    def measures(self, player: Player) -> Measures:
        """What a player has come to, as of the day of their latest event."""
        return self._measures(player, player.measured())

    def _measures(self, player: Player, totals: Mapping[str, int]) -> Measures:
        at = player.last.at if player.last else EPOCH
        return Measures(totals, player.tally.daily, local_date(at, self.zone, 0))

    def _reached(self, achievements: Iterable[Achievement], player: Player) -> Iterator[Earned]:
        measures = self.measures(player)
        return (
            _earned(each, occasion, as_of)
            for each in achievements
            for occasion, as_of in _occasions(each, measures).items()
        )

    def _is_due(self, earned: Earned, held: Collection[str]) -> bool:
        return earned.name not in held and all(each in held for each in self.waits_for(earned.achievement))


def _id_of(name: str) -> str:
    return name.partition("#")[0]


def _earned(achievement: Achievement, occasion: str, measures: Measures) -> Earned:
    evidence = {threshold.name: threshold.measured(measures) for threshold in achievement.thresholds}
    return Earned(achievement, occasion, evidence)


def _occasions(achievement: Achievement, measures: Measures) -> dict[str, Measures]:
    """The occasions on which criteria are met, each with what meets them."""
    repeat = achievement.repeat
    if repeat and repeat.every is Every.THRESHOLD:
        (threshold,) = achievement.thresholds
        times = min(repeat.at_most, threshold.measured(measures) // threshold.value)
        return {nth(number): measures for number in range(1, times + 1)}
    found: dict[str, Measures] = {}
    for day in _days(achievement, measures):
        as_of = measures if day == measures.day else replace(measures, day=day)
        if achievement.criteria.met(as_of):
            if repeat is None:
                return {FIRST: as_of}
            found.setdefault(repeat.period(day), as_of)
    return found


def _earned_earlier(achievement: Achievement, measures: Measures) -> set[str]:
    """The occasions that were earned by the time of some measures, as far as that is sure.

    A day may pass by which something is met without a change of what is watched, so that nobody looked: of what
    depends on days, that is sure which the latest day with such a change meets too.
    """
    own = set(_occasions(achievement, measures))
    repeat = achievement.repeat
    if not own or not (_by_day(achievement) or (repeat and repeat.every is not Every.THRESHOLD)):
        return own
    days = [day for metric in _by_day(achievement) for day in measures.daily.get(metric, {}) if day <= measures.day]
    return own & _occasions(achievement, replace(measures, day=max(days))).keys() if days else set()


def _days(achievement: Achievement, measures: Measures) -> list[date]:
    """As of which days criteria are decided: the measures' own, and later ones that a late event may have completed."""
    later = {day for name in _by_day(achievement) for day in measures.daily.get(name, {}) if day > measures.day}
    return [measures.day, *sorted(later)]


def _by_day(achievement: Achievement) -> set[str]:
    """The metrics that it watches by period."""
    return {each.metric for each in achievement.thresholds if each.within}
