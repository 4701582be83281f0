"""Progress, its content pages, events and outputs in the table."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

from cairn.lookups import entries
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import from_ms, iso, to_ms
from cairn.platform.items import OF_THE_PLAYER, Item, WholeNumberAttribute
from cairn.platform.transact import Put
from cairn.progress.progress import Content, Happening, Moment, Progress, State
from cairn.tenants.settings import TenantSettings

MAX_PAGE_BYTES = 32 * 1024
BY_TYPE = ("of-player", "fp", "fs")

type Contents = Mapping[str, Content]


class ProgressItem(Item, discriminator="progress"):
    """The head, at most 1 KB. `lp` and `ls` list it in the look-ups."""

    privacy = OF_THE_PLAYER

    experience = UnicodeAttribute()
    version = WholeNumberAttribute()
    buckets = WholeNumberAttribute(null=True)
    state = UnicodeAttribute()
    quadrants: ListAttribute[str] = ListAttribute(null=True)
    mastery = WholeNumberAttribute(null=True)
    seconds = WholeNumberAttribute(null=True)
    sessions = WholeNumberAttribute(null=True)
    percent = NumberAttribute(null=True)
    outputs: ListAttribute[str] = ListAttribute(null=True)
    reflected = BooleanAttribute(null=True)
    waived = JSONAttribute(null=True)
    started_at = WholeNumberAttribute(null=True)
    stepped_at = WholeNumberAttribute(null=True)
    completed_at = WholeNumberAttribute(null=True)
    last_progress_at = WholeNumberAttribute(null=True)
    day = UnicodeAttribute(null=True)
    day_first = WholeNumberAttribute(null=True)
    day_last = WholeNumberAttribute(null=True)
    day_contents = WholeNumberAttribute(null=True)
    lp = UnicodeAttribute(null=True)
    ls = UnicodeAttribute(null=True)
    ver = WholeNumberAttribute()


class ContentsItem(Item, discriminator="contents"):
    """Contents whose id hashes to this page. Written only together with its head, whose version guards it."""

    privacy = OF_THE_PLAYER

    contents = JSONAttribute()


class EventItem(Item, discriminator="event"):
    """An immutable event. GPS can be erased alone: it is in `gps`, and with it go `lp` and `ls`, which list the event
    by its place. An index forgets what its item has no longer.

    `fp` and `fs` list it among the player's events of its type.
    `refused`: why the rules did not accept a row of an import. It is in the log and has changed nothing, so
    that loading the row again finds it decided.
    """

    privacy = OF_THE_PLAYER

    type = UnicodeAttribute()
    experience = UnicodeAttribute()
    content = UnicodeAttribute(null=True)
    at = WholeNumberAttribute()
    recorded_at = WholeNumberAttribute()
    zone = UnicodeAttribute()
    day = UnicodeAttribute()
    seconds = WholeNumberAttribute(null=True)
    data = JSONAttribute(null=True)
    gps: ListAttribute[float] = ListAttribute(null=True)
    imported = BooleanAttribute(null=True)
    refused = UnicodeAttribute(null=True)
    fp = UnicodeAttribute()
    fs = UnicodeAttribute()
    lp = UnicodeAttribute(null=True)
    ls = UnicodeAttribute(null=True)


class OutputItem(Item, discriminator="output"):
    """What a player delivered with a session."""

    privacy = OF_THE_PLAYER

    outputs = JSONAttribute()
    at = WholeNumberAttribute()


def _ms(instant: datetime | None) -> int | None:
    return to_ms(instant) if instant else None


def _instant(ms: float | None) -> datetime | None:
    return from_ms(int(ms)) if ms is not None else None


def from_item(item: ProgressItem) -> Progress:
    """The progress of an item."""
    return Progress(
        experience=item.experience,
        version=int(item.version),
        buckets=int(item.buckets or 1),
        state=State(item.state),
        quadrants=tuple(item.quadrants or ()),
        percent=float(item.percent or 0),
        mastery=int(item.mastery or 0),
        seconds=int(item.seconds or 0),
        sessions=int(item.sessions or 0),
        outputs=tuple(item.outputs or ()),
        reflected=bool(item.reflected),
        waived=item.waived or {},
        started_at=_instant(item.started_at),
        stepped_at=_instant(item.stepped_at),
        completed_at=_instant(item.completed_at),
        last_progress_at=_instant(item.last_progress_at),
        day=date.fromisoformat(item.day) if item.day else None,
        day_first=_instant(item.day_first),
        day_last=_instant(item.day_last),
        day_contents=int(item.day_contents or 0),
        ver=int(item.ver),
    )


def write_progress(tenant: str, player: str, progress: Progress, settings: TenantSettings) -> Put:
    """The write of a head under the version that was read."""
    shards = settings.shards_on(progress.day or date.min)
    listed = entries.of_progress(tenant, player, progress.experience, progress.last_progress_at, shards)
    item = ProgressItem(
        *keys.progress(tenant, player, progress.experience),
        experience=progress.experience,
        version=progress.version,
        buckets=progress.buckets,
        state=progress.state.value,
        quadrants=list(progress.quadrants) or None,
        percent=progress.percent or None,
        mastery=progress.mastery or None,
        seconds=progress.seconds or None,
        sessions=progress.sessions or None,
        outputs=list(progress.outputs) or None,
        reflected=progress.reflected or None,
        waived=dict(progress.waived) or None,
        started_at=_ms(progress.started_at),
        stepped_at=_ms(progress.stepped_at),
        completed_at=_ms(progress.completed_at),
        last_progress_at=_ms(progress.last_progress_at),
        day=progress.day.isoformat() if progress.day else None,
        day_first=_ms(progress.day_first),
        day_last=_ms(progress.day_last),
        day_contents=progress.day_contents or None,
        lp=listed.lp,
        ls=listed.ls,
        ver=progress.ver + 1,
    )
    condition = ProgressItem.ver == progress.ver if progress.ver else ProgressItem.absent()
    return Put(f"progress {progress.experience}", item, condition)


def contents_of(item: ContentsItem | None) -> dict[str, Content]:
    """The contents of a page."""
    if item is None:
        return {}
    return {
        content: Content(
            visits=visits, seconds=seconds, quest=quest, items=items, day=date.fromisoformat(day) if day else None
        )
        for content, (visits, seconds, quest, items, day) in item.contents.items()
    }


def write_contents(tenant: str, player: str, experience: str, page: int, contents: Contents) -> Put:
    """The write of a page.

    Raises:
        DomainError: `state-full` over 32 KB.
    """
    packed = {
        content: [
            each.visits,
            each.seconds,
            each.quest,
            each.items,
            each.day.isoformat() if each.day else None,
        ]
        for content, each in contents.items()
    }
    if (size := len(json.dumps(packed))) > MAX_PAGE_BYTES:
        raise DomainError(
            "state-full",
            f"The content ids of {experience!r} take {size} bytes on one page; {MAX_PAGE_BYTES} are possible."
            " Define the experience with a larger expected_contents, or use fewer content ids.",
        )
    item = ContentsItem(*keys.contents(tenant, player, experience, page), contents=packed)
    kept_type = ContentsItem.absent() | (ContentsItem.kind == ContentsItem)
    return Put(f"page {experience} {page}", item, kept_type)


def write_event(
    tenant: str,
    player: str,
    event: str,
    experience: str,
    happening: Happening,
    moment: Moment,
    refused: str | None = None,
) -> Put:
    """The write of an event; it fails where the event stands already."""
    position = happening.position
    data = dict(happening.data)
    if happening.started and happening.type != "experience_started":
        data["started_experience"] = True
    located = (position.lat, position.lng) if position and not refused else None
    listed = entries.of_event(tenant, player, event, located)
    item = EventItem(
        *keys.event(tenant, player, event),
        type=happening.type,
        experience=experience,
        content=happening.content,
        at=to_ms(moment.occurred_at),
        recorded_at=to_ms(moment.recorded_at),
        zone=moment.zone,
        day=moment.day.isoformat(),
        seconds=happening.seconds or happening.session_seconds or None,
        data=data or None,
        gps=[position.lat, position.lng] if position else None,
        imported=moment.imported or None,
        refused=refused,
        fp=keys.events_of_type(tenant, player, happening.type),
        fs=event,
        lp=listed.lp,
        ls=listed.ls,
    )
    return Put("event" if not moment.imported else f"event {event}", item, EventItem.absent())


def write_outputs(
    tenant: str, player: str, event: str, experience: str, outputs: Mapping[str, str], at: datetime
) -> Put:
    """The write of what a session delivered."""
    item = OutputItem(*keys.output(tenant, player, experience, event), outputs=dict(outputs), at=to_ms(at))
    return Put(f"output {event}", item, OutputItem.absent())


def show_event(item: EventItem, event_id: str) -> dict[str, Any]:
    """An event as the API shows it."""
    shown: dict[str, Any] = {
        "event_id": event_id,
        "type": item.type,
        "experience_id": item.experience,
        "content_id": item.content,
        "at": iso(from_ms(int(item.at))),
        "recorded_at": iso(from_ms(int(item.recorded_at))),
        "zone": item.zone,
        "local_day": item.day,
        "duration_seconds": int(item.seconds) if item.seconds is not None else None,
        "data": item.data,
        "refused": item.refused,
        "location": {"lat": item.gps[0], "lng": item.gps[1]} if item.gps else None,
    }
    return {name: value for name, value in shown.items() if value is not None}
