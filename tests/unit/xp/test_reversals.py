"""Taking an entry back: by another entry, once, whatever happens twice, late or beside it. Levels fall with it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cairn.platform.keys import Key
from cairn.platform.table import Table
from tests.support.ledger import assert_adds_up, award, history, reverse
from tests.support.published import LESSON, publish
from tests.support.troubled import Troubled
from tests.support.world import World, all_items, react, stream_records

PROBLEM = "urn:cairn:problem:"


def standing(world: World) -> tuple[int, int]:
    body = world.call("xp").send("GET", "/players/me/xp").body
    return body["total_xp"], body["level"]


def entry_of(world: World, source: str) -> str:
    """The id of the latest entry of a source."""
    return str(next(each["entry_id"] for each in history(world)["entries"] if each["source"] == source))


@pytest.fixture
def world(world: World) -> World:
    """Ada has completed the woods: 110 XP, and 5 for the day."""
    world.journey()
    return world


def test_a_reversal_takes_the_xp_back_and_says_so(world: World) -> None:
    entry = entry_of(world, "completion")
    world.clock.at += timedelta(hours=1)
    reply = reverse(world, entry)
    assert reply.status == 200
    assert reply.body["entry"] == {
        "entry_id": f"{entry}.reversal",
        "event_id": entry.partition(".")[0],
        "source": "completion.reversal",
        "amount": -110,
        "reason": "By mistake.",
        "at": "2026-11-20T13:00:00.000Z",
        "reverses": entry,
    }
    assert reply.body["xp"] == {
        "gained": -110,
        "by_source": {"completion.reversal": -110},
        "total": 5,
        "level": 1,
        "title": "Novice",
        "levels_reached": [],
    }
    assert standing(world) == (5, 1)
    assert_adds_up(world.table)


def test_the_ledger_shows_both_the_reversal_right_before_what_it_takes_back(world: World) -> None:
    entry = entry_of(world, "completion")
    reverse(world, entry)
    shown = history(world)["entries"]
    at = next(number for number, each in enumerate(shown) if each["source"] == "completion")
    assert shown[at]["reversed"] is True
    assert (shown[at - 1]["source"], shown[at - 1]["reverses"]) == ("completion.reversal", entry)
    assert "reversed" not in shown[at - 1]
    (bonus,) = [each for each in shown if each["source"] == "streak_bonus"]
    assert bonus["reversed"] is False
    assert sum(each["amount"] for each in shown) == standing(world)[0]


def test_it_counts_for_the_day_and_the_experience_of_what_it_takes_back(world: World) -> None:
    entry = entry_of(world, "completion")
    world.clock.at += timedelta(days=10)
    reverse(world, entry)
    items = all_items(world.table)
    fact = items[Key("T#acme#F#2026-11-20#0", "ada#woods#0")]
    assert (fact["xp_completion"], fact["completions"]) == ({"N": "0"}, {"N": "1"})
    assert Key("T#acme#F#2026-11-30#0", "ada#woods#0") not in items
    player = items[Key("T#acme#U#ada", "PLAYER")]
    assert player["touched"] == {"L": [{"S": "2026-11-20"}]}, "that day's roll-up is made anew"
    assert '"d":{"total_xp":[' in player["tally"]["S"] and ",[5]]" in player["tally"]["S"]


def test_the_event_names_the_operator_and_the_entry(world: World) -> None:
    entry = entry_of(world, "completion")
    client = world.call("xp", "operator")
    client.claims = {**(client.claims or {}), "sub": "operator-7"}
    client.send("POST", "/players/ada/xp/reversals", {"entry_id": entry, "reason": "Cheated."})
    (event,) = world.call("progress").send("GET", "/players/me/events", type="xp_reversed").body["events"]
    assert event["data"] == {"amount": -110, "entry_id": entry, "reason": "Cheated.", "by": "operator-7"}
    assert (event["experience_id"], event["at"]) == ("woods", "2026-11-20T12:00:00.000Z")


def test_an_entry_is_taken_back_once(world: World) -> None:
    entry = entry_of(world, "completion")
    first = reverse(world, entry, key="once")
    before = all_items(world.table)
    assert reverse(world, entry, key="once").body == first.body
    again = reverse(world, entry, reason="So that it is.", key="another")
    assert (again.status, again.body["type"]) == (409, f"{PROBLEM}already-reversed")
    assert again.body["entry"] == first.body["entry"]
    assert all_items(world.table) == before


def test_a_retry_that_is_late_answers_what_the_first_did(world: World) -> None:
    entry = entry_of(world, "completion")
    first = reverse(world, entry, key="once")
    world.clock.at += timedelta(days=300)
    again = reverse(world, entry, key="once")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")


def beside(world: World, happens: Callable[[World], Any]) -> World:
    """The same table, where something else happens between the first read and the write."""
    happened: list[Any] = []

    def before(number: int, operation: str) -> None:
        if operation == "transact_write_items" and not happened:
            happened.append(happens(World(world.table, world.clock)))

    client = Troubled(world.table.client, before=before)
    return World(Table(client, world.table.name, patience=world.table.patience), world.clock)


@pytest.mark.parametrize(
    ("happens", "gained"),
    [
        (lambda world: world.play("events", {"type": "check_in"}), 10),
        (lambda world: award(world, 70), 70),
        (lambda world: world.call("players").send("PUT", "/players/me", {"name": "Ada"}), 0),
    ],
    ids=["an event", "an award", "a name"],
)
def test_beside_another_write_both_are_done(world: World, happens: Callable[[World], Any], gained: int) -> None:
    world.clock.at += timedelta(days=1)
    reply = reverse(beside(world, happens), entry_of(world, "completion"))
    assert (reply.status, reply.body["xp"]["total"]) == (200, 5 + gained)
    assert standing(world)[0] == 5 + gained
    assert_adds_up(world.table)


def test_of_two_that_reverse_the_same_entry_at_once_one_does(world: World) -> None:
    entry = entry_of(world, "completion")
    others: list[Any] = []
    reply = reverse(beside(world, lambda other: others.append(reverse(other, entry))), entry)
    assert (others[0].status, reply.status, reply.body["type"]) == (200, 409, f"{PROBLEM}already-reversed")
    assert standing(world) == (5, 1)
    assert_adds_up(world.table)


def test_a_level_that_was_announced_is_not_announced_again(world: World) -> None:
    """The level falls with the total and rises with it; who lost it and comes back to it hears nothing."""
    given = award(world, 300)
    assert given.body["xp"]["levels_reached"] == [3, 4]
    assert standing(world) == (415, 4)
    assert reverse(world, given.body["entry"]["entry_id"]).body["xp"]["level"] == 2
    again = award(world, 400)
    assert (again.body["xp"]["level"], again.body["xp"]["levels_reached"]) == (5, [5])
    events = world.call("progress").send("GET", "/players/me/events", type="level_up").body["events"]
    assert sorted(each["data"]["level"] for each in events) == [2, 3, 4, 5]
    assert_adds_up(world.table)


def test_the_perfect_bonus_and_an_award_can_be_taken_back_too(world: World) -> None:
    publish(world.table, "acme", LESSON)
    service = world.call("progress", "service")
    for block, body in (("film", {"completed": True}), ("essay", {"completed": True}), ("quiz", {"score": 1.0})):
        service.send("POST", f"/players/ada/experiences/lesson/blocks/{block}", body)
    assert world.play("complete", experience="lesson").body["perfect"]
    entry = entry_of(world, "perfect_bonus")
    assert reverse(world, entry).body["xp"]["gained"] == -50
    given = award(world, 70).body["entry"]["entry_id"]
    assert reverse(world, given).body["xp"]["gained"] == -70
    assert_adds_up(world.table)


def test_what_was_taken_back_is_not_paid_again(world: World) -> None:
    reverse(world, entry_of(world, "completion"))
    again = world.play("complete", {"reflection": "Once more."})
    assert (again.body["already_completed"], again.body["xp"]) == (True, {"gained": 0})
    world.clock.at += timedelta(days=1)
    assert world.play("events", {"type": "check_in"}).body["xp"]["by_source"] == {"streak_bonus": 10}
    assert_adds_up(world.table)


def test_bonuses_and_achievements_follow_something_else(world: World) -> None:
    react(world.table, world.clock, stream_records({}, all_items(world.table)))
    before = all_items(world.table)
    for source, instead in (("streak_bonus", "the streak"), ("achievement.first_steps", "Revoke")):
        reply = reverse(world, entry_of(world, source))
        assert (reply.status, reply.body["type"]) == (422, f"{PROBLEM}not-reversible")
        assert instead in reply.body["detail"]
    assert all_items(world.table) == before


def test_a_reversal_is_not_taken_back_itself(world: World) -> None:
    taken = reverse(world, entry_of(world, "completion")).body["entry"]["entry_id"]
    reply = reverse(world, taken)
    assert (reply.status, reply.body["type"]) == (422, f"{PROBLEM}not-reversible")
    assert "anew" in reply.body["detail"]


@pytest.mark.parametrize(
    "entry_id",
    ["", "completion", "01M7WD7TG0SAK9W1XC3M1QMCK3.completion", "01M7WD7TG0SAK9W1XC3M1QMCK3.", "x" * 300, "L#a#b", "é"],
)
def test_an_entry_that_is_not_there_is_not_found(world: World, entry_id: str) -> None:
    before = all_items(world.table)
    reply = reverse(world, entry_id)
    assert (reply.status, reply.body["type"]) in ((404, f"{PROBLEM}unknown-entry"), (422, f"{PROBLEM}invalid-body"))
    assert all_items(world.table) == before


def test_an_entry_of_another_player_is_not_found(world: World) -> None:
    world.play("events", {"type": "check_in"}, player="bob")
    reply = reverse(world, entry_of(world, "completion"), player="bob")
    assert (reply.status, reply.body["type"]) == (404, f"{PROBLEM}unknown-entry")
    assert reverse(world, entry_of(world, "completion"), player="nobody").body["type"] == f"{PROBLEM}unknown-player"


@pytest.mark.parametrize("role", ["player", "service", "admin"])
def test_only_an_operator_reverses(world: World, role: str) -> None:
    body = {"entry_id": entry_of(world, "completion"), "reason": "Why."}
    reply = world.call("xp", role).send("POST", "/players/ada/xp/reversals", body)
    assert (reply.status, reply.body["type"]) == (403, f"{PROBLEM}role-not-allowed")
