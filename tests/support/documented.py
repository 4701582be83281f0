"""The tables of the documentation, read as its readers do: of docs/progress.md, unless another page is named."""

from functools import cache
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "progress.md"
NOT_STARTED = "NOT_STARTED"


def table(heading: str, page: Path = PAGE) -> list[list[str]]:
    """The cells of the first table under a heading, its own head first."""
    _, _, section = page.read_text().partition(f"## {heading}\n")
    lines = section.partition("\n## ")[0].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return [row for row in rows if set("".join(row)) != {"-"}]


@cache
def moves() -> dict[tuple[str, str], frozenset[str]]:
    """Where each move leads from each state in which it is legal: by (state, move)."""
    (_, *states), *rows = table("States and moves")
    return {
        (state, move.strip("`")): frozenset(state if to == "stays" else to for to in cell.split(" or "))
        for move, *cells in rows
        for state, cell in zip(states, cells, strict=True)
        if cell != "-"
    }


def states() -> list[str]:
    """Every state, as the table has them."""
    return table("States and moves")[0][1:]
