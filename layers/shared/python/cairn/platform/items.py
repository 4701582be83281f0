"""The base of every stored item, and the registry of item types.

A type says how it is exported and erased; one that does not cannot be defined.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pynamodb.attributes import Attribute, DiscriminatorAttribute, UnicodeAttribute
from pynamodb.constants import NUMBER, STRING
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from cairn.platform.keys import Key
from cairn.platform.text import compact

type Raw = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Privacy:
    """What an item type means for a player who asks for their data, or to be forgotten.

    export: `player` (given to the player it belongs to) or `none` (holds nothing about a player).
    erase: `delete` with the player, `fold` into an anonymous total, or `keep` (nothing personal).
    """

    export: Literal["player", "none"]
    erase: Literal["delete", "fold", "keep"]


OF_THE_PLAYER = Privacy(export="player", erase="delete")
NOT_PERSONAL = Privacy(export="none", erase="keep")


class WholeNumberAttribute(Attribute[int]):
    """A whole number, which needs none of the JSON that PynamoDB's own numbers go through."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class CompactJsonAttribute(Attribute[Any]):
    """JSON without the spaces and escapes of PynamoDB's own, as its bytes are paid for."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return compact(value)

    def deserialize(self, value: str) -> Any:
        return json.loads(value)


class QuantityAttribute(Attribute[float]):
    """A number that need not be whole, in its shortest form: 100, 45.5."""

    attr_type = NUMBER

    def serialize(self, value: float) -> str:
        return str(int(value)) if value == int(value) else repr(float(value))

    def deserialize(self, value: str) -> float:
        return float(value)


class Item(Model):
    """An item of the one table: keys, the discriminator `kind`, and `sv`, its schema version."""

    class Meta:
        table_name = "cairn"  # never used: the table's name is the Table's, which sends everything

    privacy: ClassVar[Privacy]
    schema_version: ClassVar[int] = 1
    upcasts: ClassVar[Mapping[int, Callable[[Raw], Raw]]] = {}

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    sv = WholeNumberAttribute(default=1)

    def __init_subclass__(cls, **_: Any) -> None:
        if not isinstance(cls.__dict__.get("privacy"), Privacy):
            raise TypeError(f"{cls.__name__} must say how it is exported and erased: privacy = Privacy(...)")

    @property
    def key(self) -> Key:
        return Key(self.PK, self.SK)

    @classmethod
    def absent(cls) -> Condition:
        """The condition that nothing stands at the key."""
        return cls.PK.does_not_exist()

    @classmethod
    def replaceable(cls) -> Condition:
        """The condition that nothing of another type stands at the key."""
        condition: Condition = cls.absent() | (cls.kind == cls)
        return condition

    @classmethod
    def parse[T: "Item"](cls: type[T], raw: Raw) -> T:
        """The item of a raw DynamoDB record, upcast to the present schema version.

        Raises:
            TypeError: the record is of another type.
        """
        kind = raw.get("kind", {}).get("S")
        if kind != cls.kind.get_discriminator(cls):
            raise TypeError(f"{raw['PK']}/{raw['SK']} is a {kind}, not a {cls.__name__}")
        version = int(raw.get("sv", {"N": "1"})["N"])
        while version < cls.schema_version:
            raw = cls.upcasts[version](raw)
            version += 1
        return cls.from_raw_data(raw)


def registry() -> Mapping[str, type[Item]]:
    """Every item type that is imported, by the discriminator under which it is stored."""
    known = Item.kind.get_registered_subclasses(Item)
    return {str(Item.kind.get_discriminator(item_type)): item_type for item_type in known}
