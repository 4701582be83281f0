"""After an import of the older tables Cairn's state is the state that they hold, whatever their event log lost."""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.imports.assertions import command_for
from cairn.imports.columns import Dumped
from cairn.imports.files import unique
from cairn.imports.history import Reading
from cairn.imports.rows import Row
from cairn.imports.tables import history
from cairn.platform.errors import DomainError
from cairn.platform.instants import to_ms
from cairn.players.player import Player
from cairn.progress.journey import Journey, Loaded
from cairn.progress.progress import Content, Moment, State
from cairn.streaks.days import local_date
from cairn.streaks.storage import Window
from cairn.tenants.settings import TenantSettings
from tests.support.dumps import BLOCKS, EXPERIENCES, PAGES, WODS, OldSystem, Person, Walk, cell

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def rows_of(system: OldSystem) -> list[Row]:
    """The rows of the one player, as the tables stand."""
    tables = system.tables()
    experiences = {each["id"]: each["experience_id"] for each in tables["experience_progress"]}
    dumped = []
    for name, rows in tables.items():
        for number, each in enumerate(rows, start=2):
            joined = {**each, "experience_id": experiences[of]} if (of := each.get("experience_progress_id")) else each
            dumped.append(
                Dumped(name, number, {column: text for column, value in joined.items() if (text := cell(value))})
            )
    found = history(system.people[0].id, dumped, Reading(NOW))
    assert found.bad == {}
    return found.rows


class Loading:
    """One player, into whom rows are loaded without a table in between."""

    def __init__(self, person: Person) -> None:
        self.loaded = Loaded(Player("acme", person.id), filed=Window(None, {}, {}))
        self.events: set[tuple[int, str]] = set()

    def load(self, rows: list[Row]) -> Counter[str]:
        """Loads rows, passing over those whose event stands. What became of them."""
        told: Counter[str] = Counter()
        for row in unique(rows)[0]:
            if (row.at, row.cause) in self.events:
                told["already"] += 1
                continue
            journey = Journey(self.loaded, TenantSettings(), NOW)
            experience = EXPERIENCES[row.experience]
            content = journey.content(experience, row.content) if row.content else Content()
            moment = Moment(row.occurred_at, NOW, row.zone, local_date(row.occurred_at, row.zone, 0), imported=True)
            try:
                command = command_for(row, experience, journey.head(row.experience), content)
                if command is None:
                    told["standing"] += 1
                    continue
                journey.play(experience, command, moment, row.cause, now=NOW, data=row.data)
                told["loaded"] += 1
            except DomainError as error:
                told[error.code] += 1
            self.events.add((row.at, row.cause))
            self.loaded = journey.after()
        return told

    def contents(self, experience: str) -> dict[str, Content]:
        found = (bucket.contents for (each, _), bucket in self.loaded.contents.items() if each == experience)
        return {name: content for contents in found for name, content in contents.items()}


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


def check(person: Person, loading: Loading) -> None:
    """That all that the tables hold of a player came out."""
    for walk in person.walks.values():
        head = loading.loaded.progress[walk.experience]
        assert state_in(loading.contents(walk.experience)) == state_told(walk)
        assert head.seconds == walk.playtime
        assert head.location == walk.location
        assert head.started_at == whole(walk.started_at)
        assert (head.state in (State.COMPLETED, State.MASTERED)) == bool(walk.completed_at)
        if walk.completed_at:
            assert head.completed_at == whole(walk.completed_at)
        else:
            assert head.reported == (round(walk.percentage, 1) or None)
    for wod in WODS:
        head_of_wod = loading.loaded.progress.get(wod)
        contents = loading.contents(wod)
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


randoms = st.randoms(use_true_random=False)


@settings(max_examples=60, deadline=None)
@given(randoms, st.integers(1, 60))
def test_the_state_that_tables_hold_comes_out(draw: random.Random, steps: int) -> None:
    system = OldSystem(draw, 1)
    system.play(steps)
    person = system.people[0]
    loading = Loading(person)
    told = loading.load(rows_of(system))
    check(person, loading)
    assert told.keys() <= {"loaded", "standing", "not-held", "illegal-move"}


@settings(max_examples=60, deadline=None)
@given(randoms, st.integers(1, 60))
def test_loading_them_again_changes_nothing(draw: random.Random, steps: int) -> None:
    system = OldSystem(draw, 1)
    system.play(steps)
    person = system.people[0]
    loading = Loading(person)
    loading.load(rows_of(system))
    before = loading.loaded
    told = loading.load(rows_of(system))
    assert told.keys() <= {"already", "standing"}
    assert loading.loaded == before


@settings(max_examples=60, deadline=None)
@given(randoms, st.integers(1, 40), st.integers(1, 40))
def test_a_later_dump_adds_only_what_happened_since(draw: random.Random, first: int, second: int) -> None:
    system = OldSystem(draw, 1)
    person = system.people[0]
    loading = Loading(person)
    for steps in (first, second):
        system.play(steps)
        loading.load(rows_of(system))
    check(person, loading)


@settings(max_examples=60, deadline=None)
@given(randoms, st.integers(1, 40))
def test_tables_loaded_again_take_nothing_back_that_was_played_since(draw: random.Random, steps: int) -> None:
    system = OldSystem(draw, 1)
    system.play(steps)
    person = system.people[0]
    loading = Loading(person)
    rows = rows_of(system)
    loading.load(rows)
    since = NOW.replace(year=2026, month=12)
    for experience in list(loading.loaded.progress):
        held = {name: each.items for name, each in loading.contents(experience).items() if each.items}
        used = [("item_used", name, {"quantity": count}) for name, count in held.items()]
        for kind, content, data in [*used, ("flag_set", "gate", {"value": "mine"}), ("location_reached", "home", {})]:
            played = Row(
                0, person.id, experience, kind, content, to_ms(since), "UTC", 0, data, f"{experience} {kind} {content}"
            )
            assert loading.load([played])["loaded"] == 1
    before = loading.loaded
    loading.load(rows)
    assert loading.loaded == before


def test_the_made_up_systems_hold_all_that_the_properties_are_about() -> None:
    told: Counter[str] = Counter()
    walks = []
    for seed in range(40):
        system = OldSystem(random.Random(seed), 1)
        system.play(60)
        person = system.people[0]
        walks += person.walks.values()
        loading = Loading(person)
        told += loading.load(rows_of(system))
        check(person, loading)
    assert all(any(state_told(walk)[name] for walk in walks) for name in state_told(walks[0]))
    assert {bool(walk.completed_at) for walk in walks} == {True, False}
    assert told["standing"] > 500, told
    assert told["not-held"], told
