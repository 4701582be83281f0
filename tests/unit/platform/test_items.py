"""Every item type says how it is exported and erased, and reads back what it wrote."""

import importlib
import pkgutil
from typing import Any

import pytest
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)

import cairn
from cairn.platform.items import (
    NOT_PERSONAL,
    OF_THE_PLAYER,
    CompactJsonAttribute,
    Item,
    Privacy,
    QuantityAttribute,
    WholeNumberAttribute,
    registry,
)

for module in pkgutil.walk_packages(cairn.__path__, "cairn."):
    importlib.import_module(module.name)

TYPES = {kind: item_type for kind, item_type in registry().items() if item_type.__module__.startswith("cairn.")}
ABOUT_PLAYERS = {
    "calendar",
    "contents",
    "event",
    "fact",
    "frozen",
    "idempotency",
    "ledger",
    "notes",
    "output",
    "player",
    "profile",
    "progress",
    "unlock",
}


def sample(attribute: Any) -> Any:
    match attribute:
        case BinaryAttribute():
            return b"secret"
        case JSONAttribute() | CompactJsonAttribute():
            return {"a": [1, 2.5, None, "é"]}
        case ListAttribute():
            return ["x", 3]
        case NumberAttribute() | WholeNumberAttribute() | QuantityAttribute():
            return 7
        case BooleanAttribute():
            return True
        case UnicodeAttribute():
            return "words"
    raise AssertionError(f"no sample for {attribute!r}: add one")


def own_attributes(item_type: type[Item]) -> dict[str, Any]:
    return {name: each for name, each in item_type.get_attributes().items() if name not in ("PK", "SK", "kind", "sv")}


def test_the_item_types_are_known() -> None:
    assert {*ABOUT_PLAYERS, "experience", "rollup", "settings", "dirty", "cursor"} <= set(TYPES)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_type_says_itself_how_it_is_exported_and_erased(kind: str) -> None:
    privacy = TYPES[kind].__dict__["privacy"]
    assert isinstance(privacy, Privacy)
    assert (privacy.export == "player") == (privacy.erase != "keep"), (
        "what is erased is also given out, and the reverse"
    )


def test_what_is_about_a_player_is_exported_and_leaves_with_the_player() -> None:
    assert {kind for kind in ABOUT_PLAYERS if TYPES[kind].privacy.export == "player"} == ABOUT_PLAYERS


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_type_reads_back_what_it_wrote(kind: str) -> None:
    item_type = TYPES[kind]
    values = {name: sample(attribute) for name, attribute in own_attributes(item_type).items()}
    item = item_type("P", "S", **values)
    raw = item.serialize()
    assert raw["kind"] == {"S": kind}
    assert raw["sv"] == {"N": str(item_type.schema_version)}
    back = item_type.parse(raw)
    assert {name: getattr(back, name) for name in values} == values
    assert back.serialize() == raw
    assert back.key == ("P", "S")


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_type_of_an_older_schema_has_its_upcasts(kind: str) -> None:
    item_type = TYPES[kind]
    assert set(item_type.upcasts) == set(range(1, item_type.schema_version))


def test_a_type_that_does_not_say_how_it_is_erased_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match="must say how it is exported and erased"):

        class Silent(Item, discriminator="silent"):
            pass


def test_a_type_does_not_take_its_privacy_from_another() -> None:
    class Parent(Item, discriminator="test-parent"):
        privacy = OF_THE_PLAYER

    with pytest.raises(TypeError, match="must say how it is exported and erased"):

        class Heir(Parent, discriminator="test-heir"):
            pass


def test_an_older_item_is_upcast_when_it_is_read() -> None:
    class Grown(Item, discriminator="test-grown"):
        privacy = NOT_PERSONAL
        schema_version = 3
        upcasts = {
            1: lambda raw: {**raw, "metres": {"N": str(int(raw["feet"]["N"]) * 3)}},
            2: lambda raw: {**raw, "metres": {"N": raw["metres"]["N"] + "0"}},
        }
        metres = NumberAttribute()

    old: dict[str, Any] = {"PK": {"S": "P"}, "SK": {"S": "S"}, "kind": {"S": "test-grown"}, "feet": {"N": "2"}}
    assert Grown.parse({**old, "sv": {"N": "1"}}).metres == 60
    assert Grown.parse({**old, "sv": {"N": "2"}, "metres": {"N": "4"}}).metres == 40
    assert Grown.parse({**old, "sv": {"N": "3"}, "metres": {"N": "4"}}).metres == 4
