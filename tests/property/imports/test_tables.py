"""After an import of the older tables Cairn's state is the state that they hold, whatever their event log lost."""

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.catalog.bodies import ExperienceBody
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
from cairn.progress.progress import Content, Moment
from cairn.streaks.days import local_date
from cairn.streaks.storage import Window
from cairn.tenants.settings import TenantSettings
from tests.support.dumps import EXPERIENCES, OldSystem, Person, Walk, cell, check, state_told

NOW = datetime(2027, 1, 1, tzinfo=UTC)
CATALOG = {name: ExperienceBody.model_validate(body).experience(name) for name, body in EXPERIENCES.items()}


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
            experience = CATALOG.get(row.experience)
            content = journey.content(experience, row.content) if experience and row.content else Content()
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


randoms = st.randoms(use_true_random=False)


@settings(max_examples=60, deadline=None)
@given(randoms, st.integers(1, 60))
def test_the_state_that_tables_hold_comes_out(draw: random.Random, steps: int) -> None:
    system = OldSystem(draw, 1)
    system.play(steps)
    person = system.people[0]
    loading = Loading(person)
    told = loading.load(rows_of(system))
    check(person, loading.loaded.progress, loading.contents)
    assert told.keys() <= {"loaded", "standing", "too-few-items", "illegal-move"}


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
    check(person, loading.loaded.progress, loading.contents)


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
        done: list[tuple[str, str, dict[str, Any]]] = [
            *(("item_used", name, {"quantity": count}) for name, count in held.items()),
            ("flag_set", "gate", {"value": "mine"}),
            ("location_reached", "home", {}),
        ]
        for kind, content, data in done:
            played = Row(
                0, person.id, experience, kind, content, to_ms(since), "UTC", 0, data, f"{experience} {kind} {content}"
            )
            assert loading.load([played])["loaded"] == 1
    before = loading.loaded
    loading.load(rows)
    assert loading.loaded == before


def test_the_made_up_systems_hold_all_that_the_properties_are_about() -> None:
    told: Counter[str] = Counter()
    walks: list[Walk] = []
    for seed in range(40):
        system = OldSystem(random.Random(seed), 1)
        system.play(60)
        person = system.people[0]
        walks += person.walks.values()
        loading = Loading(person)
        told += loading.load(rows_of(system))
        check(person, loading.loaded.progress, loading.contents)
    assert all(any(state_told(walk)[name] for walk in walks) for name in state_told(walks[0]))
    assert {bool(walk.completed_at) for walk in walks} == {True, False}
    assert told["standing"] > 500, told
    assert told["too-few-items"], told
