"""Work on a block: assessment, states, what of it counts, and the percentage that it makes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cairn.catalog.experience import Block, Experience
from cairn.platform.errors import DomainError
from cairn.progress.progress import DONE, BlockState, BlockWork, Content, Progress, WorkOnBlock

MASTERED_AT = 0.95
BELOW_ALL = 99.9
NOTHING = BlockWork()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One assessment: its score, 0 to 1, and whether it passes (None where nothing can be passed)."""

    score: float
    passed: bool | None


def block_of(experience: Experience, block_id: str) -> Block:
    """A block that can be worked on.

    Raises:
        DomainError: `unknown-block`; `not-completable` for a heading or a divider.
    """
    block = experience.blocks.get(block_id)
    if block is None:
        raise DomainError(
            "unknown-block",
            f"Version {experience.version} of {experience.id!r} has no block {block_id!r}."
            " GET /api/v1/experiences/{experience_id} lists its pages and blocks.",
        )
    if not block.completable:
        raise DomainError(
            "not-completable", f"{block_id!r} is a {block.type}: it only decorates, and cannot be worked on."
        )
    return block


def state_of(work: BlockWork | None) -> BlockState:
    """Where work has come to. Mastered is completed with a score of 0.95 or more."""
    if work is None:
        return BlockState.NOT_STARTED
    if not (work.completed or work.waived):
        return BlockState.IN_PROGRESS
    return BlockState.MASTERED if (work.score or 0) >= MASTERED_AT else BlockState.COMPLETED


def is_done(block: Block, work: BlockWork | None) -> bool:
    """Whether a block counts as done: by its own move_on, or because an operator waived it."""
    work = work or NOTHING
    return work.waived is not None or block.move_on.satisfied(completed=work.completed, passed=work.passed)


def has_passed(work: BlockWork | None) -> bool:
    return work is not None and (work.passed or work.waived is not None)


def worked(
    block: Block, content: Content, command: WorkOnBlock, at: datetime
) -> tuple[Content, Attempt | None, list[str]]:
    """The content after work on its block; the attempt, if it was one; and the questions answered wrongly.

    An attempt completes the block. The best score stands; only a first attempt can be flawless.

    Raises:
        DomainError: `invalid-body` for answers that fit no question.
    """
    before = content.block or NOTHING
    attempt, wrong = _assess(block, command)
    completed = before.completed or command.completed or attempt is not None
    after = replace(
        before,
        completed=completed,
        passed=before.passed or bool(attempt and attempt.passed),
        attempts=before.attempts + (attempt is not None),
        score=max(before.score or 0.0, attempt.score) if attempt else before.score,
        flawless=before.flawless or bool(attempt and not before.attempts and attempt.score >= 1),
        difficulty=command.difficulty or before.difficulty,
        confidence=command.confidence or before.confidence,
        completed_at=before.completed_at or (at if completed else None),
    )
    changed = replace(
        content,
        seconds=content.seconds + command.seconds,
        interactions=content.interactions + command.interactions,
        block=after,
    )
    return changed, attempt, wrong


def _assess(block: Block, command: WorkOnBlock) -> tuple[Attempt | None, list[str]]:
    if command.answers is None:
        if command.score is None:
            return None, []
        return _attempt(block, command.score), []
    if not block.questions:
        raise DomainError("invalid-body", f"answers: block {block.id!r} has no questions. Leave answers out.")
    known = {question.id for question in block.questions}
    if unknown := sorted(set(command.answers) - known):
        raise DomainError(
            "invalid-body",
            f"answers: block {block.id!r} has no question {', '.join(unknown)}. It has {', '.join(sorted(known))}.",
        )
    wrong = [each for each in block.questions if set(command.answers.get(each.id, ())) != set(each.answers)]
    total = sum(question.points for question in block.questions)
    missed = sum(question.points for question in wrong)
    return _attempt(block, (total - missed) / total), [question.id for question in wrong]


def _attempt(block: Block, score: float) -> Attempt:
    return Attempt(score, score >= block.passing_score if block.passing_score is not None else None)


def counted(progress: Progress, block: Block, before: BlockWork | None, after: BlockWork | None) -> Progress:
    """The head after a block's work changed: its sums of what is done, passed and flawless."""
    if not block.counts:
        return progress
    return replace(
        progress,
        blocks_done=progress.blocks_done + is_done(block, after) - is_done(block, before),
        blocks_passed=progress.blocks_passed + (block.assessed and has_passed(after) - has_passed(before)),
        blocks_flawless=progress.blocks_flawless
        + (block.assessed and (after or NOTHING).flawless - (before or NOTHING).flawless),
    )


def recounted(experience: Experience, progress: Progress, contents: Mapping[str, Content]) -> Progress:
    """The head with its sums taken anew, from all contents of the player in this experience."""
    fresh = replace(progress, blocks_done=0, blocks_passed=0, blocks_flawless=0)
    for block in experience.counting():
        content = contents.get(block.id)
        if content and content.block:
            fresh = counted(fresh, block, None, content.block)
    return fresh


def rebased(experience: Experience, progress: Progress, contents: Mapping[str, Content]) -> Progress:
    """The head on another version: the player keeps all they did, and what counts is counted anew.

    Quadrants are the experience's: where the version has none, the player has none.
    """
    moved = replace(progress, version=experience.version)
    if not experience.quadrants:
        moved = replace(moved, quadrants=(), stepped_at=None)
    return with_percent(experience, recounted(experience, moved, contents))


def blocks_left(experience: Experience, contents: Mapping[str, Content]) -> list[str]:
    """The required blocks that are not done, in the order of the pages."""
    return [each.id for each in experience.counting() if not is_done(each, (contents.get(each.id) or Content()).block)]


def completion_percentage(experience: Experience, progress: Progress) -> float:
    """Required completables (blocks and quadrants) done, in percent; 100 once completed.

    Where nothing is declared that could be counted, what a client reported.
    """
    if progress.state in DONE:
        return 100.0
    if not experience.completables:
        return progress.reported or 0.0
    done = min(progress.blocks_done, experience.required_blocks) + len(progress.quadrants)
    return percentage(done, experience.completables)


def percentage(done: int, required: int) -> float:
    """So many of those required, in percent to one decimal; 100 only where none is left."""
    return 100.0 if done >= required else min(BELOW_ALL, round(100 * done / required, 1))


def with_percent(experience: Experience, progress: Progress) -> Progress:
    """The head with its percentage as of now."""
    percent = completion_percentage(experience, progress)
    return progress if progress.percent == percent else replace(progress, percent=percent)
