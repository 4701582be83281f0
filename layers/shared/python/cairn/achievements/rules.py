"""Which achievements a change of metrics unlocks. Pure, and cheap when nothing crosses a threshold."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from cairn.achievements.definitions import Achievement


class Watch:
    """Definitions by the metric they watch, so that a change looks only at those that it may concern."""

    def __init__(self, definitions: Iterable[Achievement]) -> None:
        self.by_id = {each.id: each for each in definitions}
        self._by_metric: dict[str, list[Achievement]] = defaultdict(list)
        for each in self.by_id.values():
            self._by_metric[each.metric].append(each)

    def crossed(self, before: Mapping[str, int], after: Mapping[str, int]) -> list[Achievement]:
        """Achievements whose metric was below its threshold before, and is not any more."""
        return [
            each
            for metric, value in after.items()
            if value > (was := before.get(metric, 0)) and metric in self._by_metric
            for each in self._by_metric[metric]
            if was < each.threshold <= value
        ]

    def met(self, measured: Mapping[str, int], held: Collection[str]) -> list[Achievement]:
        """Achievements whose threshold is reached and that are not held yet."""
        return [
            each
            for each in self.by_id.values()
            if each.id not in held and measured.get(each.metric, 0) >= each.threshold
        ]


def fraction(achievement: Achievement, measured: Mapping[str, int]) -> float:
    """How far a player is towards an achievement, 0 to 1."""
    return round(min(1.0, measured.get(achievement.metric, 0) / achievement.threshold), 4)
