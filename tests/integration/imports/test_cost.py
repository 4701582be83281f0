"""What an event of an import costs, against the budget of docs/access-patterns.md."""

from benchmarks import import_units


def test_an_imported_event_costs_at_most_six_and_a_quarter_writes_and_nothing_when_loaded_again() -> None:
    measured = import_units.run()
    figures = measured["figures"]
    assert measured["ok"], figures
    assert figures["write_units_per_event"] <= 6.25
    assert figures["write_units_per_event_again"] == 0
    assert figures["round_trips_per_event"] <= 0.05
