"""`cairn boards` as it is typed."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cairn.leaderboards import audit, tree
from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.storage import node_key
from cairn.platform.clock import utc_now
from cairn.platform.table import Table
from cairn.platform.transact import raw_key
from cairn_cli.app import app
from local.cloud import Cloud
from tests.support.http import Clock
from tests.support.world import World

PLAYERS = ("ada", "bob", "cid")


@pytest.fixture
def world(table: Table, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three players who played today, and no mover."""
    monkeypatch.setattr(audit, "SETTLES_SECONDS", 0.0)
    world = World(table, Clock(utc_now()))
    world.define()
    for number, player in enumerate(PLAYERS, start=1):
        world.journey(player, upto=number)
    return world


def run(cloud: Cloud, table: Table, *arguments: str) -> tuple[int, Any, str]:
    named = ["--tenant", "acme", "--table", table.name, "--endpoint-url", cloud.endpoint_url, "--json"]
    result = CliRunner().invoke(app, ["boards", *arguments, *named])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else None, result.stderr


def test_a_board_is_built_audited_and_mended_from_a_terminal(cloud: Cloud, world: World) -> None:
    table = world.table
    code, figures, _ = run(cloud, table, "rebuild", "xp_weekly")
    assert (code, figures["players"], figures["positions_written"], figures["positions"]) == (0, 3, 3, 3)
    code, figures, _ = run(cloud, table, "rebuild", "xp_all_time")
    assert (code, figures["positions_written"], figures["counts_mended"]) == (0, 3, 0)
    assert run(cloud, table, "audit", "xp_all_time")[0] == 0

    client: Any = table.client
    client.update_item(
        TableName=table.name,
        Key=raw_key(node_key("acme", XP_ALL_TIME, tree.ROOT)),
        UpdateExpression="ADD c9 :two",
        ExpressionAttributeValues={":two": {"N": "2"}},
    )
    code, figures, _ = run(cloud, table, "audit", "xp_all_time")
    assert (code, figures["drift"], figures["counts_mended"]) == (1, 2, 0)
    code, figures, _ = run(cloud, table, "audit", "xp_all_time", "--repair")
    assert (code, figures["drift"], figures["counts_mended"]) == (0, 2, 1)
    assert run(cloud, table, "audit", "xp_all_time")[1]["drift"] == 0
    board = world.call("leaderboards", "operator").send("GET", "/leaderboards/xp_all_time").body
    assert board["total_players"] == 3


def test_what_cannot_be_done_is_said_in_a_sentence(cloud: Cloud, world: World) -> None:
    code, _, said = run(cloud, world.table, "rebuild", "fame")
    assert code == 2 and "There is no board 'fame'" in said
    code, _, said = run(cloud, world.table, "audit", "xp_weekly", "--season", "2026-Q4")
    assert code == 2 and "has no seasons" in said
    code, _, said = run(cloud, Table(world.table.client, "nowhere"), "audit", "xp_weekly")
    assert code == 2 and "There is no table 'nowhere'" in said
