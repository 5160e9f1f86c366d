"""Every message that claims something stands in a table, with its proof and a test in which the proof fails.

The tables are `tests/statements/*.yaml`, one for each family of messages, to be read by anybody:

    - says: "killed {name}"                 the words, with {…} for what is filled in
      where: navi/ops/session/lifecycle.py          the file that has them
      proof: what makes them true
      fails: tests/…/test_x.py::test_y      there the proof fails, and the words are not printed
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
TABLES = sorted((ROOT / "tests" / "statements").glob("*.yaml"))

CLAIMS = re.compile(
    r"\b(killed|created|restored|dismissed|(?<!be )(?<!moved or )removed|is back|was done|was not done"
    r"|may have been done|nothing to \w|no session|nothing was sent|not registered|no differences|has ended|is gone)\b"
    r"|\bstopped \{"
)
"""Words that say what was done, or what there is."""

HELP = {
    "navi/cli/verb_table.py": "help of the command line",
    "navi/compat/tools.py": "help of the drop-in tools",
    "navi/tui/keys/table.py": "help of the dashboard",
    "navi/tui/pages/legend.py": "help of the dashboard: what the symbols mean",
    "navi/sh/hooks/opencode.js": "a plug-in, which prints nothing",
}
"""Files whose words say what a command is for, and not what has happened."""

NO_CLAIMS = {
    "all are removed": "the reason for a removal: the request was to remove all",
    ", created {}": "a fact that tmux lists",
    "killed by {}": "an exit status, in words",
    "killed by signal {}": "an exit status, in words",
    "no session is selected": "the state of the screen itself",
    "until then no status file is removed": "the consequence of a finding of doctor",
    "nothing for now; log in again": "advice",
    "not registered": "an entry of the registry that completion shows, as `navi reconcile` does",
    "notice a host that is gone": "the reason for an option of ssh",
}
"""Words that look like a claim about a host or a session and are none, with the reason."""


class Statement(NamedTuple):
    """An entry of a table."""

    says: str
    where: str
    proof: str
    fails: str


@cache
def statements() -> tuple[Statement, ...]:
    """Return the entries of all tables."""
    return tuple(Statement(**entry) for path in TABLES for entry in yaml.safe_load(path.read_text()))


def pattern(words: str) -> re.Pattern[str]:
    """Return a pattern for words in which {…} stands for anything."""
    return re.compile(".*?".join(map(re.escape, re.split(r"\{[^}]*\}", words))), re.DOTALL)


@cache
def messages(file: str) -> tuple[str, ...]:
    """Return the texts of a file: the literals of a module, the lines of a script."""
    text = (ROOT / file).read_text()
    return tuple(literals(ast.parse(text))) if file.endswith(".py") else tuple(code_lines(text))


def code_lines(text: str) -> Iterator[str]:
    """Yield the lines of a script that are no comment."""
    yield from (line for line in text.splitlines() if not line.lstrip().startswith(("#", "//")))


def literals(tree: ast.Module) -> Iterator[str]:
    """Yield the string literals of a module, without docstrings; {} stands for what an f-string fills in."""
    docs = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if node in docs or node in parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def claims() -> Iterator[tuple[str, str]]:
    """Yield each file with a text of it that claims something: sentences of modules, and failures of scripts."""
    for path in sorted((ROOT / "navi").rglob("*")):
        file = str(path.relative_to(ROOT))
        if path.suffix not in (".py", ".sh") or file in HELP:
            continue
        for text in messages(file):
            if is_sentence(path.suffix, text) and CLAIMS.search(text):
                yield file, text


def is_sentence(suffix: str, text: str) -> bool:
    """Return whether a text is for users. The log's begin with a host: they are for whoever examines navi itself."""
    if suffix == ".py":
        return " " in text.strip() and not text.startswith("%s: ")
    return "navi_fail" in text


@cache
def functions_of(file: str) -> frozenset[str]:
    """Return the names of the functions in a file."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.parse((ROOT / file).read_text()).body if isinstance(node, functions))


def test_there_are_tables() -> None:
    assert TABLES
    assert len(set(statements())) == len(statements()), "an entry stands twice"


@pytest.mark.parametrize("one", statements(), ids=lambda one: f"{one.where}: {one.says}")
def test_a_statement_is_made_where_the_table_says_and_has_a_test_in_which_its_proof_fails(one: Statement) -> None:
    assert any(pattern(one.says).search(text) for text in messages(one.where)), "these words do not stand there"
    assert one.proof
    file, _, name = one.fails.partition("::")
    assert name in functions_of(file), f"there is no test {one.fails}"


@pytest.mark.parametrize(("file", "text"), list(claims()))
def test_every_claim_stands_in_a_table(file: str, text: str) -> None:
    known = [pattern(one.says) for one in statements() if one.where == file] + [pattern(one) for one in NO_CLAIMS]
    assert any(one.search(text) for one in known), f"add to tests/statements: {file} says {text!r}"


def test_what_is_no_claim_is_still_a_message() -> None:
    texts = [text for _, text in claims()]
    assert [one for one in NO_CLAIMS if not any(pattern(one).search(text) for text in texts)] == []
    assert [file for file in HELP if not (ROOT / file).exists()] == []
