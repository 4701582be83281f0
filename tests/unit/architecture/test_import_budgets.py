"""What each function pulls in when it starts: a cold start pays for every module."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
WITHOUT_HTTP = {
    "achievements_reactor",
    "achievements_recheck",
    "analytics_dispatch",
    "analytics_rollup",
    "identity",
    "leaderboards_mover",
}
NEVER = {"boto3", "moto", "requests", "aws_xray_sdk", "typer", "rich", "aws_cdk", "cairn.imports", "hypothesis"}
HTTP = {"cairn.platform.api", "pydantic", "aws_lambda_powertools.event_handler"}

ASK = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
importlib.import_module(sys.argv[2])
print(json.dumps(sorted(sys.modules)))
"""


@cache
def loaded(function: str) -> set[str]:
    """The modules that importing one function's handler loads, in a process of its own."""
    path = json.dumps([str(ROOT), str(ROOT / "layers/shared/python")])
    asked = [sys.executable, "-I", "-c", ASK, path, f"functions.{function}.handler"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, env={})
    return set(json.loads(done.stdout))


def under(modules: set[str], packages: set[str]) -> set[str]:
    return {each for each in modules if any(each == name or each.startswith(f"{name}.") for name in packages)}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_without_an_environment_and_without_what_it_does_not_need(function: str) -> None:
    modules = loaded(function)
    assert f"functions.{function}.handler" in modules
    assert not under(modules, NEVER)
    if function in WITHOUT_HTTP:
        assert not under(modules, HTTP), "nobody sends it a request"
    else:
        assert under(modules, HTTP)


def test_health_knows_no_feature() -> None:
    cairn = {each for each in loaded("health") if each.startswith("cairn.")}
    assert all(each.startswith("cairn.platform") for each in cairn)


@pytest.mark.parametrize(
    ("function", "strangers"),
    [
        ("xp", {"cairn.progress", "cairn.catalog", "cairn.analytics", "cairn.leaderboards"}),
        ("players", {"cairn.progress", "cairn.catalog", "cairn.analytics", "cairn.leaderboards"}),
        ("achievements", {"cairn.progress", "cairn.catalog", "cairn.analytics", "cairn.leaderboards"}),
        ("catalog", {"cairn.progress", "cairn.analytics", "cairn.achievements", "cairn.leaderboards"}),
        ("analytics", {"cairn.achievements", "cairn.players", "cairn.xp", "cairn.leaderboards"}),
        ("analytics_rollup", {"cairn.achievements", "cairn.players", "cairn.xp", "cairn.leaderboards"}),
        ("progress", {"cairn.leaderboards", "cairn.imports"}),
        ("completion", {"cairn.leaderboards", "cairn.imports"}),
        ("achievements_reactor", {"cairn.leaderboards", "cairn.progress.play"}),
    ],
)
def test_a_function_does_not_load_features_that_it_does_not_use(function: str, strangers: set[str]) -> None:
    assert not under(loaded(function), strangers)
