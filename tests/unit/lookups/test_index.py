"""What each item brings into the indexes: what is not in an answer is not paid for."""

import importlib
import pkgutil

import cairn
from cairn.analytics import facts
from cairn.platform.items import registry
from cairn.xp.ledger import FAMILIES
from infra.indexes import INDEXES
from tests.support.tables import index_units
from tests.support.world import World, all_items

for module in pkgutil.walk_packages(cairn.__path__, "cairn."):
    importlib.import_module(module.name)

EVERY_ITEM = {"kind", "sv"}
BROUGHT = {
    "boards": {"position": {"name", "level", "alias"}},
    "due": {"player": set(), "position": set()},
    "lookups": {
        "event": {"type", "experience", "content"},
        "player": set(),
        "progress": {"state", "percent", "buckets", "experience"},
    },
    "of-player": {
        "event": {
            "type", "experience", "content", "at", "recorded_at", "zone", "day", "seconds", "data", "gps", "refused",
        },
        "fact": set(),
    },
}  # fmt: skip


def test_an_item_brings_what_an_answer_shows_and_no_more() -> None:
    brought = {
        index.name: {
            kind: (set(item_type.get_attributes()) & set(index.included)) - EVERY_ITEM
            for kind, item_type in registry().items()
            if index.partition in item_type.get_attributes() and item_type.__module__.startswith("cairn.")
        }
        for index in INDEXES
    }
    assert brought == BROUGHT


def test_adding_to_a_fact_changes_what_an_index_holds_only_where_it_pays() -> None:
    included = {name for index in INDEXES for name in index.included}
    assert not included & set(facts.NUMBERS)
    assert not [name for name in included if name.startswith((facts.VISITS, facts.SECONDS))]
    assert {name for name in included if name.startswith(facts.XP)} == {*facts.xp_numbers(dict.fromkeys(FAMILIES, 1))}


def test_what_is_billed_for_indexes_is_counted_entry_by_entry(world: World) -> None:
    before = all_items(world.table)
    world.play("events", {"type": "check_in", "data": {"words": "x" * 1500}})
    first = all_items(world.table)
    # The event (over 1 KB), the new fact; the player and the head, new in their lists; the hour to look at the streak.
    expected = {"of-player": 2 + 1, "lookups": 1 + 1, "due": 1}
    assert index_units(before, first) == expected
    assert index_units(first, before) == expected
    assert index_units(first, first) == {}
    head = next(key for key in first if key.sk == "PRG#woods")
    moved = {**first[head], "ls": {"S": "2026-11-20T13:00#ada"}}
    further = {**first[head], "percent": {"N": "12.5"}, "ver": {"N": "9"}}
    unseen = {**first[head], "ver": {"N": "9"}, "mastery": {"N": "2"}}
    for after, units in ((moved, 2), (further, 1), (unseen, 0)):
        assert index_units(first, {**first, head: after})["lookups"] == units
