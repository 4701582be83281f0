"""What an operator changes in a ledger: XP awarded for a reason, and an entry taken back. One transaction each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from cairn.analytics import facts
from cairn.analytics import storage as fact_storage
from cairn.analytics.facts import FactChange, FactKey
from cairn.platform import keys
from cairn.platform.command import Answer, Decision, execute
from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.instants import event_id, from_ms, iso
from cairn.platform.table import Loaded, Table
from cairn.platform.transact import Action
from cairn.players import storage as player_storage
from cairn.players.player import Last, Player
from cairn.players.profile import unknown_player
from cairn.players.settlement import pay
from cairn.players.storage import PlayerItem
from cairn.players.tally import tallied
from cairn.progress.progress import Happening, Moment
from cairn.progress.storage import EventItem, write_event, write_level_ups
from cairn.streaks.days import local_date
from cairn.tenants.settings import TenantSettings
from cairn.xp import ledger, storage
from cairn.xp.ledger import REVERSAL, Entry
from cairn.xp.read import show_gain
from cairn.xp.storage import LedgerItem


@dataclass(frozen=True, slots=True)
class Asked:
    """An operator's request. by: whom the token was given to."""

    tenant: str
    player: str
    reason: str
    by: str | None
    key: IdempotencyKey
    now: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """What an entry counts for: the instant for boards, the local day and the experience ("" for none) for facts."""

    at: datetime
    day: date
    experience: str


def award(table: Table, settings: TenantSettings, asked: Asked, amount: int, reference: str | None) -> Answer:
    """Gives a player XP. It counts for now.

    Raises:
        DomainError: `unknown-player`.
        Busy: contended or throttled past the deadline.
    """
    key = keys.player(asked.tenant, asked.player)

    def load() -> Player | None:
        item = table.get_many([key]).get(PlayerItem, key)
        return player_storage.from_item(item) if item else None

    def decide(player: Player | None) -> Decision:
        if player is None:
            raise unknown_player(asked.player)
        moment, event = _moment(player, settings, asked), _event(asked)
        entry = Entry(event, ledger.OPERATOR_AWARD, amount, asked.now, asked.reason, reference=reference)
        data = {"amount": amount, "reference": reference}
        counts = Counts(asked.now, moment.day, "")
        return _decision(player, entry, counts, "xp_awarded", data, asked, settings, moment)

    return execute(table, asked.now, asked.key, load, decide)


def reverse(table: Table, settings: TenantSettings, asked: Asked, entry_id: str) -> Answer:
    """Takes an entry of the ledger back, once. It counts for what it takes back, however long ago that was.

    Raises:
        DomainError: `unknown-player`, `unknown-entry`, `not-reversible`, `already-reversed`.
        Busy: contended or throttled past the deadline.
    """
    event, source = ledger.parse_identifier(entry_id)
    player_key, event_key = keys.player(asked.tenant, asked.player), keys.event(asked.tenant, asked.player, event)
    entry_key = keys.ledger(asked.tenant, asked.player, event, source)
    reversal_key = keys.ledger(asked.tenant, asked.player, event, f"{source}{REVERSAL}")

    def decide(standing: Loaded) -> Decision:
        stored, item = standing.get(PlayerItem, player_key), standing.get(LedgerItem, entry_key)
        cause = standing.get(EventItem, event_key)
        if stored is None:
            raise unknown_player(asked.player)
        if item is None or cause is None:
            raise ledger.unknown_entry(entry_id)
        entry = storage.from_item(item)
        taken_back = ledger.reversal(entry, asked.now, asked.reason)
        if done := standing.get(LedgerItem, reversal_key):
            raise DomainError(
                "already-reversed",
                f"{entry_id!r} was reversed at {iso(from_ms(done.at))}: {done.reason}",
                entry=storage.show(done),
            )
        player = player_storage.from_item(stored)
        data = {"amount": taken_back.amount, "entry_id": entry_id}
        counts = Counts(entry.at, date.fromisoformat(cause.day), cause.experience)
        moment = _moment(player, settings, asked)
        return _decision(player, taken_back, counts, "xp_reversed", data, asked, settings, moment)

    return execute(
        table,
        asked.now,
        asked.key,
        lambda: table.get_many([player_key, entry_key, reversal_key, event_key]),
        decide,
    )


def _moment(player: Player, settings: TenantSettings, asked: Asked) -> Moment:
    zone = player.zone or settings.zone
    return Moment(asked.now, asked.now, zone, local_date(asked.now, zone, settings.streak.day_start_hours))


def _event(asked: Asked) -> str:
    return event_id(asked.now, asked.tenant, asked.player, asked.key.value)


def _decision(
    before: Player,
    entry: Entry,
    counts: Counts,
    event_type: str,
    data: Mapping[str, Any],
    asked: Asked,
    settings: TenantSettings,
    moment: Moment,
) -> Decision:
    """The writes of an operator's entry, in one transaction: event, entry, levels, player, fact."""
    tenant, player_id, event = asked.tenant, asked.player, _event(asked)
    said = {**data, "reason": asked.reason, "by": asked.by}
    happening = Happening(event_type, by_player=False, data={name: value for name, value in said.items() if value})
    player, levels = pay(before, [entry], counts.at)
    player = replace(
        player,
        tally=tallied(before.tally, before.measured(), player.measured(), counts.at, settings.tracked),
        last=Last(event, counts.experience, moment.day, asked.now),
        touched=(counts.day,),
    )
    shard = keys.bucket(player_id, settings.shards_on(counts.day))
    change = FactChange(facts.xp_numbers({entry.family: entry.amount}))
    actions: list[Action] = [
        write_event(tenant, player_id, event, counts.experience, happening, moment),
        storage.append(tenant, player_id, entry),
        *write_level_ups(tenant, player_id, levels, player.xp, event, counts.experience, moment),
        player_storage.write(player, settings),
        fact_storage.write(tenant, player_id, shard, FactKey(counts.day, counts.experience), change),
    ]
    answer = {
        "player_id": player_id,
        "event_id": event,
        "entry": storage.show(storage.item_of(tenant, player_id, entry)),
        "xp": show_gain([entry], player.xp, levels),
    }
    return Decision(actions, answer)
