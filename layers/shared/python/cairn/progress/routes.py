"""What the routes that play a command have in common."""

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.caller import PLAYS
from cairn.platform.api.http import Http
from cairn.platform.errors import DomainError
from cairn.progress.bodies import MomentBody
from cairn.progress.play import Play, Request, play
from cairn.progress.progress import Command


def play_route(
    http: Http, parts: Play, player_id: str, experience_id: str, body: MomentBody, command: Command
) -> Response[str]:
    """Plays the command of a request for the player that its path and its token name."""
    caller = http.caller
    player = caller.player_in(player_id, PLAYS)
    if body.user_id not in (None, player):
        raise DomainError("other-player", "user_id is not the player in the path. Leave it out.")
    now = http.clock()
    answer = play(
        parts,
        Request(
            tenant=caller.tenant,
            player=player,
            experience=http.identifier("experience_id", experience_id),
            command=command,
            occurred_at=body.occurred_at(now),
            now=now,
            key=http.idempotency_key(player),
        ),
    )
    return http.answer(answer)
