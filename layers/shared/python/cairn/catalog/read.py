"""Reading the catalogue: one experience, one page of it, its versions, and the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cairn.catalog.document import from_json
from cairn.catalog.entry import Entry, Filter
from cairn.catalog.experience import Block, Experience, Page, Shown
from cairn.catalog.storage import (
    KIND,
    Catalog,
    EntryItem,
    ExperienceItem,
    from_entry,
    load,
    load_contents,
    unknown_experience,
)
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import iso
from cairn.platform.paging import read_cursor, read_page, write_cursor
from cairn.platform.table import Page as Found
from cairn.platform.table import Table


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. answers: sees what is right. edits: sees drafts, who wrote what, and what stands this moment."""

    tenant: str
    answers: bool
    edits: bool


@dataclass(frozen=True, slots=True)
class Which:
    """Which state of an experience: a version, the draft, or (neither) the latest version."""

    version: int | None = None
    draft: bool = False


LATEST = Which()


def form(experience: Experience, contents: Sequence[Shown] = (), *, answers: bool = True) -> dict[str, Any]:
    """The definition in the form in which it is sent. contents: page by page; without them blocks have none."""
    place, criteria = experience.place, experience.criteria
    pages = [
        show_page(page, contents[number] if contents else None, answers=answers)
        for number, page in enumerate(experience.pages)
    ]
    return {
        "id": experience.id,
        "name": experience.name,
        "kind": experience.kind,
        "status": experience.status.value,
        "description": experience.description,
        "category": experience.category,
        "tags": list(experience.tags),
        "language": experience.language,
        "difficulty": experience.difficulty,
        "min_level": experience.min_level,
        "required_virtues": dict(experience.required_virtues),
        "prerequisites": list(experience.prerequisites),
        "quadrants": dict(experience.quadrants),
        "primary_quadrant": experience.primary_quadrant,
        "virtue_impacts": dict(experience.virtue_impacts),
        "xp_reward": experience.xp_reward,
        "estimated_duration_minutes": experience.estimated_duration_minutes,
        "completion_criteria": {
            "min_time_minutes": criteria.min_time_minutes,
            "required_outputs": list(criteria.required_outputs),
            "reflection": criteria.reflection,
        },
        "max_mastery_level": experience.max_mastery_level,
        "location": {"lat": place.lat, "lng": place.lng, "radius_meters": place.radius_meters} if place else None,
        "location_required": experience.location_required,
        "move_on": experience.move_on.value,
        "migrates": experience.migrates,
        "expected_contents": experience.expected_contents,
        "pages": pages,
    }


def show_page(page: Page, contents: Shown | None, *, answers: bool) -> dict[str, Any]:
    """A page and its blocks; with what they show, where that is given."""
    blocks = []
    for block in page.blocks:
        shown = show_block(block, answers=answers)
        blocks.append(shown if contents is None else {**shown, "content": contents.get(block.id, {})})
    return {"id": page.id, "title": page.title, "blocks": blocks}


def show_block(block: Block, *, answers: bool) -> dict[str, Any]:
    """A block without its content. answers: whether the right ones are shown."""
    return {
        "id": block.id,
        "type": block.type,
        "title": block.title,
        "required": block.required,
        "move_on": block.move_on.value,
        "passing_score": block.passing_score,
        "questions": [
            {"id": each.id, "points": each.points, **({"answers": list(each.answers)} if answers else {})}
            for each in block.questions
        ],
    }


def show(experience: Experience, revision: int, viewer: Viewer) -> dict[str, Any]:
    """An experience as the API shows it: the definition, and what Cairn knows of it."""
    return {
        **form(experience, answers=viewer.answers),
        "version": experience.version,
        "revision": revision,
        "created_at": _shown(experience.created_at),
        "updated_at": _shown(experience.updated_at),
        **({"created_by": experience.created_by} if viewer.edits else {}),
    }


def show_entry(entry: Entry, viewer: Viewer) -> dict[str, Any]:
    """An experience as the list has it."""
    return {
        "id": entry.id,
        "version": entry.version,
        "status": entry.status.value,
        **entry.summary,
        "prerequisites": list(entry.prerequisites),
        "updated_at": _shown(entry.updated_at),
        **({"has_draft": entry.draft is not None, "revision": entry.ver} if viewer.edits else {}),
    }


def _shown(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None


def find(
    table: Table, catalog: Catalog, viewer: Viewer, experience_id: str, which: Which = LATEST
) -> tuple[Experience, int]:
    """One experience, and the revision that its ETag is made of.

    Who edits sees what stands this moment, and asked for a draft what is published where there is none. Others see
    what is published, as of the last minute.

    Raises:
        DomainError: `unknown-experience`.
    """
    if which.version is not None:
        found = catalog.version(viewer.tenant, experience_id, which.version)
        return found, found.revision
    if not viewer.edits:
        found = catalog.get(viewer.tenant, experience_id)
        return found, found.revision
    standing = load(table, viewer.tenant, experience_id, latest=True, draft=which.draft)
    if stands := standing.draft or standing.latest:
        return stands, standing.entry.ver
    if standing.entry.ver:
        raise DomainError(
            "unknown-experience", f"{experience_id!r} was never published. Its draft is shown with ?draft=true."
        )
    raise unknown_experience(experience_id)


def page(
    table: Table, catalog: Catalog, viewer: Viewer, experience_id: str, page_id: str, which: Which = LATEST
) -> tuple[dict[str, Any], int]:
    """One page with all that its blocks show, and the revision of the experience.

    Raises:
        DomainError: `unknown-experience`, `unknown-page`.
    """
    patience = table.patience()
    while True:
        experience, revision = find(table, catalog, viewer, experience_id, which)
        numbers = [number for number, each in enumerate(experience.pages) if each.id == page_id]
        if not numbers:
            known = ", ".join(repr(each.id) for each in experience.pages[:10]) or "none"
            raise DomainError(
                "unknown-page", f"{experience_id!r} has no page {page_id!r} in this version. Its pages are {known}."
            )
        if contents := load_contents(table, viewer.tenant, [(experience, numbers[0])]):
            shown = show_page(experience.pages[numbers[0]], contents[0], answers=viewer.answers)
            known_as = {"experience_id": experience.id, "version": experience.version}
            return {**known_as, "status": experience.status.value, **shown}, revision
        patience.wait()  # the draft was saved in between: look again


def versions(table: Table, tenant: str, experience_id: str, limit: int, cursor: str) -> dict[str, Any]:
    """The published versions of an experience, newest first.

    Raises:
        DomainError: `unknown-experience`, `invalid-parameter`.
    """
    partition = keys.catalog_partition(tenant, KIND, experience_id)
    found = read_page(table, partition, keys.CATALOG_VERSION_PREFIX, limit, cursor, newest_first=True)
    if not found.items and not cursor and not load(table, tenant, experience_id).entry.ver:
        raise unknown_experience(experience_id)
    told = [from_json(ExperienceItem.parse(raw).definition) for raw in found.items]
    shown = [
        {
            "version": each.version,
            "name": each.name,
            "published_at": _shown(each.updated_at),
            "migrates": each.migrates,
            "pages": len(each.pages),
            "blocks": len(each.blocks),
        }
        for each in told
    ]
    return {"experience_id": experience_id, "versions": shown, **write_cursor(found)}


def experiences(table: Table, viewer: Viewer, wanted: Filter, limit: int, cursor: str) -> dict[str, Any]:
    """A page of the list, by id, as far as one query goes: at most 1 MB is looked at.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
    """
    partition = keys.catalog_list(viewer.tenant, KIND)
    prefix = keys.CATALOG_ENTRY_PREFIX
    after = read_cursor(cursor, partition, prefix)
    found = table.query(partition, prefix=prefix, after=after, limit=None if wanted.thins else limit)
    shown: list[dict[str, Any]] = []
    for number, raw in enumerate(found.items):
        entry = from_entry(EntryItem.parse(raw))
        if wanted.lets_through(entry):
            shown.append(show_entry(entry, viewer))
        if len(shown) == limit:
            found = up_to(found, number)
            break
    return {"experiences": shown, **write_cursor(found)}


def up_to(found: Found, number: int) -> Found:
    """A page of a query, cut off after one of its items."""
    if number == len(found.items) - 1:
        return found
    last = found.items[number]
    return Found(found.items[: number + 1], {"PK": last["PK"], "SK": last["SK"]})
