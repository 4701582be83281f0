"""What the achievements' routes read from a request: who looks, who edits, which page, which player."""

import re

from cairn.achievements.change import Editor
from cairn.achievements.read import Asked, Viewer
from cairn.platform.api.caller import EVERYBODY, OPERATES, OVERSEES, READS_PLAYERS, Role
from cairn.platform.api.http import Http
from cairn.platform.errors import DomainError

ID = re.compile(r"[a-z][a-z0-9_]{0,49}")
# Words that the API's own routes use in the place of an id.
RESERVED = frozenset({"backfills"})


def named(achievement_id: str) -> str:
    """The achievement's id from the path. Raises DomainError `invalid-parameter` for one that cannot be."""
    if not ID.fullmatch(achievement_id) or achievement_id in RESERVED:
        raise DomainError(
            "invalid-parameter",
            "achievement_id must be lower case with underscores, in at most 50 characters, such as long_rider;"
            f" and not {', '.join(sorted(RESERVED))}, which is a route of its own.",
        )
    return achievement_id


def viewer(http: Http) -> Viewer:
    """Who looks. Players see no secrets before they unlock them; operators and admins see what is switched off."""
    caller = http.caller
    caller.must_be(EVERYBODY)
    return Viewer(caller.tenant, caller.player, caller.role is not Role.PLAYER, caller.role in OVERSEES)


def editor(http: Http) -> Editor:
    """The operator who changes something, and on what conditions."""
    caller = http.caller
    caller.must_be(OPERATES)
    return Editor(caller.tenant, caller.subject, http.clock(), http.demand)


def asked(http: Http) -> Asked:
    """The page of a list that a request asks for."""
    return Asked(http.whole_number("limit", 100, 1, 500), http.query("cursor"))


def player_of(http: Http) -> str:
    """The player of an older client's request: the token's, or the query's `user_id`."""
    return http.caller.player_in(http.query("user_id") or "me", READS_PLAYERS)
