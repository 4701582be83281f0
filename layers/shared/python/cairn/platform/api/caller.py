"""Who is calling, by the token's claims alone, and for which player they may act."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cairn.platform.config import Config
from cairn.platform.errors import DomainError
from cairn.platform.keys import encode

MAX_ID_CHARACTERS = 128
MAX_ENCODED_BYTES = 384  # two ids and their prefixes fit into the 1,024 bytes of a sort key


class Role(StrEnum):
    """What a token may be: a player, a service that acts for players, an operator, an admin."""

    PLAYER = "player"
    SERVICE = "service"
    OPERATOR = "operator"
    ADMIN = "admin"


EVERYBODY = frozenset(Role)
PLAYS = frozenset({Role.PLAYER, Role.SERVICE})
SERVES = frozenset({Role.SERVICE})
READS_PLAYERS = EVERYBODY
OPERATES = frozenset({Role.OPERATOR})
OVERSEES = frozenset({Role.OPERATOR, Role.ADMIN})
SEES_ACTIVITY = OVERSEES | {Role.SERVICE}


def identifier(name: str, value: str) -> str:
    """An id that a key can hold. Raises DomainError `invalid-parameter` for one that is too long."""
    if len(value) > MAX_ID_CHARACTERS or len(encode(value)) > MAX_ENCODED_BYTES:
        raise DomainError(
            "invalid-parameter",
            f"{name} has {len(value)} characters, or {len(encode(value))} percent-encoded;"
            f" at most {MAX_ID_CHARACTERS}, and {MAX_ENCODED_BYTES} encoded, are allowed.",
        )
    return value


@dataclass(frozen=True, slots=True)
class Caller:
    """The token's tenant, role and (for a player) player id. subject: whom the token was given to, opaque."""

    tenant: str
    role: Role
    player: str | None
    subject: str | None = None

    def must_be(self, allowed: frozenset[Role]) -> None:
        """Raises DomainError `role-not-allowed` unless the role is one of those."""
        if self.role not in allowed:
            names = ", ".join(sorted(allowed))
            raise DomainError(
                "role-not-allowed",
                f"A token with the role {self.role} may not do this. Use one with the role {names}.",
                allowed_roles=sorted(allowed),
            )

    def player_in(self, path_id: str, allowed: frozenset[Role]) -> str:
        """The player that the path names; `me` and a player's own id are the token's player.

        Raises:
            DomainError: `role-not-allowed`; `other-player` for another player's id in a player's token;
                `name-the-player` for `me` in a token that is no player's; `invalid-parameter` for an id too long.
        """
        self.must_be(allowed)
        if self.role is Role.PLAYER:
            if path_id not in ("me", self.player):
                raise DomainError(
                    "other-player",
                    "A player's token acts for that player only. Use /players/me/ in the path.",
                )
            assert self.player is not None
            return identifier("player_id", self.player)
        if path_id == "me":
            raise DomainError(
                "name-the-player",
                f"The role {self.role} is no player. Name the player: in the path in place of me, or in the body.",
            )
        return identifier("player_id", path_id)


def read_caller(claims: Mapping[str, Any], config: Config) -> Caller:
    """The caller of a token's claims.

    Raises:
        DomainError: `not-an-access-token`, or `incomplete-token` where tenant, role or player is missing.
    """
    if config.token_use and claims.get("token_use") != config.token_use:
        raise DomainError(
            "not-an-access-token", f"Send an {config.token_use} token (claim token_use), not an ID token."
        )
    tenant = str(claims.get(config.claim_tenant, ""))
    role = str(claims.get(config.claim_role, ""))
    player = str(claims.get(config.claim_player, "")) or None
    if not tenant or role not in set(Role) or (role == Role.PLAYER and player is None):
        needs = ", ".join((config.claim_tenant, config.claim_role, config.claim_player))
        raise DomainError(
            "incomplete-token",
            f"The token must carry the string claims {needs}, with a role of {', '.join(Role)}."
            " Ask the operator of the identity provider to set them for this user.",
        )
    return Caller(tenant, Role(role), player, str(claims.get("sub", "")) or None)
