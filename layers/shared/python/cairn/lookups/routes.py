"""What the look-ups take from the query string."""

from datetime import UTC, datetime
from math import isfinite

from cairn.catalog.experience import Place
from cairn.lookups.read import Near, Wanted
from cairn.platform.api.caller import Role
from cairn.platform.api.http import Http
from cairn.platform.errors import DomainError

EXPERIENCE_NAMES = ("experience_id", "mission_id", "wod_id", "scenario_id")
MAX_RADIUS_METERS = 1000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def wanted(http: Http, allowed: frozenset[Role], usual: int, most: int = 100) -> Wanted:
    """The page that a caller of an allowed role wants: `limit` and `cursor`."""
    caller = http.caller
    caller.must_be(allowed)
    return Wanted(caller.tenant, http.whole_number("limit", usual, 1, most), http.query("cursor"))


def experience_or_none(http: Http) -> str | None:
    """The experience by any of its names; None where none is given.

    Raises:
        DomainError: `invalid-parameter` where two names mean two experiences.
    """
    given = {name: http.identifier(name, value) for name in EXPERIENCE_NAMES if (value := http.query(name))}
    if len(set(given.values())) > 1:
        raise _invalid(f"{' and '.join(given)} name different experiences. Send experience_id alone.")
    return next(iter(given.values()), None)


def experience_in(http: Http) -> str:
    """The experience by any of its names. Raises DomainError `invalid-parameter` where none is given."""
    experience = experience_or_none(http)
    if experience is None:
        raise _invalid("experience_id is missing. Send the id of an experience.")
    return experience


def identifier_in(http: Http, name: str) -> str:
    """An id. Raises DomainError `invalid-parameter` where it is missing or too long."""
    value = http.identifier(name, http.query(name))
    if not value:
        raise _invalid(f"{name} is missing. Send an id.")
    return value


def percents_in(http: Http) -> tuple[float, float]:
    """`min` and `max`, 0 to 100; left out, all of it."""
    return _in_order(_number(http, "min", 0, 100, "0"), _number(http, "max", 0, 100, "100"), "min", "max")


def levels_in(http: Http, highest: int) -> tuple[int, int]:
    """`min` and `max`, 1 to the highest level; left out, all of them."""
    return _in_order(
        http.whole_number("min", 1, 1, highest), http.whole_number("max", highest, 1, highest), "min", "max"
    )


def near_in(http: Http) -> Near:
    """`lat`, `lng` and `radius_meters`; perhaps `from`, `to`, `type` and an experience."""
    since, until = _instant(http, "from"), _instant(http, "to")
    if since and until:
        _in_order(since, until, "from", "to")
    return Near(
        center=Place(_number(http, "lat", -90, 90), _number(http, "lng", -180, 180)),
        radius_meters=http.whole_number("radius_meters", 100, 1, MAX_RADIUS_METERS),
        since=since,
        until=until,
        type=http.query("type") or None,
        experience=experience_or_none(http),
    )


def _number(http: Http, name: str, lowest: float, highest: float, default: str = "") -> float:
    text = http.query(name, default)
    try:
        number = float(text) if text.isascii() and "_" not in text else lowest - 1
    except ValueError:
        number = lowest - 1
    if not isfinite(number) or not lowest <= number <= highest:
        raise _invalid(f"{name} must be a number from {lowest} to {highest}.")
    return number


def _instant(http: Http, name: str) -> datetime | None:
    text = http.query(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or instant < EARLIEST:
        raise _invalid(f"{name} is {text!r}. Write an instant from 1970 on as 2026-11-20T12:00:00Z (a + as %2B).")
    return instant


def _in_order[T: (int, float, datetime)](first: T, last: T, first_name: str, last_name: str) -> tuple[T, T]:
    if first > last:
        raise _invalid(f"{first_name} must not be after {last_name}.")
    return first, last


def _invalid(detail: str) -> DomainError:
    return DomainError("invalid-parameter", detail)
