"""What completing an experience needs. All that is missing is listed at once."""

from collections.abc import Sequence
from typing import Any

from cairn.catalog.experience import Experience
from cairn.players.virtues import QUADRANTS
from cairn.progress.progress import Progress

QUADRANTS_DONE = "quadrants"
BLOCKS_DONE = "blocks"
MIN_TIME = "min_time_minutes"
OUTPUTS = "required_outputs"
REFLECTION = "reflection"
CRITERIA = (QUADRANTS_DONE, BLOCKS_DONE, MIN_TIME, OUTPUTS, REFLECTION)


def blocks_satisfied(experience: Experience, progress: Progress) -> bool:
    """Whether the blocks that count let the experience be completed, by its move_on."""
    required, assessed = experience.required_blocks, experience.assessed_blocks
    if not required:
        return True
    return experience.move_on.satisfied(
        completed=progress.blocks_done >= required,
        passed=assessed > 0 and progress.blocks_passed >= assessed,
    )


def is_perfect(experience: Experience, progress: Progress) -> bool:
    """Whether every required block that is assessed got its full score at the first attempt; one at least is."""
    return 0 < experience.assessed_blocks == progress.blocks_flawless


def missing_for_completion(
    experience: Experience, progress: Progress, reflection: str, blocks_left: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """What stands between a player and completion: criterion, and what to do about it. What is waived is met.

    Args:
        blocks_left: ids of the required blocks that are not done, to name them.
    """
    missing: list[dict[str, Any]] = []
    if experience.quadrants:
        left = [quadrant for quadrant in QUADRANTS if quadrant not in progress.quadrants]
        if left:
            missing.append({"criterion": QUADRANTS_DONE, "detail": f"advance {', '.join(left)}", "left": left})
    if not blocks_satisfied(experience, progress):
        done, passed = progress.blocks_done, progress.blocks_passed
        missing.append(
            {
                "criterion": BLOCKS_DONE,
                "detail": f"move_on is {experience.move_on}: {done} of {experience.required_blocks} required blocks are"
                f" done, {passed} of {experience.assessed_blocks} assessed ones passed",
                "left": list(blocks_left),
            }
        )
    short = experience.criteria.min_time_minutes * 60 - progress.seconds
    if short > 0:
        missing.append({"criterion": MIN_TIME, "detail": f"{short} more seconds of sessions", "left": short})
    outputs = [each for each in experience.criteria.required_outputs if each not in progress.outputs]
    if (reflection or progress.reflected) and REFLECTION in outputs:
        outputs.remove(REFLECTION)
    if outputs:
        missing.append(
            {"criterion": OUTPUTS, "detail": f"deliver {', '.join(outputs)} with a session", "left": outputs}
        )
    if experience.needs_reflection and not (reflection or progress.reflected):
        missing.append({"criterion": REFLECTION, "detail": "send a reflection with this request", "left": 1})
    return [each for each in missing if each["criterion"] not in progress.waived]
