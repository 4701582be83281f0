"""Repair of any head, however corrupted: what comes out is legal, and repairing it again changes nothing."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cairn.catalog.experience import BLOCK_TYPES, Block, Experience, MoveOn, Page
from cairn.completion.rules import CRITERIA
from cairn.progress.progress import BlockWork, Content, Progress, State
from cairn.progress.repair import repair
from tests.support.legal import faults

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
IDS = ("film", "quiz", "poem", "gate")
INSTANTS = st.one_of(st.none(), st.integers(0, 9).map(lambda days: NOW - timedelta(days=days)))
COUNTS = st.integers(-3, 9)
AMOUNTS = st.floats(-50, 250, allow_nan=False)

BLOCKS = st.builds(
    Block,
    id=st.just(""),
    type=st.sampled_from(BLOCK_TYPES),
    required=st.booleans(),
    move_on=st.sampled_from(MoveOn),
    passing_score=st.sampled_from([None, 0.5]),
)
EXPERIENCES = st.builds(
    lambda blocks, quadrants, most: Experience(
        "woods",
        1,
        "Woods",
        quadrants=dict.fromkeys(("SO", "BO", "SI", "BI"), "text") if quadrants else {},
        max_mastery_level=most,
        pages=(Page("only", blocks=tuple(_named(IDS[number], block) for number, block in enumerate(blocks))),),
    ),
    st.lists(BLOCKS, max_size=3),
    st.booleans(),
    st.integers(1, 4),
)
WORKS = st.builds(
    BlockWork,
    completed=st.booleans(),
    passed=st.booleans(),
    attempts=st.integers(0, 3),
    flawless=st.booleans(),
    waived=st.sampled_from([None, "why"]),
)
CONTENTS = st.dictionaries(
    st.sampled_from(IDS), st.builds(Content, visits=st.integers(0, 3), block=st.one_of(st.none(), WORKS))
)
HEADS = st.builds(
    Progress,
    experience=st.just("woods"),
    version=st.just(1),
    state=st.sampled_from(State),
    quadrants=st.lists(st.sampled_from(["SO", "BO", "SI", "BI", "XX"]), max_size=5).map(tuple),
    blocks_done=COUNTS,
    blocks_passed=COUNTS,
    blocks_flawless=COUNTS,
    reported=st.one_of(st.none(), AMOUNTS),
    percent=AMOUNTS,
    mastery=COUNTS,
    seconds=COUNTS,
    sessions=COUNTS,
    meters=AMOUNTS,
    outputs=st.lists(st.sampled_from(["poem", "map"]), max_size=3).map(tuple),
    reflected=st.booleans(),
    waived=st.dictionaries(st.sampled_from([*CRITERIA, "love"]), st.just("why"), max_size=2),
    starts=COUNTS,
    discovered_at=INSTANTS,
    started_at=INSTANTS,
    stepped_at=INSTANTS,
    completed_at=INSTANTS,
    last_progress_at=INSTANTS,
    day=st.one_of(st.none(), st.dates(date(2026, 11, 1), date(2026, 11, 20))),
    day_first=INSTANTS,
    day_last=INSTANTS,
    day_contents=COUNTS,
    ver=st.integers(1, 3),
)


def _named(identifier: str, block: Block) -> Block:
    return Block(identifier, block.type, "", block.required, block.move_on, block.passing_score)


ONE_LEVEL = Experience("woods", 1, "Woods", max_mastery_level=1)


@settings(deadline=None, max_examples=600)
@example(ONE_LEVEL, Progress("woods", 1, state=State.COMPLETED, starts=1, completed_at=NOW), {})
@given(EXPERIENCES, HEADS, CONTENTS)
def test_repair_of_anything_is_legal_and_done_once(
    experience: Experience, head: Progress, contents: Mapping[str, Content]
) -> None:
    mended, mends = repair(experience, head, contents, NOW)
    assert faults(experience, mended, contents) == []
    again, more = repair(experience, mended, contents, NOW + timedelta(days=1))
    assert (again, more) == (mended, [])
    told = {mend.field: (mend.was, mend.becomes) for mend in mends}
    assert len(told) == len(mends), "one change a field"
    assert told == {
        each.name: (getattr(head, each.name), getattr(mended, each.name))
        for each in fields(Progress)
        if getattr(head, each.name) != getattr(mended, each.name)
    }
    assert mended.state == head.state or (head.state, mended.state) == (State.COMPLETED, State.MASTERED)
    for kept in ("experience", "version", "buckets", "ver", "waived", "outputs", "reflected", "location"):
        assert getattr(mended, kept) == getattr(head, kept)


@settings(deadline=None)
@given(EXPERIENCES, HEADS, CONTENTS)
def test_a_head_without_a_fault_is_not_touched(
    experience: Experience, head: Progress, contents: Mapping[str, Content]
) -> None:
    legal, _ = repair(experience, head, contents, NOW)
    assert repair(experience, legal, contents, NOW) == (legal, [])
    if not faults(experience, head, contents):
        assert legal == head
