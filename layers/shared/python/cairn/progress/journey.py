"""What a batch of commands does to one player. Pure: the API plays one command, import plays many.

`Journey` starts from what was loaded, plays commands in order, and gives the actions of one transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from cairn.achievements.definitions import Earned
from cairn.achievements.rules import AT_ONCE, Watch
from cairn.achievements.storage import EVENT, write_unlock
from cairn.analytics import facts
from cairn.analytics import storage as fact_storage
from cairn.analytics.facts import FactChange, FactKey
from cairn.catalog.experience import Experience
from cairn.platform import keys
from cairn.platform.instants import event_id
from cairn.platform.transact import Action
from cairn.players import settlement
from cairn.players import storage as player_storage
from cairn.players.player import Player
from cairn.players.settlement import Settled
from cairn.progress import storage
from cairn.progress.progress import (
    Bucket,
    Command,
    Complete,
    Content,
    Happening,
    Mark,
    Migrate,
    Moment,
    Progress,
    Record,
    Repair,
    Step,
)
from cairn.progress.rules import Standing, apply, recorded
from cairn.streaks.rules import Streak, creditable
from cairn.streaks.storage import WINDOW_DAYS, Window, months_of, unfiled, whole, write_calendar
from cairn.tenants.multipliers import Multipliers
from cairn.tenants.settings import TenantSettings
from cairn.xp import ledger
from cairn.xp import storage as ledger_storage
from cairn.xp.ledger import Entry

type Bounds = tuple[datetime, datetime]

# Of a change that pays for more days than these, or takes back, the facts are those of its own day; a transaction
# holds no more. The ledger has each day.
MOST_DAYS = 50


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a journey starts from.

    contents: items of them that were read, by (experience, bucket). completed: prerequisites that are done.
    bounds: first and last instant of facts older than their head's day, by (day, experience).
    filed: what the calendar holds already of the days that may leave the window again; None where none were read.
    """

    player: Player
    progress: Mapping[str, Progress] = field(default_factory=dict)
    contents: Mapping[tuple[str, int], Bucket] = field(default_factory=dict)
    completed: Collection[str] = frozenset()
    bounds: Mapping[tuple[date, str], Bounds] = field(default_factory=dict)
    filed: Window | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """The outcome of one command: the event's id, what happened, how the player was settled, the new head
    (None outside of any experience).
    """

    event: str
    happening: Happening
    settled: Settled
    progress: Progress | None


class Journey:
    """Commands of one player, played in order, and written in one transaction.

    Args:
        loaded: the state before.
        settings: the tenant's.
        now: the instant as of which streaks are decided, unless a command brings its own.
        watch: the achievements to unlock on the way, dated by their event; None leaves them to the stream.
        held: names of unlocks that the player is known to have.
    """

    def __init__(
        self,
        loaded: Loaded,
        settings: TenantSettings,
        now: datetime,
        watch: Watch | None = None,
        held: Collection[str] = frozenset(),
    ) -> None:
        self.player = loaded.player
        self._before = loaded
        self._settings = settings
        self._tracked = settings.tracked
        self._now = self._as_of = now
        self._watch = watch
        self.held = set(held)
        self._completed = set(loaded.completed)
        self._progress = dict(loaded.progress)
        self._contents = {at: dict(bucket.contents) for at, bucket in loaded.contents.items()}
        self._changed: set[tuple[str, int]] = set()
        self._decided_on: set[str] = set()
        self._events: list[Action] = []
        self._entries: list[Entry] = []
        self._unlocks: list[Action] = []
        self._facts: dict[FactKey, FactChange] = {}
        self._streak: Streak | None = None
        heads = {
            (head.day, each): (head.day_first, head.day_last)
            for each, head in loaded.progress.items()
            if head.day and head.day_first and head.day_last
        }
        self._bounds: dict[tuple[date, str], Bounds] = {**loaded.bounds, **heads}

    def play(
        self,
        experience: Experience | None,
        command: Command | Mark,
        moment: Moment,
        cause: str,
        *,
        now: datetime | None = None,
        data: Mapping[str, Any] = MappingProxyType({}),
    ) -> Played:
        """Plays one command.

        Args:
            experience: the version that the player started, or the latest; None for an event outside of any.
            cause: what identifies the event beside its instant: an idempotency key, or a row's id.
            now: as of which its streak is decided, where that is not the journey's.
            data: kept with the event, beside what the command itself keeps.

        Raises:
            DomainError: the rules refuse it; the journey is as it was.
        """
        player = self.player
        event = event_id(moment.occurred_at, player.tenant, player.id, cause)
        name = experience.id if experience else ""
        step = None
        if experience and not isinstance(command, Mark):
            step = self._step(experience, command, moment, event)
        happening = step.happening if step else _outside(command, moment)
        if data:
            happening = replace(happening, data={**data, **happening.data})
        # Imported, it is decided within the latest active day: as of then the streak stands as it did before.
        standing = self._streak if moment.imported else None
        self._as_of = now or self._now
        settled = settlement.settle(
            player, event, name, happening, moment, self._settings.streak, self._as_of, self._tracked, standing
        )
        self._streak = settled.streak
        if step:
            self._keep(name, step)
        self._events.append(storage.write_event(player.tenant, player.id, event, name, happening, moment))
        if happening.outputs:
            self._events.append(
                storage.write_outputs(player.tenant, player.id, event, name, happening.outputs, moment.occurred_at)
            )
        if happening.completed and (reflection := happening.data.get("reflection")):
            self._events.append(storage.keep_reflection(player.tenant, player.id, name, reflection))
        self._entries += settled.entries
        self._announce(settled.player, settled.levels, event, name, moment)
        page = 0
        if happening.by_player:
            page = self._count(name, step.progress if step else None, happening, moment)
        spread = len(settled.xp_by_day) <= MOST_DAYS
        for day, by_family in settled.xp_by_day.items():
            at = FactKey(day if spread else moment.day, name, page if day == moment.day else 0)
            self._fact(at).numbers.update(facts.xp_numbers(by_family))
        self.player = settled.player
        if self._watch:
            self._unlock(self._watch, player, event, name, moment)
        return Played(event, happening, settled, step.progress if step else None)

    def head(self, experience: str) -> Progress | None:
        """How far the player is in an experience, after what was played so far."""
        return self._progress.get(experience)

    def content(self, experience: Experience, content: str) -> Content:
        """What stands of a content id, after what was played so far."""
        head = self._progress.get(experience.id)
        at = (experience.id, keys.bucket(content, head.buckets if head else experience.buckets))
        return self._contents.get(at, {}).get(content, Content())

    def _step(self, experience: Experience, command: Command, moment: Moment, event: str) -> Step:
        head = self._progress.get(experience.id)
        buckets = head.buckets if head else experience.buckets
        if isinstance(command, Complete | Migrate | Repair):
            loaded = (self._contents.get((experience.id, bucket), {}) for bucket in range(buckets))
            contents: Mapping[str, Content] = {each: content for page in loaded for each, content in page.items()}
        else:
            named: str | None = getattr(command, "content", None)
            contents = self._contents.get((experience.id, keys.bucket(named, buckets)), {}) if named else {}
        standing = Standing(self.player.level, self.player.virtues, self._completed)
        return apply(experience, head, contents, standing, command, moment, event, self._multipliers(moment))

    def _multipliers(self, moment: Moment) -> Multipliers:
        """Those that count for what is not recorded too late: else who dates it back would choose one."""
        settings = self._settings
        in_time = creditable(moment.occurred_at, moment.recorded_at, settings.streak.on(moment.day), moment.imported)
        return settings.xp.multipliers if in_time else ()

    def _keep(self, experience: str, step: Step) -> None:
        self._progress[experience] = step.progress
        self._decided_on.add(experience)
        if step.happening.completed:
            self._completed.add(experience)
        for content, after in step.contents.items():
            at = (experience, keys.bucket(content, step.progress.buckets))
            self._contents.setdefault(at, {})[content] = after
            self._changed.add(at)

    def _count(self, experience: str, progress: Progress | None, happening: Happening, moment: Moment) -> int:
        """Counts a happening in its day's fact, of which the page is given."""
        numbers = facts.of_happening(happening)
        page = 0
        if progress is None:
            change = FactChange(numbers)
        else:
            if progress.day == moment.day and progress.day_first and progress.day_last:
                first, last = progress.day_first, progress.day_last
                page = facts.page_of(progress.day_contents)
            else:
                known = self._bounds.get((moment.day, experience), (moment.occurred_at, moment.occurred_at))
                first, last = min(known[0], moment.occurred_at), max(known[1], moment.occurred_at)
            self._bounds[moment.day, experience] = (first, last)
            change = FactChange(numbers, first, last)
        self._fact(FactKey(moment.day, experience, page)).add(change)
        return page

    def _fact(self, at: FactKey) -> FactChange:
        return self._facts.setdefault(at, FactChange())

    def _unlock(self, watch: Watch, before: Player, event: str, experience: str, moment: Moment) -> None:
        """Unlocks to a fixed point: what an unlock itself earns is unlocked too. What is too much for one event is
        left to the stream.
        """
        unlocked: list[str] = []
        room = AT_ONCE
        while due := watch.due(before, self.player, unlocked, self.held)[:room]:
            before, unlocked = self.player, [each.name for each in due]
            self.held.update(unlocked)
            room -= len(due)
            for earned in due:
                self._pay_unlock(earned, event, experience, moment)

    def _pay_unlock(self, earned: Earned, event: str, experience: str, moment: Moment) -> None:
        tenant, player_id, at = self.player.tenant, self.player.id, moment.occurred_at
        self.player, entry, levels = settlement.unlock(self.player, earned, event, at, self._tracked)
        self._entries.append(entry)
        self._announce(self.player, levels, event, experience, moment)
        self._unlocks.append(write_unlock(tenant, player_id, earned, at, {EVENT: event}, event))
        paid = facts.xp_numbers({ledger.ACHIEVEMENT: earned.achievement.xp})
        self._fact(FactKey(moment.day, experience)).numbers.update(paid)

    def _announce(self, player: Player, levels: Iterable[int], event: str, experience: str, moment: Moment) -> None:
        """Each level that the player is the first time at is an event of its own."""
        self._events += storage.write_level_ups(player.tenant, player.id, levels, player.xp, event, experience, moment)

    def actions(self) -> list[Action]:
        """The transaction: events first, then what they changed, the player last but for projections' facts."""
        if not self._events:
            return []
        stored, leaving = self._slid()
        tenant, player_id = stored.tenant, stored.id
        return [
            *self._events,
            *(ledger_storage.append(tenant, player_id, entry) for entry in self._entries),
            *self._unlocks,
            # Those too that are as they were: a batch read is no snapshot, so what was decided on must still stand.
            *(
                storage.write_progress(tenant, player_id, self._progress[experience], self._settings)
                for experience in sorted(self._decided_on)
            ),
            *(storage.write_contents(tenant, player_id, *at, self._bucket(at)) for at in sorted(self._changed)),
            *write_calendar(tenant, player_id, leaving, self._before.filed, self.player.marks),
            player_storage.write(stored, self._settings),
            *(self._write_fact(at, change) for at, change in self._facts.items()),
        ]

    @property
    def size(self) -> int:
        """How many actions there will be, or a few more: cheaper than making them."""
        window = player_storage.window_of(self.player)
        months = months_of(unfiled(window, self._before.filed)) if len(window.days) > WINDOW_DAYS else 0
        others = len(self._events) + len(self._entries) + len(self._unlocks) + len(self._facts)
        return others + len(self._decided_on) + len(self._changed) + months + 1

    def after(self) -> Loaded:
        """What stands once the actions are written, so that the next journey goes on without reading it."""
        before = self._before
        if not self._events:
            return before
        stored, leaving = self._slid()
        filed = before.filed
        if filed:
            paid = {day: leaving.paid.get(day, 0) for day in leaving.days}
            filed = whole(replace(leaving, paid=paid), filed)
        return Loaded(
            player=replace(stored, ver=stored.ver + 1),
            progress={
                each: replace(progress, ver=progress.ver + 1) if each in self._decided_on else progress
                for each, progress in self._progress.items()
            },
            contents={
                at: replace(bucket, ver=bucket.ver + 1) if at in self._changed else bucket
                for at, bucket in ((at, self._bucket(at)) for at in self._contents)
            },
            completed=self._completed,
            bounds=self._bounds,
            filed=filed,
        )

    def _bucket(self, at: tuple[str, int]) -> Bucket:
        before = self._before.contents.get(at, Bucket())
        return replace(before, contents=self._contents[at])

    def _slid(self) -> tuple[Player, Window]:
        """The player as it is to be stored, and the days that leave its window."""
        stored, leaving = player_storage.slid(self.player, self._settings, self._as_of, self._before.filed)
        return replace(stored, touched=tuple(sorted({at.day for at in self._facts}))), leaving

    def _write_fact(self, at: FactKey, change: FactChange) -> Action:
        shard = keys.bucket(self.player.id, self._settings.shards_on(at.day))
        bounds = self._bounds.get((at.day, at.experience))
        if bounds and change.first:
            change = replace(change, first=bounds[0], last=bounds[1])
        return fact_storage.write(self.player.tenant, self.player.id, shard, at, change)


def _outside(command: Command | Mark, moment: Moment) -> Happening:
    """An event that belongs to no experience: it counts for streak and metrics. Contents are an experience's."""
    if isinstance(command, Mark):
        return Happening(command.type, by_player=False, marks=command.marks, data=command.data)
    if not isinstance(command, Record):
        raise TypeError(f"{type(command).__name__} belongs to an experience")
    _, happening = recorded({}, replace(command, content=None), moment, round(command.meters))
    return replace(happening, data={**happening.data, **({"content_id": command.content} if command.content else {})})
