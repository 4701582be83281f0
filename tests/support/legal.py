"""What a legal head is, written from docs/progress.md as people read it, with none of Cairn's code for it."""

from collections.abc import Mapping
from datetime import datetime

from cairn.catalog.experience import Block, Experience, MoveOn
from cairn.progress.progress import BlockWork, Content, Progress, State

FLOW = ("SO", "BO", "SI", "BI")
BEGUN = {State.IN_PROGRESS, State.ABANDONED, State.COMPLETED, State.MASTERED}
DONE = {State.COMPLETED, State.MASTERED}
NOTHING = BlockWork()


def counting(experience: Experience) -> list[Block]:
    """The blocks that completion waits for."""
    return [
        block
        for page in experience.pages
        for block in page.blocks
        if block.required
        and block.type not in ("section_header", "divider")
        and block.move_on is not MoveOn.NOT_APPLICABLE
    ]


def is_done(block: Block, work: BlockWork) -> bool:
    """Whether a block counts as done."""
    met = {
        MoveOn.PASSED: work.passed,
        MoveOn.COMPLETED: work.completed,
        MoveOn.COMPLETED_AND_PASSED: work.completed and work.passed,
        MoveOn.COMPLETED_OR_PASSED: work.completed or work.passed,
    }
    return met[block.move_on] or work.waived is not None


def sums(experience: Experience, contents: Mapping[str, Content]) -> tuple[int, int, int]:
    """How many of the blocks that count are done; are assessed and passed; were flawless."""
    works = [(block, contents.get(block.id, Content()).block or NOTHING) for block in counting(experience)]
    assessed = [work for block, work in works if block.passing_score is not None]
    return (
        sum(is_done(block, work) for block, work in works),
        sum(work.passed or work.waived is not None for work in assessed),
        sum(work.flawless for work in assessed),
    )


def percent(experience: Experience, head: Progress, contents: Mapping[str, Content]) -> float:
    """The percentage as it is defined."""
    required = len(counting(experience)) + len(experience.quadrants)
    if head.state in DONE:
        return 100
    if not required:
        return head.reported or 0
    done = sums(experience, contents)[0] + len(head.quadrants)
    return 100 if done == required else min(99.9, round(done / required * 100, 1))


def in_order(*instants: datetime | None) -> bool:
    """Whether those that are known come one after another."""
    known = [each for each in instants if each]
    return known == sorted(known)


def faults(experience: Experience, head: Progress, contents: Mapping[str, Content]) -> list[str]:
    """What contradicts itself, named; nothing of a legal head."""
    begun, done = head.state in BEGUN, head.state in DONE
    instants = (head.discovered_at, head.started_at, head.stepped_at, head.completed_at, head.day_last)
    last = head.last_progress_at
    day = (head.day, head.day_first, head.day_last)
    full = done and "quadrants" not in head.waived
    most = experience.max_mastery_level
    levels = {State.COMPLETED: range(1, most), State.MASTERED: range(most, most + 1)}.get(head.state, range(1))
    checks = {
        "begun, and nothing else, has its start": begun == (head.started_at is not None),
        "what was begun was started": head.starts >= int(begun),
        "done, and nothing else, has its completion": done == (head.completed_at is not None),
        "completion is not before the start": in_order(head.started_at, head.completed_at),
        "nothing is later than the last progress": last is not None and all(each <= last for each in instants if each),
        "quadrants are in their order": head.quadrants == FLOW[: len(head.quadrants)],
        "quadrants are the experience's": bool(experience.quadrants) or not head.quadrants,
        "quadrants are of what was begun": begun or not head.quadrants,
        "done means all quadrants": not (full and experience.quadrants) or len(head.quadrants) == 4,
        "a step belongs to a quadrant": bool(head.quadrants) or head.stepped_at is None,
        "mastery fits the state": head.mastery in levels,
        "sums are not negative": min(head.seconds, head.sessions, head.meters, head.day_contents) >= 0,
        "what was reported is a percentage": head.reported is None or 0 <= head.reported <= 100,
        "a day has its first and last instant": all(day) or not any((*day, head.day_contents)),
        "a day's instants are in order": in_order(head.day_first, head.day_last),
        "blocks are those of the contents": (head.blocks_done, head.blocks_passed, head.blocks_flawless)
        == sums(experience, contents),
        "the percentage is as defined": head.percent == percent(experience, head, contents),
    }
    return [name for name, holds in checks.items() if not holds]


def blocks_met(experience: Experience, contents: Mapping[str, Content]) -> bool:
    """Whether the blocks let the experience be completed, by its move_on."""
    required = counting(experience)
    done, passed, _ = sums(experience, contents)
    assessed = sum(block.passing_score is not None for block in required)
    completed, all_passed = done == len(required), assessed > 0 and passed == assessed
    met = {
        MoveOn.PASSED: all_passed,
        MoveOn.COMPLETED: completed,
        MoveOn.COMPLETED_AND_PASSED: completed and all_passed,
        MoveOn.COMPLETED_OR_PASSED: completed or all_passed,
        MoveOn.NOT_APPLICABLE: True,
    }
    return not required or met[experience.move_on]


def missing(experience: Experience, head: Progress, contents: Mapping[str, Content], reflection: str) -> set[str]:
    """The criteria that stand between a player and completion."""
    criteria, reflected = experience.criteria, bool(reflection) or head.reflected
    delivered = {*head.outputs, *(["reflection"] if reflected else [])}
    met = {
        "quadrants": not experience.quadrants or len(head.quadrants) == 4,
        "blocks": blocks_met(experience, contents),
        "min_time_minutes": head.seconds >= 60 * criteria.min_time_minutes,
        "required_outputs": set(criteria.required_outputs) <= delivered,
        "reflection": reflected or not (experience.quadrants or criteria.reflection),
    }
    return {criterion for criterion, holds in met.items() if not holds} - set(head.waived)
