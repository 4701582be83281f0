"""Checking on request: at once what the stream does within seconds."""

from datetime import datetime
from functools import partial
from typing import Any

from cairn.achievements.unlock import Unlocking, cause_of, show_unlocked
from cairn.platform.instants import event_id, iso
from cairn.xp.read import show_gain

KIND = "check"


def check(unlocking: Unlocking, tenant: str, player: str, now: datetime) -> dict[str, Any]:
    """Unlocks whatever the player has earned and does not hold, and tells what that was.

    Asked again it has nothing new to tell: what is held is in the player's list.

    Raises:
        Busy: the player could not be had in time.
    """
    identifier = event_id(now, tenant, player, KIND)
    cause = partial(cause_of, KIND, identifier, unlocking.settings.of(tenant), now)
    outcome = unlocking.met(tenant, player, None, cause, now)
    return {
        "player_id": player,
        "check_id": identifier,
        "as_of": iso(now),
        "unlocked": show_unlocked(unlocking.definitions.of(tenant), outcome.unlocked),
        "xp": show_gain(outcome.entries, outcome.total, outcome.levels),
    }
