"""Many events at once, each for itself: those of one player in as few transactions as hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cairn.catalog.experience import Experience
from cairn.platform import keys
from cairn.platform.errors import DomainError
from cairn.platform.instants import event_id
from cairn.platform.transact import MAX_ACTIONS, Action, ConditionsFailed, transact
from cairn.progress.journey import Journey
from cairn.progress.play import Play, Situation, has_happened, load
from cairn.progress.progress import Record
from cairn.tenants.settings import TenantSettings

EVENTS_PER_TRANSACTION = 40


@dataclass(frozen=True, slots=True)
class Sent:
    """One event of many. `cause`: its id, by which it is recorded once; `number`: its place among them."""

    number: int
    experience: str | None
    record: Record
    occurred_at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event: what was recorded, or why not."""

    number: int
    recorded: dict[str, Any] | None = None
    refused: DomainError | None = None


def record_all(parts: Play, tenant: str, player: str, events: Sequence[Sent], now: datetime) -> list[Result]:
    """Records one player's events, in order of time. Sent again, those that stand are found out and not repeated.

    Returns:
        A result for each event, in the order in which they were sent.

    Raises:
        Busy: contended or throttled past the deadline. What was recorded until then is; send all again.
    """
    settings = parts.settings.of(tenant)
    results: dict[int, Result] = {}
    latest: dict[int, Experience | None] = {}
    by_id: dict[str, Sent] = {}
    repeated: dict[int, int] = {}
    for sent in sorted(events, key=lambda each: (each.occurred_at, each.number)):
        try:
            has_happened(sent.record, sent.occurred_at, now)
            latest[sent.number] = parts.catalog.get(tenant, sent.experience) if sent.experience is not None else None
        except DomainError as refusal:
            results[sent.number] = Result(sent.number, refused=refusal)
            continue
        event = event_id(sent.occurred_at, tenant, player, sent.cause)
        first = by_id.setdefault(event, sent)
        if first is not sent:
            repeated[sent.number] = first.number
    left = list(by_id.items())
    while left:
        done = _one_transaction(parts, tenant, player, left[:EVENTS_PER_TRANSACTION], latest, settings, now)
        results |= done
        left = [(event, sent) for event, sent in left if sent.number not in done]
    refused = {
        keys.event(tenant, player, event): event for event, sent in by_id.items() if results[sent.number].refused
    }
    for key in parts.table.get_many(refused).raw:
        # It was recorded before, when the rules still took it.
        number = by_id[refused[key]].number
        results[number] = _already(number, refused[key])
    for number, first_number in repeated.items():
        same = results[first_number]
        taken = _already(number, same.recorded["event_id"]) if same.recorded else None
        results[number] = taken or Result(number, refused=same.refused)
    return [results[number] for number in sorted(results)]


def _one_transaction(
    parts: Play,
    tenant: str,
    player: str,
    events: Sequence[tuple[str, Sent]],
    latest: dict[int, Experience | None],
    settings: TenantSettings,
    now: datetime,
) -> dict[int, Result]:
    """As many of the events as one transaction holds, from the first on; at least one is decided."""
    patience = parts.table.patience()
    while True:
        wanted = [(latest[sent.number], sent.record, sent.occurred_at) for _, sent in events]
        situation = load(parts, tenant, player, wanted, settings, now)
        results, actions = _decide(situation, [sent for _, sent in events], settings, now)
        try:
            if actions:
                transact(parts.table, actions, patience)
        except ConditionsFailed as failed:
            standing = {name.removeprefix("event ") for name in failed.items if name.startswith("event ")}
            if standing:
                return {sent.number: _already(sent.number, event) for event, sent in events if event in standing}
            patience.wait()
        else:
            return results


def _decide(
    situation: Situation, events: Sequence[Sent], settings: TenantSettings, now: datetime
) -> tuple[dict[int, Result], list[Action]]:
    """What becomes of the first of the events, as many as one transaction holds, and its actions."""
    journey = Journey(situation.loaded, settings, now)
    results: dict[int, Result] = {}
    for sent in events:
        experience = situation.experiences[sent.experience] if sent.experience is not None else None
        try:
            played = journey.play(experience, sent.record, situation.moment(sent.occurred_at), sent.cause)
        except DomainError as refusal:
            results[sent.number] = Result(sent.number, refused=refusal)
        else:
            gained = sum(entry.amount for entry in played.settled.entries)
            told = {"event_id": played.event, "already_recorded": False, "xp_gained": gained}
            results[sent.number] = Result(sent.number, told)
        if journey.size > MAX_ACTIONS and len(results) > 1:
            return _decide(situation, events[: len(results) - 1], settings, now)
    try:
        return results, journey.actions()
    except DomainError as refusal:  # the state of an experience is full
        if len(events) > 1:
            return _decide(situation, events[: len(events) // 2], settings, now)
        return {events[0].number: Result(events[0].number, refused=refusal)}, []


def _already(number: int, event: str) -> Result:
    return Result(number, {"event_id": event, "already_recorded": True, "xp_gained": 0})
