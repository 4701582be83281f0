"""Reading roll-ups: a day of the tenant, or of one experience."""

from datetime import date, datetime
from typing import Any

from cairn.analytics import sketch, storage
from cairn.analytics.facts import NUMBERS, XP
from cairn.analytics.rollup import TENANT, Rollup, status
from cairn.analytics.storage import RollupItem
from cairn.platform.instants import from_ms, iso
from cairn.platform.table import Table
from cairn.tenants.settings import TenantSettings


def day(
    table: Table, tenant: str, settings: TenantSettings, of: date, experience: str | None, now: datetime
) -> dict[str, Any]:
    """One day's figures. `as_of`: the oldest of what they were computed from; None where nothing happened."""
    scope = f"experience#{experience}" if experience else TENANT
    wanted = [storage.rollup_key(tenant, scope, of, shard) for shard in range(settings.shards_on(of))]
    items = table.get_many(wanted, consistent=False)
    total, as_of = Rollup(), []
    for key in wanted:
        if item := items.get(RollupItem, key):
            total.merge(storage.from_item(item))
            as_of.append(int(item.as_of))
    return {
        "day": of.isoformat(),
        "experience_id": experience,
        "status": status(of, now),
        "as_of": iso(from_ms(min(as_of))) if as_of else None,
        "players": total.players,
        **{name: total.numbers.get(name, 0) for name in NUMBERS},
        "xp_by_source": {
            name.removeprefix(XP): amount for name, amount in sorted(total.numbers.items()) if name.startswith(XP)
        },
        "completion_seconds_p50": _seconds(total.completion_times, 0.5),
        "completion_seconds_p90": _seconds(total.completion_times, 0.9),
        "study_seconds_p50": _seconds(total.study_times, 0.5),
        "study_seconds_p90": _seconds(total.study_times, 0.9),
        "contents": {
            content: {"visits": use.visits, "seconds": use.seconds, "players": use.players}
            for content, use in sorted(total.contents.items())
        },
        "first_at": iso(from_ms(total.first)) if total.first is not None else None,
        "last_at": iso(from_ms(total.last)) if total.last is not None else None,
    }


def _seconds(times: sketch.Sketch, share: float) -> int | None:
    """A quantile in whole seconds: the sketch is not more exact than that."""
    found = sketch.quantile(times, share)
    return None if found is None else round(found)
