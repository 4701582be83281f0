"""Pseudonyms: a name for a player who wants to be ranked and not recognised. The same one on every board, for ever."""

import hmac
from hashlib import sha256

FIRST = (
    "Amber", "Azure", "Brave", "Bright", "Calm", "Clever", "Coral", "Crimson", "Daring", "Eager", "Early", "Emerald",
    "Gentle", "Golden", "Happy", "Hardy", "Hidden", "Honest", "Humble", "Ivory", "Jolly", "Keen", "Kind", "Lively",
    "Lucky", "Mellow", "Merry", "Misty", "Nimble", "Noble", "Opal", "Patient", "Plucky", "Polite", "Proud", "Quick",
    "Quiet", "Rapid", "Rosy", "Ruby", "Scarlet", "Serene", "Sharp", "Silent", "Silver", "Smooth", "Snowy", "Solar",
    "Steady", "Stormy", "Sunny", "Swift", "Tidy", "Tidal", "Umber", "Velvet", "Vivid", "Warm", "Wild", "Windy",
    "Wise", "Witty", "Young", "Zesty",
)  # fmt: skip
SECOND = (
    "Badger", "Bear", "Beaver", "Bison", "Bittern", "Buzzard", "Curlew", "Deer", "Dolphin", "Dove", "Eagle", "Egret",
    "Elk", "Falcon", "Finch", "Fox", "Gannet", "Gecko", "Goshawk", "Grouse", "Hare", "Hawk", "Heron", "Ibex",
    "Ibis", "Jackdaw", "Jay", "Kestrel", "Kingfisher", "Kite", "Lark", "Linnet", "Lynx", "Magpie", "Marten", "Merlin",
    "Mole", "Newt", "Osprey", "Otter", "Owl", "Panda", "Pelican", "Pika", "Plover", "Puffin", "Quail", "Raven",
    "Robin", "Salmon", "Seal", "Shrike", "Sparrow", "Stoat", "Swallow", "Swan", "Tern", "Thrush", "Toad", "Turtle",
    "Vole", "Wolf", "Wren", "Yak",
)  # fmt: skip
NUMBERS = 10_000


def alias_of(player: str, secret: bytes) -> str:
    """The pseudonym of a player: two words and a number, by HMAC under the tenant's secret.

    Forty million there are: two players of a large tenant may share one, as they may share a name.
    """
    digest = hmac.digest(secret, b"board alias\x00" + player.encode(), sha256)
    first, second = FIRST[digest[0] % len(FIRST)], SECOND[digest[1] % len(SECOND)]
    return f"{first} {second} {int.from_bytes(digest[2:6]) % NUMBERS:04d}"
