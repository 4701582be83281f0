"""Changing an experience: defining it, as a draft or for everybody, publishing a draft, archiving."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from cairn.catalog.document import weigh
from cairn.catalog.entry import Entry, Saved, summary_of
from cairn.catalog.experience import Definition, Experience, Shown, Status
from cairn.catalog.rules import circular
from cairn.catalog.storage import (
    Standing,
    delete_draft,
    delete_pages,
    load,
    load_entries,
    unknown_experience,
    write_draft,
    write_entry,
    write_graph,
    write_latest,
    write_pages,
    write_version,
)
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.graph import cycle
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.preconditions import Demand, etag_of
from cairn.platform.table import Table
from cairn.platform.transact import Action


def nothing(etag: str | None) -> None:
    """Demands nothing of what stands."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes an experience, when, and on what conditions.

    demand: holds a change to If-Match and If-None-Match. demand_new: to If-None-Match alone, which concerns a
    definition that stands already too.
    """

    tenant: str
    now: datetime
    subject: str | None = None
    demand: Demand = nothing
    demand_new: Demand = nothing


class Result(StrEnum):
    """What became of a definition."""

    CREATED = "created"
    NEW_VERSION = "new_version"
    STATUS_CHANGED = "status_changed"
    DRAFT_SAVED = "draft_saved"
    DRAFT_REMOVED = "draft_removed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A change, decided: what became of it, the entry and the experience that then stand, and what to write."""

    result: Result
    entry: Entry
    experience: Experience
    actions: Sequence[Action] = ()


type Tell = Callable[[Outcome], dict[str, Any]]
"""Makes the answer of an outcome."""


def told(outcome: Outcome) -> dict[str, Any]:
    """What became of a definition, in a few words."""
    return {
        "id": outcome.entry.id,
        "result": outcome.result.value,
        "version": outcome.entry.version,
        "status": outcome.experience.status.value,
        "revision": outcome.entry.ver,
    }


@dataclass(frozen=True, slots=True)
class Situation:
    """What a change is decided on. known: entries that can be reached over prerequisites, by id."""

    standing: Standing
    known: Mapping[str, Entry] = field(default_factory=dict)


def define(
    table: Table, editor: Editor, definition: Definition, tell: Tell = told, key: IdempotencyKey | None = None
) -> Answer:
    """Stores a definition: as the draft, or as the version that holds from now on. The same again changes nothing.

    Raises:
        DomainError: `definition-too-large`, `precondition-failed`, `circular-prerequisites`, or
            `unknown-experience` for prerequisites that are not published.
    """
    experience = definition.experience
    digest, size = weigh(definition)

    def loaded() -> Situation:
        prerequisites = experience.prerequisites if experience.status is not Status.DRAFT else ()
        standing = load(table, editor.tenant, experience.id, graph=bool(prerequisites))
        published = standing.entry.published
        if published and published.digest == digest and experience.status not in (Status.DRAFT, standing.entry.status):
            standing = load(table, editor.tenant, experience.id, latest=True)
        return _with_known(table, editor.tenant, standing, prerequisites)

    def decide(situation: Situation) -> Decision:
        entry = situation.standing.entry
        saved = Saved(digest, size, len(experience.pages), _edition(entry), entry.ver + 1, editor.now)
        wanted = replace(
            experience,
            created_at=entry.created_at or editor.now,
            created_by=entry.created_by or (editor.subject if not entry.ver else None),
            updated_at=editor.now,
            revision=entry.ver + 1,
            edition=saved.edition,
        )
        if experience.status is Status.DRAFT:
            outcome = _draft(editor, entry, wanted, saved, definition.contents)
        elif entry.published and entry.published.digest == digest:
            outcome = _stand(editor, situation.standing, wanted)
        else:
            outcome = _publish(editor, situation, wanted, saved, definition.contents)
        return _decision(editor, entry, outcome, tell)

    return execute(table, editor.now, key, loaded, decide)


def publish(table: Table, editor: Editor, experience_id: str, key: IdempotencyKey) -> Answer:
    """Publishes the draft; without one, an archived experience as it was.

    Raises:
        DomainError: `unknown-experience`, `no-draft`, or what `define` raises.
    """

    def loaded() -> Situation:
        standing = load(table, editor.tenant, experience_id, draft=True, graph=True)
        if standing.draft is None and standing.entry.status is Status.ARCHIVED:
            standing = load(table, editor.tenant, experience_id, latest=True, draft=True)
        return _with_known(table, editor.tenant, standing, standing.draft.prerequisites if standing.draft else ())

    def decide(situation: Situation) -> Decision:
        standing = situation.standing
        entry = _existing(standing)
        if standing.draft and entry.draft:
            wanted = replace(standing.draft, status=Status.PUBLISHED, updated_at=editor.now, revision=entry.ver + 1)
            saved = replace(entry.draft, ver=entry.ver + 1, at=editor.now)
            outcome = _publish(editor, situation, wanted, saved, None)
        elif standing.latest and entry.status is Status.ARCHIVED:
            outcome = _stand(editor, standing, replace(standing.latest, status=Status.PUBLISHED))
        else:
            raise DomainError(
                "no-draft",
                f"{experience_id!r} has no draft, and what is published stands."
                " Save one first: PUT the definition with status draft.",
            )
        return _decision(editor, entry, outcome)

    return execute(table, editor.now, key, loaded, decide)


def archive(table: Table, editor: Editor, experience_id: str, key: IdempotencyKey) -> Answer:
    """Archives what is published: nobody new starts it, and the list shows it on request only. A draft stays.

    Raises:
        DomainError: `unknown-experience`, `not-published`, `precondition-failed`.
    """

    def decide(standing: Standing) -> Decision:
        entry = _existing(standing)
        if standing.latest is None:
            raise DomainError(
                "not-published",
                f"{experience_id!r} is a draft, which nobody can start. Publish it before archiving it.",
            )
        outcome = _stand(editor, standing, replace(standing.latest, status=Status.ARCHIVED))
        return _decision(editor, entry, outcome)

    return execute(table, editor.now, key, lambda: load(table, editor.tenant, experience_id, latest=True), decide)


def _existing(standing: Standing) -> Entry:
    if not standing.entry.ver:
        raise unknown_experience(standing.entry.id)
    return standing.entry


def _edition(entry: Entry) -> int:
    """Where contents go: in the place of the draft's, which then is no more, or to a new one."""
    return entry.draft.edition if entry.draft else entry.ver + 1


def _decision(editor: Editor, before: Entry, outcome: Outcome, tell: Tell = told) -> Decision:
    stands = etag_of(before.ver) if before.ver else None
    if outcome.actions:
        editor.demand(stands)
    else:
        editor.demand_new(stands)
    return Decision(outcome.actions, tell(outcome), etag=etag_of(outcome.entry.ver))


def _draft(editor: Editor, entry: Entry, wanted: Experience, saved: Saved, contents: Sequence[Shown]) -> Outcome:
    """Keeps a draft. One that says what is published is none."""
    if entry.published and entry.published.digest == saved.digest:
        stands = replace(wanted, status=entry.status, version=entry.version, updated_at=entry.published.at)
        if entry.draft is None:
            return Outcome(Result.UNCHANGED, entry, stands)
        after = replace(entry, ver=entry.ver + 1, draft=None)
        return Outcome(
            Result.DRAFT_REMOVED, after, stands, [write_entry(editor.tenant, entry, after), *_no_draft(editor, entry)]
        )
    drafted = replace(wanted, version=entry.version)
    if entry.draft and entry.draft.digest == saved.digest:
        return Outcome(Result.UNCHANGED, entry, replace(drafted, updated_at=entry.draft.at))
    after = replace(
        entry,
        ver=entry.ver + 1,
        draft=saved,
        summary=entry.summary if entry.published else summary_of(wanted),
        created_at=wanted.created_at,
        created_by=wanted.created_by,
    )
    actions = [
        write_entry(editor.tenant, entry, after),
        write_draft(editor.tenant, drafted, entry.draft),
        *write_pages(editor.tenant, drafted, contents, entry.draft),
    ]
    return Outcome(Result.DRAFT_SAVED, after, drafted, actions)


def _no_draft(editor: Editor, entry: Entry) -> list[Action]:
    """The removal of a draft and all its pages."""
    if entry.draft is None:
        return []
    return [delete_draft(editor.tenant, entry.id, entry.draft), *delete_pages(editor.tenant, entry.id, entry.draft)]


def _publish(
    editor: Editor, situation: Situation, wanted: Experience, saved: Saved, contents: Sequence[Shown] | None
) -> Outcome:
    """A new version, which takes the draft's place. contents: None where the draft's pages are its own."""
    entry = situation.standing.entry
    added = _added(entry, wanted.prerequisites)
    _check(wanted, added, situation.known)
    version = replace(wanted, version=entry.version + 1, status=Status.PUBLISHED)
    after = replace(
        entry,
        ver=entry.ver + 1,
        version=version.version,
        status=wanted.status,
        published=saved,
        draft=None,
        prerequisites=wanted.prerequisites,
        summary=summary_of(wanted),
        created_at=wanted.created_at,
        created_by=wanted.created_by,
    )
    latest = replace(version, status=wanted.status)
    actions: list[Action] = [
        write_entry(editor.tenant, entry, after),
        write_version(editor.tenant, version),
        write_latest(editor.tenant, latest),
        *([write_graph(editor.tenant, situation.standing.graph)] if added else []),
        *([delete_draft(editor.tenant, entry.id, entry.draft)] if entry.draft else []),
        *(write_pages(editor.tenant, version, contents, entry.draft) if contents is not None else []),
    ]
    return Outcome(Result.NEW_VERSION if entry.version else Result.CREATED, after, latest, actions)


def _stand(editor: Editor, standing: Standing, wanted: Experience) -> Outcome:
    """What is published stands as it is; its status may change."""
    entry = standing.entry
    assert entry.published is not None
    if wanted.status is entry.status:
        return Outcome(Result.UNCHANGED, entry, replace(wanted, version=entry.version, updated_at=entry.published.at))
    assert standing.latest is not None
    after = replace(
        entry,
        ver=entry.ver + 1,
        status=wanted.status,
        published=replace(entry.published, ver=entry.ver + 1, at=editor.now),
    )
    latest = replace(standing.latest, status=wanted.status, revision=after.ver, updated_at=editor.now)
    actions = [write_entry(editor.tenant, entry, after), write_latest(editor.tenant, latest)]
    return Outcome(Result.STATUS_CHANGED, after, latest, actions)


def _added(entry: Entry, prerequisites: Sequence[str]) -> list[str]:
    """Prerequisites that what is published does not have yet: only these can close a circle."""
    return [each for each in prerequisites if each not in entry.prerequisites]


def _with_known(table: Table, tenant: str, standing: Standing, prerequisites: Sequence[str]) -> Situation:
    """Reads the entries behind the prerequisites that are new, one batch a level.

    The version of the graph was read before them: no prerequisite that is added meanwhile goes unseen, as the
    graph's version is written with it.
    """
    known: dict[str, Entry] = {}
    itself = {standing.entry.id}
    level = set(_added(standing.entry, prerequisites)) - itself
    while level:
        found = load_entries(table, tenant, level)
        known |= found
        level = {more for each in found.values() for more in each.prerequisites} - known.keys() - itself
    return Situation(standing, known)


def _check(wanted: Experience, added: Sequence[str], known: Mapping[str, Entry]) -> None:
    if way := cycle(wanted.id, added, {each: entry.prerequisites for each, entry in known.items()}):
        raise circular(way)
    unpublished = [each for each in added if each not in known or not known[each].version]
    if unpublished:
        raise DomainError(
            "unknown-experience",
            f"prerequisites are not published yet: {', '.join(unpublished)}. Publish them first,"
            " or keep this as a draft (status draft).",
        )
