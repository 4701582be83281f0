"""`cairn streaks` as it is typed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cairn.platform import keys
from cairn.platform.clock import utc_now
from cairn.platform.table import Table
from cairn.platform.transact import raw_key
from cairn.streaks import rebuild
from cairn_cli.app import app
from local.cloud import Cloud
from tests.support.http import Clock
from tests.support.world import World
from tests.unit.streaks_api.asking import be_active, streak

PLAYERS = ("ada", "bob", "cid")


@pytest.fixture
def world(table: Table, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three players who were active for a fortnight until yesterday; what is stored of ada's streak is spoilt."""
    monkeypatch.setattr(rebuild, "PLAYERS_AT_ONCE", 2)
    world = World(table, Clock(utc_now()))
    for player in PLAYERS:
        world.clock.at = utc_now() - timedelta(days=14)
        be_active(world, 14, player)
    client: Any = table.client
    key = raw_key(keys.player("acme", "ada"))
    stored = client.get_item(TableName=table.name, Key=key)["Item"]["streak"]["S"]
    packed = json.loads(stored)
    packed["since"][1] = 99
    client.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="SET streak = :spoilt",
        ExpressionAttributeValues={":spoilt": {"S": json.dumps(packed)}},
    )
    return world


def run(cloud: Cloud, table: Table, *arguments: str) -> tuple[int, list[Any], str]:
    named = ["--tenant", "acme", "--table", table.name, "--endpoint-url", cloud.endpoint_url, "--json"]
    result = CliRunner().invoke(app, ["streaks", "rebuild", *arguments, *named])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_streaks_are_counted_anew_from_a_terminal(cloud: Cloud, world: World) -> None:
    code, (ada, summary), _ = run(cloud, world.table)
    assert (code, ada["player_id"], [each["field"] for each in ada["changes"]]) == (1, "ada", ["window_streak"])
    assert summary["summary"] == {"tenant": "acme", "complete": True, "players": 3, "differ": 1, "rebuilt": 0}
    assert run(cloud, world.table, "--player", "bob")[0] == 0
    code, lines, _ = run(cloud, world.table, "--apply")
    assert (code, lines[-1]["summary"]["rebuilt"]) == (0, 1)
    assert run(cloud, world.table)[0] == 0
    assert streak(world)["current"] == 14


def test_what_cannot_be_done_is_said_in_a_sentence(cloud: Cloud, world: World) -> None:
    code, _, said = run(cloud, Table(world.table.client, "nowhere"))
    assert code == 2 and "There is no table 'nowhere'" in said
