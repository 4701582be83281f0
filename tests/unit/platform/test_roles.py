"""Who may do what: every route against every kind of caller."""

import json
from typing import Any

import pytest

from cairn.platform.api.http import Http
from cairn.platform.table import Table
from cairn.tenants.storage import Secrets
from functions.health.handler import routes as health
from tests.support.http import CONFIG, CONTEXT, Clock, claims, request
from tests.support.world import ROUTES, WOODS, World, all_items

EVERY = {**ROUTES, "health": health}

CALLERS: dict[str, dict[str, str] | None] = {
    "ada": claims("player", "ada"),
    "bob": claims("player", "bob"),
    "service": claims("service"),
    "operator": claims("operator"),
    "admin": claims("admin"),
    "nobody": None,
    "id token": claims("player", "ada", token_use="id"),
    "no tenant": claims("player", "ada", tenant=""),
    "no role": claims("", "ada"),
    "unknown role": claims("root", "ada"),
    "nameless player": claims("player"),
    "other tenant": claims("player", "ada", tenant="other"),
}
NO_TOKEN = dict.fromkeys(["nobody", "id token", "no tenant", "no role", "unknown role", "nameless player"], 403)

# What each caller gets, where the player in the path is ada, who has started the woods.
READS = {**NO_TOKEN, "ada": 200, "bob": 403, "service": 200, "operator": 200, "admin": 200, "other tenant": 200}
PLAYS = {**READS, "operator": 403, "admin": 403}
ALL = {**READS, "bob": 200}
OPERATES = {**NO_TOKEN, "ada": 403, "bob": 403, "service": 403, "operator": 200, "admin": 403, "other tenant": 403}
REVIEWS = {**OPERATES, "admin": 200}
LEGACY = {**PLAYS, "bob": 200, "service": 403}
UNRANKED = {**READS, "ada": 404, "service": 404, "operator": 404, "admin": 404, "other tenant": 404}
NAMELESS = {name: 422 if status == 200 else status for name, status in ALL.items()}
ANYBODY = dict.fromkeys(CALLERS, 200)
ADA = "/players/ada"
IN_WOODS = f"{ADA}/experiences/woods"
STRANGER = {"other tenant": 404}  # there is no such thing in that tenant

ROUTES_AND_STATUS: list[tuple[str, str, str, dict[str, Any] | None, dict[str, int]]] = [
    ("achievements", "GET", "/achievements", None, ALL),
    ("achievements", "GET", f"{ADA}/achievements", None, READS),
    ("analytics", "GET", "/analytics/days/2026-11-20", None, OPERATES),
    ("catalog", "GET", "/experiences/woods", None, ALL | STRANGER),
    ("catalog", "PUT", "/experiences/woods", WOODS, OPERATES),
    ("catalog", "GET", "/settings", None, OPERATES),
    ("catalog", "PUT", "/settings", {}, OPERATES),
    ("completion", "POST", f"{IN_WOODS}/complete", {}, {**PLAYS, "ada": 409, "service": 409} | STRANGER),
    ("completion", "POST", f"{IN_WOODS}/practice", {}, {**PLAYS, "ada": 409, "service": 409} | STRANGER),
    ("events", "POST", "/events", {"events": [{}]}, {**PLAYS, "bob": 200}),
    ("events", "POST", f"{ADA}/events", {"type": "check_in"}, PLAYS),
    ("health", "GET", "/health", None, ANYBODY),
    ("leaderboards", "GET", "/leaderboards", None, ALL),
    ("leaderboards", "GET", "/leaderboards/xp_all_time", None, ALL),
    ("leaderboards", "GET", "/leaderboards/xp_all_time/friends", None, NAMELESS),
    ("leaderboards", "GET", "/leaderboards/xp_all_time/players/ada/neighbours", None, UNRANKED),
    ("leaderboards", "GET", f"{ADA}/ranks", None, READS),
    ("leaderboards", "GET", f"{ADA}/visibility", None, READS),
    ("leaderboards", "PUT", f"{ADA}/visibility", {"shown_as": "hidden"}, PLAYS),
    ("leaderboards", "GET", "/leaderboards/xp_all_time/players/ada", None, UNRANKED),
    ("legacy", "POST", "/track-user-progress", {"wod_id": "woods"}, LEGACY | STRANGER),
    ("legacy", "POST", "/track-user-activity", {"activity_type": "login"}, LEGACY),
    ("players", "GET", ADA, None, READS | STRANGER),
    ("players", "PUT", ADA, {"name": "Ada"}, PLAYS),
    ("progress", "POST", f"{ADA}/experiences/hill/start", {}, PLAYS | STRANGER),
    ("progress", "POST", f"{ADA}/experiences/hill/discover", {}, PLAYS | STRANGER),
    ("progress", "POST", f"{IN_WOODS}/resume", {}, PLAYS | STRANGER),
    ("progress", "POST", f"{IN_WOODS}/abandon", {}, PLAYS | STRANGER),
    ("progress", "POST", f"{IN_WOODS}/blocks/film", {}, {**PLAYS, "ada": 404, "service": 404} | STRANGER),
    ("progress", "GET", f"{IN_WOODS}/inventory", None, READS | STRANGER),
    ("progress", "GET", f"{IN_WOODS}/visits/gate", None, READS | STRANGER),
    ("progress", "GET", f"{IN_WOODS}/notes", None, READS | STRANGER),
    ("progress", "PUT", f"{IN_WOODS}/notes", {"notes": "Mind the step."}, PLAYS | STRANGER),
    ("progress", "PUT", f"{IN_WOODS}/reflection", {"reflection": "Lovely."}, PLAYS | STRANGER),
    ("repair", "GET", f"{IN_WOODS}/repair", None, REVIEWS),
    ("repair", "POST", f"{IN_WOODS}/repair", {}, OPERATES),
    ("repair", "POST", f"{IN_WOODS}/waivers", {"criterion": "blocks", "reason": "Was ill."}, OPERATES),
    ("repair", "POST", f"{IN_WOODS}/migrate", {}, OPERATES),
    ("progress", "POST", f"{IN_WOODS}/events", {"type": "check_in"}, PLAYS | STRANGER),
    ("progress", "POST", f"{IN_WOODS}/quadrants", {}, PLAYS | STRANGER),
    ("progress", "POST", f"{IN_WOODS}/sessions", {"duration_seconds": 60}, PLAYS | STRANGER),
    ("progress", "GET", IN_WOODS, None, READS | STRANGER),
    ("progress", "GET", f"{ADA}/experiences", None, READS),
    ("progress", "GET", f"{ADA}/events", None, READS),
    ("streaks", "GET", f"{ADA}/streak", None, READS),
    ("xp", "GET", f"{ADA}/xp", None, READS),
    ("xp", "GET", f"{ADA}/xp/history", None, READS),
]


def send(http: Http, method: str, path: str, body: Any, caller: dict[str, str] | None) -> dict[str, Any]:
    event = request(
        method,
        f"/api/v1{path}",
        body=body,
        claims=caller,
        headers={"idempotency-key": "one"} if body is not None else {},
    )
    return http.handle(event, CONTEXT)


@pytest.mark.parametrize(
    ("function", "method", "path", "body", "expected"),
    ROUTES_AND_STATUS,
    ids=[f"{method} {path}" for _, method, path, _, _ in ROUTES_AND_STATUS],
)
def test_a_route_answers_each_caller_as_its_role_allows(
    table: Table, clock: Clock, function: str, method: str, path: str, body: Any, expected: dict[str, int]
) -> None:
    world = World(table, clock)
    world.define()
    world.define("hill")
    world.play("start")
    for tenant in ("acme", "other"):
        Secrets(table).of(tenant)  # made once, whoever practises first
    assert set(expected) == set(CALLERS)
    # Those who are refused come first, so that nobody is let in by what another left behind.
    for name in sorted(CALLERS, key=lambda each: expected[each], reverse=True):
        before = all_items(table)
        answer = send(EVERY[function](CONFIG, table, clock), method, path, body, CALLERS[name])
        assert answer["statusCode"] == expected[name], f"{name}: {answer['body']}"
        if expected[name] >= 400:
            assert all_items(table) == before, f"{name} was refused, and something was written"
            document = json.loads(answer["body"])
            assert (document["status"], document["request_id"]) == (expected[name], "request-1")
            assert answer["headers"]["Content-Type"] == "application/problem+json"


def test_the_matrix_holds_every_route_that_there_is(table: Table) -> None:
    known = {(function, method, path_of(path)) for function, method, path, _, _ in ROUTES_AND_STATUS}
    there = set()
    for function, build in EVERY.items():
        app = build(CONFIG, table).app
        there |= {(function, route.method, route.path) for route in app._static_routes + app._dynamic_routes}
    assert known == there


def path_of(path: str) -> str:
    parts = path.split("/")
    for before, name in (
        ("players", "<player_id>"),
        ("experiences", "<experience_id>"),
        ("days", "<day>"),
        ("leaderboards", "<board>"),
        ("blocks", "<block_id>"),
        ("visits", "<content_id>"),
    ):
        if before in parts and parts.index(before) + 1 < len(parts):
            parts[parts.index(before) + 1] = name
    return "/api/v1" + "/".join(parts)


@pytest.mark.parametrize("role", ["service", "operator", "admin"])
def test_who_is_no_player_names_the_player(table: Table, role: str) -> None:
    answer = send(ROUTES["xp"](CONFIG, table), "GET", "/players/me/xp", None, claims(role))
    assert answer["statusCode"] == 403
    assert json.loads(answer["body"])["type"] == "urn:cairn:problem:name-the-player"


def test_a_refusal_names_the_roles_that_are_allowed(table: Table) -> None:
    answer = send(ROUTES["catalog"](CONFIG, table), "PUT", "/settings", {}, claims("player", "ada"))
    assert json.loads(answer["body"])["allowed_roles"] == ["operator"]


@pytest.mark.parametrize(
    ("role", "body", "problem"),
    [
        ("player", {"user_id": "bob"}, "other-player"),
        ("player", {"community_id": "other"}, "other-tenant"),
        ("service", {"user_id": "bob"}, "other-player"),
        ("service", {"community_id": "other"}, "other-tenant"),
    ],
)
def test_an_older_clients_ids_must_agree_with_the_token_and_the_path(
    world: World, role: str, body: dict[str, str], problem: str
) -> None:
    path = "/players/ada/experiences/woods/start"
    before = all_items(world.table)
    reply = world.call("progress", role).send("POST", path, body)
    assert (reply.status, reply.body["type"]) == (403, f"urn:cairn:problem:{problem}")
    assert all_items(world.table) == before
    agreeing = {"user_id": "ada", "community_id": "acme"}
    assert world.call("progress", role).send("POST", path, agreeing).status == 200
