"""contrib/notes/figures.md has a row for each figure of contrib/bench, and the README quotes three of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.__main__ import FIGURES

ROOT = Path(__file__).parent.parent.parent
BENCH = ROOT / "tests" / "bench"


def table() -> dict[str, str]:
    """Return the rows of figures.md by the names that the bench prints."""
    text = (ROOT / "contrib" / "notes" / "figures.md").read_text()
    return dict(re.findall(r"^\| `([^`]+)` (\|.*)$", text, re.MULTILINE))


def printed() -> Iterator[str]:
    """Yield a pattern for each name that the bench prints; values that it fills in match anything."""
    for path in BENCH.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Row":
                yield pattern_of(node.args[0])


def pattern_of(name: ast.expr) -> str:
    """Return the pattern of a name: a string or an f-string."""
    parts = name.values if isinstance(name, ast.JoinedStr) else [name]
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in parts)


def quoted() -> list[tuple[str, str]]:
    """Return the figures of the README: the name of each, and its line."""
    return re.findall(r"^- `([a-z-]+)`: (.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_the_bench_has_a_row(name: str) -> None:
    assert [row for row in table() if row.startswith(name.replace("-", " "))]


@pytest.mark.parametrize("row", table())
def test_a_row_has_a_name_that_the_bench_prints(row: str) -> None:
    assert [pattern for pattern in printed() if re.fullmatch(pattern, row)]


def test_the_readme_quotes_three_figures() -> None:
    assert len(quoted()) == 3
    assert {name for name, _ in quoted()} <= FIGURES.keys()


@pytest.mark.parametrize(("name", "line"), quoted())
def test_a_measurement_in_the_readme_is_that_of_the_table(name: str, line: str) -> None:
    rows = " ".join(text for row, text in table().items() if row.startswith(name))
    measured = re.findall(r"[\d.]+ ms", line)
    assert measured
    assert [value for value in measured if value not in rows] == []
