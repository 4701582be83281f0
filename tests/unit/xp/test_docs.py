"""docs/xp.md says what the code does: sources, levels, titles, routes, limits."""

from pathlib import Path

from cairn.xp.bodies import MOST
from cairn.xp.ledger import FAMILIES, FOLLOWS
from cairn.xp.levels import MAX_LEVEL, STEPS, THRESHOLDS, TITLES, title_of
from cairn.xp.stats import MOST as MOST_DAYS
from infra.routes import ROUTES
from tests.support.documented import table

PAGE = Path(__file__).parents[3] / "docs" / "xp.md"
TEXT = " ".join(PAGE.read_text().split())


def test_every_source_is_explained() -> None:
    _, *rows = table("Sources", PAGE)
    assert [row[0].strip("`") for row in rows] == list(FAMILIES)


def test_the_rows_of_the_level_table_are_those_of_the_table() -> None:
    _, *rows = table("Levels", PAGE)
    levels = [int(row[0]) for row in rows]
    assert {1, 2, 3, MAX_LEVEL, *(first for first, _ in TITLES)} == set(levels)
    steps = (*STEPS, 0)
    assert rows == [
        [str(level), str(THRESHOLDS[level - 1]), str(steps[level - 1]), title_of(level)] for level in levels
    ]


def test_every_route_is_listed() -> None:
    _, *rows = table("Routes", PAGE)
    listed = {row[0].strip("`") for row in rows}
    routes = {f"{method} {path}" for method, path in ROUTES["xp"]}
    assert listed == {each for each in routes if "/gamification/" not in each}
    for each in routes - listed:
        assert each.rpartition("/")[2] in TEXT


def test_limits_and_what_cannot_be_reversed_are_said() -> None:
    assert f"1 to {MOST:,}" in TEXT
    assert f"1 to {MOST_DAYS}" in TEXT
    assert all(f"`{family}`" in TEXT for family in FOLLOWS)
