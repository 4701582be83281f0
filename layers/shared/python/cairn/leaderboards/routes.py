"""What the boards' requests have in common: which board is asked for, by whom; and how an answer may be cached."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from cairn.leaderboards import board as boards
from cairn.leaderboards.read import Asked, asked_boards, etag_of
from cairn.platform.api.caller import Role
from cairn.platform.api.http import Http
from cairn.platform.errors import DomainError
from cairn.tenants.storage import SettingsCache

TRUSTED = frozenset({Role.OPERATOR, Role.ADMIN, Role.SERVICE})


class Question:
    """Reads requests about boards, and answers them.

    Args:
        http: the function's.
        settings: of tenants.
    """

    def __init__(self, http: Http, settings: SettingsCache) -> None:
        self._http = http
        self._settings = settings

    def of(self, board_id: str) -> Asked:
        """What a request asks about everybody on one board: `season` names one that is not the present one.

        Raises:
            DomainError: `unknown-board`, `unknown-season`; `season-closed` where only its best are kept.
        """
        asked = self.of_best(board_id)
        boards.must_be_kept(asked.board, asked.now)
        return asked

    def of_best(self, board_id: str) -> Asked:
        """What a request asks about the best of one board, of whatever season.

        Raises:
            DomainError: `unknown-board`, `unknown-season`.
        """
        caller = self._http.caller
        settings, now = self._settings.of(caller.tenant), self._http.clock()
        board = boards.named(settings.boards, board_id)
        season = self._http.query("season")
        if season or board.calendar:
            board = boards.in_season(board, season or boards.season_at(board, settings.zone, now))
        return Asked(caller.tenant, board, settings.zone, now, caller.player, caller.role in TRUSTED)

    def of_several(self, most: int) -> list[Asked]:
        """What a request asks about the boards that `boards` names, by commas.

        Raises:
            DomainError: `unknown-board`; `invalid-parameter` for too many.
        """
        settings = self._settings.of(self._http.caller.tenant).boards
        names = [name for name in self._http.query("boards").split(",") if name]
        return [self.of(name) for name in asked_boards(settings, names, most)]

    def players(self, most: int) -> list[str]:
        """The players that `players` names, by commas; `me` is the token's.

        Raises:
            DomainError: `invalid-parameter`.
        """
        caller = self._http.caller
        names = [name for name in self._http.query("players").split(",") if name]
        if not 0 < len(names) <= most:
            raise DomainError("invalid-parameter", f"players must name 1 to {most} players, with commas between them.")
        mine = [caller.player or name if name == "me" else name for name in names]
        return list(dict.fromkeys(self._http.identifier("players", name) for name in mine))

    def answer(self, shown: Mapping[str, Any]) -> Response[str]:
        """An answer that a client may keep for as long as the tenant allows; the time that it was kept here counts."""
        seconds = self._settings.of(self._http.caller.tenant).boards.cache_seconds
        headers: dict[str, str | list[str]] = {
            "Cache-Control": f"private, max-age={seconds}",
            "Vary": "Authorization",
            **({"Age": str(shown["age_seconds"])} if "age_seconds" in shown else {}),
        }
        return self._http.show(shown, headers=headers, etag=etag_of(shown))
