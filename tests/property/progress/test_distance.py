"""Distances on the whole globe: the poles, the date line, antipodes; and the radius within which one may start."""

from math import cos, pi, radians

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cairn.catalog.experience import Experience, Place
from cairn.progress.rules import EARTH_RADIUS_METERS, Standing, distance_meters, unmet_requirements

HALF_WAY_ROUND = pi * EARTH_RADIUS_METERS
DEGREE = HALF_WAY_ROUND / 180
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
PLACES = st.builds(Place, LATITUDES, LONGITUDES)
NORTH, SOUTH = 90.0, -90.0


@given(PLACES, PLACES)
@example(Place(0, 0), Place(0, 180))
@example(Place(NORTH, 12), Place(SOUTH, -170))
@example(Place(51.5, 179.999), Place(-51.5, -0.001))
def test_a_distance_is_the_same_both_ways_and_at_most_half_way_round(a: Place, b: Place) -> None:
    assert distance_meters(a, b) == distance_meters(b, a)
    assert 0 <= distance_meters(a, b) <= HALF_WAY_ROUND
    assert distance_meters(a, a) == 0


@given(PLACES, PLACES, PLACES)
def test_a_detour_is_not_shorter(a: Place, b: Place, c: Place) -> None:
    assert distance_meters(a, c) <= distance_meters(a, b) + distance_meters(b, c) + 1


@given(LATITUDES, LATITUDES, LONGITUDES)
def test_the_date_line_is_no_border(lat: float, other: float, lng: float) -> None:
    far = Place(other, lng)
    assert distance_meters(Place(lat, 180), far) == pytest.approx(distance_meters(Place(lat, -180), far), abs=0.1)
    assert distance_meters(Place(lat, 180), Place(lat, -180)) < 0.001


@given(LONGITUDES, LONGITUDES, LATITUDES)
def test_a_pole_has_every_longitude(lng: float, other: float, lat: float) -> None:
    for pole in (NORTH, SOUTH):
        assert distance_meters(Place(pole, lng), Place(pole, other)) < 0.001
        assert distance_meters(Place(pole, lng), Place(lat, other)) == pytest.approx(abs(pole - lat) * DEGREE, abs=0.1)


@given(LATITUDES, LONGITUDES, st.integers(1, 100_000), st.floats(0, 2), st.booleans())
@example(0, 180, 100, 0.99, True)
@example(0, -180, 100, 1.01, True)
@example(NORTH, 0, 1000, 0.5, False)
@example(SOUTH, 77, 1000, 1.5, False)
def test_one_may_start_within_the_radius_and_not_outside_wherever_it_is(
    lat: float, lng: float, radius: int, share: float, eastward: bool
) -> None:
    """A position `share` of the radius away, along the parallel (over the date line, if need be) or the meridian."""
    degrees = share * radius / DEGREE
    if eastward and abs(lat) < 80:
        position = Place(lat, (lng + degrees / cos(radians(lat)) + 180) % 360 - 180)
    else:
        position = Place(lat - degrees if lat > 0 else lat + degrees, lng)
    park = Experience("park", 1, "Park", place=Place(lat, lng, radius), location_required=True)
    unmet = unmet_requirements(park, Standing(1, {}, ()), position)
    away = distance_meters(park.place, position) if park.place else 0
    assert away == pytest.approx(share * radius, rel=0.02, abs=0.5)
    assert bool(unmet) == (away > radius)
    if unmet:
        assert unmet == [
            {"requirement": "location_radius_meters", "needed": radius, "is": pytest.approx(away, abs=0.06)}
        ]
