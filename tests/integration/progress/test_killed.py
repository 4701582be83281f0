"""A process that dies between any two calls to the table leaves all of a command, or nothing; a retry ends it."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from cairn.platform.table import DynamoDb, Table
from local.cloud import Cloud
from tests.support.killed import Killed, Mortal, kill_command
from tests.support.story import STORY, begin
from tests.support.tables import create_table
from tests.support.world import World, all_items

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("start", {}),
    ("events", {"type": "item_collected", "content_id": "lamp"}),
    *[("quadrants", {"quadrant": quadrant}) for quadrant in ("SO", "BO", "SI", "BI")],
    ("sessions", {"duration_seconds": 900, "outputs": {"poem": "It rained."}}),
    ("complete", {"reflection": "I would go again."}),
]
INTERESTING = {"events", "complete"}


def die(cloud: Cloud, table: Table, what: str, body: dict[str, Any], key: str, dies_at: int, *, answered: bool) -> int:
    """Runs one command in a process of its own that dies at a call; gives its return code."""
    asked = {
        "endpoint_url": cloud.endpoint_url,
        "table": table.name,
        "what": what,
        "body": body,
        "key": key,
        "dies_at": dies_at,
        "answered": answered,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed", json.dumps(asked)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -9), done.stderr
    return done.returncode


@pytest.fixture
def undisturbed(client: DynamoDb) -> list[dict[Any, Any]]:
    """The table's items after each step of a journey that nobody disturbed."""
    create_table(client, "undisturbed")
    world = World(Table(client, "undisturbed"))
    world.define()
    states = []
    for number, (what, body) in enumerate(STEPS):
        assert world.play(what, body, key=f"key-{number}").status == 200
        states.append(all_items(world.table))
    return states


def test_whatever_call_a_process_dies_at_the_retry_leaves_what_an_undisturbed_run_leaves(
    cloud: Cloud, table: Table, undisturbed: list[dict[Any, Any]]
) -> None:
    world = World(table)
    world.define()
    deaths = 0
    for number, (what, body) in enumerate(STEPS):
        key = f"key-{number}"
        before = all_items(table)
        if what in INTERESTING:
            for dies_at in range(1, 10):
                for answered in (False, True):
                    code = die(cloud, table, what, body, key, dies_at, answered=answered)
                    deaths += code == -9
                    left = all_items(table)
                    assert left in (before, undisturbed[number]), f"{what} died at call {dies_at} and left a half"
                if code == 0:
                    break
        reply = world.play(what, body, key=key)
        assert reply.status == 200
        assert all_items(table) == undisturbed[number]
    assert deaths >= 2 * 2 * 2


def test_whatever_call_any_command_dies_at_its_retry_ends_it_once(client: DynamoDb, table: Table) -> None:
    """Each command of a player and of their operator; those of several transactions may be half done until then."""
    create_table(client, "told-once")
    undisturbed, world = World(Table(client, "told-once")), World(table)
    for each in (undisturbed, world):
        begin(each)
    for number, step in enumerate(STORY):
        key = f"key-{number}"
        for each in (undisturbed, world):
            step.prepare(each)
        told = step.send(World(undisturbed.table), key)
        assert told.status == 200, (step.name, told.body)
        before, after = all_items(table), all_items(undisturbed.table)
        deaths, alive = 0, False
        while not alive:
            deaths += 1
            for answered in (False, True):
                mortal = Mortal(client, deaths, answered=answered, die=kill_command)
                try:
                    step.send(World(Table(mortal, table.name)), key)
                    alive = True
                except Killed:
                    left = all_items(table)
                    assert not step.once or left in (before, after), f"{step.name} died at {deaths} and left a half"
        assert deaths > 2, "it made calls to die at"
        reply = step.send(World(table), key)
        assert reply.status == 200, (step.name, reply.body)
        assert all_items(table) == after, step.name
