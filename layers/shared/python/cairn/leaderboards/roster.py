"""Everybody who may be on a tenant's boards: who has a fact, day by day. Truth that is listed without a Scan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cairn.analytics.work import lately_marked
from cairn.platform import keys
from cairn.platform.table import Table
from cairn.tenants.settings import TenantSettings


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Facts of one day, one shard of them: what is read before it is noted how far a rebuild has come."""

    day: date
    shard: int


def parts(table: Table, tenant: str, settings: TenantSettings, now: datetime) -> Sequence[Part]:
    """Where a tenant's facts are: the days that were rolled up, and those that may not be yet, such as an import's."""
    days = {now.date() + timedelta(days=each) for each in (-2, -1, 0, 1)} | lately_marked(table, tenant, now)
    for raw in table.query_all(keys.rollup_partition(tenant, "tenant"), consistent=True):
        _, day, _ = raw["SK"]["S"].split("#")
        days.add(date.fromisoformat(day))
    return [Part(day, shard) for day in sorted(days) for shard in range(settings.shards_on(day))]


def players(table: Table, tenant: str, part: Part, experience: str | None = None) -> Iterator[str]:
    """Players with facts in a part, each once; of one experience, where one is named."""
    known = None
    wanted = None if experience is None else keys.encode(experience)
    for raw in table.query_all(keys.fact_partition(tenant, part.day, part.shard), consistent=True):
        player, of, _ = raw["SK"]["S"].split("#")
        if player != known and wanted in (None, of):
            known = player
            yield keys.decode(player)
