"""What completing an experience needs. All that is missing is listed at once."""

from typing import Any

from cairn.catalog.experience import Experience
from cairn.players.virtues import QUADRANTS
from cairn.progress.progress import Progress


def missing_for_completion(experience: Experience, progress: Progress, reflection: str) -> list[dict[str, Any]]:
    """What stands between a player and completion: criterion, and what to do about it."""
    missing: list[dict[str, Any]] = []
    if experience.quadrants:
        left = [quadrant for quadrant in QUADRANTS if quadrant not in progress.quadrants]
        if left:
            missing.append({"criterion": "quadrants", "detail": f"advance {', '.join(left)}", "left": left})
    short = experience.criteria.min_time_minutes * 60 - progress.seconds
    if short > 0:
        missing.append({"criterion": "min_time_minutes", "detail": f"{short} more seconds of sessions", "left": short})
    outputs = [each for each in experience.criteria.required_outputs if each not in progress.outputs]
    if reflection and "reflection" in outputs:
        outputs.remove("reflection")
    if outputs:
        missing.append(
            {
                "criterion": "required_outputs",
                "detail": f"deliver {', '.join(outputs)} with a session",
                "left": outputs,
            }
        )
    if experience.needs_reflection and not (reflection or progress.reflected):
        missing.append({"criterion": "reflection", "detail": "send a reflection with this request", "left": 1})
    return missing
