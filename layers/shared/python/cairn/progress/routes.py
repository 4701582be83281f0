"""What the routes that play a command have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.caller import PLAYS, READS_PLAYERS, Caller, Role
from cairn.platform.api.http import Http
from cairn.platform.api.problems import document
from cairn.platform.errors import Busy, DomainError
from cairn.progress.bodies import BulkEventBody, MomentBody
from cairn.progress.bulk import Result, Sent, record_all
from cairn.progress.play import Play, Request, play
from cairn.progress.progress import Command
from cairn.tenants.settings import SYSTEM_EVENTS, TenantSettings


def play_route(
    http: Http,
    parts: Play,
    player_id: str,
    experience_id: str | None,
    body: MomentBody,
    command: Command,
    allowed: frozenset[Role] = PLAYS,
) -> Response[str]:
    """Plays the command of a request for the player that its path and its token name."""
    caller = http.caller
    player = caller.player_in(player_id, allowed)
    same_player(body.user_id, player)
    now = http.clock()
    experience = http.identifier("experience_id", experience_id) if experience_id is not None else None
    request = Request(
        caller.tenant, player, experience, command, body.occurred_at(now), now, http.idempotency_key(player)
    )
    return http.answer(play(parts, request))


def asked(
    http: Http, player_id: str, experience_id: str, allowed: frozenset[Role] = READS_PLAYERS
) -> tuple[str, str, str]:
    """Tenant, player and experience that a request is about, for those who may."""
    caller = http.caller
    player = caller.player_in(player_id, allowed)
    return caller.tenant, player, http.identifier("experience_id", experience_id)


def record_bulk(http: Http, parts: Play, events: Sequence[Any]) -> dict[str, Any]:
    """Records many events, each checked for itself: one that is refused holds up no other.

    Returns:
        A result for each event in its place, and how many were recorded, stood already, or were refused.
    """
    caller, now = http.caller, http.clock()
    settings = parts.settings.of(caller.tenant)
    results: dict[int, dict[str, Any]] = {}
    by_player: dict[str, list[Sent]] = {}
    for number, content in enumerate(events):
        try:
            event = http.parse(BulkEventBody, content)
            player = caller.player_in(event.player_id or "me", PLAYS)
            same_player(event.user_id, player)
            may_send(caller, settings, event.type)
            may_count(caller, settings, event.counters)
        except DomainError as refusal:
            results[number] = document(refusal)
            continue
        sent = Sent(number, event.experience_id, event.command(), event.occurred_at(now), event.id)
        by_player.setdefault(player, []).append(sent)
    for player, each in by_player.items():
        try:
            recorded = record_all(parts, caller.tenant, player, each, now)
        except Busy as busy:
            recorded = [Result(sent.number, refused=busy) for sent in each]
        for result in recorded:
            done = {"status": 200, **(result.recorded or {})}
            results[result.number] = document(result.refused) if result.refused else done
    shown = [results[number] for number in range(len(events))]
    return {
        "recorded": sum(not each.get("already_recorded", True) for each in shown),
        "already_recorded": sum(each.get("already_recorded", False) for each in shown),
        "refused": sum(each["status"] != 200 for each in shown),
        "results": shown,
    }


def same_player(user_id: str | None, player: str) -> None:
    """Raises DomainError `other-player` for an older client's user_id that is another player than the one named."""
    if user_id not in (None, player):
        raise DomainError("other-player", f"user_id is not the player {player!r}. Leave it out.")


def may_send(caller: Caller, settings: TenantSettings, event_type: str) -> None:
    """Raises DomainError `event-type-not-allowed` for the system's own types, and for a player those that
    the tenant does not let players send.
    """
    if event_type in SYSTEM_EVENTS:
        raise DomainError(
            "event-type-not-allowed",
            f"{event_type} is recorded by the system itself. Use the route that causes it.",
        )
    allowed = settings.player_event_types
    if caller.role is Role.PLAYER and event_type not in allowed:
        raise DomainError(
            "event-type-not-allowed",
            f"Players may not send {event_type}. They may send {', '.join(allowed)}.",
            allowed=list(allowed),
        )


def may_count(caller: Caller, settings: TenantSettings, counters: Mapping[str, int]) -> None:
    """Raises DomainError `counter-not-allowed` for a player who counts what the tenant does not let players count,
    or more of it than one event may bring: counters unlock what pays.
    """
    if caller.role is not Role.PLAYER:
        return
    allowed = settings.player_counters
    for name, number in counters.items():
        if name not in allowed:
            listed = ", ".join(sorted(allowed)) or "none"
            raise DomainError(
                "counter-not-allowed",
                f"Players may not count {name}. They may count {listed}: an operator lists counters in"
                " player_counters of PUT /api/v1/settings. Or send it with a service's token.",
                allowed=dict(allowed),
            )
        if number > allowed[name]:
            raise DomainError(
                "counter-not-allowed",
                f"Players may count {name} up to {allowed[name]} in one event, and not {number}.",
                allowed=dict(allowed),
            )


def may_assess(caller: Caller, field: str, value: object) -> None:
    """Raises DomainError `role-not-allowed` for a player who brings an assessment of their own."""
    if value is not None and caller.role is Role.PLAYER:
        raise DomainError(
            "role-not-allowed",
            f"{field} pays, so it comes from a service's token. Leave it out.",
            allowed_roles=[Role.SERVICE.value],
        )
