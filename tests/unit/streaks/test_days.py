from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cairn.streaks.days import (
    Day,
    UnknownZone,
    add_activity,
    credited,
    day_end,
    local_date,
    merge,
    zone_skipped,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "zone", "starts", "expected"),
    [
        ("2026-03-01T23:59", "UTC", 0, date(2026, 3, 1)),
        ("2026-03-01T18:15", "Asia/Kathmandu", 0, date(2026, 3, 2)),  # +05:45: exactly midnight
        ("2026-03-01T18:14", "Asia/Kathmandu", 0, date(2026, 3, 1)),
        ("2026-03-01T18:29", "Asia/Kolkata", 0, date(2026, 3, 1)),
        ("2026-03-01T10:15", "Pacific/Chatham", 0, date(2026, 3, 2)),  # +13:45 in summer
        ("2026-03-01T10:00", "Pacific/Kiritimati", 0, date(2026, 3, 2)),  # +14
        ("2026-03-01T03:00", "America/New_York", 0, date(2026, 2, 28)),
        ("2026-03-02T03:59", "UTC", 4, date(2026, 3, 1)),
        ("2026-03-02T04:00", "UTC", 4, date(2026, 3, 2)),
        ("2026-03-01T18:20", "+05:45", 0, date(2026, 3, 2)),
        ("2026-03-01T02:59", "-03:00", 0, date(2026, 2, 28)),
        ("2026-03-01T02:59", "Z", 0, date(2026, 3, 1)),
    ],
)
def test_an_instant_belongs_to_the_date_on_the_wall(instant: str, zone: str, starts: int, expected: date) -> None:
    assert local_date(utc(instant), zone, starts) == expected


@pytest.mark.parametrize(
    "zone",
    ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "localtime", "right/UTC", "posix/UTC", "Europe",
     "+5:45", "+14:01", "-15:00", "+05:60", "UTC+3", "Europe/Madrid\n", "Europe/\0", "x" * 9999],
)  # fmt: skip
def test_a_zone_that_is_no_place_is_refused_with_the_fix(zone: str) -> None:
    with pytest.raises(UnknownZone, match="give an IANA name"):
        local_date(utc("2026-03-01T00:00"), zone, 0)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        local_date(utc("2026-03-01T12:00").replace(tzinfo=None), "UTC", 0)


@pytest.mark.parametrize(
    ("day", "zone", "starts", "expected"),
    [
        (date(2026, 3, 1), "UTC", 0, "2026-03-02T00:00"),
        (date(2026, 3, 1), "UTC", 6, "2026-03-02T06:00"),
        (date(2026, 3, 8), "America/New_York", 0, "2026-03-09T04:00"),  # a day of 23 hours ...
        (date(2026, 11, 1), "America/New_York", 0, "2026-11-02T05:00"),  # ... and one of 25
        (date(2026, 3, 7), "America/New_York", 2, "2026-03-08T07:00"),  # 02:00 is skipped: at 03:00
        (date(2026, 10, 31), "America/New_York", 1, "2026-11-01T05:00"),  # 01:00 comes twice: the first
        (date(2026, 9, 5), "America/Santiago", 0, "2026-09-06T04:00"),  # midnight is skipped: at 01:00
        (date(2026, 4, 4), "America/Santiago", 0, "2026-04-05T04:00"),  # 23:00 to 24:00 comes twice
        (date(2026, 4, 4), "Pacific/Chatham", 3, "2026-04-04T14:15"),  # falls back at 03:45: 03:00 twice
        (date(2011, 12, 29), "Pacific/Apia", 0, "2011-12-30T10:00"),
        (date(2011, 12, 30), "Pacific/Apia", 0, "2011-12-30T10:00"),  # ends with the date before it
        (date(2011, 12, 29), "Pacific/Apia", 3, "2011-12-30T13:00"),
        (date(2006, 10, 28), "America/St_Johns", 0, "2006-10-29T03:30"),  # back from 00:01 to 23:01
        (date(2006, 4, 1), "America/St_Johns", 1, "2006-04-02T03:31"),  # 00:01 to 01:01 is skipped
    ],
)
def test_a_date_ends_where_the_next_one_starts(day: date, zone: str, starts: int, expected: str) -> None:
    end = day_end(day, zone, starts)
    assert end == utc(expected)
    assert local_date(end, zone, starts) > day >= local_date(end - timedelta(microseconds=1), zone, starts)


def test_apia_skipped_a_date_when_it_changed_sides_of_the_date_line() -> None:
    skipped = [day for n in range(60) if zone_skipped(day := date(2011, 12, 1) + timedelta(n), "Pacific/Apia")]
    assert skipped == [date(2011, 12, 30)]


def test_a_night_before_a_skipped_date_belongs_to_the_date_before() -> None:
    one_o_clock_on_the_31st = utc("2011-12-30T11:00")
    assert local_date(one_o_clock_on_the_31st, "Pacific/Apia", 3) == date(2011, 12, 29)
    assert local_date(one_o_clock_on_the_31st, "Pacific/Apia", 0) == date(2011, 12, 31)


def test_a_day_holds_its_earliest_activity_and_counts_up_to_a_bound() -> None:
    late = Day(utc("2026-03-01T20:00"), "UTC", 2, 86_000)
    early = Day(utc("2026-03-01T06:00"), "Asia/Kolkata", 2, 1_000)
    assert merge(late, early) == Day(utc("2026-03-01T06:00"), "Asia/Kolkata", 3, 86_400)


def test_an_added_activity_joins_its_day_and_leaves_the_former_days_alone() -> None:
    day = date(2026, 3, 1)
    noon = add_activity({}, day=day, occurred_at=utc("2026-03-01T12:00"), zone="UTC", seconds=10)
    both = add_activity(noon, day=day, occurred_at=utc("2026-03-01T09:00"), zone="UTC", completions=1, seconds=5)
    assert noon == {day: Day(utc("2026-03-01T12:00"), "UTC", 0, 10)}
    assert both == {day: Day(utc("2026-03-01T09:00"), "UTC", 1, 15)}


@pytest.mark.parametrize("wrong", [{"completions": -1}, {"seconds": -1}])
def test_an_activity_cannot_take_anything_away(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        add_activity({}, day=date(2026, 3, 1), occurred_at=utc("2026-03-01T12:00"), zone="UTC", **wrong)


def test_activity_on_a_date_lived_twice_counts_for_the_later_date_already_begun() -> None:
    # Tuesday in Auckland, then over the date line: Monday evening in Los Angeles.
    tuesday, monday = date(2026, 3, 3), date(2026, 3, 2)
    days = {
        tuesday: Day(utc("2026-03-02T20:00"), "Pacific/Auckland", 1, 60),
        monday: Day(utc("2026-03-03T03:00"), "America/Los_Angeles", 1, 60),
    }
    assert credited(days) == {tuesday: Day(utc("2026-03-02T20:00"), "Pacific/Auckland", 2, 120)}


def test_of_two_later_dates_the_one_begun_last_takes_the_activity() -> None:
    first, second, third = (date(2026, 3, n) for n in (1, 2, 3))
    days = {
        first: Day(utc("2026-03-02T12:00"), "-11:00", 1),
        second: Day(utc("2026-03-01T12:00"), "+14:00", 1),
        third: Day(utc("2026-03-02T11:00"), "+14:00", 1),
    }
    taken = credited(days)
    assert {day: activity.completions for day, activity in taken.items()} == {second: 1, third: 2}


def test_activities_at_one_instant_never_count_for_two_dates() -> None:
    instant = utc("2026-03-01T10:30")
    days = {date(2026, 2, 28): Day(instant, "-11:00"), date(2026, 3, 2): Day(instant, "+14:00")}
    assert set(credited(days)) == {date(2026, 3, 2)}
