"""One cell of a dumped table, as PostgreSQL writes it to CSV. An empty cell is NULL. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cairn.imports.rows import Unusable, loads, local_instant, number_of, shown

UNIT_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "min": 60, "minute": 60, "sec": 1, "second": 1}

_CLOCK = re.compile(r"(?<![\d.])([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_PART = re.compile(r"([+-]?\d+(?:\.\d+)?) ?(week|day|hour|minute|min|second|sec)s?\b")
_ISO_INTERVAL = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


class Dumped(NamedTuple):
    """One row of a table: the cells that hold something, by column; the line of the file, from 1."""

    table: str
    line: int
    cells: Mapping[str, str]

    def text(self, *columns: str) -> str | None:
        """The first of these columns that holds something."""
        return next((self.cells[each] for each in columns if each in self.cells), None)

    def instant(self, zone: str, *columns: str) -> datetime | None:
        """The first of these columns that holds something, in UTC. `zone`: of a timestamp without time zone."""
        column = next((each for each in columns if each in self.cells), None)
        return instant(self.cells[column], column, zone) if column else None

    def number(self, column: str, least: float, most: float) -> float | None:
        """A number within bounds."""
        if (text := self.cells.get(column)) is None:
            return None
        number = number_of(text)
        if number is None or not least <= number <= most:
            raise Unusable(f"{column} is {shown(text)}: it must be a number from {least} to {most}")
        return number

    def whole(self, column: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        number = self.number(column, least, most)
        if number is not None and not isinstance(number, int):
            raise Unusable(f"{column} is {number}: it must be a whole number")
        return number

    def object(self, column: str) -> dict[str, Any]:
        """A json or jsonb object, {} for NULL."""
        if (text := self.cells.get(column)) is None:
            return {}
        try:
            value = loads(text)
        except ValueError as error:
            raise Unusable(f"{column} is not JSON ({error}): export the column as jsonb") from error
        if value is not None and not isinstance(value, dict):
            raise Unusable(f"{column} is {shown(value)}: it must be a JSON object")
        return value or {}


def instant(text: str, column: str, zone: str) -> datetime:
    """A timestamp, with or without time zone, as an instant in UTC.

    Raises:
        Unusable: it is none.
    """
    said = f"{column} is {shown(text)}"
    try:
        if len(text) < len("2025-10-24 15"):
            raise ValueError("no time of day")
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else local_instant(read, zone, said)).astimezone(UTC)
    except Unusable:
        raise
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{said} ({error}): it must be a timestamp such as 2025-10-24 15:30:00+00") from error


def interval_seconds(text: str, column: str) -> int:
    """Whole seconds of an interval in PostgreSQL's own, verbose or ISO 8601 style. Months and years are no time spent.

    Raises:
        Unusable: it is none, or negative.
    """
    if iso := _ISO_INTERVAL.fullmatch(text):
        days, hours, minutes, seconds = (float(each or 0) for each in iso.groups())
        return int(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds())
    parts = _PART.findall(text)
    clocks = _CLOCK.findall(text)
    rest = _PART.sub("", _CLOCK.sub("", text)).strip(" @")
    total = sum(float(amount) * UNIT_SECONDS[unit] for amount, unit in parts)
    for sign, hours, minutes, seconds in clocks:
        clock = int(hours) * 3600 + int(minutes) * 60 + float(seconds or 0)
        total += -clock if sign == "-" else clock
    if rest or total < 0 or not (parts or clocks):
        raise Unusable(f"{column} is {shown(text)}: it must be an interval such as 01:23:45 or 2 days 00:10:00")
    return int(total)
