"""Every route's entry, one module a function, in the order in which the scenario plays them."""

from openapi.operation import Operation
from openapi.routes import (
    achievements,
    analytics,
    catalog,
    completion,
    health,
    leaderboards,
    players,
    progress,
    streaks,
    xp,
)

OPERATIONS: tuple[Operation, ...] = (
    *catalog.OPERATIONS,
    *progress.OPERATIONS,
    *completion.OPERATIONS,
    *players.OPERATIONS,
    *xp.OPERATIONS,
    *streaks.OPERATIONS,
    *achievements.OPERATIONS,
    *leaderboards.OPERATIONS,
    *analytics.OPERATIONS,
    *health.OPERATIONS,
)
