"""Tokens of the deployed user pool: the claims that the pre-token trigger puts in, and what they open."""

import pytest

from local.people import claims
from tests.deploy.conftest import Deployed


@pytest.mark.parametrize("role", ["service", "operator", "admin"])
def test_a_token_carries_tenant_and_role_as_plain_strings(deployed: Deployed, role: str) -> None:
    said = claims(deployed.token(role, tenant="acme"))
    assert (said["cairn_tenant"], said["cairn_role"], said["token_use"]) == ("acme", role, "access")
    assert "cairn_player" not in said


def test_a_players_token_names_the_player(deployed: Deployed) -> None:
    said = claims(deployed.token("player", player="mo.9"))
    assert (said["cairn_role"], said["cairn_player"]) == ("player", "mo.9")


def test_a_player_without_an_id_is_known_by_sub(deployed: Deployed) -> None:
    name = deployed.people.add_user("nameless", {"custom:tenant": "acme", "custom:role": "player"})
    said = claims(deployed.people.sign_in(name))
    assert said["cairn_player"] == said["sub"]


@pytest.mark.parametrize(
    "attributes",
    [{}, {"custom:tenant": "acme"}, {"custom:role": "player"}, {"custom:tenant": "acme", "custom:role": "king"}],
    ids=["neither", "no role", "no tenant", "unknown role"],
)
def test_without_a_tenant_and_a_known_role_the_api_answers_403(
    deployed: Deployed, attributes: dict[str, str], request: pytest.FixtureRequest
) -> None:
    name = deployed.people.add_user(f"odd.{request.node.callspec.id.replace(' ', '-')}", attributes)
    answer = deployed.api.get("/players/me/xp", deployed.people.sign_in(name))
    assert answer.status == 403
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_an_id_token_is_refused(deployed: Deployed) -> None:
    name = deployed.people.add("player")
    signed_in = deployed.clients("cognito-idp").initiate_auth(
        ClientId=deployed.stack.outputs["WebClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": deployed.people.password_of(name)},
    )
    assert deployed.api.get("/players/me/xp", signed_in["AuthenticationResult"]["IdToken"]).status == 403


def test_a_machine_gets_tenant_and_role_from_its_scope(deployed: Deployed) -> None:
    token = deployed.people.machine_token("demo")
    said = claims(token)
    assert (said["cairn_tenant"], said["cairn_role"]) == ("demo", "service")
    assert deployed.api.get("/players/ada/xp", token).status in (200, 404)


@pytest.mark.parametrize("role", ["player", "service", "operator", "admin"])
def test_the_authoriser_lets_every_role_through(deployed: Deployed, role: str) -> None:
    player = "me" if role == "player" else "ada"
    assert deployed.api.get(f"/players/{player}/xp", deployed.token(role)).status in (200, 404)
