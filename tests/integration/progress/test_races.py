"""The same request twice at once, many requests at once, conflicts and time-outs: each cause pays once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cairn.platform.command import Answer
from cairn.platform.errors import DomainError
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import DynamoDb, Table
from cairn.players import profile
from cairn.progress.progress import Abandon, Command, Complete, Migrate, Practise, Record, Repair, WorkOnBlock
from cairn.tenants.storage import Secrets
from local.cloud import Cloud
from tests.support.http import Reply
from tests.support.killed import Killed, Mortal, kill_command
from tests.support.processes import CREDENTIALS, Asked, Processes, processes
from tests.support.published import LESSON, publish
from tests.support.story import NAMES, STORY, tell
from tests.support.tables import create_table
from tests.support.world import World, all_items


def ledger_sum(table: Table) -> int:
    return sum(int(item["amount"]["N"]) for key, item in all_items(table).items() if key.sk.startswith("L#"))


def total_xp(table: Table) -> int:
    return profile.get(table, "acme", "ada").xp


def events(table: Table) -> int:
    return sum(key.sk.startswith("E#") for key in all_items(table))


def worlds(table: Table, client: DynamoDb, count: int) -> list[World]:
    """As many functions as processes would be, each with its own caches, on one table."""
    return [World(Table(client, table.name)) for _ in range(count)]


@pytest.fixture
def world(table: Table) -> World:
    world = World(table)
    world.define()
    return world


def all_at_once(worlds: list[World], command: Command, keys: list[str], experience: str = "woods") -> list[Answer]:
    """The same command in as many processes, each under its key."""
    with ThreadPoolExecutor(len(worlds)) as pool:
        return list(pool.map(lambda each, key: each.ask(command, key, experience=experience), worlds, keys))


def test_the_same_completion_sent_eight_times_at_once_and_again_a_day_later_pays_once(
    world: World, client: DynamoDb
) -> None:
    world.journey(upto=9)
    before = total_xp(world.table)
    complete = Complete("I would go again.")
    answers = all_at_once(worlds(world.table, client, 8), complete, ["once"] * 8)
    assert len({str(answer.body) for answer in answers}) == 1, "the losers answer what the winner did"
    assert sum(not answer.replayed for answer in answers) == 1
    world.clock.at += timedelta(days=1)
    late = world.ask(complete, "once")
    assert late.replayed
    assert late.body == answers[0].body
    assert total_xp(world.table) == ledger_sum(world.table) == before + answers[0].body["xp"]["gained"]


def test_different_completions_at_once_pay_once(world: World, client: DynamoDb) -> None:
    world.journey(upto=9)
    four = worlds(world.table, client, 4)
    answers = all_at_once(four, Complete("I would go again."), [f"key-{number}" for number in range(4)])
    assert sum(answer.body["xp"]["gained"] > 0 for answer in answers) == 1
    assert total_xp(world.table) == ledger_sum(world.table)


def test_events_of_one_player_at_once_are_all_recorded_and_pay_one_bonus(world: World, client: DynamoDb) -> None:
    six = worlds(world.table, client, 6)
    answers = all_at_once(six, Record("word_learned", "moss"), [f"key-{number}" for number in range(6)])
    assert len({answer.body["event_id"] for answer in answers}) == 6
    assert events(world.table) == 6
    assert profile.get(world.table, "acme", "ada").metrics["words_learned"] == 6
    assert total_xp(world.table) == ledger_sum(world.table) == 5


class Troubled:
    """A client with troubles that no local engine makes: each write meets the next of them, until none is left.

    `conflict`: refused for another transaction. `lost`: done, but the answer never came. `unsent`: never done.
    """

    def __init__(self, client: DynamoDb, *troubles: str) -> None:
        self._client = client
        self._troubles = list(troubles)
        self.tokens: list[str] = []

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def transact_write_items(self, **request: Any) -> Any:
        self.tokens.append(request["ClientRequestToken"])
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble == "conflict":
            reasons = [{"Code": "None"} for _ in request["TransactItems"]]
            reasons[-1] = {"Code": "TransactionConflict"}
            error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")
        if trouble == "unsent":
            raise ReadTimeoutError(endpoint_url="http://table")
        answer = self._client.transact_write_items(**request)
        if trouble == "lost":
            raise ReadTimeoutError(endpoint_url="http://table")
        return answer


@pytest.mark.parametrize(
    "troubles",
    [
        ("conflict",),
        ("lost",),
        ("unsent",),
        ("conflict", "conflict", "lost"),
        ("unsent", "conflict", "lost"),
        ("lost", "unsent"),
    ],
)
def test_conflicts_and_lost_answers_end_in_one_payment_and_the_same_answer(
    world: World, client: DynamoDb, troubles: tuple[str, ...]
) -> None:
    world.journey(upto=9)
    troubled = Troubled(client, *troubles)
    reply = World(Table(troubled, world.table.name)).play("complete", {"reflection": "Again!"}, key="once")
    assert reply.status == 200
    assert reply.body["state"] == "COMPLETED"
    assert reply.body["xp"]["by_source"]["completion"] == 110
    assert total_xp(world.table) == ledger_sum(world.table)
    assert world.play("complete", {"reflection": "Again!"}, key="once").body == reply.body


def test_a_lost_answer_is_asked_for_again_under_the_same_token(world: World, client: DynamoDb) -> None:
    troubled = Troubled(client, "lost")
    assert World(Table(troubled, world.table.name)).play("start", key="once").status == 200
    assert len(set(troubled.tokens)) == 1
    assert len(troubled.tokens) == 2


@pytest.fixture(scope="module")
def functions(cloud: Cloud) -> Iterator[Processes]:
    with pytest.MonkeyPatch.context() as patch:
        for name in CREDENTIALS:
            patch.setenv(name, "eu-west-1" if name == "AWS_DEFAULT_REGION" else "test")
        with processes(cloud.endpoint_url, 5) as started:
            yield started


def in_woods(what: str, body: dict[str, Any], **more: Any) -> Asked:
    return Asked("progress", "POST", f"/players/ada/experiences/woods/{what}", body, **more)


def statuses(replies: list[Reply]) -> list[int]:
    return sorted(reply.status for reply in replies)


@pytest.mark.parametrize("number", range(len(STORY)), ids=NAMES)
def test_each_command_beside_itself_and_late_is_done_once(
    table: Table, client: DynamoDb, functions: Processes, number: int
) -> None:
    """Four times at once under one key, and once more a day later: what stands is what one alone leaves."""
    step = STORY[number]
    create_table(client, f"alone-{number}")
    alone = tell(World(Table(client, f"alone-{number}")), number)
    together = tell(World(table), number)
    for world in (alone, together):
        step.prepare(world)
    told = step.send(World(alone.table), "once")
    asked = Asked(step.function, step.method, step.path, step.body, step.role, key="once")
    replies = functions.send(table, [asked] * 4)
    assert statuses(replies) == [200] * 4, [reply.body for reply in replies]
    if step.once:
        assert {str(reply.body) for reply in replies} == {str(told.body)}, "the losers answer what the winner did"
    stands = all_items(alone.table)
    assert without_bookkeeping(all_items(table)) == without_bookkeeping(stands)
    late = World(table)
    late.clock.at += timedelta(days=1)
    assert step.send(late, "once").status == 200
    assert without_bookkeeping(all_items(table)) == without_bookkeeping(stands)


def without_bookkeeping(items: dict[Key, Raw]) -> dict[Key, dict[str, Any]]:
    """Items but for how often they were written, which tells how transactions were cut, and by which event last."""
    return {key: {name: item[name] for name in item.keys() - {"ver", "last", "touched"}} for key, item in items.items()}


def test_different_requests_to_complete_a_block_at_once_count_it_once(world: World, client: DynamoDb) -> None:
    publish(world.table, "acme", LESSON)
    answers = all_at_once(
        worlds(world.table, client, 5), WorkOnBlock("film", completed=True, seconds=10), list("abcde"), "lesson"
    )
    assert sorted(answer.body["block"]["total_time_seconds"] for answer in answers) == [10, 20, 30, 40, 50]
    assert sum(answer.body["event_type"] == "block_completed" for answer in answers) == 1
    stands = world.call("progress").send("GET", "/players/me/experiences/lesson").body
    assert (stands["blocks_done"], stands["pages"][0]["blocks"][0]["total_time_seconds"]) == (1, 50)
    facts = [item for key, item in all_items(world.table).items() if key.sk.startswith("ada#lesson#")]
    assert sum(int(fact["block_steps"]["N"]) for fact in facts) == 1


def test_different_requests_to_start_abandon_or_migrate_at_once_do_so_once(world: World, functions: Processes) -> None:
    def send(what: str) -> list[Reply]:
        return functions.send(world.table, [in_woods(what, {}) for _ in range(4)])

    assert statuses(send("discover")) == [200] * 4
    assert events(world.table) == 1
    assert statuses(send("start")) == [200, 409, 409, 409]
    world.define(difficulty=5)
    path = "/players/ada/experiences/woods/migrate"
    moved = functions.send(world.table, [Asked("repair", "POST", path, {}, "operator") for _ in range(4)])
    assert statuses(moved) == [200] * 4
    assert events(world.table) == 3
    assert statuses(send("abandon")) == [200, 409, 409, 409]
    assert statuses(send("resume")) == [200] * 4, "resuming again is no harm"
    assert profile.get(world.table, "acme", "ada").metrics["experiences_started"] == 1


def test_of_requests_to_use_up_the_last_item_at_once_one_gets_it(world: World, functions: Processes) -> None:
    world.play("events", {"type": "item_collected", "content_id": "lamp"})
    used = {"type": "item_used", "content_id": "lamp"}
    replies = functions.send(world.table, [in_woods("events", used) for _ in range(5)])
    assert statuses(replies) == [200, 409, 409, 409, 409]
    assert {reply.body["held"] for reply in replies if reply.status == 409} == {0}


def test_practices_at_once_gain_no_level_twice(world: World, client: DynamoDb) -> None:
    world.define("walk", quadrants={}, completion_criteria={}, max_mastery_level=2)
    world.play("start", experience="walk")
    world.play("complete", experience="walk")
    answers = all_at_once(worlds(world.table, client, 6), Practise(b"secret", 2), list("abcdef"), "walk")
    levels = [answer.body["mastery"] for answer in answers]
    stands = world.call("progress").send("GET", "/players/me/experiences/walk").body["mastery_level"]
    assert sum(each["gained"] for each in levels) == stands - 1 <= 1
    assert profile.get(world.table, "acme", "ada").metrics["practices"] == 6


def test_a_secret_that_two_make_at_once_is_one(world: World, client: DynamoDb) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(lambda each: Secrets(each.table).of("acme"), worlds(world.table, client, 6)))
    assert len(made) == 1


class Torn:
    """A client whose first batch read is no snapshot: some of its items are read before another command commits.

    early: which items are read before; the others are read after. `meanwhile` is that other command.
    """

    def __init__(self, client: DynamoDb, early: str, meanwhile: Callable[[], object]) -> None:
        self._client = client
        self._early = early
        self._meanwhile: Callable[[], object] | None = meanwhile

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def batch_get_item(self, **request: Any) -> Any:
        ((table, asked),) = request["RequestItems"].items()
        early = [key for key in asked["Keys"] if key["SK"]["S"].startswith(self._early)]
        if not early or len(early) == len(asked["Keys"]) or self._meanwhile is None:
            return self._client.batch_get_item(**request)
        before = self._client.batch_get_item(RequestItems={table: {**asked, "Keys": early}})
        meanwhile, self._meanwhile = self._meanwhile, None
        meanwhile()
        later = [key for key in asked["Keys"] if key not in early]
        after = self._client.batch_get_item(RequestItems={table: {**asked, "Keys": later}})
        return {"Responses": {table: before["Responses"][table] + after["Responses"][table]}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Any:
        """Contents that are read after the head: `early` is then empty."""
        if not self._early and self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return self._client.query(**request)

    @property
    def tore(self) -> bool:
        return self._meanwhile is None


@pytest.mark.parametrize("early", ["CONTENT#", "PRG#", "PLAYER"])
def test_contents_that_are_older_or_newer_than_the_head_lose_nothing(
    world: World, client: DynamoDb, early: str
) -> None:
    publish(world.table, "acme", LESSON)
    world.play("blocks/film", {"duration_seconds": 5}, experience="lesson")
    world.play("events", {"type": "item_collected", "content_id": "lamp"})

    def beside(command: Command, experience: str = "woods") -> Answer:
        """The command, while the same is done by another function between the reads of the first."""
        torn = Torn(client, early, lambda: world.ask(command, f"other {command}", experience=experience))
        try:
            return World(Table(torn, world.table.name)).ask(command, f"mine {command}", experience=experience)
        finally:
            assert torn.tore

    mine = beside(WorkOnBlock("film", completed=True, seconds=10), "lesson").body
    assert (mine["blocks_done"], mine["block"]["total_time_seconds"]) == (1, 25)
    with pytest.raises(DomainError, match="'lamp' is held 0 times"):
        beside(Record("item_used", "lamp"))
    beside(Record("item_collected", "lamp"))
    assert world.call("progress").send("GET", "/players/me/experiences/woods").body["inventory"] == {"lamp": 2}
    assert total_xp(world.table) == ledger_sum(world.table)


@pytest.mark.parametrize("early", ["PRG#", "PLAYER"])
def test_a_command_that_leaves_the_head_as_it_was_is_decided_on_a_head_that_stands(
    world: World, client: DynamoDb, early: str
) -> None:
    """An event of the very instant of the last progress changes nothing in a head, which might have been given up."""
    world.play("start")
    torn = Torn(client, early, lambda: world.ask(Abandon(), "given up"))
    with pytest.raises(DomainError, match="ABANDONED"):
        World(Table(torn, world.table.name)).ask(Record("check_in"), "mine")
    assert torn.tore


def test_a_repair_or_a_move_beside_another_command_is_decided_on_what_then_stands(
    world: World, client: DynamoDb
) -> None:
    publish(world.table, "acme", LESSON)
    world.play("blocks/film", {"completed": True}, experience="lesson")
    publish(world.table, "acme", replace(LESSON, max_mastery_level=5))

    def beside(command: Command, block: str) -> Answer:
        done = WorkOnBlock(block, completed=True)
        torn = Torn(client, "", lambda: World(world.table).ask(done, block, experience="lesson"))
        answer = World(Table(torn, world.table.name)).ask(command, f"{command}", experience="lesson")
        assert torn.tore
        return answer

    assert beside(Repair(), "essay").body["changes"] == [], "a block that was done meanwhile contradicts nothing"
    moved = beside(Migrate(), "menu").body
    assert (moved["version"], moved["blocks_done"]) == (2, 2)
    assert world.call("repair", "operator").send("GET", "/players/ada/experiences/lesson/repair").body["changes"] == []


def bulk(*players: str, count: int = 100) -> Asked:
    """A service's request with so many events, dealt out to players; some of them twice, and some to be refused."""
    sent = [
        {
            "id": f"e-{number}",
            "at": f"2026-11-20T{10 + number // 60}:{number % 60:02d}:00Z",
            "player_id": players[number % len(players)],
            "experience_id": "woods",
            **({"type": "item_used", "content_id": "axe"} if number % 10 == 9 else {"type": "check_in"}),
        }
        for number in range(count - 4)
    ]
    return Asked("events", "POST", "/events", {"events": [*sent, *sent[:4]]}, "service")


def test_a_hundred_events_sent_four_times_at_once_stand_once_each(world: World, functions: Processes) -> None:
    replies = functions.send(world.table, [bulk("ada")] * 4)
    assert statuses(replies) == [200] * 4
    assert events(world.table) == 96 - 9
    for reply in replies:
        refused = [number for number, each in enumerate(reply.body["results"]) if each["status"] != 200]
        assert refused == list(range(9, 96, 10)), [each for each in reply.body["results"] if each["status"] == 503]
        assert reply.body["recorded"] + reply.body["already_recorded"] == 91
    assert sum(reply.body["recorded"] for reply in replies) == 96 - 9
    assert total_xp(world.table) == ledger_sum(world.table) == 5


def test_events_of_two_players_at_once_and_of_one_beside_a_command(world: World, functions: Processes) -> None:
    session = in_woods("sessions", {"duration_seconds": 60})
    replies = functions.send(world.table, [session, bulk("ada", "bob"), bulk("ada", "bob")])
    assert statuses(replies) == [200] * 3
    assert events(world.table) == 96 - 9 + 1
    assert {profile.get(world.table, "acme", each).xp for each in ("ada", "bob")} == {5}
    stands = world.call("progress").send("GET", "/players/me/experiences/woods").body
    assert (stands["total_sessions"], stands["state"]) == (1, "IN_PROGRESS")


@pytest.mark.parametrize("answered", [False, True])
def test_a_hundred_events_whose_function_dies_half_way_are_sent_again_and_stand_once(
    world: World, client: DynamoDb, answered: bool
) -> None:
    deaths = 0
    for dies_at in range(1, 12):
        mortal = Mortal(client, dies_at, answered=answered, die=kill_command)
        try:
            World(Table(mortal, world.table.name)).call("events", "service").send("POST", "/events", bulk("ada").body)
        except Killed:
            deaths += 1
    reply = world.call("events", "service").send("POST", "/events", bulk("ada").body)
    assert (reply.body["recorded"], reply.body["already_recorded"], reply.body["refused"]) == (0, 91, 9)
    assert (events(world.table), total_xp(world.table), ledger_sum(world.table)) == (87, 5, 5)
    assert deaths >= 5


def test_older_clients_at_once_are_each_counted(world: World, functions: Processes) -> None:
    world.define("walk", quadrants={}, completion_criteria={})
    body = {"wod_id": "walk", "time_spent_seconds": 60}
    asked = [Asked("legacy", "POST", "/track-user-progress", body) for _ in range(5)]
    assert statuses(functions.send(world.table, asked)) == [200] * 5
    stands = world.call("progress").send("GET", "/players/me/experiences/walk").body
    assert (stands["total_sessions"], stands["total_time_seconds"]) == (5, 300)


def test_an_older_clients_request_that_comes_twice_is_known_by_its_own_id(world: World, functions: Processes) -> None:
    asked = Asked("legacy", "POST", "/track-user-activity", {"activity_type": "login"}, key="")
    assert statuses(functions.send(world.table, [asked] * 4)) == [200] * 4
    assert events(world.table) == 1


def test_of_devices_that_edit_notes_at_once_one_gets_through_and_the_others_are_told(
    world: World, functions: Processes
) -> None:
    path = "/players/me/experiences/woods/notes"

    def put(**headers: str) -> list[Reply]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return functions.send(
            world.table,
            [Asked("progress", "PUT", path, {"notes": f"{uuid4()}"}, headers=sent) for _ in range(5)],
        )

    first = put(if_none_match="*")
    assert statuses(first) == [200, 412, 412, 412, 412]
    (winner,) = [reply.body["notes"] for reply in first if reply.status == 200]
    assert world.call("progress").send("GET", path).body["notes"] == winner
    second = put(if_match='"1"')
    assert statuses(second) == [200, 412, 412, 412, 412]
    assert {reply.body["etag"] for reply in second if reply.status == 412} == {'"2"'}
    assert statuses(put()) == [200] * 5
    assert world.call("progress").send("GET", path).headers["ETag"] == '"7"'


def test_a_reflection_beside_a_completion_is_kept_whichever_comes_first(world: World, functions: Processes) -> None:
    world.journey(upto=9)
    complete = Asked("completion", "POST", "/players/me/experiences/woods/complete", {"reflection": "with completion"})
    beside = Asked("progress", "PUT", "/players/me/experiences/woods/reflection", {"reflection": "beside it"})
    assert statuses(functions.send(world.table, [complete, beside])) == [200, 200]
    stands = world.call("progress").send("GET", "/players/me/experiences/woods").body
    assert (stands["state"], stands["reflected"]) == ("COMPLETED", True)
    kept = world.call("progress").send("GET", "/players/me/experiences/woods/notes").body["reflection"]
    assert kept in ("with completion", "beside it")
