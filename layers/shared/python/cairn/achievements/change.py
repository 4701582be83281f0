"""Changing a tenant's achievements: defining one, saying a standard one otherwise, switching one off."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from cairn.achievements.definition_storage import Book, load, write, write_version
from cairn.achievements.definitions import Achievement, Every
from cairn.achievements.document import weigh
from cairn.achievements.read import show_definition, unknown_achievement
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.graph import cycle
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.preconditions import Demand, etag_of
from cairn.platform.table import Table
from cairn.platform.transact import Action
from cairn.tenants.boards import ALWAYS_DAILY
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import read as read_settings
from cairn.tenants.storage import watch_by_day

MAX_DEFINITIONS = 3000
MAX_BYTES = 4096
MAX_BY_DAY = 4
# What a version is of; all else may be said otherwise without one.
VERSIONED = ("criteria", "prerequisites", "repeat", "xp")


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes achievements, when, and on what conditions."""

    tenant: str
    subject: str | None
    now: datetime
    demand: Demand


@dataclass(frozen=True, slots=True)
class _Situation:
    """What a change is decided on: all definitions, and the tenant's settings with their version."""

    book: Book
    settings: TenantSettings
    settings_ver: int


def define(
    table: Table, editor: Editor, achievement_id: str, body: Callable[[Achievement | None], Achievement]
) -> Answer:
    """Puts a definition in the place of the one that stands. What stands already is not written again.

    Args:
        body: makes the definition, of the standard one of that id.

    Raises:
        DomainError: `precondition-failed`, `definition-too-large`, `circular-prerequisites`, `invalid-body` for
            prerequisites that are none, a repetition that cannot change, or too much that is watched by period.
    """
    return _change(table, editor, achievement_id, None, lambda before, standard: body(standard))


def archive(table: Table, editor: Editor, achievement_id: str, key: IdempotencyKey) -> Answer:
    """Switches an achievement off: nobody unlocks it any more, and who holds it keeps it.

    Raises:
        DomainError: `unknown-achievement`, `precondition-failed`.
    """

    def off(before: Achievement | None, standard: Achievement | None) -> Achievement:
        if before is None:
            raise unknown_achievement(achievement_id)
        return replace(before, is_active=False)

    return _change(table, editor, achievement_id, key, off)


def _change(
    table: Table,
    editor: Editor,
    achievement_id: str,
    key: IdempotencyKey | None,
    change: Callable[[Achievement | None, Achievement | None], Achievement],
) -> Answer:
    def loaded() -> _Situation:
        reads: list[Callable[[], Any]] = [
            partial(load, table, editor.tenant),
            partial(read_settings, table, editor.tenant),
        ]
        book, (settings, ver) = table.together(reads)
        return _Situation(book, settings, ver)

    def decide(situation: _Situation) -> Decision:
        book = situation.book
        before = book.get(achievement_id)
        wanted = _numbered(before, change(before, book.standard(achievement_id)))
        stands = etag_of(before.revision) if before else None
        if before == wanted:
            return Decision([], show_definition(wanted), etag=stands)
        after = book.having(wanted)
        _check(after, before, wanted)
        editor.demand(stands)
        actions: list[Action] = write(editor.tenant, book, [wanted])
        if before is None or wanted.version != before.version:
            actions.append(write_version(editor.tenant, wanted, editor.now, editor.subject))
        if (metrics := _by_day(after)) != situation.settings.watched_by_day:
            actions.append(watch_by_day(editor.tenant, metrics, situation.settings_ver))
        return Decision(actions, show_definition(wanted), etag=etag_of(wanted.revision))

    return execute(table, editor.now, key, loaded, decide)


def _numbered(before: Achievement | None, wanted: Achievement) -> Achievement:
    """A definition with its version and revision: those of the one before, where it says the same."""
    if before is None:
        return replace(wanted, version=1, revision=1)
    same = replace(wanted, version=before.version, revision=before.revision)
    if same == before:
        return before
    again = all(getattr(before, name) == getattr(wanted, name) for name in VERSIONED)
    return replace(same, version=before.version + (not again), revision=before.revision + 1)


def _by_day(book: Book) -> frozenset[str]:
    """The metrics that active achievements watch by period, beside those that players keep by day anyway."""
    watched = frozenset(
        threshold.metric
        for each in book.all().values()
        if each.is_active
        for threshold in each.thresholds
        if threshold.within
    )
    return watched - ALWAYS_DAILY


def _check(book: Book, before: Achievement | None, wanted: Achievement) -> None:
    """Holds a change to the limits. book: as it would be."""
    if len(book.own) > MAX_DEFINITIONS:
        raise DomainError(
            "definition-too-large",
            f"{MAX_DEFINITIONS} achievements are defined, and no more are possible. Define one of them anew.",
        )
    if (size := weigh(wanted)) > MAX_BYTES:
        raise DomainError(
            "definition-too-large", f"It has {size} bytes; at most {MAX_BYTES} are possible. Shorten texts or criteria."
        )
    if before and _period_of(before) != _period_of(wanted):
        raise _invalid(
            "repeat", f"cannot become another period, or none. Archive {wanted.id}, and define another under a new id"
        )
    _check_prerequisites(book, wanted)
    if len(metrics := _by_day(book)) > MAX_BY_DAY:
        raise _invalid(
            "criteria",
            f"{', '.join(sorted(metrics))} would be watched by period; at most {MAX_BY_DAY} metrics can be."
            " Use one of the others, or archive what watches one of them",
        )


def _period_of(achievement: Achievement) -> Every | None:
    repeat = achievement.repeat
    return repeat.every if repeat and repeat.every is not Every.THRESHOLD else None


def _check_prerequisites(book: Book, wanted: Achievement) -> None:
    every = book.all()
    if unknown := [each for each in wanted.prerequisites if each not in every]:
        raise _invalid("prerequisites", f"there is no achievement {', '.join(unknown)}. Define it first")
    if periodic := [each for each in wanted.prerequisites if _period_of(every[each])]:
        raise _invalid(
            "prerequisites",
            f"{', '.join(periodic)} is unlocked anew in each period. Name one that is unlocked once, or by thresholds",
        )
    edges = {each.id: each.prerequisites for each in every.values()}
    if way := cycle(wanted.id, wanted.prerequisites, edges):
        raise DomainError(
            "circular-prerequisites",
            f"prerequisites go in a circle: {' > '.join(way)}. Nobody could unlock any of them: leave one out.",
            cycle=list(way),
        )


def _invalid(field: str, message: str) -> DomainError:
    errors: list[dict[str, Any]] = [{"field": field, "message": message}]
    return DomainError("invalid-body", f"Mend this field: {field}: {message}.", errors=errors)
