"""What the routes of XP answer, by whichever of their two names they are called."""

from dataclasses import dataclass
from datetime import date

from aws_lambda_powertools.event_handler import Response

from cairn.platform.api.http import Http
from cairn.platform.errors import DomainError
from cairn.platform.preconditions import etag_of
from cairn.platform.table import Table
from cairn.players import profile
from cairn.players.player import Player
from cairn.tenants.storage import SettingsCache
from cairn.xp import change, read
from cairn.xp.bodies import AwardBody, ReversalBody
from cairn.xp.change import Asked
from cairn.xp.ledger import FAMILIES
from cairn.xp.levels import THRESHOLDS
from cairn.xp.stats import MONTH, MOST, stats

LEVELS_KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Routes:
    """The answers, about the player that a request names."""

    http: Http
    table: Table
    settings: SettingsCache

    def standing(self, player_id: str) -> Response[str]:
        tenant = self.http.caller.tenant
        player = profile.find(self.table, tenant, player_id, consistent=False)
        return self.http.show(read.show_standing(player or Player(tenant, player_id), self.http.clock()))

    def history(self, player_id: str) -> Response[str]:
        """A page of the ledger: `limit`, `cursor`, `source`, `from` and `to`."""
        http = self.http
        source = http.query("source")
        if source and source not in FAMILIES:
            raise DomainError("invalid-parameter", f"source must be one of {', '.join(FAMILIES)}.")
        since, until = http.days()
        limit = http.whole_number("limit", 20, 1, 100)
        return http.show(
            read.history(
                self.table,
                http.caller.tenant,
                player_id,
                limit,
                http.query("cursor"),
                source,
                since or date.min,
                until or date.max,
            )
        )

    def stats(self, player_id: str) -> Response[str]:
        """The figures: `days`."""
        http = self.http
        tenant, days = http.caller.tenant, http.whole_number("days", MONTH, 1, MOST)
        return http.show(stats(self.table, self.settings.of(tenant), tenant, player_id, days, http.clock()))

    def award(self, player_id: str, body: AwardBody) -> Response[str]:
        asked = self._asked(player_id, body.reason)
        settings = self.settings.of(asked.tenant)
        return self.http.answer(change.award(self.table, settings, asked, body.amount, body.reference))

    def reverse(self, player_id: str, body: ReversalBody) -> Response[str]:
        asked = self._asked(player_id, body.reason)
        return self.http.answer(change.reverse(self.table, self.settings.of(asked.tenant), asked, body.entry_id))

    def levels(self) -> Response[str]:
        """The table of levels, which a client may keep for a day."""
        kept: dict[str, str | list[str]] = {"Cache-Control": f"private, max-age={LEVELS_KEPT_SECONDS}"}
        return self.http.show(read.show_levels(), headers=kept, etag=etag_of(len(THRESHOLDS), THRESHOLDS[-1]))

    def _asked(self, player_id: str, reason: str) -> Asked:
        http, caller = self.http, self.http.caller
        return Asked(caller.tenant, player_id, reason, caller.subject, http.idempotency_key(player_id), http.clock())
