"""Dependencies point inward: edge > use case > storage > rules. What a module may import follows from its name."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LAYER = ROOT / "layers" / "shared" / "python"

# The last part of a module's name says how far inside it is. A module with a new name is put here first.
PURE = {
    "aliases",
    "assertions",
    "belongings",
    "blocks",
    "board",
    "boards",
    "cells",
    "columns",
    "criteria",
    "days",
    "definitions",
    "document",
    "earning",
    "effects",
    "entries",
    "entry",
    "experience",
    "facts",
    "history",
    "layouts",
    "learning",
    "ledger",
    "levels",
    "mastery",
    "metrics",
    "model",
    "multipliers",
    "place",
    "player",
    "playing",
    "progress",
    "ranks",
    "repair",
    "rollup",
    "rows",
    "rules",
    "seasons",
    "settings",
    "settlement",
    "sketch",
    "tables",
    "tally",
    "tracking",
    "tree",
    "unlocks",
    "virtues",
}
STORAGE = {"archive", "backfill_storage", "definition_storage", "profile_storage", "standings", "storage"}
USE_CASES = {
    "agenda",
    "audit",
    "backfill",
    "bulk",
    "change",
    "check",
    "close",
    "exchange",
    "expire",
    "files",
    "folder",
    "follow",
    "forget",
    "friends",
    "frozen",
    "grant",
    "journey",
    "keep",
    "leave",
    "load",
    "mover",
    "neighbours",
    "notes",
    "play",
    "profile",
    "profiles",
    "rank",
    "read",
    "rebuild",
    "roster",
    "run",
    "session",
    "stats",
    "top",
    "unlock",
    "visibility",
    "work",
}
EDGES = {"bodies", "routes", "unlock_bodies"}
RANKS: Mapping[str, int] = {
    name: rank for rank, names in enumerate((PURE, STORAGE, USE_CASES, EDGES)) for name in names
}
RULES, STORES, DOES, FACES = range(4)

PURE_PLATFORM = {f"cairn.platform.{name}" for name in ("errors", "graph", "instants", "keys", "text")}
LIBRARIES: Mapping[int, set[str]] = {
    RULES: set(),
    STORES: {"pynamodb"},
    DOES: set(),
    FACES: {"aws_lambda_powertools", "pydantic"},
}


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def name_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path, LAYER): path for path in python_files(LAYER)}
FUNCTIONS = {name_of(path, ROOT): path for path in python_files(ROOT / "functions")}


def imports(path: Path, known: Mapping[str, Path] = MODULES) -> set[str]:
    """The modules that a file imports: `from cairn.xp import read` is `cairn.xp.read`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}: import by the full name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return found


def features() -> Iterator[tuple[str, Path, int]]:
    for name, path in MODULES.items():
        if path.name != "__init__.py" and not name.startswith("cairn.platform."):
            yield name, path, RANKS.get(name.rsplit(".", 1)[-1], -1)


def outward(name: str, rank: int, imported: set[str]) -> set[str]:
    """Those imports of a feature's module that point outward."""
    wrong = set()
    for each in imported:
        top = each.partition(".")[0]
        if top in sys.stdlib_module_names:
            continue
        if top != "cairn":
            allowed = top in LIBRARIES[rank]
        elif each.startswith("cairn.platform.api"):
            allowed = rank == FACES
        elif each.startswith("cairn.platform"):
            allowed = rank > RULES or each in PURE_PLATFORM
        else:
            allowed = RANKS.get(each.rsplit(".", 1)[-1], FACES + 1) <= rank
        if not allowed:
            wrong.add(each)
    return wrong


def test_every_module_of_a_feature_has_a_name_that_says_how_far_inside_it_is() -> None:
    unknown = [name for name, _, rank in features() if rank < 0]
    assert not unknown, f"say in this file whether these are rules, storage, use cases or edges: {unknown}"


def test_the_package_files_are_empty() -> None:
    written = [name for name, path in MODULES.items() if path.name == "__init__.py" and path.read_text().strip()]
    assert not written


@pytest.mark.parametrize(("name", "path", "rank"), list(features()), ids=[name for name, _, _ in features()])
def test_a_module_imports_nothing_that_is_further_out(name: str, path: Path, rank: int) -> None:
    wrong = outward(name, rank, imports(path))
    assert not wrong, f"{name} points outward to {sorted(wrong)}"


def test_the_platform_knows_no_feature_and_its_core_no_http() -> None:
    for name, path in MODULES.items():
        if not name.startswith("cairn.platform"):
            continue
        for each in imports(path):
            if each.startswith("cairn"):
                assert each.startswith("cairn.platform"), f"{name} imports the feature {each}"
            if not name.startswith("cairn.platform.api"):
                assert not each.startswith(("cairn.platform.api", "pydantic", "aws_lambda_powertools")), name


def test_nothing_in_the_layer_imports_functions_or_infrastructure() -> None:
    for name, path in MODULES.items():
        tops = {each.partition(".")[0] for each in imports(path)}
        assert not tops & {"functions", "infra", "tests", "cairn_cli", "local", "aws_cdk", "boto3"}, name


def test_a_function_imports_the_layer_and_what_it_runs_on_and_no_other_function() -> None:
    assert FUNCTIONS
    for name, path in FUNCTIONS.items():
        tops = {each.partition(".")[0] for each in imports(path, {**MODULES, **FUNCTIONS})}
        rest = tops - sys.stdlib_module_names
        assert rest <= {"cairn", "aws_lambda_powertools"}, f"{name} imports {rest}"


def test_no_import_goes_in_a_circle() -> None:
    graph = {name: {each for each in imports(path) if each in MODULES} for name, path in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a circle: {' > '.join((*trail, name))}"
        if name not in done:
            for each in graph[name]:
                visit(each, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize(
    ("name", "imported", "wrong"),
    [
        ("cairn.xp.rules", {"cairn.xp.storage"}, True),
        ("cairn.xp.rules", {"pynamodb.attributes"}, True),
        ("cairn.xp.rules", {"cairn.platform.table"}, True),
        ("cairn.xp.rules", {"cairn.platform.errors", "cairn.streaks.days", "datetime"}, False),
        ("cairn.xp.storage", {"cairn.xp.read"}, True),
        ("cairn.xp.storage", {"cairn.platform.items", "pynamodb.attributes"}, False),
        ("cairn.xp.read", {"cairn.platform.api.http"}, True),
        ("cairn.xp.read", {"cairn.xp.bodies"}, True),
        ("cairn.xp.read", {"pydantic"}, True),
        ("cairn.xp.bodies", {"cairn.platform.api.http", "pydantic", "cairn.xp.read"}, False),
        ("cairn.xp.bodies", {"functions.xp.handler"}, True),
    ],
)
def test_an_arrow_that_points_outward_is_seen(name: str, imported: set[str], wrong: bool) -> None:
    assert bool(outward(name, RANKS[name.rsplit(".", 1)[-1]], imported)) is wrong


# What the code of functions and of the layer must not do.


def calls(path: Path) -> Iterator[tuple[str, bool]]:
    """The dotted names that a file calls or reads, and whether at import."""

    def names(node: ast.AST, at_import: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if isinstance(child, ast.Attribute | ast.Name):
                yield ast.unparse(child), at_import
            yield from names(child, at_import and not inside)

    yield from names(ast.parse(path.read_text()), True)


EVERYTHING = {**MODULES, **FUNCTIONS}


def test_there_is_no_scan() -> None:
    for name, path in EVERYTHING.items():
        assert not any(dotted.endswith(".scan") for dotted, _ in calls(path)), name


def test_the_environment_is_read_in_one_place() -> None:
    for name, path in EVERYTHING.items():
        if name != "cairn.platform.config":
            assert not any(dotted in ("os.environ", "os.getenv", "environ") for dotted, _ in calls(path)), name


def test_no_client_is_opened_at_import() -> None:
    openers = ("create_client", "client", "resource", "connect", "ground", "queue", "Session", "get_session")
    for name, path in EVERYTHING.items():
        statements = ast.parse(path.read_text()).body
        values = [each.value for each in statements if isinstance(each, ast.Assign | ast.AnnAssign | ast.Expr)]
        opened = [
            ast.unparse(each)
            for each in values
            if isinstance(each, ast.Call) and ast.unparse(each.func).rpartition(".")[2] in openers
        ]
        assert not opened, f"{name} opens {opened} at import"


def test_rules_have_no_clock_and_no_randomness() -> None:
    forbidden = ("datetime.now", "datetime.utcnow", "date.today", "time.time", "uuid4", "utc_now")
    for name, path, rank in features():
        if rank == RULES:
            found = [dotted for dotted, _ in calls(path) if dotted in forbidden or dotted.startswith("random.")]
            assert not found, f"{name} uses {found}: take the moment as an argument"
