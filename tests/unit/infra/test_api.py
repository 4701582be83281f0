"""The HTTP API: routes, authoriser, throttle, logs."""

import json
from importlib import import_module
from unittest.mock import create_autospec

import pytest

from cairn.platform.api.http import Http
from cairn.platform.table import Table
from infra.routes import PREFIX, ROUTES
from infra.stages import ForeignIssuer, Stage, stages
from tests.support.http import CONFIG
from tests.unit.infra.conftest import ONE_WORKER, Synthesised, known, synthesise

pytestmark = ONE_WORKER
STAGES = sorted(stages())
ALL = {f"{method} {PREFIX}{path}" for routes in ROUTES.values() for method, path in routes}


def foreign() -> Stage:
    """A stage whose tokens come from somebody else."""
    issuer = ForeignIssuer(
        url="https://id.example.com/",
        audience=("cairn-web",),
        web_client_id="cairn-web",
        authorize_url="https://id.example.com/authorize",
        token_url="https://id.example.com/token",
        logout_url="https://id.example.com/logout",
    )
    return Stage("own", architecture=stages()["dev"].architecture, issuer=issuer)


@pytest.mark.parametrize("stage", STAGES)
def test_every_route_has_the_authoriser_but_health_and_the_catch_all(stage: str) -> None:
    routes = {each["RouteKey"]: each for each in known(stage).of("AWS::ApiGatewayV2::Route").values()}
    assert set(routes) == ALL | {"$default"}
    open_routes = {key for key, each in routes.items() if each["AuthorizationType"] != "JWT"}
    assert open_routes == {f"GET {PREFIX}/health", "$default"}
    assert all("AuthorizerId" in each for key, each in routes.items() if key not in open_routes)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_the_gateway_has_exactly_the_routes_that_the_function_answers(name: str) -> None:
    build = import_module(f"functions.{name}.handler").routes
    http: Http = build(CONFIG, create_autospec(Table, instance=True))
    resolver = http.app
    answered = {
        f"{route.method} {route.path.replace('<', '{').replace('>', '}')}"
        for route in [*resolver._static_routes, *resolver._dynamic_routes]
    }
    assert answered == {f"{method} {PREFIX}{path}" for method, path in ROUTES[name]}


def test_the_authoriser_takes_tokens_of_the_pools_own_clients(dev: Synthesised) -> None:
    (authorizer,) = dev.of("AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["AuthorizerType"] == "JWT"
    assert "cognito-idp" in json.dumps(authorizer["JwtConfiguration"]["Issuer"])
    clients = dev.of("AWS::Cognito::UserPoolClient")
    assert authorizer["JwtConfiguration"]["Audience"] == [{"Ref": name} for name in clients]


def test_an_issuer_of_the_customers_own_takes_the_pools_place() -> None:
    template = synthesise(foreign())
    assert not template.of("AWS::Cognito::UserPool")
    (authorizer,) = template.of("AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["JwtConfiguration"] == {"Issuer": "https://id.example.com/", "Audience": ["cairn-web"]}


@pytest.mark.parametrize("stage", STAGES)
def test_the_api_is_throttled_and_logs_no_address_and_no_path(stage: str) -> None:
    (settings,) = known(stage).of("AWS::ApiGatewayV2::Stage").values()
    chosen = stages()[stage]
    assert settings["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": chosen.burst,
        "ThrottlingRateLimit": chosen.rate,
    }
    logged = json.loads(settings["AccessLogSettings"]["Format"]).values()
    assert not [each for each in logged if "sourceIp" in each or "path" in each.lower()]


def test_browsers_may_call_from_the_dashboard_alone(dev: Synthesised) -> None:
    (api,) = dev.of("AWS::ApiGatewayV2::Api").values()
    (origin,) = api["CorsConfiguration"]["AllowOrigins"]
    assert "DomainName" in json.dumps(origin)
    assert "*" not in json.dumps(api["CorsConfiguration"])


def test_browsers_may_send_conditions_and_see_what_they_are_made_of(dev: Synthesised) -> None:
    (api,) = dev.of("AWS::ApiGatewayV2::Api").values()
    cors = api["CorsConfiguration"]
    assert {"if-match", "if-none-match", "idempotency-key"} <= set(cors["AllowHeaders"])
    assert {"etag", "idempotency-replayed"} <= set(cors["ExposeHeaders"])
