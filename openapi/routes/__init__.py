"""Every route's entry, one module a function, in the order in which the scenario plays them."""

from openapi.operation import Operation
from openapi.routes import (
    achievements,
    analytics,
    catalog,
    completion,
    events,
    health,
    leaderboards,
    legacy,
    lookups,
    players,
    progress,
    repair,
    streaks,
    unlocks,
    xp,
)

OPERATIONS: tuple[Operation, ...] = (
    *catalog.OPERATIONS,
    *progress.OPERATIONS,
    *repair.OPERATIONS,
    *completion.OPERATIONS,
    *events.OPERATIONS,
    *players.OPERATIONS,
    *xp.OPERATIONS,
    *streaks.OPERATIONS,
    *achievements.OPERATIONS,
    *unlocks.OPERATIONS,
    *leaderboards.OPERATIONS,
    *lookups.OPERATIONS,
    *analytics.OPERATIONS,
    *legacy.OPERATIONS,
    *health.OPERATIONS,
)
