"""What each function pulls in when it starts: a cold start pays for every module."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
WITHOUT_HTTP = {
    "achievements_backfill",
    "achievements_reactor",
    "achievements_recheck",
    "analytics_dispatch",
    "analytics_rollup",
    "identity",
    "leaderboards_dispatch",
    "leaderboards_mover",
    "leaderboards_worker",
}
NEVER = {"boto3", "moto", "requests", "aws_xray_sdk", "typer", "rich", "aws_cdk", "cairn.imports", "hypothesis"}
HTTP = {"cairn.platform.api", "pydantic", "aws_lambda_powertools.event_handler"}

PLAYING = {"cairn.leaderboards", "cairn.imports"}
READING = {"cairn.progress", "cairn.catalog", "cairn.analytics", "cairn.leaderboards"}
COUNTING = {"cairn.achievements", "cairn.players", "cairn.xp", "cairn.leaderboards"}
# Features that a function has no use for.
STRANGERS: dict[str, set[str]] = {
    "achievements": READING,
    "achievements_backfill": {"cairn.leaderboards", "cairn.progress.play"},
    "achievements_reactor": {"cairn.leaderboards", "cairn.progress.play"},
    "analytics": COUNTING,
    "analytics_dispatch": COUNTING,
    "analytics_rollup": COUNTING,
    "catalog": {"cairn.progress", "cairn.analytics", "cairn.achievements", "cairn.leaderboards"},
    "completion": PLAYING,
    "identity": {"cairn"},
    "lookups": {"cairn.achievements", "cairn.analytics", "cairn.progress.journey", "cairn.progress.play"},
    "players": READING,
    "progress": PLAYING,
    "unlocks": {"cairn.leaderboards", "cairn.imports", "cairn.progress.play"},
    "xp": {"cairn.leaderboards", "cairn.progress.journey", "cairn.progress.play"},
}

ASK = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
importlib.import_module(sys.argv[2])
print(json.dumps(sorted(sys.modules)))
"""


def loaded(function: str) -> set[str]:
    """The modules that importing a function's handler loads, in a process of its own without an environment."""
    path = json.dumps([str(ROOT), str(ROOT / "layers/shared/python")])
    asked = [sys.executable, "-I", "-B", "-c", ASK, path, f"functions.{function}.handler"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, env={})
    return set(json.loads(done.stdout))


def under(modules: set[str], packages: set[str]) -> set[str]:
    return {each for each in modules if any(each == name or each.startswith(f"{name}.") for name in packages)}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_what_it_needs_and_no_more(function: str) -> None:
    modules = loaded(function)
    assert f"functions.{function}.handler" in modules
    assert not under(modules, NEVER)
    assert not under(modules, STRANGERS.get(function, set()))
    if function in WITHOUT_HTTP:
        assert not under(modules, HTTP), "nobody sends it a request"
    else:
        assert under(modules, HTTP)
    if function == "health":
        assert under(modules, {"cairn"}) <= {"cairn", *under(modules, {"cairn.platform"})}, "it knows no feature"
