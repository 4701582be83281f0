"""What belongs to a player: sums that never fall below nothing, limits that lose nothing, parts that stay apart."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cairn.platform.errors import DomainError
from cairn.players.belongings import MAX_JSON_BYTES, Belongings, Part, compact, with_items, with_object
from cairn.players.profile_storage import ProfileItem, from_item, write

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)
ITEMS = st.sampled_from(["key", "lamp", "été", "語"])
CHANGES = st.lists(st.tuples(ITEMS, st.integers(-5, 5).filter(bool)), max_size=30)
OBJECT_PARTS = st.sampled_from([Part.PREFERENCES, Part.CUSTOM_STATS])
NOBODY = Belongings("acme", "ada")


def stored(belongings: Belongings) -> Belongings:
    """As it is read back after it was written."""
    return from_item("acme", "ada", ProfileItem.parse(write(belongings).item.serialize()))


@given(CHANGES)
def test_what_is_held_is_the_sum_of_what_was_not_refused(changes: list[tuple[str, int]]) -> None:
    belongings, sums = NOBODY, dict[str, int]()
    for item, change in changes:
        if sums.get(item, 0) + change < 0:
            try:
                with_items(belongings, item, change)
            except DomainError as refusal:
                told = (refusal.code, refusal.extra["held"])
            else:
                told = ("", 0)
            assert told == ("too-few-items", sums.get(item, 0))
            continue
        sums[item] = sums.get(item, 0) + change
        belongings = stored(with_items(belongings, item, change))
    assert belongings.inventory == {item: held for item, held in sums.items() if held}
    assert all(held > 0 for held in belongings.inventory.values())


@given(st.lists(st.tuples(OBJECT_PARTS, OBJECTS), max_size=8))
def test_what_is_read_is_what_was_written_and_the_other_part_is_as_it_was(written: list[tuple[Part, Any]]) -> None:
    belongings = NOBODY
    for part, content in written:
        other = Part.CUSTOM_STATS if part is Part.PREFERENCES else Part.PREFERENCES
        after = with_object(belongings, part, content)
        same = json.dumps(content, sort_keys=True) == json.dumps(belongings.part(part), sort_keys=True)
        assert (after is belongings) == same
        if same:
            continue
        again = stored(after)
        assert compact(again.part(part)) == compact(content)
        assert (again.part(other), again.version_of(other)) == (belongings.part(other), belongings.version_of(other))
        assert again.version_of(part) == again.ver == belongings.ver + 1
        belongings = again


@given(OBJECT_PARTS, st.integers(MAX_JSON_BYTES - 6, MAX_JSON_BYTES + 6), st.sampled_from(["x", "é", "語", "😀", '"']))
def test_the_limit_counts_the_bytes_that_are_stored(part: Part, size: int, character: str) -> None:
    wide = len(compact(character).encode()) - 2
    room = size - len('{"a":""}')
    content = {"a": character * (room // wide) + "x" * (room % wide)}
    assert len(compact(content).encode()) == size
    try:
        after = with_object(NOBODY, part, content)
    except DomainError as refusal:
        kept, told = False, (refusal.code, refusal.extra["bytes"])
    else:
        kept, told = True, ("profile-full", size)
        assert len(write(after).item.serialize()[part]["S"].encode()) == size
    assert kept == (size <= MAX_JSON_BYTES)
    assert told == ("profile-full", size)
