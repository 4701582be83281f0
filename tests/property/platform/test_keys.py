"""Keys, event ids and sizes: what goes in comes out, and order in time is order of ids."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cairn.platform import keys
from cairn.platform.capacity import item_size, value_size
from cairn.platform.idempotency import fingerprint
from cairn.platform.instants import event_id, from_ms, iso, to_ms

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
INSTANTS = st.integers(0, 32_500_000_000_000).map(from_ms)  # from 1970 to 2999


@given(IDS)
def test_an_id_comes_back_from_its_key_and_brings_no_separator(identifier: str) -> None:
    encoded = keys.encode(identifier)
    assert keys.decode(encoded) == identifier
    assert encoded.isascii()
    assert not set(encoded) & set("#/ ")


@given(IDS, IDS, IDS, IDS)
def test_different_players_of_different_tenants_have_different_partitions(a: str, b: str, c: str, d: str) -> None:
    assert (keys.player_partition(a, b) == keys.player_partition(c, d)) == ((a, b) == (c, d))


@given(IDS, IDS, IDS, IDS)
def test_different_players_and_experiences_have_different_facts(a: str, b: str, c: str, d: str) -> None:
    day = date(2026, 11, 20)
    one, other = keys.fact("t", day, 0, a, b, 0), keys.fact("t", day, 0, c, d, 0)
    assert (one == other) == ((a, b) == (c, d))


@given(IDS, st.integers(1, 64))
def test_a_bucket_is_stable_and_one_of_those_there_are(identifier: str, buckets: int) -> None:
    assert keys.bucket(identifier, buckets) == keys.bucket(identifier, buckets) in range(buckets)


@given(INSTANTS, st.lists(IDS, min_size=1, max_size=4))
def test_the_same_cause_at_the_same_instant_has_the_same_id(at: datetime, cause: list[str]) -> None:
    assert event_id(at, *cause) == event_id(at, *cause)
    assert len(event_id(at, *cause)) == 26


@given(INSTANTS, IDS, IDS)
def test_another_cause_has_another_id(at: datetime, one: str, other: str) -> None:
    assert (event_id(at, "t", "u", one) == event_id(at, "t", "u", other)) == (one == other)


@given(INSTANTS, INSTANTS, IDS, IDS)
def test_ids_are_in_the_order_of_their_instants(a: datetime, b: datetime, one: str, other: str) -> None:
    if a < b:
        assert event_id(a, one) < event_id(b, other)


@given(INSTANTS)
def test_an_instant_comes_back_from_its_milliseconds(at: datetime) -> None:
    assert from_ms(to_ms(at)) == at
    assert datetime.fromisoformat(iso(at)) == at
    assert to_ms(at + timedelta(microseconds=999)) == to_ms(at)


VALUES: Any = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, IDS),
        st.builds(lambda number: {"N": str(number)}, st.integers(-(10**37), 10**37)),
        st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
        st.just({"NULL": True}),
        st.builds(lambda content: {"B": content}, st.binary(max_size=20)),
    ),
    lambda inner: st.one_of(
        st.builds(lambda each: {"L": each}, st.lists(inner, max_size=4)),
        st.builds(lambda each: {"M": each}, st.dictionaries(IDS, inner, max_size=4)),
    ),
    max_leaves=8,
)


@given(st.dictionaries(IDS, VALUES, max_size=5), IDS, VALUES)
def test_an_item_is_as_large_as_its_parts(item: dict[str, Any], name: str, value: dict[str, Any]) -> None:
    size = item_size(item)
    assert size >= 0
    assert size == sum(item_size({each: item[each]}) for each in item)
    if name not in item:
        assert item_size({**item, name: value}) == size + len(name.encode()) + value_size(value)


JSON: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1000, 1000), IDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(IDS, inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(IDS, JSON, max_size=4))
def test_a_fingerprint_knows_a_body_whatever_the_order_of_its_members(body: dict[str, Any]) -> None:
    turned = dict(reversed(body.items()))
    assert fingerprint("POST", "/a", body) == fingerprint("POST", "/a", turned)
    assert fingerprint("POST", "/a", body) != fingerprint("POST", "/a", {**body, "one more": 1})
    assert fingerprint("POST", "/a", body) != fingerprint("PUT", "/a", body)
