"""Cells of a dump: timestamps, intervals, numbers, JSON."""

from datetime import UTC, datetime

import pytest

from cairn.imports.columns import Dumped, instant, interval_seconds
from cairn.imports.rows import Unusable


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2025-10-24 15:30:00", "UTC", datetime(2025, 10, 24, 15, 30, tzinfo=UTC)),
        ("2025-10-24 15:30:00.25", "UTC", datetime(2025, 10, 24, 15, 30, 0, 250_000, tzinfo=UTC)),
        ("2025-10-24 15:30:00+00", "Asia/Tokyo", datetime(2025, 10, 24, 15, 30, tzinfo=UTC)),
        ("2025-10-24 15:30:00.123456+05:30", "UTC", datetime(2025, 10, 24, 10, 0, 0, 123_456, tzinfo=UTC)),
        ("2025-10-24 15:30:00-0330", "UTC", datetime(2025, 10, 24, 19, tzinfo=UTC)),
        ("2025-10-24T15:30:00Z", "UTC", datetime(2025, 10, 24, 15, 30, tzinfo=UTC)),
        ("2025-10-24 15:30:00", "Asia/Tokyo", datetime(2025, 10, 24, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_timestamp_without_a_zone_is_in_the_one_given(text: str, zone: str, expected: datetime) -> None:
    assert instant(text, "timestamp", zone) == expected


@pytest.mark.parametrize(
    "text", ["yesterday", "2025-10-24", "infinity", "2025-13-01 00:00:00", "", "0001-01-01 00:00:00+14"]
)
def test_what_is_no_timestamp_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(Unusable, match=r"started_at is .* 2025-10-24 15:30:00\+00"):
        instant(text, "started_at", "UTC")


def test_a_local_time_that_a_clock_change_skipped_is_said_to_be_so() -> None:
    with pytest.raises(Unusable, match="skipped in America/New_York"):
        instant("2026-03-08 02:30:00", "started_at", "America/New_York")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:02:00", 120),
        ("01:23:45.9", 5025),
        ("00:00", 0),
        ("120:00:00", 432_000),
        ("2 days 03:04:05", 183_845),
        ("1 day -01:00:00", 82_800),
        ("3 days", 259_200),
        ("@ 1 hour 2 mins 3.5 secs", 3723),
        ("1 week", 604_800),
        ("PT1H2M3S", 3723),
        ("P1DT0.5S", 86_400),
    ],
)
def test_an_interval_is_read_in_the_styles_that_postgresql_writes(text: str, seconds: int) -> None:
    assert interval_seconds(text, "time_spent") == seconds


@pytest.mark.parametrize("text", ["1 mon", "2 years", "-00:10:00", "-1 days", "soon", "120", "1 2:03:04", "P1Y"])
def test_what_is_no_time_spent_is_refused(text: str) -> None:
    with pytest.raises(Unusable, match="interval such as"):
        interval_seconds(text, "time_spent")


def row(**cells: str) -> Dumped:
    return Dumped("user_progress", 2, cells)


def test_the_first_column_that_holds_something_counts() -> None:
    assert row(b="2", c="3").text("a", "b", "c") == "2"
    assert row().text("a") is None
    assert row(updated_at="2026-01-01 00:00:00").instant("UTC", "completed_at", "updated_at") == datetime(
        2026, 1, 1, tzinfo=UTC
    )


def test_numbers_are_within_bounds() -> None:
    assert row(n="4").whole("n", 1, 5) == 4
    assert row(n="4.50").number("n", 0, 5) == 4.5
    assert row().number("n", 0, 5) is None
    for text in ("6", "-1", "many", "NaN"):
        with pytest.raises(Unusable, match="n is"):
            row(n=text).number("n", 0, 5)
    with pytest.raises(Unusable, match="whole"):
        row(n="1.5").whole("n", 1, 5)


def test_json_is_an_object() -> None:
    assert row(data='{"a": [1]}').object("data") == {"a": [1]}
    assert row(data="null").object("data") == {}
    assert row().object("data") == {}
    with pytest.raises(Unusable, match="not JSON"):
        row(data="{'a': 1}").object("data")
    with pytest.raises(Unusable, match="must be a JSON object"):
        row(data="[1]").object("data")
