"""What the deployed stack answers before any rule of the game: health, 401, 404, CORS, the dashboard's files."""

from urllib.parse import quote

import pytest

from local.http import Site
from local.site import upload
from tests.deploy.conftest import Deployed


def test_health_answers_without_a_token(deployed: Deployed) -> None:
    answer = deployed.api.get("/health")
    assert (answer.status, answer.json["status"]) == (200, "healthy")


def test_a_route_without_a_token_is_a_401_of_the_gateway(deployed: Deployed) -> None:
    answer = deployed.api.get("/players/me/xp")
    assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})


def test_a_forged_token_is_a_401(deployed: Deployed) -> None:
    head, _, signature = deployed.token("player").split(".")
    payload = deployed.token("admin").split(".")[1]
    assert deployed.api.get("/players/me/xp", f"{head}.{payload}.{signature}").status == 401


@pytest.mark.parametrize("token", [False, True], ids=["without a token", "with a token"])
def test_a_path_that_is_no_route_is_a_404_problem(deployed: Deployed, token: bool) -> None:
    answer = deployed.api.get("/no/such/route", deployed.token("player") if token else None)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json["request_id"]


@pytest.mark.parametrize("identifier", ["walk 50%", "a/b?", "👩\u200d🚀 #1", 'the "gate"', "שלום", "e\u0301"])
def test_an_id_that_is_encoded_into_a_path_arrives_as_it_is(deployed: Deployed, identifier: str) -> None:
    path = f"/experiences/{quote(identifier.replace('/', '%2F').replace('?', '%3F'), safe='')}"
    token = deployed.token("operator")
    assert deployed.api.send("PUT", path, {"name": "Walk"}, token).status == 200
    assert deployed.api.get(path, token).json["id"] == identifier


def test_the_dashboard_may_call_the_api_from_a_browser_and_other_pages_may_not(deployed: Deployed) -> None:
    def preflight(origin: str) -> str | None:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return deployed.api.send("OPTIONS", "/players/me/xp", headers=headers).headers.get(
            "access-control-allow-origin"
        )

    assert preflight(deployed.stack.site_url) == deployed.stack.site_url
    assert preflight("http://elsewhere.example") is None


def test_the_site_serves_its_configuration_and_its_page_for_every_path_of_its_own(
    deployed: Deployed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dist = tmp_path_factory.mktemp("dist")
    (dist / "index.html").write_text("<!doctype html><title>Cairn</title>")
    bucket = deployed.stack.outputs["SiteBucket"]
    assert upload(deployed.clients("s3"), bucket, deployed.stack.site_config, dist) == 1
    site = Site(deployed.stack.site_url)
    assert site.get("/config.json").json["api"] == deployed.stack.api_url
    page = site.get("/streak/of/ada")
    assert (page.status, "<title>Cairn</title>" in page.text) == (200, True)
    assert "default-src 'none'" in page.headers["content-security-policy"]
