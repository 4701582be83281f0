"""What a row that asserts still changes: what is lacking, and nothing where it stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cairn.catalog.experience import Block, Experience, Page
from cairn.imports.assertions import command_for
from cairn.imports.rows import Row
from cairn.platform.errors import DomainError
from cairn.platform.instants import to_ms
from cairn.progress.progress import (
    BlockWork,
    Complete,
    Content,
    Discover,
    Progress,
    Record,
    Session,
    Start,
    State,
    WorkOnBlock,
)

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOTHING = Content()
WOODS = Experience("woods", 1, "Woods")
COUNTED = Experience("woods", 1, "Woods", pages=(Page("p", "", (Block("b", "video"),)),))


def row(kind: str, content: str | None = None, seconds: int = 0, more: Any = None, **data: Any) -> Row:
    return Row(2, "ada", "woods", kind, content, to_ms(AT), "UTC", seconds, data, "c", more or {}, True)


def head(**changes: Any) -> Progress:
    return Progress(**{"experience": "woods", "version": 1, "last_progress_at": AT, **changes})


def lacking(of: Row, progress: Progress | None = None, content: Content = NOTHING, at: Experience = WOODS) -> Any:
    return command_for(of, at, progress, content)


@pytest.mark.parametrize(
    ("of", "stands", "command"),
    [
        (row("experience_discovered"), None, Discover()),
        (row("experience_discovered"), head(state=State.DISCOVERED), None),
        (row("experience_started"), None, Start()),
        (row("experience_started"), head(state=State.DISCOVERED), Start()),
        (row("experience_started"), head(), None),
        (row("experience_completed"), head(), Complete("", "imported")),
        (row("experience_completed"), head(state=State.MASTERED), None),
        (row("session_recorded", seconds=90), None, Session(90)),
        (row("session_recorded", seconds=90), head(seconds=60), Session(30)),
        (row("session_recorded", seconds=90), head(seconds=90), None),
        (row("location_reached", "gate"), head(location="gate"), None),
        (row("location_reached", "gate"), head(location="mill"), Record("location_reached", "gate")),
        (row("percentage_reported", percentage=45), head(reported=45), None),
        (row("percentage_reported", percentage=45), head(state=State.COMPLETED), None),
    ],
)
def test_of_an_experience_what_is_lacking_is_done(of: Row, stands: Progress | None, command: object) -> None:
    assert lacking(of, stands) == command


@pytest.mark.parametrize(
    ("of", "stands", "command"),
    [
        (
            row("item_collected", "key", quantity=3),
            Content(items=1),
            Record("item_collected", "key", data={"quantity": 2}),
        ),
        (row("item_collected", "key", quantity=0), Content(items=2), Record("item_used", "key", data={"quantity": 2})),
        (row("item_collected", "key", quantity=2), Content(items=2), None),
        (row("collectible_found", "key", quantity=2), Content(collectibles=2), None),
        (row("waypoint_visited", "key"), Content(waypoint=True), None),
        (row("area_unlocked", "key"), Content(waypoint=True), Record("area_unlocked", "key")),
        (row("quest_started", "key"), Content(quest="completed"), None),
        (row("quest_completed", "key"), Content(quest="active"), Record("quest_completed", "key")),
        (row("flag_set", "key", value=True), Content(flag=True), None),
        (row("flag_set", "key", value=True), Content(flag=1), Record("flag_set", "key", data={"value": True})),
        (row("choice_made", "key", choice="left"), Content(choice="left"), None),
        (row("page_viewed", "key", 60), Content(visits=1, seconds=20), Record("page_viewed", "key", 40)),
        (row("page_viewed", "key"), Content(), Record("page_viewed", "key")),
        (row("page_viewed", "key", 60), Content(visits=1, seconds=70), None),
    ],
)
def test_of_a_content_what_is_lacking_is_done(of: Row, stands: Content, command: object) -> None:
    assert lacking(of, head(), stands) == command


def test_what_was_found_is_not_taken_back() -> None:
    with pytest.raises(DomainError, match="not taken back"):
        lacking(row("collectible_found", "shell", quantity=1), head(), Content(collectibles=2))


def test_a_percentage_is_counted_where_something_is_declared() -> None:
    assert lacking(row("percentage_reported", percentage=45), head(), at=COUNTED) is None


@pytest.mark.parametrize(
    "of",
    [
        row("item_collected", "key", quantity=3),
        row("collectible_found", "key", quantity=3),
        row("quest_started", "key"),
        row("flag_set", "key", value=1),
        row("choice_made", "key", choice="left"),
        row("location_reached", "key"),
        row("percentage_reported", percentage=45),
    ],
)
def test_what_may_have_changed_since_is_left_as_it_is(of: Row) -> None:
    assert lacking(of, head(last_progress_at=AT + timedelta(seconds=1))) is None


@pytest.mark.parametrize("kind", ["waypoint_visited", "area_unlocked", "quest_completed"])
def test_what_stays_once_it_is_so_is_made_so_however_late(kind: str) -> None:
    assert lacking(row(kind, "key"), head(last_progress_at=AT + timedelta(seconds=1))) == Record(kind, "key")


class TestBlocks:
    DONE = BlockWork(completed=True, attempts=1, score=0.5, difficulty=2)

    def test_work_comes_to_what_is_told_in_all(self) -> None:
        told = row("block_completed", "b", 90, {"interactions": 4, "score": 0.8, "attempts": 2, "difficulty": 3})
        assert lacking(told, head()) == WorkOnBlock("b", True, 90, 4, None, 0.8, 3)
        found = Content(visits=1, seconds=60, interactions=3, block=self.DONE)
        assert lacking(told, head(), found) == WorkOnBlock("b", False, 30, 1, None, 0.8, 3)

    def test_work_that_stands_changes_nothing(self) -> None:
        told = row("block_completed", "b", 90, {"interactions": 4, "score": 0.4, "attempts": 1, "difficulty": 2})
        assert lacking(told, head(), Content(visits=1, seconds=90, interactions=9, block=self.DONE)) is None

    def test_a_first_touch_leaves_its_trace(self) -> None:
        assert lacking(row("block_interacted", "b"), head()) == WorkOnBlock("b")

    def test_a_rating_given_since_stays(self) -> None:
        told = row("block_completed", "b", 0, {"difficulty": 5})
        stands = Content(visits=1, block=self.DONE)
        assert lacking(told, head(), stands) == WorkOnBlock("b", difficulty=5)
        assert lacking(told, head(last_progress_at=AT + timedelta(days=1)), stands) is None


def test_a_row_of_a_log_means_what_it_says() -> None:
    said = row("item_collected", "key", quantity=3)._replace(asserted=False)
    assert lacking(said, head(), Content(items=3)) == Record("item_collected", "key", data={"quantity": 3})
