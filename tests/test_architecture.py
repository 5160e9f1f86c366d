"""The floors, rooms and sizes of the code, read from its syntax trees: CONTRIBUTING.md tells what they are for."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

import pytest

NAVI = Path(__file__).parent.parent / "navi"

FLOORS: Mapping[str, int] = {
    "__init__": 0,
    "core": 1, "config": 1,
    "ops": 2, "sh": 2,
    "hosts": 3,
    "fleet": 4, "notifier": 4, "headless": 4, "doctor": 4,
    "tui": 5, "cli": 5, "compat": 5,
    "__main__": 6,
}  # fmt: skip
"""The floor of each room, which is a file or folder at the top of navi/. A module imports from its floor and below."""

MOST_ROOMS, MOST_ARROWS = 14, 45
LONGEST_MODULE, LONGEST_FUNCTION, USUAL_FUNCTION = 500, 40, 7
LONGEST_LINE = 120
"""The limit of ruff and of the comments of scripts; a line of code in a script may be longer."""

COMMENT = re.compile(r"\s*(#|//) ")
SCRIPTS = sorted((NAVI / "sh").glob("*/*"))
MOST_METHODS_OF_THE_DASHBOARD = 45

Imports = Mapping[str, set[str]]


def name_of(path: Path) -> str:
    """Return the dotted name of a module, with the package first."""
    return ".".join(path.relative_to(NAVI.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(NAVI.rglob("*.py"))}


def room(module: str) -> str:
    """Return the room that a module is in."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imported(module: str, node: ast.stmt) -> Iterator[str]:
    """Yield the modules of navi that a statement imports, whatever form it has."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "navi")
    elif isinstance(node, ast.ImportFrom):
        base = absolute(module, node)
        if base.split(".")[0] == "navi":
            yield from (f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names)


def absolute(module: str, node: ast.ImportFrom) -> str:
    """Return the dotted name that `from … import` names, also where it is relative."""
    if not node.level:
        return node.module or ""
    is_package = MODULES[module].name == "__init__.py"
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])


def imports(wanted: Mapping[str, Path] = MODULES) -> Imports:
    """Return what each module imports: at its top, inside functions, and for type checkers alike."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in wanted.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.stmt):
                found[module].update(imported(module, node))
    return found


IMPORTS = imports()

ARROWS = {
    (room(module), room(other)): f"{module} imports {other}"
    for module, others in IMPORTS.items()
    for other in others
    if room(module) != room(other)
}
"""Which rooms import from which, with an example of each."""


def test_every_room_has_a_floor_and_there_are_few_rooms() -> None:
    rooms = {path.stem for path in NAVI.iterdir() if path.name not in ("__pycache__", "py.typed")}
    assert rooms - FLOORS.keys() == set()
    assert len(rooms) <= MOST_ROOMS


def test_nothing_is_imported_from_a_floor_above() -> None:
    assert [text for (one, other), text in sorted(ARROWS.items()) if FLOORS[other] > FLOORS[one]] == []


def test_there_are_few_arrows_between_rooms() -> None:
    assert len(ARROWS) <= MOST_ARROWS


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(IMPORTS) == []


def test_no_rooms_import_each_other_in_a_circle() -> None:
    between: dict[str, set[str]] = defaultdict(set)
    for one, other in ARROWS:
        between[one].add(other)
    assert circles(between) == []


def test_hosts_know_operations_and_none_of_them() -> None:
    allowed = {"navi.ops", "navi.ops.operation"}
    found = {
        module: beginning_with("navi.ops", IMPORTS[module]) - allowed for module in MODULES if room(module) == "hosts"
    }
    assert {module: others for module, others in found.items() if others} == {}


def test_neither_engine_imports_from_the_other() -> None:
    engines = [("navi.hosts.trio_", "navi.hosts.blocking_"), ("navi.hosts.blocking_", "navi.hosts.trio_")]
    found = {
        module: beginning_with(other, IMPORTS[module])
        for one, other in engines
        for module in beginning_with(one, set(MODULES))
    }
    assert {module: others for module, others in found.items() if others} == {}


def beginning_with(beginning: str, modules: set[str]) -> set[str]:
    """Return the modules whose names begin so."""
    return {module for module in modules if module.startswith(beginning)}


def circles(graph: Imports) -> list[list[str]]:
    """Return the circles in a graph, each once."""
    done: set[str] = set()
    found: list[list[str]] = []

    def visit(name: str, way: list[str]) -> None:
        if name in way:
            found.append(way[way.index(name) :])
        elif name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, [*way, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return found


def test_verbs_of_one_host_import_neither_trio_nor_urwid() -> None:
    heavy = {"trio", "urwid", "yaml"}
    found: dict[str, list[str]] = {}
    for start in ("navi.cli", "navi.hosts.blocking_host", "navi.hosts.blocking_openssh", "navi.cli.verbs.lifecycle"):
        for module in reached_at_import(start):
            bad = heavy & top_level_packages(MODULES[module])
            found |= {f"{start} → {module}": sorted(bad)} if bad else {}
    assert found == {}


def reached_at_import(start: str) -> set[str]:
    """Return the modules that importing one brings in: only what stands at the top of each counts."""
    left, reached = [start], set[str]()
    while left:
        module = left.pop()
        if module in reached or module not in MODULES:
            continue
        reached.add(module)
        for node in ast.parse(MODULES[module].read_text()).body:
            left += imported(module, node)
    return reached


def top_level_packages(path: Path) -> set[str]:
    """Return the packages that a module imports at its top."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


# ---- sizes


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    """Yield the functions of a module, methods and inner ones, too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines(function: Function) -> int:
    """Return how many lines a function has, with its docstring."""
    return (function.end_lineno or 0) - function.lineno + 1


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_functions_are_short(module: str) -> None:
    path = MODULES[module]
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE
    assert [one.name for one in functions(path) if lines(one) > LONGEST_FUNCTION] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short(script: Path) -> None:
    assert len(script.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_comments_of_scripts_have_the_width_of_python(script: Path) -> None:
    assert [line for line in script.read_text().splitlines() if COMMENT.match(line) and len(line) > LONGEST_LINE] == []


def test_most_functions_are_very_short() -> None:
    assert median(lines(one) for path in MODULES.values() for one in functions(path)) <= USUAL_FUNCTION


def test_the_dashboard_is_the_run_loop_and_little_else() -> None:
    (dashboard,) = (
        node
        for node in ast.parse(MODULES["navi.tui.dashboard"].read_text()).body
        if isinstance(node, ast.ClassDef) and node.name == "Dashboard"
    )
    methods = [node for node in dashboard.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert len(methods) <= MOST_METHODS_OF_THE_DASHBOARD


@pytest.mark.parametrize("module", MODULES)
def test_what_is_public_has_a_docstring(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text())
    assert ast.get_docstring(tree), module
    classes = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    public = [
        node
        for body in [tree.body, *classes]
        for node in body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_"
    ]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


# ---- the test's own eyes


FORMS = [
    ("navi.ops.outcome", "import navi.cli.context", {"navi.cli.context"}),
    ("navi.ops.outcome", "import navi.cli.context as x", {"navi.cli.context"}),
    ("navi.ops.outcome", "from navi import fleet", {"navi.fleet"}),
    ("navi.ops.outcome", "from navi.cli import context, usage", {"navi.cli.context", "navi.cli.usage"}),
    ("navi.ops.outcome", "from navi.cli.context import Context", {"navi.cli.context"}),
    ("navi.ops.outcome", "from . import linker", {"navi.ops.linker"}),
    ("navi.ops.outcome", "from .linker import link", {"navi.ops.linker"}),
    ("navi.ops.outcome", "from ..core.text import clean", {"navi.core.text"}),
    ("navi.ops", "from .pane.send import send", {"navi.ops.pane.send"}),
    ("navi.ops.outcome", "def f():\n    from navi.tui import screen", {"navi.tui.screen"}),
    ("navi.ops.outcome", "if TYPE_CHECKING:\n    from navi.tui.screen import Screen", {"navi.tui.screen"}),
    ("navi.ops.outcome", "import navigation\nfrom navigator import x", set()),
]


@pytest.mark.parametrize(("module", "text", "wanted"), FORMS, ids=[text for _, text, _ in FORMS])
def test_every_form_of_import_is_seen(module: str, text: str, wanted: set[str]) -> None:
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt))
    assert {name for node in nodes for name in imported(module, node)} == wanted


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}}) == []
