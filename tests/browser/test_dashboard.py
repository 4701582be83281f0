"""The dashboard of the deployed stack in a real Chromium: signed in as a player who has played."""

import os
import subprocess
from pathlib import Path

import pytest

from local.cloud import ROOT
from local.site import upload
from local.suites import chromium
from tests.deploy.conftest import Deployed, deployed

__all__ = ["deployed"]

WALK = {"name": "The walk", "kind": "scenario"}


@pytest.fixture
def site(deployed: Deployed) -> str:
    """The dashboard's address, with a player who has XP, a streak and achievements."""
    assert upload(deployed.clients("s3"), deployed.stack.outputs["SiteBucket"], deployed.stack.site_config) > 1
    operator, player = deployed.token("operator"), deployed.token("player")
    assert deployed.api.send("PUT", "/experiences/walk", WALK, operator).status == 200
    for what, body in (("start", {}), ("sessions", {"duration_seconds": 4000}), ("complete", {})):
        answer = deployed.api.send("POST", f"/players/me/experiences/walk/{what}", body, player)
        assert answer.status == 200, answer.text
    assert deployed.drain()
    return f"{deployed.stack.site_url}/"


def test_a_player_signs_in_and_sees_their_progress_by_keyboard_in_light_and_dark(
    deployed: Deployed, site: str, tmp_path: Path
) -> None:
    found = chromium()
    assert found, "install Debian's chromium"
    name = deployed.people.add("player")
    seen = subprocess.run(
        ["npm", "run", "--silent", "e2e"],
        cwd=ROOT / "web",
        env={
            **os.environ,
            "BASE_URL": site,
            "USERNAME": name,
            "PASSWORD": deployed.people.password_of(name),
            "CHROMIUM": found,
            "SHOTS": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert seen.returncode == 0, seen.stdout + seen.stderr
    assert {each.name for each in tmp_path.iterdir()} >= {"dashboard.png", "dashboard-dark.png"}
