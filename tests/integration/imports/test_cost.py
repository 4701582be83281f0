"""What an event of an import costs, against the budget of docs/access-patterns.md."""

import random
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from benchmarks import import_units
from cairn.imports.folder import ROWS, profiles_in, survey_folder
from cairn.imports.history import Reading
from cairn.imports.profiles import load_profiles
from cairn.imports.run import ground_for, load_file
from cairn.platform.capacity import Meter
from cairn.platform.table import Table
from tests.support.catalog import define_all
from tests.support.dumps import EXPERIENCES, OldSystem

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def test_an_imported_event_costs_at_most_six_point_six_writes_and_nothing_when_loaded_again() -> None:
    measured = import_units.run()
    figures = measured["figures"]
    assert measured["ok"], figures
    assert figures["write_units_per_event"] <= 6.6
    assert figures["write_units_per_event_again"] == 0
    assert figures["round_trips_per_event"] <= 0.05


def test_what_tables_assert_is_free_where_it_stands_and_costs_as_an_event_where_it_does_not(
    table: Table, meter: Meter, tmp_path: Path
) -> None:
    define_all(table, "acme", EXPERIENCES)
    system = OldSystem(random.Random(3), 20)
    system.play(60)
    found = survey_folder(system.dump(tmp_path / "dump"), tmp_path, Reading(NOW))
    ground = ground_for(table, "acme", found.experiences, NOW, dry=False)
    meter.trips, meter.writes = 0, 0.0
    totals = load_file(ground, tmp_path / ROWS, None, 1, Event())
    assert totals.standing > 500
    assert meter.writes / totals.loaded <= 7.25
    assert meter.trips / totals.loaded <= 0.06
    meter.writes = 0.0
    assert load_file(ground, tmp_path / ROWS, None, 1, Event()).loaded == 0
    assert meter.writes == 0


def test_a_profile_costs_two_round_trips_and_one_and_no_writes_when_it_is_loaded_again(
    table: Table, meter: Meter, tmp_path: Path
) -> None:
    system = OldSystem(random.Random(3), 10)
    found = survey_folder(system.dump(tmp_path / "dump"), tmp_path, Reading(NOW))
    ground = ground_for(table, "acme", found.experiences, NOW, dry=False)
    for trips, writes in ((2, 4), (1, 0)):
        meter.trips, meter.reads, meter.writes = 0, 0.0, 0.0
        load_profiles(ground, profiles_in(tmp_path), 1, Event())
        assert (meter.trips, meter.reads, meter.writes) == (10 * trips, 20, 10 * writes)
