"""`python -m benchmarks [NAME]`: runs every benchmark, or one, and writes build/bench/<name>.json."""

import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Columns

import benchmarks

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "bench"
OF_THE_PACKAGE = frozenset({"__main__", "crowd", "engine", "rivals"})


def names() -> list[str]:
    """Every benchmark there is."""
    return sorted(each.name for each in pkgutil.iter_modules(benchmarks.__path__) if each.name not in OF_THE_PACKAGE)


def main(asked: list[str]) -> int:
    """Runs what is asked for. Exit code 1 where a budget is not held, 2 for a name that is none."""
    sys.path[:0] = [str(ROOT / "layers" / "shared" / "python"), str(ROOT / "cli")]
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}
    if unknown := sorted(set(asked) - set(names())):
        print(f"No benchmark is called {', '.join(unknown)}. There are {', '.join(names())}.", file=sys.stderr)
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    ok = True
    for name in asked or names():
        Console(stderr=True).print(f"{name} ...", style="dim")
        result = importlib.import_module(f"benchmarks.{name}").run()
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
        show(result)
        ok = ok and result["ok"]
    return 0 if ok else 1


def show(result: dict[str, Any]) -> None:
    """Prints one benchmark's figures beside their budgets."""
    columns = Columns(title=f"{result['name']}: {'ok' if result['ok'] else 'over budget'}", title_justify="left")
    columns.add_column("figure")
    columns.add_column("measured", justify="right")
    columns.add_column("budget", justify="right")
    for figure, value in result["figures"].items():
        shown = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
        columns.add_row(figure, shown, str(result["budgets"].get(figure, "")))
    Console().print(columns)


sys.exit(main(sys.argv[1:]))
