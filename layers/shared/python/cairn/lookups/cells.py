"""A grid on the ground: cells of about 1.1 km by 1.1 km, at the equator, at the poles and at the date line alike.

Bands of 0.01 degrees of latitude go around the earth. Each is divided into as many cells as make them about as
wide as they are high, so there are 36,000 at the equator and three around a pole.
"""

from collections.abc import Iterator
from math import asin, cos, degrees, floor, radians, sin

BANDS_PER_DEGREE = 100
BANDS = 180 * BANDS_PER_DEGREE
# Rounding of the last digits must not lose a place on the rim: about a millimetre, in degrees.
MARGIN = 1e-8


def cell_of(lat: float, lng: float) -> str:
    """The cell in which a position is. Degrees; 180 and -180 are one meridian."""
    band = _band(lat)
    return _name(band, _column(lng, _columns(band)))


def covering(lat: float, lng: float, reach: float) -> list[str]:
    """Cells that together hold every place within reach of a position. All in degrees, of a great circle for `reach`.

    The circle lies between two parallels and (where it reaches no pole) two meridians: half the angle between
    these has the sine sin(reach) / cos(latitude), http://janmatuschek.de/LatitudeLongitudeBoundingCoordinates.
    """
    reach += MARGIN
    south, north = lat - reach, lat + reach
    half = None
    if south > -90 and north < 90:
        half = degrees(asin(min(1.0, sin(radians(reach)) / cos(radians(lat))))) + MARGIN
    return [
        _name(band, column)
        for band in range(_band(south), _band(north) + 1)
        for column in _columns_within(_columns(band), lng, half)
    ]


def _band(lat: float) -> int:
    return min(BANDS - 1, max(0, floor((lat + 90) * BANDS_PER_DEGREE)))


def _columns(band: int) -> int:
    """How many cells a band has."""
    middle = (band + 0.5) / BANDS_PER_DEGREE - 90
    return max(1, round(360 * BANDS_PER_DEGREE * cos(radians(middle))))


def _column(lng: float, columns: int) -> int:
    return min(columns - 1, floor((lng + 180) % 360 / 360 * columns))


def _columns_within(columns: int, lng: float, half: float | None) -> Iterator[int]:
    """The columns within so many degrees of a longitude; all of them where that is None."""
    if half is None or 2 * half >= 360:
        yield from range(columns)
        return
    first = floor((lng - half + 180) / 360 * columns)
    last = floor((lng + half + 180) / 360 * columns)
    yield from sorted({column % columns for column in range(first, min(last, first + columns - 1) + 1)})


def _name(band: int, column: int) -> str:
    return f"{band}.{column}"
