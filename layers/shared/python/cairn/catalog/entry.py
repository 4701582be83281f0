"""What the list holds of an experience: small, written with each change, and what the next change is decided on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cairn.catalog.experience import Experience, Status

ANY = "any"


@dataclass(frozen=True, slots=True)
class Saved:
    """A definition that is kept beside its entry.

    digest: equal where two definitions are. size: bytes of outline and contents. pages: how many contents there are.
    edition: under which they are stored. ver: of the entry that it was saved with. at: when that was.
    """

    digest: str
    size: int
    pages: int
    edition: int
    ver: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One experience.

    ver: counts its changes; 0 where nothing is stored yet. version: the latest that was published, 0 for none.
    prerequisites: of what is published. summary: what the list shows, of what is published, else of the draft.
    """

    id: str
    ver: int = 0
    version: int = 0
    status: Status = Status.DRAFT
    published: Saved | None = None
    draft: Saved | None = None
    prerequisites: tuple[str, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    created_by: str | None = None

    @property
    def updated_at(self) -> datetime | None:
        """When what the summary tells of was saved."""
        saved = self.published or self.draft
        return saved.at if saved else None


def summary_of(experience: Experience) -> dict[str, Any]:
    """What the list shows of an experience and filters by."""
    return {
        "name": experience.name,
        "kind": experience.kind,
        "category": experience.category,
        "tags": list(experience.tags),
        "language": experience.language,
        "difficulty": experience.difficulty,
        "min_level": experience.min_level,
        "primary_quadrant": experience.primary_quadrant,
        "xp_reward": experience.xp_reward,
        "estimated_duration_minutes": experience.estimated_duration_minutes,
        "location_required": experience.location_required,
        "blocks": len(experience.blocks),
    }


@dataclass(frozen=True, slots=True)
class Filter:
    """Which experiences a list is of; what is None is not asked for.

    language: a range (RFC 4647, 3.3.1): `pt` lets `pt-BR` through too. status: `draft` means those with a draft,
    published before or not.
    """

    kind: str | None = None
    category: str | None = None
    tag: str | None = None
    language: str | None = None
    difficulty: int | None = None
    min_level_at_most: int | None = None
    status: str = Status.PUBLISHED

    @property
    def thins(self) -> bool:
        """Whether few of many may come through, so that one query had better look at all that it can."""
        return self not in (Filter(), Filter(status=ANY))

    def lets_through(self, entry: Entry) -> bool:
        """Whether an experience is in the list."""
        told = entry.summary
        return (
            self._in_status(entry)
            and self.kind in (None, told["kind"])
            and self.category in (None, told["category"])
            and (self.tag is None or self.tag in told["tags"])
            and (self.language is None or speaks(told["language"], self.language))
            and self.difficulty in (None, told["difficulty"])
            and (self.min_level_at_most is None or told["min_level"] <= self.min_level_at_most)
        )

    def _in_status(self, entry: Entry) -> bool:
        if self.status == Status.DRAFT:
            return entry.draft is not None
        return self.status in (ANY, entry.status)


def speaks(language: str | None, wanted: str) -> bool:
    """Whether a language tag is in a range: the same, or the same and more, whatever its case."""
    return f"{language or ''}-".lower().startswith(f"{wanted}-".lower())
