"""A mergeable sketch of durations whose quantiles are right to 2 %.

Logarithmic bins, as in DDSketch (Masson, Rim, Lee: https://arxiv.org/abs/1908.10693): merging adds counts, so
the quantiles of a week come from its days.
"""

from collections import Counter
from collections.abc import Mapping
from math import ceil, log

ACCURACY = 0.02
GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
ZERO = -1

type Sketch = Counter[int]


def bin_of(seconds: float) -> int:
    """The bin of a duration in seconds; everything up to one second shares the first, zero has its own."""
    if seconds <= 0:
        return ZERO
    return max(0, ceil(log(seconds) / log(GAMMA)))


def quantile(sketch: Mapping[int, int], share: float) -> float | None:
    """The duration in seconds below which a share (0 to 1) of them lies; None of an empty sketch."""
    total = sum(sketch.values())
    if not total:
        return None
    rank, seen = share * (total - 1), 0
    for each in sorted(sketch):
        seen += sketch[each]
        if seen > rank:
            break
    return 0.0 if each == ZERO else 2 * GAMMA**each / (GAMMA + 1)
