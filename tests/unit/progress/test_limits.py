"""The documented limits: what fits to the last byte, and what is refused one byte past it, with nothing lost."""

from datetime import date

from cairn.platform.text import compact
from cairn.platform.transact import transact
from cairn.progress.progress import Bucket, Content
from cairn.progress.storage import MAX_CONTENTS_BYTES, pack, write_contents
from tests.support.world import World, all_items

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
