"""`cairn achievements backfill` as it is typed."""

import json
import os
import signal
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cairn.achievements import backfill
from cairn.platform.clock import utc_now
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn_cli.app import app
from local.cloud import Cloud
from tests.support.achievements import achievement, define
from tests.support.http import Clock
from tests.support.world import World, all_items

PLAYERS = {"ada": 1, "bob": 0, "cid": 2}


@pytest.fixture
def world(table: Table, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three players, two of whom learned words before words counted."""
    monkeypatch.setattr(backfill, "SETTLES", timedelta(0))
    monkeypatch.setattr(backfill, "PLAYERS_AT_ONCE", 1)
    world = World(table, Clock(utc_now()))
    for player, words in PLAYERS.items():
        for kind in ("check_in", *["word_learned"] * words):
            world.call("events", player=player).send("POST", "/players/me/events", {"type": kind})
    define(table, [achievement("reader", "words_learned", 1, xp=70)])
    return world


def run(cloud: Cloud, table: Table, *arguments: str, answer: str | None = None) -> tuple[int, str, str]:
    named = ["--tenant", "acme", "--table", table.name, "--endpoint-url", cloud.endpoint_url]
    result = CliRunner().invoke(app, ["achievements", "backfill", *arguments, *named], input=answer)
    return result.exit_code, result.stdout, result.stderr


def unlocks(table: Table) -> list[tuple[str, str]]:
    return sorted((key.pk.rpartition("#")[2], key.sk) for key in all_items(table) if key.sk.startswith("A#"))


def test_it_says_who_would_get_what_and_then_gives_it(cloud: Cloud, world: World) -> None:
    code, said, _ = run(cloud, world.table)
    assert code == 0
    assert said.splitlines()[:2] == ["ada: reader (70 XP)", "cid: reader (70 XP)"]
    assert "players found                2" in said
    assert unlocks(world.table) == []
    code, said, _ = run(cloud, world.table, "--apply", "--yes", "--achievement", "reader", "--json")
    lines: list[Any] = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert lines[:-1] == [
        {"player_id": player, "achievements": ["reader"], "xp": 70} for player in PLAYERS if PLAYERS[player]
    ]
    assert lines[-1]["summary"]["state"] == "done"
    assert unlocks(world.table) == [("ada", "A#reader"), ("cid", "A#reader")]
    (shown, _) = world.call("unlocks", "operator").walk("/achievements/backfills", "backfills")
    assert (shown["requested_by"], shown["dry_run"]) == ("cairn achievements backfill", False)


def test_interrupted_it_goes_on_where_it_was(cloud: Cloud, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    page, pages = backfill.Walk._page, list[Any]()

    def interrupted(walk: backfill.Walk, *more: Any) -> None:
        page(walk, *more)
        pages.append(more)
        if len(pages) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(backfill.Walk, "_page", interrupted)
    code, said, trouble = run(cloud, world.table, "--apply", "--yes")
    assert code == 130
    assert "players looked at            1" in said
    job = trouble.split("--resume ")[1].strip()
    code, said, _ = run(cloud, world.table, "--resume", job)
    assert code == 0
    assert "players looked at            3" in said
    assert unlocks(world.table) == [("ada", "A#reader"), ("cid", "A#reader")]


def test_what_cannot_be_done_is_said_in_a_sentence(cloud: Cloud, world: World) -> None:
    code, _, said = run(cloud, world.table, "--achievement", "fame")
    assert code == 2
    assert "There is no achievement 'fame'" in said
    code, _, said = run(cloud, world.table, "--resume", "01NOSUCHJOB")
    assert code == 2
    assert "There is no backfill" in said
    code, _, said = run(cloud, world.table, "--yes")
    assert code == 2
    code, _, said = run(cloud, world.table, "--apply", answer="n\n")
    assert code == 2
    assert "Nothing was unlocked" in said
    assert unlocks(world.table) == []


def test_who_could_not_be_read_is_told_in_the_exit_code(cloud: Cloud, world: World) -> None:
    client: Any = world.table.client
    spoilt = {**all_items(world.table)[Key("T#acme#U#ada", "PLAYER")], "xp": {"S": "many"}}
    client.put_item(TableName=world.table.name, Item=spoilt)
    code, said, _ = run(cloud, world.table)
    assert code == 1
    assert said.splitlines()[0].startswith("ada: ")
    assert "cid: reader (70 XP)" in said
