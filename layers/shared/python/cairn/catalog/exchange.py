"""Carrying experiences from one tenant to another: export in the form that import takes, and import."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cairn.catalog.change import Editor, define
from cairn.catalog.entry import Entry
from cairn.catalog.experience import Definition, Experience, Status
from cairn.catalog.read import form, up_to
from cairn.catalog.rules import arrange, circular
from cairn.catalog.storage import KIND, EntryItem, from_entry, load_contents, load_outlines
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.paging import read_cursor, write_cursor
from cairn.platform.table import Table
from cairn.platform.transact import ConditionsFailed, transact

EXPORT_ENTRIES = 25
# A single definition may be larger; beyond it an answer holds one.
EXPORT_BYTES = 1024 * 1024
AGAIN = frozenset({"circular-prerequisites", "unknown-experience"})


def export(table: Table, tenant: str, cursor: str, *, drafts: bool) -> dict[str, Any]:
    """Whole definitions, with contents, in the form that a PUT and an import take: by id, as many as fit.

    Args:
        drafts: the drafts, in place of what is published or archived.

    Raises:
        DomainError: `invalid-parameter` for what is no cursor.
        Busy: drafts were saved again at each look.
    """
    partition, prefix = keys.catalog_list(tenant, KIND), keys.CATALOG_ENTRY_PREFIX
    after = read_cursor(cursor, partition, prefix)
    patience = table.patience()
    while True:
        found = table.query(partition, prefix=prefix, limit=EXPORT_ENTRIES, after=after, consistent=True)
        wanted: list[Entry] = []
        size = 0
        for number, raw in enumerate(found.items):
            entry = from_entry(EntryItem.parse(raw))
            if (saved := entry.draft if drafts else entry.published) is None:
                continue
            size += saved.size
            if wanted and size > EXPORT_BYTES:
                found = up_to(found, number - 1)
                break
            wanted.append(entry)
        definitions = _definitions(table, tenant, [each.id for each in wanted], drafts=drafts)
        if definitions is not None:
            return {"experiences": definitions, **write_cursor(found)}
        patience.wait()


def _definitions(table: Table, tenant: str, ids: Sequence[str], *, drafts: bool) -> list[dict[str, Any]] | None:
    """Definitions with contents; None where a draft was saved again in between."""
    outlines = load_outlines(table, tenant, ids, drafts=drafts)
    found = [outlines[each] for each in ids if each in outlines]
    pages = [(each, number) for each in found for number in range(len(each.pages))]
    contents = load_contents(table, tenant, pages)
    if contents is None:
        return None
    left = iter(contents)
    return [form(each, [next(left) for _ in each.pages]) for each in found]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one definition of an import: what was done, or the refusal."""

    id: str
    outcome: dict[str, Any] | DomainError
    replayed: bool = False


def bring_in(
    table: Table, editor: Editor, definitions: Sequence[tuple[str, Definition | DomainError]], key: IdempotencyKey
) -> list[Imported]:
    """Defines many experiences, each in a transaction of its own. Their order says nothing.

    A prerequisite may be in the same import. A retry under the same key answers for each what was done before, and
    goes on where a killed run ended.

    Args:
        definitions: each under its id, or why it is none.

    Returns:
        A result for each, in their order.

    Raises:
        DomainError: `idempotency-key-reused` for another import under the same key.
    """
    _claim(table, editor, key)
    results = dict(enumerate(_refused_at_sight(definitions)))
    waiting = [number for number in _in_order(definitions) if results[number] is None]
    while waiting:
        for number in waiting:
            identifier, definition = definitions[number]
            assert isinstance(definition, Definition)
            results[number] = _define(table, editor, identifier, definition, key)
        # What was refused may hold by now, as what came after it took a prerequisite away.
        again = [number for number in waiting if _worth_another_look(results[number])]
        waiting = again if len(again) < len(waiting) else []
    return [each for _, each in sorted(results.items()) if each]


def _claim(table: Table, editor: Editor, key: IdempotencyKey) -> None:
    """Binds the key to this import before anything of it is written."""
    try:
        transact(table, [key.guard({}, editor.now)])
    except ConditionsFailed as failed:
        if raw := failed.items["idempotency"]:
            key.replay(raw)


def _refused_at_sight(definitions: Sequence[tuple[str, Definition | DomainError]]) -> list[Imported | None]:
    """Those that are no definition, stand twice, or are on a circle among themselves; None for the rest."""
    sound = [each for _, each in definitions if isinstance(each, Definition)]
    standing = [_stands_as(each.experience) for each in sound]
    edges = {each.experience.id: each.experience.prerequisites for each in sound if not _drafted(each)}
    _, circles = arrange(edges)
    results: list[Imported | None] = []
    for identifier, each in definitions:
        refused: DomainError | None = None
        if isinstance(each, DomainError):
            refused = each
        elif standing.count(_stands_as(each.experience)) > 1:
            refused = DomainError("invalid-body", f"id: {identifier!r} stands more than once here. Send one of them.")
        elif identifier in circles and not _drafted(each):
            refused = circular(circles[identifier])
        results.append(Imported(identifier, refused) if refused else None)
    return results


def _stands_as(experience: Experience) -> tuple[str, bool]:
    """Of one experience an import may hold what is published, and a draft."""
    return experience.id, experience.status is Status.DRAFT


def _drafted(definition: Definition) -> bool:
    return definition.experience.status is Status.DRAFT


def _in_order(definitions: Sequence[tuple[str, Definition | DomainError]]) -> list[int]:
    """Numbers of definitions: each after its prerequisites, and drafts last, as publishing would remove them."""
    numbers = {
        (_drafted(each), each.experience.id): number
        for number, (_, each) in enumerate(definitions)
        if isinstance(each, Definition)
    }
    edges = {
        each.experience.id: each.experience.prerequisites
        for _, each in definitions
        if isinstance(each, Definition) and not _drafted(each)
    }
    order, _ = arrange(edges)
    drafts = sorted(identifier for drafted, identifier in numbers if drafted)
    return [*(numbers[False, each] for each in order), *(numbers[True, each] for each in drafts)]


def _define(table: Table, editor: Editor, identifier: str, definition: Definition, key: IdempotencyKey) -> Imported:
    own = replace(key, value=f"{key.value}#{definition.experience.status.value}#{identifier}")
    try:
        answer = define(table, editor, definition, key=own)
    except DomainError as error:
        return Imported(identifier, error)
    return Imported(identifier, answer.body, answer.replayed)


def _worth_another_look(result: Imported | None) -> bool:
    return result is not None and isinstance(result.outcome, DomainError) and result.outcome.code in AGAIN
