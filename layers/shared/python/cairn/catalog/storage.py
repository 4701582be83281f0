"""Experiences in the table: immutable versions, and the latest of them, cached in a function's memory."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from pynamodb.attributes import JSONAttribute

from cairn.catalog.experience import Block, Criteria, Experience, MoveOn, Page, Place, Question, Status
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import iso
from cairn.platform.items import NOT_PERSONAL, Item, WholeNumberAttribute
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.platform.transact import Action, Put

CACHED_SECONDS = 60.0
KIND = "experience"


class ExperienceItem(Item, discriminator="experience"):
    """One version of an experience. It never changes."""

    privacy = NOT_PERSONAL

    version = WholeNumberAttribute()
    definition = JSONAttribute()


class LatestExperienceItem(Item, discriminator="experience-latest"):
    """The latest version once more, where it is found without knowing its number."""

    privacy = NOT_PERSONAL

    version = WholeNumberAttribute()
    definition = JSONAttribute()


def version_key(tenant: str, experience_id: str, version: int) -> Key:
    return Key(keys.catalog_partition(tenant, KIND, experience_id), f"V#{version:06d}")


def latest_key(tenant: str, experience_id: str) -> Key:
    return Key(keys.catalog_partition(tenant, KIND, experience_id), "LATEST")


def to_json(experience: Experience) -> dict[str, Any]:
    """The definition as the table has it, and operators see it."""
    stored = asdict(experience)
    del stored["blocks"]
    for name in ("created_at", "updated_at"):
        stored[name] = iso(stored[name]) if stored[name] else None
    return stored


def from_json(stored: Mapping[str, Any]) -> Experience:
    """The experience that `to_json` was given."""
    fields = dict(stored)
    fields["status"] = Status(stored["status"])
    fields["move_on"] = MoveOn(stored["move_on"])
    fields["criteria"] = Criteria(
        **{**stored["criteria"], "required_outputs": tuple(stored["criteria"]["required_outputs"])}
    )
    fields["place"] = Place(**stored["place"]) if stored["place"] else None
    fields["pages"] = tuple(
        Page(page["id"], page["title"], tuple(_block(block) for block in page["blocks"])) for page in stored["pages"]
    )
    for name in ("tags", "prerequisites"):
        fields[name] = tuple(stored[name])
    for name in ("created_at", "updated_at"):
        fields[name] = datetime.fromisoformat(stored[name]) if stored[name] else None
    return Experience(**fields)


def _block(stored: Mapping[str, Any]) -> Block:
    questions = tuple(Question(each["id"], tuple(each["answers"]), each["points"]) for each in stored["questions"])
    return Block(**{**stored, "move_on": MoveOn(stored["move_on"]), "questions": questions})


class Catalog:
    """A tenant's experiences. Versions are kept for ever; the latest for 60 s.

    Args:
        table: where they are stored.
        monotonic: gives seconds that only grow.
    """

    def __init__(self, table: Table, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._monotonic = monotonic
        self._latest: dict[tuple[str, str], tuple[float, int]] = {}
        self._versions: dict[tuple[str, str, int], Experience] = {}

    def find(self, tenant: str, experience_id: str) -> Experience | None:
        """The latest version of an experience, or None."""
        kept = self._latest.get((tenant, experience_id))
        if kept and self._monotonic() - kept[0] < CACHED_SECONDS:
            return self._versions[tenant, experience_id, kept[1]]
        key = latest_key(tenant, experience_id)
        item = self._table.get_many([key]).get(LatestExperienceItem, key)
        if item is None:
            return None
        experience = from_json(item.definition)
        self._versions[tenant, experience_id, experience.version] = experience
        self._latest[tenant, experience_id] = (self._monotonic(), experience.version)
        return experience

    def get(self, tenant: str, experience_id: str) -> Experience:
        """The latest version of an experience.

        Raises:
            DomainError: `unknown-experience`.
        """
        experience = self.find(tenant, experience_id)
        if experience is None:
            raise DomainError(
                "unknown-experience",
                f"There is no experience {experience_id!r}. An operator defines one with"
                " PUT /api/v1/experiences/{experience_id}.",
            )
        return experience

    def version(self, tenant: str, experience_id: str, version: int) -> Experience:
        """One version of an experience, as a player started it."""
        known = self._versions.get((tenant, experience_id, version))
        if known is None:
            key = version_key(tenant, experience_id, version)
            item = self._table.get_many([key]).get(ExperienceItem, key)
            if item is None:
                raise DomainError("unknown-experience", f"{experience_id!r} has no version {version}.")
            known = self._versions[tenant, experience_id, version] = from_json(item.definition)
        return known

    def missing(self, tenant: str, experience_ids: Iterable[str]) -> list[str]:
        """Those of some ids that no experience has."""
        return [each for each in experience_ids if self.find(tenant, each) is None]


def define(tenant: str, experience: Experience, latest: Experience | None) -> tuple[Experience, list[Action]]:
    """The writes that make a definition the latest version; none where nothing differs from it.

    Returns:
        The experience with its version number, and the actions.
    """
    if latest and replace(experience, version=latest.version) == latest:
        return latest, []
    experience = replace(experience, version=latest.version + 1 if latest else 1)
    item = ExperienceItem(
        *version_key(tenant, experience.id, experience.version),
        version=experience.version,
        definition=to_json(experience),
    )
    newest = LatestExperienceItem(
        *latest_key(tenant, experience.id), version=experience.version, definition=to_json(experience)
    )
    was = LatestExperienceItem.version == latest.version if latest else LatestExperienceItem.absent()
    return experience, [
        Put("experience", item, ExperienceItem.absent()),
        Put("latest", newest, was),
    ]
