"""docs/achievements.md: its tables are those of the code."""

from pathlib import Path

from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.players.metrics import METRICS

PAGE = (Path(__file__).parents[3] / "docs" / "achievements.md").read_text(encoding="utf-8")


def rows(head: str) -> list[list[str]]:
    """The rows of the table that begins with a head, without their backticks."""
    _, table = PAGE.split(f"{head}\n", 1)
    lines = table.splitlines()[1:]
    end = next(number for number, line in enumerate(lines) if not line.startswith("|"))
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines[:end]]


def test_the_page_lists_the_standard_achievements() -> None:
    assert rows("| id | metric | at least | rarity | XP | category |") == [
        [each.id, only.metric, str(only.value), each.rarity, str(each.xp), each.category]
        for each in ACHIEVEMENTS
        for (only,) in [each.thresholds]
    ]


def test_the_page_lists_cairns_own_metrics() -> None:
    assert [[name, told.strip("`")] for name, told in METRICS.items()] == rows("| metric | counts |")
