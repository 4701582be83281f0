"""What the catalogue's routes read from a request: who looks, who edits, which state, which list."""

from functools import partial

from cairn.catalog.change import Editor
from cairn.catalog.entry import ANY, Filter
from cairn.catalog.experience import Status
from cairn.catalog.read import Viewer, Which
from cairn.catalog.rules import experience_id
from cairn.platform.api.caller import EVERYBODY, OPERATES, OVERSEES, Role
from cairn.platform.api.http import Http
from cairn.platform.errors import DomainError
from cairn.platform.preconditions import demand

MAX_BODY_BYTES = 4 * 1024 * 1024


def named(http: Http, identifier: str) -> str:
    """The experience's id from the path. Raises DomainError `invalid-parameter` for one that cannot be."""
    return experience_id(http.identifier("experience_id", identifier))


def viewer(http: Http) -> Viewer:
    """Who looks. Players see no answers; operators and admins see drafts too."""
    caller = http.caller
    caller.must_be(EVERYBODY)
    return Viewer(caller.tenant, caller.role is not Role.PLAYER, caller.role in OVERSEES)


def auditor(http: Http) -> Viewer:
    """Who looks at what only operators and admins may see."""
    http.caller.must_be(OVERSEES)
    return viewer(http)


def editor(http: Http) -> Editor:
    """The operator who changes something, and on what conditions."""
    caller = http.caller
    caller.must_be(OPERATES)
    unless_there = partial(demand, if_none_match=http.if_none_match)
    return Editor(caller.tenant, http.clock(), caller.subject, http.demand, unless_there)


def which(http: Http) -> Which:
    """The state that a request asks for by `version` or `draft`; drafts are for operators and admins."""
    wanted = Which(http.optional_number("version", 1, 999_999), http.flag("draft"))
    if wanted.draft:
        http.caller.must_be(OVERSEES)
        if wanted.version is not None:
            raise DomainError("invalid-parameter", "version and draft exclude each other: send one of them.")
    return wanted


def wanted_list(http: Http) -> Filter:
    """The list that a request asks for; what is not published is for operators and admins."""
    status = http.query("status") or Status.PUBLISHED
    if status not in (allowed := (*map(str, Status), ANY)):
        raise DomainError("invalid-parameter", f"status must be one of {', '.join(allowed)}.")
    if status != Status.PUBLISHED:
        http.caller.must_be(OVERSEES)
    return Filter(
        kind=http.query("kind") or None,
        category=http.query("category") or None,
        tag=http.query("tag") or None,
        language=http.query("language") or None,
        difficulty=http.optional_number("difficulty", 1, 5),
        min_level_at_most=http.optional_number("min_level_at_most", 1, 100),
        status=status,
    )
