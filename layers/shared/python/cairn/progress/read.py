"""Reading progress: one experience, all of a player's, and the event log."""

from typing import Any

from cairn.catalog.storage import Catalog
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.paging import Spread, read_page, read_position, read_spread, write_cursor, write_position
from cairn.platform.table import Table
from cairn.progress import storage
from cairn.progress.play import show_progress
from cairn.progress.storage import EventItem, ProgressItem, ContentsItem


def state(table: Table, catalog: Catalog, tenant: str, player: str, experience_id: str) -> dict[str, Any]:
    """A player's progress and content state in one experience.

    Raises:
        DomainError: `unknown-experience`, `no-progress`.
    """
    experience = catalog.get(tenant, experience_id)
    head_key = keys.progress(tenant, player, experience_id)
    page_keys = [keys.contents(tenant, player, experience_id, page) for page in range(experience.buckets)]
    items = table.get_many([head_key, *page_keys])
    head = items.get(ProgressItem, head_key)
    if head is None:
        raise DomainError(
            "no-progress",
            f"The player has not started {experience_id!r}. POST to .../start, or record an event.",
        )
    progress = storage.from_item(head)
    if progress.version != experience.version:
        experience = catalog.version(tenant, experience_id, progress.version)
        more = [keys.contents(tenant, player, experience_id, page) for page in range(experience.buckets)]
        items = table.get_many(more)
        page_keys = more
    contents = {
        content: each
        for key in page_keys
        for content, each in storage.contents_of(items.get(ContentsItem, key)).items()
    }
    return {
        "player_id": player,
        **show_progress(experience, progress),
        "contents": {
            content: {
                "visits": each.visits,
                "seconds": each.seconds,
                "quest": each.quest,
                "items": each.items,
            }
            for content, each in sorted(contents.items())
        },
        "inventory": {content: each.items for content, each in sorted(contents.items()) if each.items},
        "active_quests": sorted(content for content, each in contents.items() if each.quest == "active"),
        "completed_quests": sorted(content for content, each in contents.items() if each.quest == "completed"),
    }


def experiences(table: Table, tenant: str, player: str, limit: int, cursor: str) -> dict[str, Any]:
    """A page of a player's experiences, by id."""
    page = read_page(table, keys.player_partition(tenant, player), keys.PROGRESS_PREFIX, limit, cursor)
    heads = [storage.from_item(ProgressItem.parse(raw)) for raw in page.items]
    shown = [
        {
            "experience_id": head.experience,
            "state": head.state.value,
            "quadrants_completed": list(head.quadrants),
            "mastery_level": head.mastery,
            "total_sessions": head.sessions,
            "total_time_seconds": head.seconds,
        }
        for head in heads
    ]
    return {"player_id": player, "experiences": shown, **write_cursor(page)}


def events(table: Table, tenant: str, player: str, limit: int, cursor: str) -> dict[str, Any]:
    """A page of a player's events, newest first."""
    partition = keys.player_partition(tenant, player)
    page = read_page(table, partition, keys.EVENT_PREFIX, limit, cursor, newest_first=True)
    shown = [
        storage.show_event(EventItem.parse(raw), raw["SK"]["S"].removeprefix(keys.EVENT_PREFIX)) for raw in page.items
    ]
    return {"player_id": player, "events": shown, **write_cursor(page)}


def events_of_type(table: Table, tenant: str, player: str, event_type: str, limit: int, cursor: str) -> dict[str, Any]:
    """A page of a player's events of one type, newest first: one query, whatever else lies behind the player.

    Raises:
        DomainError: `invalid-parameter` for the cursor.
    """
    question = ("events", tenant, player, event_type)
    partition = keys.events_of_type(tenant, player, event_type)
    spread = Spread(storage.BY_TYPE, [partition], low="0", high="~", newest_first=True)
    rows = read_spread(table, spread, limit, read_position(question, cursor))
    shown = [storage.show_event(EventItem.parse(raw), raw["fs"]["S"]) for raw in rows.items]
    return {"player_id": player, "events": shown, **write_position(question, rows.after)}
