"""Practice after completion: a chance to gain a level of mastery, drawn so that nobody can choose the outcome."""

import hmac

BASE_CHANCE = 0.2
HARDER_PER_LEVEL = 0.2
HIGHEST_FACTOR = 2.0
GAIN_OF_IMPACT = 0.25
DRAW_BITS = 53


def chance(level: int, factor: float) -> float:
    """The chance, 0 to 1, that one practice gains a level: 0.2 x factor / (1 + 0.2 x level).

    The formula is the one of the plan that Cairn follows for mastery.

    Args:
        level: of mastery now.
        factor: of the performance; taken as 0 below it, and as 2 above.
    """
    bounded = min(HIGHEST_FACTOR, max(0.0, factor))
    return BASE_CHANCE * bounded / (1 + HARDER_PER_LEVEL * level)


def draw(secret: bytes, event: str) -> float:
    """A number from 0 (inclusive) to 1 (exclusive) for an event: HMAC-SHA-256 under the tenant's secret.

    A retry has the same event id, so it draws the same; and nobody without the secret can tell which ids gain.
    """
    digest = hmac.digest(secret, event.encode(), "sha256")
    return (int.from_bytes(digest[:8]) >> (64 - DRAW_BITS)) / (1 << DRAW_BITS)


def gained(secret: bytes, event: str, level: int, factor: float) -> bool:
    """Whether the practice that an event records gains a level."""
    return draw(secret, event) < chance(level, factor)
