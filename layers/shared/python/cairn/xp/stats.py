"""A player's XP in figures: by source, and by day of the last weeks. Nothing that is read grows with the history."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cairn.analytics.facts import XP
from cairn.platform import keys
from cairn.platform.instants import iso
from cairn.platform.items import Raw
from cairn.platform.table import Table
from cairn.players import storage as player_storage
from cairn.players.player import Player
from cairn.players.storage import PlayerItem
from cairn.streaks.days import local_date
from cairn.tenants.settings import TenantSettings

INDEX = ("of-player", "fp", "fs")
ONE_DAY = timedelta(days=1)
WEEK, MONTH, MOST = 7, 30, 90


def stats(
    table: Table, settings: TenantSettings, tenant: str, player_id: str, days: int, now: datetime
) -> dict[str, Any]:
    """The figures as of now, eventually consistent, in one round trip.

    Args:
        days: how many days are listed, 1 to 90; the sums of 7 and 30 days are there whatever it is.
    """
    key = keys.player(tenant, player_id)
    around = now.astimezone(UTC).date()  # in some zone it is the day before, in some the day after
    first, last = around - max(days, MONTH) * ONE_DAY, around + ONE_DAY
    items, facts = table.together(
        [
            lambda: list(table.get_many([key], consistent=False).raw.values()),
            lambda: list(_facts(table, tenant, player_id, first, last)),
        ]
    )
    player = player_storage.from_item(PlayerItem.parse(items[0])) if items else Player(tenant, player_id)
    today = local_date(now, player.zone or settings.zone, settings.streak.day_start_hours)
    return show(player, xp_by_day(facts), days, today, now)


def _facts(table: Table, tenant: str, player_id: str, first: date, last: date) -> Iterable[Raw]:
    """The facts of a player from one day to another, as the index has them."""
    partition = keys.player_partition(tenant, player_id)
    between = (first.isoformat(), (last + ONE_DAY).isoformat())
    after: Raw | None = None
    while True:
        page = table.query(partition, between=between, index=INDEX, after=after)
        yield from page.items
        if (after := page.after) is None:
            return


def xp_by_day(facts: Iterable[Raw]) -> dict[date, Counter[str]]:
    """XP by family of source, by day."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for raw in facts:
        day = date.fromisoformat(raw["fs"]["S"].partition("#")[0])
        amounts = {name: int(value["N"]) for name, value in raw.items() if name.startswith(XP)}
        found[day].update({keys.decode(name.removeprefix(XP)): amount for name, amount in amounts.items()})
    return found


def show(player: Player, by_day: Mapping[date, Counter[str]], days: int, today: date, now: datetime) -> dict[str, Any]:
    """The figures as the API shows them. The best day is the first of those listed with as much."""
    totals = {day: of.total() for day, of in by_day.items()}
    listed = [today - back * ONE_DAY for back in reversed(range(days))]
    best = max(listed, key=lambda day: totals.get(day, 0))
    return {
        "player_id": player.id,
        "total_xp": player.xp,
        "by_source": _shown(player.xp_by_source),
        "active_days": player.active_days,
        "average_per_active_day": round(player.xp / player.active_days, 1) if player.active_days else None,
        "today": totals.get(today, 0),
        "last_7_days": _sum_of(totals, today, WEEK),
        "last_30_days": _sum_of(totals, today, MONTH),
        "best_day": {"day": best.isoformat(), "xp": totals[best]} if totals.get(best, 0) > 0 else None,
        "by_day": [
            {"day": day.isoformat(), "xp": totals.get(day, 0), "by_source": _shown(by_day.get(day, {}))}
            for day in listed
        ],
        "as_of": iso(now),
    }


def _shown(by_source: Mapping[str, int]) -> dict[str, int]:
    return {source: amount for source, amount in sorted(by_source.items()) if amount}


def _sum_of(totals: Mapping[date, int], today: date, days: int) -> int:
    return sum(xp for day, xp in totals.items() if timedelta(0) <= today - day < days * ONE_DAY)
