"""The player's item."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, ListAttribute, UnicodeAttribute

from cairn.lookups import entries
from cairn.platform import keys
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.items import OF_THE_PLAYER, CompactJsonAttribute, Item, WholeNumberAttribute
from cairn.platform.slots import slot_in, slot_text
from cairn.platform.table import Table
from cairn.platform.transact import Put
from cairn.players.player import Last, Player, Visit
from cairn.players.tally import Season, Tally
from cairn.streaks.storage import NOTHING, Window, pack_window, read_calendar, slide, unpack_window, whole
from cairn.tenants.settings import TenantSettings
from cairn.xp.ledger import ACHIEVEMENT, COMPLETION, OPERATOR_AWARD, PERFECT_BONUS, STREAK_BONUS

# What sources of XP are called in the item, whose bytes are paid for; others go by their own name.
SHORT = {COMPLETION: "c", PERFECT_BONUS: "p", STREAK_BONUS: "s", ACHIEVEMENT: "a", OPERATOR_AWARD: "o"}
LONG = {short: source for source, short in SHORT.items()}


class PlayerItem(Item, discriminator="player"):
    """At most 2 KB: 64 metrics, a streak window of ten days, ten recent experiences, XP of 35 days.

    `lp` and `ls` list the player in the look-ups, by the date on which they were seen; it stands nowhere else.
    `dp` and `ds` list the player whose streak runs, by the hour at which its next date is decided.
    """

    privacy = OF_THE_PLAYER

    tenant = UnicodeAttribute()
    player = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    shown_as = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    zones = CompactJsonAttribute(null=True)
    xp = WholeNumberAttribute()
    xp_at = WholeNumberAttribute(null=True)
    xp_by_source = CompactJsonAttribute(null=True)
    level_announced = WholeNumberAttribute()
    virtues = JSONAttribute(null=True)
    metrics = JSONAttribute(null=True)
    languages: ListAttribute[str] = ListAttribute(null=True)
    streak = CompactJsonAttribute()
    current_streak = WholeNumberAttribute()
    longest_streak = WholeNumberAttribute()
    active_days = WholeNumberAttribute()
    recent: ListAttribute[str] = ListAttribute(null=True)
    last: ListAttribute[Any] = ListAttribute(null=True)
    visit: ListAttribute[Any] = ListAttribute(null=True)
    dp = UnicodeAttribute(null=True)
    ds = UnicodeAttribute(null=True)
    lp = UnicodeAttribute(null=True)
    ls = UnicodeAttribute(null=True)
    tally = CompactJsonAttribute(null=True)
    touched: ListAttribute[str] = ListAttribute(null=True)
    created_at = WholeNumberAttribute(null=True)
    ver = WholeNumberAttribute()


def from_item(item: PlayerItem) -> Player:
    """The player of an item."""
    window = unpack_window(item.streak)
    zones = tuple((from_ms(since), zone) for since, zone in item.zones or ())
    last, visit = item.last, item.visit
    return Player(
        tenant=item.tenant,
        id=item.player,
        name=item.name or "",
        shown_as=item.shown_as,
        zone=item.zone,
        xp=int(item.xp),
        xp_at=from_ms(int(item.xp_at)) if item.xp_at is not None else None,
        xp_by_source={LONG.get(source, source): amount for source, amount in (item.xp_by_source or {}).items()},
        level_announced=int(item.level_announced),
        virtues=item.virtues or {},
        metrics=item.metrics or {},
        languages=tuple(item.languages or ()),
        checkpoint=window.checkpoint,
        days=window.days,
        paid=window.paid,
        marks=replace(window.marks, zones=zones),
        current_streak=int(item.current_streak),
        longest_streak=int(item.longest_streak),
        active_days=int(item.active_days),
        due=slot_in(keys.slot_of_streaks(item.dp)) if item.dp else None,
        recent=tuple(item.recent or ()),
        last=Last(last[0], last[1], date.fromisoformat(last[2]), from_ms(int(last[3]))) if last else None,
        visit=Visit(visit[0], from_ms(int(visit[1])), from_ms(int(visit[2])), visit[3]) if visit else None,
        seen=entries.day_in(item.ls) if item.ls else None,
        tally=unpack_tally(item.tally or {}),
        touched=tuple(date.fromisoformat(day) for day in item.touched or ()),
        created_at=from_ms(int(item.created_at)) if item.created_at is not None else None,
        ver=int(item.ver),
    )


def to_item(player: Player, settings: TenantSettings) -> PlayerItem:
    """The item of a player, under the next version.

    Args:
        settings: the tenant's, which say over how many partitions players are spread.
    """
    last, visit, sources = player.last, player.visit, sorted(player.xp_by_source.items())
    shards = settings.shards_on(player.seen or date.min)
    listed = entries.of_player(player.tenant, player.id, player.seen, shards)
    return PlayerItem(
        *keys.player(player.tenant, player.id),
        tenant=player.tenant,
        player=player.id,
        name=player.name or None,
        shown_as=player.shown_as,
        zone=player.zone,
        zones=[[to_ms(since), zone] for since, zone in player.marks.zones] or None,
        xp=player.xp,
        xp_at=to_ms(player.xp_at) if player.xp_at else None,
        xp_by_source={SHORT.get(source, source): amount for source, amount in sources if amount} or None,
        level_announced=player.level_announced,
        virtues={virtue: value for virtue, value in player.virtues.items() if value} or None,
        metrics={name: value for name, value in player.metrics.items() if value} or None,
        languages=list(player.languages) or None,
        streak=pack_window(window_of(player)),
        current_streak=player.current_streak,
        longest_streak=player.longest_streak,
        active_days=player.active_days,
        dp=due_partition(player, settings),
        ds=keys.encode(player.id) if player.due else None,
        recent=list(player.recent) or None,
        last=[last.event, last.experience, last.day.isoformat(), to_ms(last.at)] if last else None,
        visit=[visit.experience, to_ms(visit.since), to_ms(visit.at), visit.location] if visit else None,
        lp=listed.lp,
        ls=listed.ls,
        tally=pack_tally(player.tally) or None,
        touched=[day.isoformat() for day in player.touched] or None,
        created_at=to_ms(player.created_at) if player.created_at else None,
        ver=player.ver + 1,
    )


def window_of(player: Player) -> Window:
    """What the player's item keeps of the streak."""
    return Window(player.checkpoint, player.days, player.paid, player.marks)


def with_window(player: Player, window: Window) -> Player:
    """The player with another window."""
    return replace(player, checkpoint=window.checkpoint, days=window.days, paid=window.paid, marks=window.marks)


def slid(player: Player, settings: TenantSettings, now: datetime, filed: Window | None = None) -> tuple[Player, Window]:
    """The player as they are to be stored, and what leaves their window for the calendar.

    Args:
        filed: what the calendar holds; a window that has no checkpoint holds it again.
    """
    again = filed is not None and filed != NOTHING and player.checkpoint is None
    kept, leaving = slide(window_of(player), settings.streak, now, filed=again)
    return with_window(player, kept), leaving


def with_calendar(table: Table, player: Player) -> tuple[Player, Window]:
    """The player with every active day they ever had, so that a date long gone can change; and the calendar."""
    past = read_calendar(table, player.tenant, player.id)
    return with_window(player, whole(window_of(player), past)), past


def due_partition(player: Player, settings: TenantSettings) -> str | None:
    """Where a player is found whose streak runs; None for the others."""
    if player.due is None:
        return None
    shard = keys.bucket(player.id, settings.shards_on(player.due.date()))
    return keys.streaks_due(player.tenant, slot_text(player.due), shard)


def pack_tally(tally: Tally) -> dict[str, Any]:
    """The tally as the player's item holds it: days as the first one's number and a list, instants in milliseconds."""
    packed: dict[str, Any] = {}
    if tally.reached:
        packed["r"] = {name: to_ms(at) for name, at in sorted(tally.reached.items())}
    if days := {name: _pack_days(of) for name, of in sorted(tally.daily.items()) if of}:
        packed["d"] = days
    if tally.seasons:
        packed["s"] = {
            metric: {name: [season.total, to_ms(season.reached_at)] for name, season in sorted(of.items())}
            for metric, of in sorted(tally.seasons.items())
        }
    if tally.falls_at:
        packed["f"] = to_ms(tally.falls_at)
    return packed


def _pack_days(days: Mapping[date, int]) -> list[Any]:
    first = min(days)
    numbers = [days.get(first + timedelta(days=after), 0) for after in range((max(days) - first).days + 1)]
    return [first.toordinal(), numbers]


def unpack_tally(packed: Mapping[str, Any]) -> Tally:
    """The tally that `pack_tally` was given."""
    falls_at = packed.get("f")
    return Tally(
        reached={name: from_ms(at) for name, at in packed.get("r", {}).items()},
        daily={
            name: {date.fromordinal(first + after): number for after, number in enumerate(numbers) if number}
            for name, (first, numbers) in packed.get("d", {}).items()
        },
        seasons={
            metric: {name: Season(total, from_ms(at)) for name, (total, at) in of.items()}
            for metric, of in packed.get("s", {}).items()
        },
        falls_at=from_ms(falls_at) if falls_at is not None else None,
    )


def write(player: Player, settings: TenantSettings) -> Put:
    """The write of a player under the version that was read: the optimistic lock of every command."""
    condition = PlayerItem.ver == player.ver if player.ver else PlayerItem.absent()
    return Put("player", to_item(player, settings), condition)
