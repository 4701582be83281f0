"""The demo's month of history can be loaded at any hour of the day."""

from datetime import UTC, datetime, timedelta

import pytest

from cairn.catalog.bodies import ExperienceBody
from cairn.imports.rows import Row, parse
from local.simulation import EXPERIENCES, month

MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_every_row_can_be_loaded_whatever_hour_it_is(hour: int) -> None:
    now = MIDNIGHT + timedelta(hours=hour, minutes=15)
    players, rows = month(now)
    assert len(players) == 24 and len(rows) > 1500
    assert [each for each in (parse(row, 1, now) for row in rows) if not isinstance(each, Row)] == []


def test_the_demos_experiences_can_be_defined() -> None:
    for name, body in EXPERIENCES.items():
        assert ExperienceBody.model_validate(body).definition(name).experience.id == name
