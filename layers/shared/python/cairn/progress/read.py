"""Reading progress: one experience, what of it a caller asks for, all of a player's, and the event log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cairn.catalog.experience import Experience
from cairn.catalog.storage import Catalog
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import iso
from cairn.platform.paging import Spread, read_page, read_position, read_spread, write_cursor, write_position
from cairn.platform.table import Table
from cairn.progress import storage
from cairn.progress.blocks import blocks_left, is_done, percentage, state_of
from cairn.progress.play import merged, read_contents, show_progress
from cairn.progress.progress import Content, Progress
from cairn.progress.repair import repair
from cairn.progress.storage import ContentsItem, EventItem, ProgressItem


def find(
    table: Table, catalog: Catalog, tenant: str, player: str, experience_id: str
) -> tuple[Experience, Progress, Mapping[str, Content]]:
    """A player's progress in an experience, the version they are on, and all contents: one round trip.

    Raises:
        DomainError: `unknown-experience`, `no-progress`.
    """
    latest = catalog.get(tenant, experience_id)
    key = keys.progress(tenant, player, experience_id)
    heads, contents = table.together(
        [
            lambda: list(table.get_many([key]).raw.values()),
            lambda: read_contents(table, tenant, player, experience_id),
        ]
    )
    if not heads:
        raise no_progress(experience_id)
    progress = storage.from_item(ProgressItem.parse(heads[0]))
    experience = latest
    if progress.version != latest.version:
        experience = catalog.version(tenant, experience_id, progress.version)
    return experience, progress, merged(storage.buckets_of(experience_id, contents).values())


def no_progress(experience_id: str) -> DomainError:
    """The refusal where a player has nothing in an experience."""
    return DomainError(
        "no-progress",
        f"The player has not started {experience_id!r}. POST to .../start, or record an event.",
    )


def state(table: Table, catalog: Catalog, tenant: str, player: str, experience_id: str) -> dict[str, Any]:
    """A player's progress and content state in one experience.

    Raises:
        DomainError: `unknown-experience`, `no-progress`.
    """
    experience, progress, contents = find(table, catalog, tenant, player, experience_id)
    return {
        "player_id": player,
        **show_progress(experience, progress),
        **show_contents(contents),
        "pages": show_pages(experience, contents),
        "blocks_left": blocks_left(experience, contents),
    }


def show_contents(contents: Mapping[str, Content]) -> dict[str, Any]:
    """The state that events maintain: what the contents are, by what they are."""
    sorted_contents = sorted(contents.items())

    def named(what: str, value: Any = True) -> list[str]:
        return [name for name, each in sorted_contents if getattr(each, what) == value]

    return {
        "contents": {
            name: {"visits": each.visits, "seconds": each.seconds, "interactions": each.interactions}
            for name, each in sorted_contents
        },
        "inventory": {name: each.items for name, each in sorted_contents if each.items},
        "collectibles": {name: each.collectibles for name, each in sorted_contents if each.collectibles},
        "visited_waypoints": named("waypoint"),
        "active_quests": named("quest", "active"),
        "completed_quests": named("quest", "completed"),
        "unlocked_areas": named("area"),
        "flags": {name: each.flag for name, each in sorted_contents if each.flag is not None},
        "choices": {name: each.choice for name, each in sorted_contents if each.choice is not None},
    }


def show_pages(experience: Experience, contents: Mapping[str, Content]) -> list[dict[str, Any]]:
    """Each page: its percentage (of the required blocks; None where it has none), and where each block stands."""
    shown = []
    for page in experience.pages:
        works = {block.id: (contents.get(block.id) or Content()).block for block in page.blocks}
        required = [block for block in page.blocks if block.counts]
        done = sum(is_done(block, works[block.id]) for block in required)
        shown.append(
            {
                "page_id": page.id,
                "title": page.title,
                "completion_percentage": percentage(done, len(required)) if required else None,
                "blocks": [
                    show_block(block.id, contents.get(block.id, Content()))
                    for block in page.blocks
                    if block.completable
                ],
            }
        )
    return shown


def show_block(block_id: str, content: Content) -> dict[str, Any]:
    """Where a player stands with a block. Scores are 0 to 1."""
    work = content.block
    return {
        "block_id": block_id,
        "state": state_of(work).value,
        "total_time_seconds": content.seconds,
        "interactions": content.interactions,
        "attempts": work.attempts if work else 0,
        "retries": max(0, work.attempts - 1) if work else 0,
        "best_score": work.score if work else None,
        "passed": bool(work and work.passed),
        "difficulty": work.difficulty if work else None,
        "confidence": work.confidence if work else None,
        "waived": work.waived if work else None,
        "completed_at": iso(work.completed_at) if work and work.completed_at else None,
    }


def inventory(table: Table, catalog: Catalog, tenant: str, player: str, experience_id: str) -> dict[str, Any]:
    """What a player holds in an experience: items and collectibles, counted."""
    _, _, contents = find(table, catalog, tenant, player, experience_id)
    shown = show_contents(contents)
    return {
        "player_id": player,
        "experience_id": experience_id,
        "inventory": shown["inventory"],
        "collectibles": shown["collectibles"],
    }


def visit(table: Table, catalog: Catalog, tenant: str, player: str, experience_id: str, content: str) -> dict[str, Any]:
    """Whether a player has visited a content id, and how often; where they never started, not."""
    latest = catalog.get(tenant, experience_id)
    head_key = keys.progress(tenant, player, experience_id)
    key = keys.contents(tenant, player, experience_id, keys.bucket(content, latest.buckets))
    items = table.get_many([head_key, key])
    head = items.get(ProgressItem, head_key)
    if head and (buckets := storage.from_item(head).buckets) != latest.buckets:
        key = keys.contents(tenant, player, experience_id, keys.bucket(content, buckets))
        items = table.get_many([key])
    found = storage.bucket_of(items.get(ContentsItem, key)).contents.get(content, Content())
    return {
        "player_id": player,
        "experience_id": experience_id,
        "content_id": content,
        "visited": found.visits > 0,
        "visits": found.visits,
        "total_time_seconds": found.seconds,
        "last_day": found.day.isoformat() if found.day else None,
    }


def contradictions(
    table: Table, catalog: Catalog, tenant: str, player: str, experience_id: str, now: datetime
) -> dict[str, Any]:
    """What repairing a player's progress would change; nothing, where it does not contradict itself."""
    experience, progress, contents = find(table, catalog, tenant, player, experience_id)
    _, mends = repair(experience, progress, contents, now)
    return {"player_id": player, "experience_id": experience_id, "changes": [mend.show() for mend in mends]}


def experiences(table: Table, tenant: str, player: str, limit: int, cursor: str) -> dict[str, Any]:
    """A page of a player's experiences, by id."""
    page = read_page(table, keys.player_partition(tenant, player), keys.PROGRESS_PREFIX, limit, cursor)
    heads = [storage.from_item(ProgressItem.parse(raw)) for raw in page.items]
    shown = [
        {
            "experience_id": head.experience,
            "version": head.version,
            "state": head.state.value,
            "completion_percentage": head.percent,
            "quadrants_completed": list(head.quadrants),
            "mastery_level": head.mastery,
            "total_sessions": head.sessions,
            "total_time_seconds": head.seconds,
            "last_progress_at": iso(head.last_progress_at) if head.last_progress_at else None,
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
