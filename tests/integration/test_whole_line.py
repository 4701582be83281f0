"""One line through the whole system on a real table and its real stream: play, unlock, rank, roll up, read."""

from datetime import timedelta
from typing import Any

import botocore.session
import pytest

from cairn.analytics.work import dispatch, recompute
from cairn.platform.table import Table
from cairn.tenants.storage import SettingsCache
from functions.achievements_reactor.handler import reactor
from functions.analytics_rollup.handler import worker
from functions.leaderboards.handler import routes as leaderboards
from functions.leaderboards_mover.handler import mover
from local.cloud import Cloud
from tests.support.http import CONFIG, Client, claims
from tests.support.stream import Mapping, Record, read_stream
from tests.support.world import World, all_items

PLAYERS = ("ada", "bob", "cid", "dot")


@pytest.fixture
def world(table: Table) -> World:
    world = World(table)
    world.define()
    return world


def records_of(cloud: Cloud, table: Table) -> list[Record]:
    streams = botocore.session.get_session().create_client("dynamodbstreams", endpoint_url=cloud.endpoint_url)
    return read_stream(streams, table.client, table.name)


def test_what_players_do_unlocks_ranks_and_rolls_up_once_though_every_record_comes_twice(
    world: World, cloud: Cloud
) -> None:
    for number, player in enumerate(PLAYERS, start=1):
        world.journey(player, upto=10 if number % 2 else 8)
    reacting = Mapping(reactor(world.table, lambda found: None, world.clock), batch=3, twice=1.0)
    moving = Mapping(mover(world.table), batch=4, twice=1.0, progress=True)
    seen = 0
    while seen < len(records := records_of(cloud, world.table)):
        reacting.deliver(records[seen:])
        moving.deliver(records[seen:])
        seen = len(records)
    assert reacting.dead_letters == moving.dead_letters == []

    xp: dict[str, int] = {}
    for player in PLAYERS:
        standing = world.call("xp", player=player).send("GET", "/players/me/xp").body
        history = world.call("xp", player=player).send("GET", "/players/me/xp/history", limit="100").body
        xp[player] = standing["total_xp"]
        assert standing["total_xp"] == sum(entry["amount"] for entry in history["entries"])
        unlocked = world.call("achievements", player=player).send("GET", "/players/me/achievements").body
        assert unlocked["unlocked_count"] == (2 if player in ("ada", "cid") else 0)
    assert xp == {"ada": 215, "bob": 5, "cid": 215, "dot": 5}

    board = Client(leaderboards(CONFIG, world.table, world.clock), claims("player", "dot"))
    top = board.send("GET", "/leaderboards/xp_all_time").body
    assert [(row["rank"], row["score"]) for row in top["rows"]] == [(1, 215), (1, 215), (3, 5), (3, 5)]
    own = board.send("GET", "/leaderboards/xp_all_time/players/me").body
    assert (own["rank"], own["score"]) == (3, 5)

    world.clock.at += timedelta(minutes=16)
    sent: list[dict[str, Any]] = []
    assert dispatch(world.table, SettingsCache(world.table), sent.extend, world.clock()) == 1
    day = sent[0]["day"]
    work = worker(world.table, world.clock)
    work(type("Message", (), {"body": f'{{"tenant": "acme", "day": "{day}", "shard": 0}}'})())
    figures = world.call("analytics", "operator").send("GET", f"/analytics/days/{day}").body
    assert figures["players"] == 4
    assert figures["completions"] == 2
    assert figures["starts"] == 4
    assert sum(figures["xp_by_source"].values()) == sum(xp.values())
    assert figures["contents"]["gate"] == {"visits": 4, "seconds": 160, "players": 4}

    before = all_items(world.table)
    world.clock.at += timedelta(minutes=1)
    assert recompute(world.table, "acme", world.clock().date(), 0, world.clock()) == 0
    assert all_items(world.table) == before
