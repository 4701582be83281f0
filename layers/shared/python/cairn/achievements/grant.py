"""An operator's hand on a player's achievements: grants and revocations, each with its reason, its event, its entry.

While an achievement is held its XP is paid, once; while it is revoked it is not. So a revocation takes back what the
unlock paid, and granting it again gives back the same. What is revoked stays so: neither the stream nor a check nor a
backfill unlocks it, only a grant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from cairn.achievements.definitions import Achievement, Earned, named
from cairn.achievements.earning import Cause, Earnings, earn
from cairn.achievements.rules import Watch
from cairn.achievements.storage import Standing, UnlockItem, reinstate, revoked
from cairn.achievements.unlock import (
    Loaded,
    Unlocking,
    cause_of,
    paid_actions,
    show_unlocked,
    show_xp,
    unknown_achievement,
)
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.instants import event_id, iso
from cairn.players.profile import unknown_player

GRANTED, REVOKED = "achievement_granted", "achievement_revoked"
