"""The documented limits: what fits to the last byte, and what is refused one byte past it, with nothing lost."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cairn.catalog.experience import Block, Criteria, Experience, Page
from cairn.platform.capacity import item_size
from cairn.platform.text import compact
from cairn.platform.transact import transact
from cairn.players.player import Player
from cairn.players.storage import to_item
from cairn.progress.journey import Journey, Loaded
from cairn.progress.progress import Bucket, Content, Moment, Session
from cairn.progress.storage import MAX_CONTENTS_BYTES, pack, write_contents, write_progress
from cairn.tenants.settings import TenantSettings
from tests.support.published import publish
from tests.support.world import World, all_items

BEGIN = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)
VISITED = Content(visits=1, waypoint=True, day=DAY)


def filled(room: int) -> dict[str, Content]:
    """Contents that leave so many bytes of a bucket."""
    entry = len(compact({f"{0:0100d}": pack(VISITED)})) - len("{}") + len(",")
    count = (MAX_CONTENTS_BYTES - room) // entry - 1
    contents = {f"{number:0100d}": VISITED for number in range(count)}
    rest = MAX_CONTENTS_BYTES - room - len(compact({name: pack(each) for name, each in contents.items()}))
    contents["f" * (rest - len(compact({"": pack(VISITED)})) + len("{}") - len(","))] = VISITED
    assert len(compact({name: pack(each) for name, each in contents.items()})) == MAX_CONTENTS_BYTES - room
    return contents


def test_the_state_of_an_experience_fits_to_the_last_byte_and_one_more_is_refused_with_nothing_lost(
    world: World,
) -> None:
    world.define("vast", expected_contents=1)
    longer, fitting = "w" * 11, "w" * 10
    room = len(compact({fitting: pack(VISITED)})) - len("{}") + len(",")
    transact(world.table, [write_contents("acme", "ada", "vast", 0, Bucket(filled(room)))])
    before = all_items(world.table)
    refused = world.play("events", {"type": "waypoint_visited", "content_id": longer}, experience="vast")
    assert (refused.status, refused.body["type"]) == (413, "urn:cairn:problem:state-full")
    assert (refused.body["size"], refused.body["limit"]) == (MAX_CONTENTS_BYTES + 1, MAX_CONTENTS_BYTES)
    assert "expected_contents" in refused.body["detail"]
    assert all_items(world.table) == before
    taken = world.play("events", {"type": "waypoint_visited", "content_id": fitting}, experience="vast")
    assert taken.status == 200, taken.body
    (stored,) = (item for key, item in all_items(world.table).items() if key.sk == "CONTENT#vast#0")
    assert len(stored["contents"]["S"].encode()) == MAX_CONTENTS_BYTES


def test_ten_thousand_sessions_leave_a_small_head_and_an_item_for_each_of_their_outputs() -> None:
    walk = Experience("walk", 1, "Walk", criteria=Criteria(required_outputs=("poem", "map")))
    loaded, outputs, now = Loaded(Player("acme", "ada")), 0, BEGIN
    for _ in range(100):
        journey = Journey(loaded, TenantSettings(), now)
        for number in range(100):
            now += timedelta(minutes=20)
            moment = Moment(now, now, "UTC", now.date())
            delivered = {"poem": "It rained."} if number % 2 else {"map": "north"}
            journey.play(walk, Session(900, delivered), moment, f"{now}")
        actions = journey.actions()
        outputs += sum(action.name.startswith("output ") for action in actions)
        loaded = journey.after()
    head = loaded.progress["walk"]
    assert (head.sessions, head.seconds, outputs) == (10_000, 9_000_000, 10_000)
    assert head.outputs == ("map", "poem")
    assert item_size(write_progress("acme", "ada", head, TenantSettings()).item.serialize()) < 512
    assert item_size(to_item(loaded.player, TenantSettings()).serialize()) < 2048


@pytest.mark.parametrize("odd", ["👩‍🚀🌲", "שלום", "e\u0301", 'the "gate"', "a/b?", "50 %#1"])
def test_ids_may_be_of_any_characters(world: World, odd: str) -> None:
    """Of the player, the experience, the block, the waypoint, the output."""
    pages = (Page(odd, blocks=(Block(odd, "video"),)),)
    publish(world.table, "acme", Experience(odd, 1, odd, pages=pages, criteria=Criteria(required_outputs=(odd,))))
    where = odd.replace("/", "%2F").replace("?", "%3F")  # as docs/http-api.md has them in a path
    client = world.call("progress", player=odd)

    def post(what: str, body: dict[str, object]) -> None:
        reply = client.send("POST", f"/players/me/experiences/{where}/{what}", body)
        assert reply.status == 200, reply.body

    post(f"blocks/{where}", {"completed": True})
    post("events", {"type": "waypoint_visited", "content_id": f"{odd} gate"})
    post("sessions", {"duration_seconds": 60, "outputs": {odd: "text"}})
    assert world.play("complete", player=odd, experience=where).body["state"] == "COMPLETED"
    shown = client.send("GET", f"/players/me/experiences/{where}").body
    assert (shown["player_id"], shown["experience_id"], shown["outputs"]) == (odd, odd, [odd])
    assert shown["visited_waypoints"] == [shown["current_location"]] == [f"{odd} gate"]
    assert [each["block_id"] for each in shown["pages"][0]["blocks"]] == [odd]
    assert client.send("GET", f"/players/me/experiences/{where}/visits/{where}").body["visits"] == 1
    assert client.send("GET", "/players/me/experiences").body["experiences"][0]["experience_id"] == odd
