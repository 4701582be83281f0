"""A player's notes and reflection about an experience: text that two of their devices may edit."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.preconditions import Demand, etag_of
from cairn.platform.table import Table
from cairn.progress import storage
from cairn.progress.read import no_progress
from cairn.progress.storage import NotesItem, ProgressItem
from cairn.tenants.settings import TenantSettings


def find(table: Table, tenant: str, player: str, experience: str) -> NotesItem | None:
    """What was written, or None."""
    key = keys.notes(tenant, player, experience)
    return table.get_many([key]).get(NotesItem, key)


def etag(notes: NotesItem | None) -> str | None:
    """The ETag of what was written."""
    return etag_of(notes.ver) if notes else None


def show(player: str, experience: str, notes: NotesItem | None) -> dict[str, Any]:
    """Notes and reflection as the API shows them."""
    return {
        "player_id": player,
        "experience_id": experience,
        "notes": (notes.notes if notes else None) or "",
        "reflection": (notes.reflection if notes else None) or "",
    }


def write_notes(
    table: Table, tenant: str, player: str, experience: str, text: str, demand: Demand, now: datetime
) -> Answer:
    """Replaces the notes. What stands already is not written again.

    Raises:
        DomainError: `precondition-failed`.
    """

    def decide(standing: NotesItem | None) -> Decision:
        if standing and (standing.notes or "") == text:
            return Decision([], show(player, experience, standing), etag=etag(standing))
        demand(etag(standing))
        written = storage.written_notes(tenant, player, experience, standing, notes=text)
        return Decision([storage.write_notes(written)], show(player, experience, written), etag=etag(written))

    return execute(table, now, None, lambda: find(table, tenant, player, experience), decide)


def write_reflection(
    table: Table,
    settings: TenantSettings,
    tenant: str,
    player: str,
    experience: str,
    text: str,
    demand: Demand,
    now: datetime,
) -> Answer:
    """Replaces the reflection; with one, completion no longer asks for it. What stands already is not written again.

    Raises:
        DomainError: `no-progress`, `precondition-failed`.
    """
    key, head_key = keys.notes(tenant, player, experience), keys.progress(tenant, player, experience)

    def load() -> tuple[NotesItem | None, ProgressItem | None]:
        items = table.get_many([key, head_key])
        return items.get(NotesItem, key), items.get(ProgressItem, head_key)

    def decide(stored: tuple[NotesItem | None, ProgressItem | None]) -> Decision:
        standing, item = stored
        if item is None:
            raise no_progress(experience)
        head = storage.from_item(item)
        if standing and (standing.reflection or "") == text and head.reflected == bool(text):
            return Decision([], show(player, experience, standing), etag=etag(standing))
        demand(etag(standing))
        written = storage.written_notes(tenant, player, experience, standing, reflection=text)
        writes = [
            storage.write_notes(written),
            storage.write_progress(tenant, player, replace(head, reflected=bool(text)), settings),
        ]
        return Decision(writes, show(player, experience, written), etag=etag(written))

    return execute(table, now, None, load, decide)
