"""Loading what `player_profiles` says of players: preferences, custom stats, global inventory.

Each part is filled where it never held anything, so that loading again changes nothing, and nothing is taken back
that a player has set since.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from threading import Event
from typing import Any

from cairn.imports.history import DIFFERENCE, Note, Profile
from cairn.imports.layouts import PROFILES
from cairn.imports.load import Ground
from cairn.imports.rows import BadRow
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.players import profile_storage, storage
from cairn.players.belongings import Belongings, Part, with_items, with_object
from cairn.players.player import Player
from cairn.players.profile import Stored, load

PROFILES_AT_ONCE = 200


def filled(belongings: Belongings, profile: Profile) -> Belongings:
    """Belongings with what a profile says of each part that never changed.

    Raises:
        DomainError: `profile-full`.
    """
    objects = {Part.PREFERENCES: profile.preferences, Part.CUSTOM_STATS: profile.custom_stats}
    keeps_items = belongings.version_of(Part.INVENTORY)
    for part, content in objects.items():
        if content and not belongings.version_of(part):
            belongings = with_object(belongings, part, content)
    for item, count in profile.global_inventory.items():
        if count and not keeps_items:
            belongings = with_items(belongings, item, count)
    return belongings


def load_profiles(
    ground: Ground,
    profiles: Iterator[Profile],
    concurrency: int,
    stop: Event,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[list[BadRow], list[Note]]:
    """Loads profiles: those that cannot be, and what differs from what stands.

    Args:
        stop: once set, no further profile is begun.
        progress: is told of every profile that is done.

    Raises:
        Busy, or what the client raises.
    """
    bad: list[BadRow] = []
    notes: list[Note] = []

    def settle(profile: Profile) -> None:
        if stop.is_set():
            return
        try:
            told = load_profile(ground, profile)
            notes.extend(Note(DIFFERENCE, PROFILES, profile.line, each) for each in told)
        except DomainError as error:
            bad.append(BadRow(profile.line, error.detail, PROFILES))
        progress(1)

    with ThreadPoolExecutor(concurrency) as pool:
        for some in batched(profiles, PROFILES_AT_ONCE, strict=False):
            list(pool.map(settle, some))
    return bad, notes


def load_profile(ground: Ground, profile: Profile) -> list[str]:
    """Loads one profile. What of it differs from what stands then.

    Raises:
        DomainError: `profile-full`. Busy: the table's patience is at its end.
    """

    def decide(stored: Stored) -> Decision:
        before = stored.belongings
        after = filled(before, profile)
        told = {"differences": _differences(stored, after, profile, dry=ground.dry)}
        if after is before or ground.dry:
            return Decision([], told)
        if stored.player is None:
            player = Player(ground.tenant, profile.player, created_at=ground.recorded_at)
            return Decision([profile_storage.write(after), storage.write(player, ground.settings)], told)
        first = [] if before.ver else [profile_storage.player_stands(before)]
        return Decision([profile_storage.write(after), *first], told)

    def stored() -> Stored:
        return load(ground.table, ground.tenant, profile.player)

    answer: Answer = execute(ground.table, ground.recorded_at, None, stored, decide)
    differences: list[str] = answer.body["differences"]
    return differences


def _differences(stored: Stored, after: Belongings, profile: Profile, *, dry: bool) -> list[str]:
    told = []
    said: Mapping[Part, Mapping[str, Any]] = {
        Part.PREFERENCES: profile.preferences,
        Part.CUSTOM_STATS: profile.custom_stats,
        Part.INVENTORY: {item: count for item, count in profile.global_inventory.items() if count},
    }
    for part, content in said.items():
        if content and after.part(part) != content:
            told.append(f"stats.{part}: what stands has changed since, and is kept")
    # What level the history makes is only known once it is loaded.
    level = stored.player.level if stored.player else 1
    if not dry and profile.level is not None and profile.level != level:
        told.append(f"account_level is {profile.level}; what is loaded makes {level}")
    return told
