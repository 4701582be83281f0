"""Entries of the index: what they say comes back, and their order is that of time."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from cairn.lookups import entries
from cairn.platform import keys
from cairn.platform.instants import event_id, from_ms, id_prefix, instant_of

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
INSTANTS = st.integers(0, 32_500_000_000_000).map(from_ms)  # from 1970 to 2999
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@given(IDS, IDS, INSTANTS, LATITUDES, LONGITUDES)
def test_an_event_comes_back_from_its_entry(tenant: str, player: str, at: datetime, lat: float, lng: float) -> None:
    event = event_id(at, tenant, player)
    entry = entries.of_event(tenant, player, event, (lat, lng))
    assert entry.ls is not None
    assert entries.sighting_in(entry.ls) == (event, player, lat, lng)
    assert instant_of(event) == at
    assert entry.ls.startswith(id_prefix(at))
    assert len(entry.ls.encode()) < 1024


@given(IDS, IDS, IDS, INSTANTS, st.integers(1, 64))
def test_slot_and_date_come_back_from_the_entry_of_a_player(
    tenant: str, player: str, experience: str, at: datetime, shards: int
) -> None:
    playing = entries.of_progress(tenant, player, experience, at, shards)
    seen = entries.of_player(tenant, player, at.date(), shards)
    assert playing.ls is not None and seen.ls is not None
    assert entries.slot_in(playing.ls) == entries.slot_of(at) <= at
    assert (at - entries.slot_of(at)).total_seconds() < 300
    assert entries.day_in(playing.ls) == entries.day_in(seen.ls) == at.date()
    assert playing.lp == keys.players_of(tenant, experience, keys.bucket(player, shards))
    assert seen.lp == keys.players_seen(tenant, keys.bucket(player, shards))


@given(INSTANTS, INSTANTS)
def test_slots_sort_as_text_as_they_do_in_time(one: datetime, other: datetime) -> None:
    texts = entries.slot_text(one), entries.slot_text(other)
    assert (texts[0] < texts[1]) == (entries.slot_of(one) < entries.slot_of(other))
    assert (texts[0] == texts[1]) == (entries.slot_of(one) == entries.slot_of(other))


@given(IDS, IDS, IDS, IDS)
def test_no_two_lists_share_a_partition(a: str, b: str, c: str, d: str) -> None:
    same = (a, b) == (c, d)
    assert (keys.players_of(a, b, 0) == keys.players_of(c, d, 0)) == same
    assert (keys.events_of_type("t", a, b) == keys.events_of_type("t", c, d)) == same
    assert keys.players_of(a, b, 1) != keys.players_of(a, b, 11)
    kinds = (
        keys.players_of(a, b, 0),
        keys.players_seen(a, 0),
        keys.events_in(a, "1.2"),
        keys.events_of_type(a, b, c),
        keys.player_partition(a, b),
    )
    assert len(set(kinds)) == len(kinds)
