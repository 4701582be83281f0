"""The pre-token trigger: which claims which event gets."""

from typing import Any

import pytest

from functions.identity.handler import handler


def event(attributes: dict[str, str], source: str = "TokenGeneration_Authentication") -> dict[str, Any]:
    return {
        "version": "3",
        "triggerSource": source,
        "request": {"userAttributes": {"sub": "b2d1", **attributes}, "scopes": ["openid"]},
        "response": {"claimsAndScopeOverrideDetails": None},
    }


def machine(*scopes: str) -> dict[str, Any]:
    return {
        "version": "3",
        "triggerSource": "TokenGeneration_ClientCredentials",
        "request": {"userAttributes": {}, "scopes": list(scopes)},
        "response": {"claimsAndScopeOverrideDetails": None},
    }


def claims(asked: dict[str, Any]) -> dict[str, str]:
    details = handler(asked, None)["response"]["claimsAndScopeOverrideDetails"]
    assert set(details) == {"accessTokenGeneration"}  # an ID token gets nothing
    added: dict[str, str] = details["accessTokenGeneration"]["claimsToAddOrOverride"]
    return added


@pytest.mark.parametrize("role", ["service", "operator", "admin"])
def test_staff_get_tenant_and_role_and_are_no_player(role: str) -> None:
    said = claims(event({"custom:tenant": "acme", "custom:role": role, "custom:player": "ada"}))
    assert said == {"cairn_tenant": "acme", "cairn_role": role}


def test_a_player_is_known_by_the_given_id_and_by_sub_without_one() -> None:
    player = {"custom:tenant": "acme", "custom:role": "player"}
    assert claims(event({**player, "custom:player": "ada"}))["cairn_player"] == "ada"
    assert claims(event(player))["cairn_player"] == "b2d1"


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"custom:tenant": "acme"},
        {"custom:role": "admin"},
        {"custom:tenant": "acme", "custom:role": "root"},
        {"custom:tenant": "", "custom:role": "admin"},
    ],
)
def test_half_of_what_is_needed_is_nothing(attributes: dict[str, str]) -> None:
    assert claims(event(attributes)) == {}


def test_a_machine_is_the_service_of_the_tenant_in_its_scope() -> None:
    assert claims(machine("acme/service")) == {"cairn_tenant": "acme", "cairn_role": "service"}


@pytest.mark.parametrize("scopes", [(), ("acme/admin",), ("service",), ("/service",), ("a/service", "b/service")])
def test_a_machine_with_any_other_scope_is_nobody(scopes: tuple[str, ...]) -> None:
    assert claims(machine(*scopes)) == {}


def test_a_persons_scopes_give_no_role() -> None:
    asked = event({"custom:tenant": "acme", "custom:role": "player"})
    asked["request"]["scopes"] = ["acme/service"]
    assert claims(asked)["cairn_role"] == "player"
