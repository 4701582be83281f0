"""Experiences in the table: immutable versions, the latest of them, a draft, the contents of pages, and the list."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from cairn.catalog.document import from_json, to_json
from cairn.catalog.entry import Entry, Saved
from cairn.catalog.experience import Experience, Shown, Status
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.items import NOT_PERSONAL, CompactJsonAttribute, Item, WholeNumberAttribute
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.platform.transact import Action, Delete, Put

CACHED_SECONDS = 60.0
# Two thousand blocks take some 2 MB in a function's memory.
MAX_CACHED_BLOCKS = 50_000
KIND = "experience"


class ExperienceItem(Item, discriminator="experience"):
    """One version of an experience. It never changes."""

    privacy = NOT_PERSONAL

    version = WholeNumberAttribute()
    definition = CompactJsonAttribute()


class LatestExperienceItem(Item, discriminator="experience-latest"):
    """The latest version once more, where it is found without knowing its number."""

    privacy = NOT_PERSONAL

    version = WholeNumberAttribute()
    definition = CompactJsonAttribute()


class DraftItem(Item, discriminator="experience-draft"):
    """What an operator works on, beside what is published."""

    privacy = NOT_PERSONAL

    ver = WholeNumberAttribute()
    definition = CompactJsonAttribute()


class PageItem(Item, discriminator="experience-page"):
    """What the blocks of one page show, by block id. It changes only while its edition is a draft's."""

    privacy = NOT_PERSONAL

    ver = WholeNumberAttribute()
    contents = CompactJsonAttribute()


class EntryItem(Item, discriminator="experience-entry"):
    """An experience in the list. Its `ver` guards all that is stored of the experience."""

    privacy = NOT_PERSONAL

    ver = WholeNumberAttribute()
    version = WholeNumberAttribute()
    status = UnicodeAttribute()
    published = CompactJsonAttribute(null=True)
    draft = CompactJsonAttribute(null=True)
    prerequisites = CompactJsonAttribute(null=True)
    summary = CompactJsonAttribute()
    created_at = WholeNumberAttribute()
    created_by = UnicodeAttribute(null=True)


class GraphItem(Item, discriminator="experience-graph"):
    """Counts the changes that added a prerequisite anywhere in the tenant."""

    privacy = NOT_PERSONAL

    ver = WholeNumberAttribute()


def latest_key(tenant: str, experience_id: str) -> Key:
    return keys.catalog_latest(tenant, KIND, experience_id)


def entry_key(tenant: str, experience_id: str) -> Key:
    return keys.catalog_entry(tenant, KIND, experience_id)


def draft_key(tenant: str, experience_id: str) -> Key:
    return keys.catalog_draft(tenant, KIND, experience_id)


def unknown_experience(experience_id: str) -> DomainError:
    """The refusal of an id that no published experience has."""
    return DomainError(
        "unknown-experience",
        f"There is no experience {experience_id!r}. An operator defines one with"
        " PUT /api/v1/experiences/{experience_id}.",
    )


class Catalog:
    """A tenant's published experiences. Versions are kept as long as there is room; the latest for 60 s.

    Args:
        table: where they are stored.
        monotonic: gives seconds that only grow.
    """

    def __init__(self, table: Table, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._monotonic = monotonic
        # By tenant, id and version, 0 being the latest; each with when it was read.
        self._kept: OrderedDict[tuple[str, str, int], tuple[float, Experience]] = OrderedDict()
        self._weight = 0

    def find(self, tenant: str, experience_id: str) -> Experience | None:
        """The latest version of an experience, or None."""
        if latest := self._recall((tenant, experience_id, 0), CACHED_SECONDS):
            return latest
        key = latest_key(tenant, experience_id)
        item = self._table.get_many([key]).get(LatestExperienceItem, key)
        return None if item is None else self._keep((tenant, experience_id, 0), from_json(item.definition))

    def get(self, tenant: str, experience_id: str) -> Experience:
        """The latest version of an experience.

        Raises:
            DomainError: `unknown-experience`.
        """
        experience = self.find(tenant, experience_id)
        if experience is None:
            raise unknown_experience(experience_id)
        return experience

    def version(self, tenant: str, experience_id: str, version: int) -> Experience:
        """One version of an experience, as a player started it.

        Raises:
            DomainError: `unknown-experience`.
        """
        at = (tenant, experience_id, version)
        if known := self._recall(at):
            return known
        latest = self._recall((tenant, experience_id, 0))
        if latest and latest.version == version and latest.status is Status.PUBLISHED:
            return latest
        key = keys.catalog_version(tenant, KIND, experience_id, version)
        item = self._table.get_many([key]).get(ExperienceItem, key)
        if item is None:
            raise DomainError("unknown-experience", f"{experience_id!r} has no version {version}.")
        return self._keep(at, from_json(item.definition))

    def missing(self, tenant: str, experience_ids: Iterable[str]) -> list[str]:
        """Those of some ids that no published experience has."""
        return [each for each in experience_ids if self.find(tenant, each) is None]

    def _recall(self, at: tuple[str, str, int], seconds: float | None = None) -> Experience | None:
        read_at, experience = self._kept.get(at, (0.0, None))
        if experience is None or (seconds is not None and self._monotonic() - read_at >= seconds):
            return None
        self._kept.move_to_end(at)
        return experience

    def _keep(self, at: tuple[str, str, int], experience: Experience) -> Experience:
        if at in self._kept:
            self._weight -= _weight(self._kept.pop(at)[1])
        self._kept[at] = (self._monotonic(), experience)
        self._weight += _weight(experience)
        while self._weight > MAX_CACHED_BLOCKS and len(self._kept) > 1:
            self._weight -= _weight(self._kept.popitem(last=False)[1][1])
        return experience


def _weight(experience: Experience) -> int:
    return 1 + len(experience.blocks)


def from_entry(item: EntryItem) -> Entry:
    """The entry of an item."""
    return Entry(
        id=keys.decode(item.SK.removeprefix(keys.CATALOG_ENTRY_PREFIX)),
        ver=item.ver,
        version=item.version,
        status=Status(item.status),
        published=_saved(item.published),
        draft=_saved(item.draft),
        prerequisites=tuple(item.prerequisites or ()),
        summary=item.summary,
        created_at=from_ms(item.created_at),
        created_by=item.created_by,
    )


def _saved(stored: Mapping[str, Any] | None) -> Saved | None:
    return Saved(**{**stored, "at": from_ms(stored["at"])}) if stored else None


def _stored(saved: Saved | None) -> dict[str, Any] | None:
    return {**asdict(saved), "at": to_ms(saved.at)} if saved else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of one experience, as far as it was asked for. graph: the version of the tenant's graph."""

    entry: Entry
    latest: Experience | None = None
    draft: Experience | None = None
    graph: int = 0

    def holds(self, *, latest: bool, draft: bool) -> bool:
        """Whether the parts are of one moment: a batch read is no snapshot."""
        parts = ((latest, self.latest, self.entry.published), (draft, self.draft, self.entry.draft))
        return all(
            (part.revision if part else 0) == (saved.ver if saved else 0) for asked, part, saved in parts if asked
        )


def load(
    table: Table, tenant: str, experience_id: str, *, latest: bool = False, draft: bool = False, graph: bool = False
) -> Standing:
    """What stands of an experience, in one consistent round trip; an entry with `ver` 0 where nothing does.

    Raises:
        Busy: it was changed at each look.
    """
    patience = table.patience()
    while not (standing := _load(table, tenant, experience_id, latest, draft, graph)).holds(latest=latest, draft=draft):
        patience.wait()
    return standing


def _load(table: Table, tenant: str, experience_id: str, latest: bool, draft: bool, graph: bool) -> Standing:
    at = entry_key(tenant, experience_id)
    latest_at, draft_at = latest_key(tenant, experience_id), draft_key(tenant, experience_id)
    graph_at = keys.catalog_graph(tenant, KIND)
    wanted = [at, *([latest_at] * latest), *([draft_at] * draft), *([graph_at] * graph)]
    items = table.get_many(wanted)
    entry, newest = items.get(EntryItem, at), items.get(LatestExperienceItem, latest_at)
    drafted, counted = items.get(DraftItem, draft_at), items.get(GraphItem, graph_at)
    return Standing(
        entry=from_entry(entry) if entry else Entry(experience_id),
        latest=from_json(newest.definition) if newest else None,
        draft=from_json(drafted.definition) if drafted else None,
        graph=counted.ver if counted else 0,
    )


def load_entries(table: Table, tenant: str, ids: Iterable[str]) -> dict[str, Entry]:
    """The entries of those experiences that there are, consistently read."""
    items = table.get_many(entry_key(tenant, each) for each in ids)
    entries = [from_entry(EntryItem.parse(raw)) for raw in items.raw.values()]
    return {each.id: each for each in entries}


def load_outlines(table: Table, tenant: str, ids: Iterable[str], *, drafts: bool) -> dict[str, Experience]:
    """The latest versions, or the drafts, of those experiences that have one."""
    item_type, key = (DraftItem, draft_key) if drafts else (LatestExperienceItem, latest_key)
    items = table.get_many(key(tenant, each) for each in ids)
    found = [from_json(item_type.parse(raw).definition) for raw in items.raw.values()]
    return {each.id: each for each in found}


def load_contents(table: Table, tenant: str, wanted: Sequence[tuple[Experience, int]]) -> list[Shown] | None:
    """What the blocks of pages show: of each experience the page of that number.

    Returns:
        The contents by block id; None where a draft was saved again since its outline was read.
    """
    at = [_page_key(tenant, each.id, each.edition, number) for each, number in wanted]
    drafts = any(each.status is Status.DRAFT for each, _ in wanted)
    items = table.get_many(at, consistent=drafts)
    if not drafts and len(items.raw) < len(set(at)):
        items = table.get_many(at)  # published this very moment
    found: list[Shown] = []
    for key, (experience, _) in zip(at, wanted, strict=True):
        item = items.get(PageItem, key)
        if item is None or (experience.status is Status.DRAFT and item.ver != experience.revision):
            return None
        found.append(item.contents)
    return found


def write_entry(tenant: str, before: Entry, after: Entry) -> Put:
    """The write of an entry over the one that was read."""
    assert after.created_at is not None
    item = EntryItem(
        *entry_key(tenant, after.id),
        ver=after.ver,
        version=after.version,
        status=after.status.value,
        published=_stored(after.published),
        draft=_stored(after.draft),
        prerequisites=list(after.prerequisites) or None,
        summary=after.summary,
        created_at=to_ms(after.created_at),
        created_by=after.created_by,
    )
    return Put("entry", item, EntryItem.ver == before.ver if before.ver else EntryItem.absent())


def write_version(tenant: str, experience: Experience) -> Put:
    """The write of a version, which nothing overwrites."""
    item = ExperienceItem(
        *keys.catalog_version(tenant, KIND, experience.id, experience.version),
        version=experience.version,
        definition=to_json(experience),
    )
    return Put("version", item, ExperienceItem.absent())


def write_latest(tenant: str, experience: Experience) -> Put:
    """The write of the latest version; what stands there is guarded by the entry."""
    item = LatestExperienceItem(
        *latest_key(tenant, experience.id), version=experience.version, definition=to_json(experience)
    )
    return Put("latest", item, LatestExperienceItem.replaceable())


def write_draft(tenant: str, experience: Experience, before: Saved | None) -> Put:
    """The write of a draft over the one that was read."""
    item = DraftItem(*draft_key(tenant, experience.id), ver=experience.revision, definition=to_json(experience))
    return Put("draft", item, DraftItem.ver == before.ver if before else DraftItem.absent())


def delete_draft(tenant: str, experience_id: str, draft: Saved) -> Delete:
    """The removal of the draft that was read; its pages are another matter."""
    return Delete("draft", draft_key(tenant, experience_id), DraftItem.ver == draft.ver)


def write_pages(tenant: str, experience: Experience, contents: Sequence[Shown], before: Saved | None) -> list[Action]:
    """The writes of the pages of an edition, and the removal of those that a draft of the same edition had more."""
    return [
        *(
            Put(
                f"page {number}",
                PageItem(
                    *_page_key(tenant, experience.id, experience.edition, number),
                    ver=experience.revision,
                    contents=each,
                ),
                PageItem.replaceable(),
            )
            for number, each in enumerate(contents)
        ),
        *delete_pages(tenant, experience.id, before, len(contents)),
    ]


def delete_pages(tenant: str, experience_id: str, draft: Saved | None, first: int = 0) -> list[Action]:
    """The removal of the pages of a draft from a number on."""
    return [
        Delete(f"page {number}", _page_key(tenant, experience_id, draft.edition, number), PageItem.kind == PageItem)
        for number in range(first, draft.pages if draft else 0)
        if draft
    ]


def _page_key(tenant: str, experience_id: str, edition: int, number: int) -> Key:
    return keys.catalog_page(tenant, KIND, experience_id, edition, number)


def write_graph(tenant: str, ver: int) -> Put:
    """The write that lets one change of prerequisites at a time through."""
    item = GraphItem(*keys.catalog_graph(tenant, KIND), ver=ver + 1)
    return Put("graph", item, GraphItem.ver == ver if ver else GraphItem.absent())
