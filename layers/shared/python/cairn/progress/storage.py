"""Progress, its contents, notes, events and outputs in the table."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    UnicodeAttribute,
)

from cairn.catalog.experience import Place
from cairn.lookups import entries
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import event_id, from_ms, iso, to_ms
from cairn.platform.items import (
    OF_THE_PLAYER,
    CompactJsonAttribute,
    Item,
    QuantityAttribute,
    Raw,
    WholeNumberAttribute,
)
from cairn.platform.text import compact
from cairn.platform.transact import Put, Update, upsert
from cairn.progress.progress import BlockWork, Bucket, Content, Happening, Moment, Progress, State
from cairn.tenants.settings import TenantSettings
from cairn.xp.levels import title_of

MAX_CONTENTS_BYTES = 32 * 1024
BY_TYPE = ("of-player", "fp", "fs")


class ProgressItem(Item, discriminator="progress"):
    """The head, at most 1 KB. `lp` and `ls` list it in the look-ups."""

    privacy = OF_THE_PLAYER

    experience = UnicodeAttribute()
    version = WholeNumberAttribute()
    buckets = WholeNumberAttribute(null=True)
    state = UnicodeAttribute()
    quadrants: ListAttribute[str] = ListAttribute(null=True)
    blocks: ListAttribute[int] = ListAttribute(null=True)
    reported = QuantityAttribute(null=True)
    percent = QuantityAttribute(null=True)
    mastery = WholeNumberAttribute(null=True)
    seconds = WholeNumberAttribute(null=True)
    sessions = WholeNumberAttribute(null=True)
    meters = QuantityAttribute(null=True)
    location = UnicodeAttribute(null=True)
    gps: ListAttribute[float] = ListAttribute(null=True)
    outputs: ListAttribute[str] = ListAttribute(null=True)
    reflected = BooleanAttribute(null=True)
    waived = JSONAttribute(null=True)
    starts = WholeNumberAttribute(null=True)
    discovered_at = WholeNumberAttribute(null=True)
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
    """Contents whose id hashes to this bucket. They have a version beside the head's: a batch read is no snapshot."""

    privacy = OF_THE_PLAYER

    contents = CompactJsonAttribute()
    ver = WholeNumberAttribute()


class NotesItem(Item, discriminator="notes"):
    """What a player wrote about an experience: notes at any time, and the reflection that completion may need."""

    privacy = OF_THE_PLAYER

    notes = UnicodeAttribute(null=True)
    reflection = UnicodeAttribute(null=True)
    ver = WholeNumberAttribute()


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
    blocks = [int(each) for each in item.blocks or (0, 0, 0)]
    return Progress(
        experience=item.experience,
        version=int(item.version),
        buckets=int(item.buckets or 1),
        state=State(item.state),
        quadrants=tuple(item.quadrants or ()),
        blocks_done=blocks[0],
        blocks_passed=blocks[1],
        blocks_flawless=blocks[2],
        reported=item.reported,
        percent=item.percent or 0,
        mastery=int(item.mastery or 0),
        seconds=int(item.seconds or 0),
        sessions=int(item.sessions or 0),
        meters=item.meters or 0,
        location=item.location,
        position=Place(item.gps[0], item.gps[1]) if item.gps else None,
        outputs=tuple(item.outputs or ()),
        reflected=bool(item.reflected),
        waived=item.waived or {},
        starts=int(item.starts or 0),
        discovered_at=_instant(item.discovered_at),
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
    blocks = [progress.blocks_done, progress.blocks_passed, progress.blocks_flawless]
    shards = settings.shards_on(progress.day or date.min)
    listed = entries.of_progress(tenant, player, progress.experience, progress.last_progress_at, shards)
    item = ProgressItem(
        *keys.progress(tenant, player, progress.experience),
        experience=progress.experience,
        version=progress.version,
        buckets=progress.buckets,
        state=progress.state.value,
        quadrants=list(progress.quadrants) or None,
        blocks=blocks if any(blocks) else None,
        reported=progress.reported,
        percent=progress.percent or None,
        mastery=progress.mastery or None,
        seconds=progress.seconds or None,
        sessions=progress.sessions or None,
        meters=progress.meters or None,
        location=progress.location,
        gps=[progress.position.lat, progress.position.lng] if progress.position else None,
        outputs=list(progress.outputs) or None,
        reflected=progress.reflected or None,
        waived=dict(progress.waived) or None,
        starts=progress.starts or None,
        discovered_at=_ms(progress.discovered_at),
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


def bucket_of(item: ContentsItem | None) -> Bucket:
    """The contents of an item, under its version."""
    if item is None:
        return Bucket()
    return Bucket({content: unpack(packed) for content, packed in item.contents.items()}, item.ver)


def buckets_of(experience: str, raws: Iterable[Raw]) -> dict[tuple[str, int], Bucket]:
    """The buckets of raw items that hold contents of an experience, by (experience, number)."""
    prefix = keys.contents_prefix(experience)
    return {(experience, int(raw["SK"]["S"].removeprefix(prefix))): bucket_of(ContentsItem.parse(raw)) for raw in raws}


# What a content's fields are called in the table, where 16 of them should stay below 1 KB.
SHORT = {
    "visits": "v",
    "seconds": "s",
    "interactions": "n",
    "quest": "q",
    "items": "i",
    "collectibles": "c",
    "waypoint": "w",
    "area": "a",
    "flag": "f",
    "choice": "h",
}
SHORT_OF_BLOCK = {
    "completed": "c",
    "passed": "p",
    "attempts": "n",
    "score": "s",
    "flawless": "1",
    "difficulty": "d",
    "confidence": "f",
    "waived": "w",
}
# Those that are only ever true or left out.
MARKS = frozenset({"waypoint", "area", "completed", "passed", "flawless"})
UNTOUCHED, UNWORKED = Content(), BlockWork()


def pack(content: Content) -> dict[str, Any]:
    """A content as it is stored: what differs from one that nobody touched, by short names; days as ordinals."""
    packed = _differing(content, UNTOUCHED, SHORT)
    if content.day:
        packed["d"] = content.day.toordinal()
    if content.block:
        packed["b"] = _differing(content.block, UNWORKED, SHORT_OF_BLOCK)
        if content.block.completed_at:
            packed["b"]["t"] = to_ms(content.block.completed_at)
    return packed


def unpack(packed: Mapping[str, Any]) -> Content:
    """The content that `pack` was given."""
    block = packed.get("b")
    return Content(
        **_named(packed, SHORT),
        day=date.fromordinal(packed["d"]) if "d" in packed else None,
        block=None
        if block is None
        else BlockWork(**_named(block, SHORT_OF_BLOCK), completed_at=_instant(block.get("t"))),
    )


def _differing(thing: Any, plain: Any, names: Mapping[str, str]) -> dict[str, Any]:
    values = ((name, short, getattr(thing, name)) for name, short in names.items())
    return {short: 1 if name in MARKS else value for name, short, value in values if value != getattr(plain, name)}


def _named(packed: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {name: True if name in MARKS else packed[short] for name, short in names.items() if short in packed}


def write_contents(tenant: str, player: str, experience: str, number: int, bucket: Bucket) -> Put:
    """The write of one bucket of contents, under the version that was read.

    Raises:
        DomainError: `state-full` over 32 KB.
    """
    packed = {content: pack(each) for content, each in bucket.contents.items()}
    if (size := len(compact(packed).encode())) > MAX_CONTENTS_BYTES:
        raise DomainError(
            "state-full",
            f"The state of {experience!r} would take {size} bytes in one of its parts; {MAX_CONTENTS_BYTES} are"
            " possible. Nothing was changed. Use fewer content ids and shorter values, or have the operator define the"
            " experience with a larger expected_contents for those who start it from then on.",
            size=size,
            limit=MAX_CONTENTS_BYTES,
        )
    item = ContentsItem(*keys.contents(tenant, player, experience, number), contents=packed, ver=bucket.ver + 1)
    condition = ContentsItem.ver == bucket.ver if bucket.ver else ContentsItem.absent()
    return Put(f"contents {experience} {number}", item, condition)


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
    return Put(f"event {event}", item, EventItem.absent())


def write_level_ups(
    tenant: str, player: str, levels: Iterable[int], total_xp: int, cause: str, experience: str, moment: Moment
) -> list[Put]:
    """The writes of levels that are announced: an event each.

    Its id is of the cause's instant and the level, and whoever announces a level holds the player's version: so it
    exists once ever, and the action is no `event`, which would mean that the command itself was done before.

    Args:
        total_xp: what the cause brought the player to. cause: the event. moment: the cause's.
    """
    writes = []
    for level in levels:
        event = event_id(moment.occurred_at, tenant, player, f"level_up {level}")
        data = {"level": level, "title": title_of(level), "total_xp": total_xp, "event_id": cause}
        happening = Happening("level_up", by_player=False, data=data)
        put = write_event(tenant, player, event, experience, happening, moment)
        writes.append(replace(put, name=f"level {level}"))
    return writes


def write_outputs(
    tenant: str, player: str, event: str, experience: str, outputs: Mapping[str, str], at: datetime
) -> Put:
    """The write of what a session delivered."""
    item = OutputItem(*keys.output(tenant, player, experience, event), outputs=dict(outputs), at=to_ms(at))
    return Put(f"output {event}", item, OutputItem.absent())


def written_notes(
    tenant: str,
    player: str,
    experience: str,
    standing: NotesItem | None,
    *,
    notes: str | None = None,
    reflection: str | None = None,
) -> NotesItem:
    """The notes item after one of its texts was replaced, under the next version."""
    return NotesItem(
        *keys.notes(tenant, player, experience),
        notes=(standing.notes if standing else None) if notes is None else notes or None,
        reflection=(standing.reflection if standing else None) if reflection is None else reflection or None,
        ver=(standing.ver if standing else 0) + 1,
    )


def write_notes(written: NotesItem) -> Put:
    """The write of notes under the version before theirs."""
    before = written.ver - 1
    return Put("notes", written, NotesItem.ver == before if before else NotesItem.absent())


def keep_reflection(tenant: str, player: str, experience: str, reflection: str) -> Update:
    """The write of a reflection that came with a completion: nothing has to be read for it."""
    changes = [NotesItem.reflection.set(reflection), NotesItem.ver.add(1)]
    return upsert("reflection", NotesItem, keys.notes(tenant, player, experience), changes)


def show_event(item: EventItem, identifier: str) -> dict[str, Any]:
    """An event as the API shows it."""
    shown: dict[str, Any] = {
        "event_id": identifier,
        "type": item.type,
        "experience_id": item.experience or None,
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
