"""A player's random life in several experiences: no illegal state is reachable, and what is refused changes nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cairn.catalog.experience import Block, Criteria, Experience, MoveOn, Page, Status
from cairn.platform.errors import DomainError
from cairn.players.player import Player
from cairn.progress.blocks import rebased
from cairn.progress.journey import Journey, Loaded, Played
from cairn.progress.progress import (
    Abandon,
    Advance,
    Command,
    Complete,
    Content,
    Discover,
    Migrate,
    Moment,
    Practise,
    Progress,
    Record,
    Repair,
    Resume,
    Session,
    Start,
    State,
    Waive,
    WorkOnBlock,
)
from cairn.progress.repair import repair
from cairn.progress.rules import MOVE_OF
from cairn.streaks.days import local_date
from cairn.tenants.settings import TenantSettings
from tests.support.documented import NOT_STARTED, moves
from tests.support.legal import DONE, faults, missing
from tests.support.memory import Memory

SETTINGS = TenantSettings()
BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
QUADRANTS = dict.fromkeys(("SO", "BO", "SI", "BI"), "text")

PLAIN = Block("film", "video")
QUIZ = Block("quiz", "quiz", move_on=MoveOn.PASSED, passing_score=0.5)
BOTH = Block("exam", "quiz", move_on=MoveOn.COMPLETED_AND_PASSED, passing_score=0.9)
EITHER = Block("essay", "user_submission", move_on=MoveOn.COMPLETED_OR_PASSED, passing_score=0.9)
NEVER = Block("talk", "agent", move_on=MoveOn.NOT_APPLICABLE)
EXTRA, HEADING = Block("menu", "document", required=False), Block("head", "section_header")
EVERY = (PLAIN, QUIZ, BOTH, EITHER, NEVER, EXTRA, HEADING)

EXPERIENCES = (
    Experience("woods", 1, "Woods", kind="scenario", quadrants=QUADRANTS, virtue_impacts={"wisdom": 60}, buckets=2),
    Experience("walk", 1, "Walk", max_mastery_level=1, virtue_impacts={"wisdom": -5.5}),
    Experience("lesson", 1, "Lesson", max_mastery_level=2, pages=(Page("all", blocks=EVERY),), buckets=3),
    Experience("test", 1, "Test", move_on=MoveOn.PASSED, pages=(Page("one", blocks=(PLAIN, QUIZ)),)),
    Experience(
        "peak",
        1,
        "Peak",
        prerequisites=("walk",),
        criteria=Criteria(min_time_minutes=10, required_outputs=("poem",), reflection=True),
        quadrants=QUADRANTS,
        pages=(Page("one", blocks=(PLAIN,)),),
    ),
    Experience("summit", 1, "Summit", min_level=2, required_virtues={"wisdom": 1}, xp_reward=0),
)
NAMES = [each.id for each in EXPERIENCES]

CHANGES: list[dict[str, Any]] = [
    {"quadrants": {}},
    {"quadrants": {}, "pages": ()},
    {"quadrants": QUADRANTS},
    {"pages": (Page("all", blocks=EVERY),)},
    {"pages": (Page("one", blocks=(PLAIN,)),)},
    {"pages": ()},
    {"move_on": MoveOn.COMPLETED_OR_PASSED},
    {"max_mastery_level": 1},
    {"max_mastery_level": 3},
    {"status": Status.ARCHIVED},
    {"status": Status.PUBLISHED},
]
WORK = st.builds(
    WorkOnBlock,
    st.sampled_from([block.id for block in EVERY]),
    completed=st.booleans(),
    seconds=st.integers(0, 300),
    interactions=st.integers(0, 2),
    score=st.sampled_from([None, 0.4, 0.6, 1.0]),
)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.sampled_from([Discover(), Start(), Resume(), Abandon(), Migrate(), Repair(), Advance(), Advance()]),
    st.builds(Complete, st.sampled_from(["", "Yes."])),
    st.builds(Complete, st.just("Yes.")),
    st.builds(Advance, st.sampled_from(list(QUADRANTS))),
    st.builds(Practise, st.just(b"secret"), st.sampled_from([0.0, 1.0, 2.0])),
    st.builds(Session, st.integers(0, 900), st.sampled_from([{}, {"poem": "It rained."}])),
    st.builds(Waive, st.just("why"), criterion=st.sampled_from(["quadrants", "blocks", "reflection", "love"])),
    st.builds(Waive, st.just("why"), content=st.sampled_from(["film", "quiz", "head", "none"])),
    st.builds(
        Record,
        st.sampled_from(["waypoint_visited", "item_collected", "item_used", "quest_started", "check_in"]),
        st.sampled_from(["gate", "film"]),
        st.integers(0, 300),
        meters=st.sampled_from([0, 0.4, 12.5]),
    ),
    st.builds(lambda percentage: Record("percentage_reported", data={"percentage": percentage}), st.integers(-10, 110)),
    WORK,
    WORK,
)
LATE = st.sampled_from([timedelta(0)] * 4 + [timedelta(hours=20), timedelta(hours=50), timedelta(days=9)])


class Life(RuleBasedStateMachine):
    """One player, several experiences whose definitions change, and time that passes."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory(Loaded(Player("acme", "ada")))
        self.versions = {each.id: [each] for each in EXPERIENCES}
        self.now = BEGIN
        self.number = 0

    @initialize(names=st.lists(st.sampled_from(NAMES), unique=True), steps=st.integers(0, 3))
    def begin(self, names: list[str], steps: int) -> None:
        """Some lives are told from the beginning, others from the middle."""
        commands: list[Command] = [Start(), *(Advance() for _ in range(steps))]
        for name in names:
            for command in commands:
                self.play(name, command, timedelta(0))

    @rule(time=st.sampled_from([timedelta(minutes=7), timedelta(hours=9), timedelta(days=1), timedelta(days=31)]))
    def pass_time(self, time: timedelta) -> None:
        self.now += time

    @rule(name=st.sampled_from(NAMES), change=st.sampled_from(CHANGES), migrates=st.booleans())
    def publish(self, name: str, change: Mapping[str, Any], migrates: bool) -> None:
        self.define(name, change, migrates)

    def define(self, name: str, change: Mapping[str, Any], migrates: bool) -> None:
        latest = self.versions[name][-1]
        self.versions[name].append(replace(latest, version=latest.version + 1, migrates=migrates, **change))

    @rule(name=st.sampled_from(NAMES), command=COMMANDS, late=LATE)
    def command(self, name: str, command: Command, late: timedelta) -> None:
        self.play(name, command, late)

    # Random commands alone seldom get far: these rules take those that a state allows.

    @precondition(lambda self: self.names(State.IN_PROGRESS))
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Towards completion."""
        name = data.draw(st.sampled_from(self.names(State.IN_PROGRESS)))
        experience, head = self.on(name, self.heads()[name])
        blocks = [each for each in EVERY if each.id in experience.blocks and each is not HEADING]
        towards: dict[str, list[Command]] = {
            "quadrants": [Advance()],
            "blocks": [WorkOnBlock(block.id, completed=True, score=1.0) for block in blocks],
            "min_time_minutes": [Session(600)],
            "required_outputs": [Session(0, {"poem": "It rained."})],
        }
        lacks = sorted(missing(experience, head, self.contents(name), "Yes."))
        steps = towards[lacks[0]] if lacks else [Complete("Yes.")]
        for step in steps:
            self.play(name, step, timedelta(0))

    @precondition(lambda self: self.names(State.IN_PROGRESS, State.ABANDONED))
    @rule(data=st.data(), days=st.sampled_from([0, 30, 31]), command=st.sampled_from([Resume(), Resume(), Abandon()]))
    def come_and_go(self, data: st.DataObject, days: int, command: Command) -> None:
        self.now += timedelta(days=days)
        self.play(data.draw(st.sampled_from(self.names(State.IN_PROGRESS, State.ABANDONED))), command, timedelta(0))

    @precondition(lambda self: self.names(State.IN_PROGRESS))
    @rule(data=st.data(), change=st.sampled_from(CHANGES))
    def go_on_with_a_later_version(self, data: st.DataObject, change: Mapping[str, Any]) -> None:
        name = data.draw(st.sampled_from(self.names(State.IN_PROGRESS)))
        self.define(name, change, migrates=True)
        self.play(name, Session(0), timedelta(0))

    @precondition(lambda self: self.names(*DONE))
    @rule(data=st.data())
    def practise(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.names(*DONE)))
        for _ in range(3):
            self.play(name, Practise(b"secret", 2), timedelta(0))

    @precondition(lambda self: self.heads())
    @rule(data=st.data(), command=st.sampled_from([Migrate(), Repair(), Waive("why", criterion="quadrants")]))
    def be_helped(self, data: st.DataObject, command: Command) -> None:
        """By an operator."""
        self.play(data.draw(st.sampled_from(self.names(*State))), command, timedelta(0))

    def names(self, *states: State) -> list[str]:
        return sorted(name for name, head in self.heads().items() if head.state in states)

    def heads(self) -> Mapping[str, Progress]:
        return self.memory.loaded.progress

    def contents(self, name: str) -> dict[str, Content]:
        buckets = [bucket for (each, _), bucket in self.memory.loaded.contents.items() if each == name]
        return {content: each for bucket in buckets for content, each in bucket.contents.items()}

    def on(self, name: str, head: Progress, command: Command | None = None) -> tuple[Experience, Progress]:
        """The version that a player goes on with (docs/progress.md, Versions), and the head on it."""
        latest, pinned = self.versions[name][-1], self.versions[name][head.version - 1]
        stays = head.state in DONE or isinstance(command, Repair)
        if stays or not (head.state is State.DISCOVERED or latest.migrates or isinstance(command, Migrate)):
            return pinned, head
        if latest is pinned or isinstance(command, Migrate):
            return latest, head
        return latest, rebased(latest, head, self.contents(name))

    def play(self, name: str, command: Command, late: timedelta) -> None:
        stored = self.heads().get(name)
        experience, head = self.on(name, stored, command) if stored else (self.versions[name][-1], None)
        contents, loaded = self.contents(name), self.memory.loaded
        if head:
            loaded = replace(loaded, progress={**loaded.progress, name: head})
        self.number += 1
        at = self.now - late
        moment = Moment(at, self.now, "UTC", local_date(at, "UTC", 0))
        journey = Journey(loaded, SETTINGS, self.now)
        before = head.state if head else NOT_STARTED
        leads = moves().get((before, MOVE_OF[type(command)]), frozenset())
        try:
            played = journey.play(experience, command, moment, f"key {self.number}")
        except DomainError as refusal:
            assert journey.actions() == [], "what is refused is not written"
            assert journey.after() == loaded
            if not leads and refusal.code != "illegal-move":
                raise AssertionError(f"{refusal.code} for a move that {before} does not allow") from refusal
            self.check_refusal(refusal, experience, head, contents, command)
            return
        assert played.progress is not None
        assert played.progress.state in leads, "a move leads where docs/progress.md says"
        self.check_step(played, experience, head, contents, command, moment)
        self.memory.write(journey)

    def unmet(self, experience: Experience) -> bool:
        player = self.memory.loaded.player
        done = {name for name, head in self.heads().items() if head.state in DONE}
        return (
            experience.status is not Status.PUBLISHED
            or player.level < experience.min_level
            or any(player.virtues.get(virtue, 0) < least for virtue, least in experience.required_virtues.items())
            or not set(experience.prerequisites) <= done
        )

    def check_refusal(
        self,
        refusal: DomainError,
        experience: Experience,
        head: Progress | None,
        contents: Mapping[str, Content],
        command: Command,
    ) -> None:
        if refusal.code == "requirements-not-met":
            assert self.unmet(experience)
        if refusal.code == "incomplete":
            assert head is not None and isinstance(command, Complete)
            named = {each["criterion"] for each in refusal.extra["missing"]}
            assert named == missing(experience, head, contents, command.reflection) != set()

    def check_step(
        self,
        played: Played,
        experience: Experience,
        head: Progress | None,
        contents: Mapping[str, Content],
        command: Command,
        moment: Moment,
    ) -> None:
        after, happening = played.progress, played.happening
        assert after is not None
        if happening.started:
            assert not self.unmet(experience)
            assert after.starts == (head.starts if head else 0) + 1
        if head is None:
            return
        assert after.mastery - head.mastery in (0, 1)
        if isinstance(command, Complete):
            assert missing(experience, head, contents, command.reflection) == set()
        if isinstance(command, Resume):
            assert head.last_progress_at is not None
            away = moment.occurred_at - head.last_progress_at >= timedelta(days=31)
            assert (after.state is State.DISCOVERED) == away
            assert after.quadrants == (() if away else head.quadrants)
            assert (after.blocks_done, after.seconds, after.outputs) == (head.blocks_done, head.seconds, head.outputs)
        if isinstance(command, Repair) or (isinstance(command, Migrate) and head.version == experience.version):
            assert after == head, "there is nothing to mend or to move"
        if not happening.by_player:
            assert played.settled.entries == ()
            assert after.last_progress_at == head.last_progress_at

    @invariant()
    def every_head_is_legal_and_repair_finds_nothing(self) -> None:
        for name, head in self.heads().items():
            experience, contents = self.versions[name][head.version - 1], self.contents(name)
            assert faults(experience, head, contents) == [], name
            assert repair(experience, head, contents, self.now) == (head, [])

    @invariant()
    def the_player_is_what_the_heads_and_the_ledger_say(self) -> None:
        player, heads = self.memory.loaded.player, self.heads().values()
        assert player.xp == sum(self.memory.ledger.values())
        assert all(0 <= value <= 100 for value in player.virtues.values())
        counts = {
            "experiences_completed": sum(head.state in DONE for head in heads),
            "experiences_mastered": sum(head.state is State.MASTERED for head in heads),
            "experiences_started": sum(head.starts > 0 for head in heads),
        }
        assert {name: player.metrics.get(name, 0) for name in counts} == counts
        whole = sum(round(head.meters) for head in heads)
        assert player.metrics.get("distance_meters", 0) == whole
        assert sum(key.endswith("#completion") for key in self.memory.ledger) <= counts["experiences_completed"]

    @invariant()
    def contents_hold_nothing_negative(self) -> None:
        for bucket in self.memory.loaded.contents.values():
            assert all(each.items >= 0 and each.seconds >= 0 for each in bucket.contents.values())


Life.TestCase.settings = settings(deadline=None, max_examples=120, stateful_step_count=60)
TestLife = Life.TestCase
