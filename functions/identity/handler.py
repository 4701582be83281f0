"""Puts tenant, role and player into access tokens, as Cognito issues them (pre-token trigger, V3_0).

A person's come from attributes that only the pool's administrators write. A machine's come from the one
scope that its client was granted, `<tenant>/service`. Without a tenant and a known role a token gets no
claim, and the API answers it with 403.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from collections.abc import Mapping
from typing import Any

ROLES = frozenset({"player", "service", "operator", "admin"})
MACHINE = "TokenGeneration_ClientCredentials"


def claims_of(event: Mapping[str, Any]) -> dict[str, str]:
    """The claims of the token that an event asks about: strings, or none at all.

    A player without an id of their own is known by `sub`.
    """
    request = event["request"]
    if event["triggerSource"] == MACHINE:
        return machine_claims(request.get("scopes") or [])
    attributes: Mapping[str, str] = request.get("userAttributes") or {}
    tenant, role = attributes.get("custom:tenant", ""), attributes.get("custom:role", "")
    if not tenant or role not in ROLES:
        return {}
    claims = {"cairn_tenant": tenant, "cairn_role": role}
    if role == "player":
        claims["cairn_player"] = attributes.get("custom:player") or attributes["sub"]
    return claims


def machine_claims(scopes: list[str]) -> dict[str, str]:
    """The claims of a client with exactly one scope `<tenant>/service`; of any other, none."""
    if len(scopes) != 1:
        return {}
    tenant, _, role = scopes[0].rpartition("/")
    return {"cairn_tenant": tenant, "cairn_role": role} if tenant and role == "service" else {}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers Cognito with the event, its response filled in."""
    details = {"accessTokenGeneration": {"claimsToAddOrOverride": claims_of(event)}}
    return {**event, "response": {"claimsAndScopeOverrideDetails": details}}
