"""An experience as JSON: as it is stored, how large that is, and when two are the same."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cairn.catalog.experience import Block, Criteria, Definition, Experience, MoveOn, Page, Place, Question, Status
from cairn.platform.errors import DomainError
from cairn.platform.instants import iso
from cairn.platform.text import compact

KB = 1024
MAX_OUTLINE_BYTES = 300 * KB
MAX_PAGE_BYTES = 300 * KB
# The outline is written twice; with the contents and the entry it must fit into a transaction's 4 MB.
MAX_DEFINITION_BYTES = 3 * KB * KB

# What Cairn adds to a definition: two that differ in these only are the same.
ADDED = frozenset({"version", "status", "created_at", "created_by", "updated_at", "buckets", "revision", "edition"})


def to_json(experience: Experience) -> dict[str, Any]:
    """The definition as the table has it: what is not the default."""
    stored: dict[str, Any] = _lean(experience)
    return stored


def _lean(value: Any) -> Any:
    if is_dataclass(value):
        parts = ((each, getattr(value, each.name)) for each in fields(value) if each.init)
        return {each.name: _lean(part) for each, part in parts if part != _default(each)}
    if isinstance(value, tuple):
        return [_lean(each) for each in value]
    if isinstance(value, datetime):
        return iso(value)
    return dict(value) if isinstance(value, Mapping) else value


def _default(of: Any) -> Any:
    return of.default if of.default_factory is MISSING else of.default_factory()


def from_json(stored: Mapping[str, Any]) -> Experience:
    """The experience that `to_json` was given."""
    given = dict(stored)
    parts: Mapping[str, Callable[[Any], Any]] = {
        "status": Status,
        "move_on": MoveOn,
        "criteria": _criteria,
        "place": lambda place: Place(**place) if place else None,
        "pages": lambda pages: tuple(_page(page) for page in pages),
        "tags": tuple,
        "prerequisites": tuple,
        "created_at": _instant,
        "updated_at": _instant,
    }
    given |= {name: make(given[name]) for name, make in parts.items() if name in given}
    return Experience(**given)


def _instant(shown: str | None) -> datetime | None:
    return datetime.fromisoformat(shown) if shown else None


def _criteria(stored: Mapping[str, Any]) -> Criteria:
    return Criteria(**{**stored, "required_outputs": tuple(stored.get("required_outputs", ()))})


def _page(stored: Mapping[str, Any]) -> Page:
    return Page(**{**stored, "blocks": tuple(_block(block) for block in stored.get("blocks", ()))})


def _block(stored: Mapping[str, Any]) -> Block:
    given = dict(stored)
    if "move_on" in given:
        given["move_on"] = MoveOn(given["move_on"])
    if "questions" in given:
        asked = given["questions"]
        given["questions"] = tuple(Question(**{**each, "answers": tuple(each["answers"])}) for each in asked)
    return Block(**given)


def weigh(definition: Definition) -> tuple[str, int]:
    """A hash of what an operator wrote, and its size in bytes.

    Raises:
        DomainError: `definition-too-large` for an outline, a page's content, or a whole that no item or
            transaction holds.
    """
    experience = definition.experience
    written = {name: value for name, value in to_json(experience).items() if name not in ADDED}
    size = len(compact(written).encode())
    if size > MAX_OUTLINE_BYTES:
        raise _too_large(
            "The outline (all but the contents of blocks)",
            size,
            MAX_OUTLINE_BYTES,
            "Shorten titles, texts and answers, or divide the experience into two.",
        )
    for page, contents in zip(experience.pages, definition.contents, strict=True):
        if (of_page := len(compact(contents).encode())) > MAX_PAGE_BYTES:
            raise _too_large(
                f"The content of the page {page.id!r}",
                of_page,
                MAX_PAGE_BYTES,
                "Move blocks to another page, or store what is large elsewhere and send its URL.",
                page_id=page.id,
            )
        size += of_page
    if size > MAX_DEFINITION_BYTES:
        raise _too_large(
            "The definition", size, MAX_DEFINITION_BYTES, "Store what is large elsewhere and send its URL."
        )
    canonical = json.dumps([written, definition.contents], sort_keys=True)
    return sha256(canonical.encode()).hexdigest()[:32], size


def _too_large(what: str, size: int, most: int, instead: str, **extra: Any) -> DomainError:
    return DomainError(
        "definition-too-large",
        f"{what} takes {size} bytes; at most {most} are stored. {instead}",
        size=size,
        limit=most,
        **extra,
    )
