"""The player's item."""

from datetime import date
from typing import Any

from pynamodb.attributes import JSONAttribute, ListAttribute, UnicodeAttribute

from cairn.lookups import entries
from cairn.platform import keys
from cairn.platform.instants import from_ms, to_ms
from cairn.platform.items import OF_THE_PLAYER, Item, WholeNumberAttribute
from cairn.platform.transact import Put
from cairn.players.player import Last, Player, Visit
from cairn.streaks.storage import Window, pack_window, unpack_window
from cairn.tenants.settings import TenantSettings


class PlayerItem(Item, discriminator="player"):
    """At most 2 KB: 64 metrics, a streak window of ten days, ten recent experiences.

    `lp` and `ls` list the player in the look-ups, by the date on which they were seen; it stands nowhere else.
    """

    privacy = OF_THE_PLAYER

    tenant = UnicodeAttribute()
    player = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    zones = JSONAttribute(null=True)
    xp = WholeNumberAttribute()
    xp_at = WholeNumberAttribute(null=True)
    level_announced = WholeNumberAttribute()
    virtues = JSONAttribute(null=True)
    metrics = JSONAttribute(null=True)
    streak = JSONAttribute()
    current_streak = WholeNumberAttribute()
    longest_streak = WholeNumberAttribute()
    active_days = WholeNumberAttribute()
    recent: ListAttribute[str] = ListAttribute(null=True)
    last: ListAttribute[Any] = ListAttribute(null=True)
    visit: ListAttribute[Any] = ListAttribute(null=True)
    lp = UnicodeAttribute(null=True)
    ls = UnicodeAttribute(null=True)
    touched: ListAttribute[str] = ListAttribute(null=True)
    created_at = WholeNumberAttribute(null=True)
    ver = WholeNumberAttribute()


def from_item(item: PlayerItem) -> Player:
    """The player of an item."""
    window = unpack_window(item.streak)
    last, visit = item.last, item.visit
    return Player(
        tenant=item.tenant,
        id=item.player,
        name=item.name or "",
        zone=item.zone,
        zones=tuple((from_ms(since), zone) for since, zone in item.zones or ()),
        xp=int(item.xp),
        xp_at=from_ms(int(item.xp_at)) if item.xp_at is not None else None,
        level_announced=int(item.level_announced),
        virtues=item.virtues or {},
        metrics=item.metrics or {},
        checkpoint=window.checkpoint,
        days=window.days,
        paid=window.paid,
        current_streak=int(item.current_streak),
        longest_streak=int(item.longest_streak),
        active_days=int(item.active_days),
        recent=tuple(item.recent or ()),
        last=Last(last[0], last[1], date.fromisoformat(last[2]), from_ms(int(last[3]))) if last else None,
        visit=Visit(visit[0], from_ms(int(visit[1])), from_ms(int(visit[2])), visit[3]) if visit else None,
        seen=entries.day_in(item.ls) if item.ls else None,
        touched=tuple(date.fromisoformat(day) for day in item.touched or ()),
        created_at=from_ms(int(item.created_at)) if item.created_at is not None else None,
        ver=int(item.ver),
    )


def to_item(player: Player, settings: TenantSettings) -> PlayerItem:
    """The item of a player, under the next version.

    Args:
        settings: the tenant's, which say over how many partitions players are spread.
    """
    last, visit = player.last, player.visit
    shards = settings.shards_on(player.seen or date.min)
    listed = entries.of_player(player.tenant, player.id, player.seen, shards)
    return PlayerItem(
        *keys.player(player.tenant, player.id),
        tenant=player.tenant,
        player=player.id,
        name=player.name or None,
        zone=player.zone,
        zones=[[to_ms(since), zone] for since, zone in player.zones] or None,
        xp=player.xp,
        xp_at=to_ms(player.xp_at) if player.xp_at else None,
        level_announced=player.level_announced,
        virtues={virtue: value for virtue, value in player.virtues.items() if value} or None,
        metrics={name: value for name, value in player.metrics.items() if value} or None,
        streak=pack_window(Window(player.checkpoint, player.days, player.paid)),
        current_streak=player.current_streak,
        longest_streak=player.longest_streak,
        active_days=player.active_days,
        recent=list(player.recent) or None,
        last=[last.event, last.experience, last.day.isoformat(), to_ms(last.at)] if last else None,
        visit=[visit.experience, to_ms(visit.since), to_ms(visit.at), visit.location] if visit else None,
        lp=listed.lp,
        ls=listed.ls,
        touched=[day.isoformat() for day in player.touched] or None,
        created_at=to_ms(player.created_at) if player.created_at else None,
        ver=player.ver + 1,
    )


def write(player: Player, settings: TenantSettings) -> Put:
    """The write of a player under the version that was read: the optimistic lock of every command."""
    condition = PlayerItem.ver == player.ver if player.ver else PlayerItem.absent()
    return Put("player", to_item(player, settings), condition)
