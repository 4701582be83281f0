"""The grid on the ground: whatever lies within a radius lies in a cell that is looked at, anywhere on earth."""

from math import asin, atan2, cos, degrees, pi, radians, sin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cairn.catalog.experience import Place
from cairn.lookups.cells import cell_of, covering
from cairn.progress.rules import EARTH_RADIUS_METERS, distance_meters

MOST_CELLS = 12
NEAR_POLES = st.floats(0, 0.05).flatmap(lambda off: st.sampled_from([90 - off, off - 90]))
LATITUDES = st.one_of(st.floats(-90, 90), NEAR_POLES, st.sampled_from([-90.0, -0.0, 0.0, 37.9, 89.99, 90.0]))
LONGITUDES = st.one_of(
    st.floats(-180, 180),
    st.floats(0, 0.02).flatmap(lambda off: st.sampled_from([180 - off, off - 180])),
    st.sampled_from([-180.0, -120.0, 0.0, 60.0, 120.0, 180.0]),
)
RADII = st.one_of(st.floats(1, 1000), st.sampled_from([1.0, 1000.0]))


def reach(meters: float) -> float:
    return degrees(meters / EARTH_RADIUS_METERS)


def cells_around(lat: float, lng: float, meters: float) -> list[str]:
    return covering(lat, lng, reach(meters))


def place_at(center: Place, meters: float, bearing: float) -> Place:
    """Where one comes to, so many metres in a direction (radians): https://www.movable-type.co.uk/scripts/latlong.html."""
    lat, lng, angle = radians(center.lat), radians(center.lng), meters / EARTH_RADIUS_METERS
    there = asin(min(1.0, max(-1.0, sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(bearing))))
    turned = atan2(sin(bearing) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sin(there))
    return Place(degrees(there), (degrees(lng + turned) + 180) % 360 - 180)


@given(
    LATITUDES, LONGITUDES, RADII, st.lists(st.tuples(st.floats(0, 1), st.floats(0, 2 * pi)), min_size=1, max_size=30)
)
@example(90.0, 0.0, 1000.0, [(1.0, 0.0), (1.0, 2.0), (1.0, 4.0)])
@example(89.991, 179.999, 1000.0, [(1.0, each / 10) for each in range(63)])
@example(-89.9911, -180.0, 1000.0, [(1.0, each / 10) for each in range(63)])
@example(0.0, 180.0, 1000.0, [(1.0, pi / 2), (1.0, 3 * pi / 2)])
def test_every_place_within_the_radius_is_in_a_cell_that_is_looked_at(
    lat: float, lng: float, radius: float, steps: list[tuple[float, float]]
) -> None:
    center = Place(lat, lng)
    cells = set(cells_around(lat, lng, radius))
    for share, bearing in steps:
        place = place_at(center, share * radius, bearing)
        if distance_meters(center, place) <= radius:
            assert cell_of(place.lat, place.lng) in cells


@given(LATITUDES, LONGITUDES, RADII, st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=50))
def test_a_cell_that_is_not_looked_at_holds_nothing_within_the_radius(
    lat: float, lng: float, radius: float, places: list[tuple[float, float]]
) -> None:
    cells = set(cells_around(lat, lng, radius))
    for there in places:
        if cell_of(*there) not in cells:
            assert distance_meters(Place(lat, lng), Place(*there)) > radius


@given(LATITUDES, LONGITUDES, RADII)
@example(-89.99292731221131, 0.0, 1000.0)
@example(90.0, 0.0, 1000.0)
def test_few_cells_are_looked_at_and_none_twice(lat: float, lng: float, radius: float) -> None:
    cells = cells_around(lat, lng, radius)
    assert 1 <= len(cells) <= MOST_CELLS
    assert len(set(cells)) == len(cells)
    assert cell_of(lat, lng) in cells


@given(LATITUDES)
def test_the_date_line_is_one_meridian(lat: float) -> None:
    assert cell_of(lat, 180.0) == cell_of(lat, -180.0)


@pytest.mark.parametrize("lat", [-90.0, -89.99, -45.0, 0.0, 51.5, 89.985, 90.0])
def test_a_cell_is_about_as_wide_as_it_is_high_wherever_it_is(lat: float) -> None:
    """0.01 degrees of latitude are 1.11 km. Widths are measured in the middle of a band."""
    band = int(cell_of(lat, 0).partition(".")[0])
    columns = len({cell_of(lat, -180 + 360 * (step + 0.5) / 100_000) for step in range(100_000)})
    width = distance_around(band) / columns
    assert 1000 <= width <= 1250


def distance_around(band: int) -> float:
    middle = radians((band + 0.5) / 100 - 90)
    return 2 * pi * EARTH_RADIUS_METERS * cos(middle)
