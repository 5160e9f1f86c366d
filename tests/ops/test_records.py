"""Scripts and the modules that read their answers agree on the kinds of records, and on what is in some of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from navi.core.agents import AGENTS
from navi.core.agents.dialog import DialogRule
from navi.core.agents.kind import PromptBox
from navi.ops import linker
from navi.ops.linker import SCRIPTS
from navi.ops.look import agents, lost_sessions
from navi.ops.session import creation

OPS = Path(linker.__file__).parent

# ---- kinds of records

WORD = re.compile("[a-z][a-z-]*[a-z]")

PRINTED = [
    re.compile(r"\$navi_token ([a-z][a-z-]*)\b"),
    re.compile(r"\bnavi_record ([a-z]+)"),
    re.compile(r'token " ([a-z]+)[" ]'),
    re.compile(r'printf "%s ([a-z]+)", ENVIRON\["navi_token"\]'),
]
"""Where a script names the kind of a record, beside the formats of printf."""

FORMAT = re.compile(r"printf '([^']*)'[\s\\]*\"\$navi_token\"")

BY_FUNCTIONS = {
    "git/git": r"navi_part ([a-z]+)",
    "headless/tail": r"navi_print_part ([a-z]+)",
    "pane/tail": r"navi_conclude ([a-z]+)",
    "hooks/read": r"navi_print_file ([a-z]+) ",
}
"""Scripts with a function that takes the kind of a record, and how they call it."""

NO_KINDS = {"begin", "end", "errors", "capture", "awk"}
"""Words behind the token that frame an answer, or lie between a script and its awk."""

CONFIRMING = {"known", "forgotten", "locked", "runs"}
"""Records that only show that a script came to its end."""

PUT_TOGETHER = {"hook", "plugin", "settings", "copy-path", "backup-settings", "has-opencode"}
"""Kinds that hooks/read puts together from the names of files and agents."""

IN_BODIES = {"delivered", "exit", "left", "opened"}
"""Words with which lines of a record's body begin (headless/tail)."""


def printed() -> Iterator[str]:
    """Yield the kinds of records that scripts print."""
    for path in Path(SCRIPTS).glob("*/*"):
        lines = (line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))
        text = "\n".join(lines)
        for pattern in PRINTED:
            yield from pattern.findall(text)
        for form in FORMAT.findall(text):
            yield from re.findall(r"(?:^|\\n)%s ([a-z-]*[a-z])(?!-)\b", form)
        name = str(path.relative_to(SCRIPTS)).removesuffix(".sh")
        if name in BY_FUNCTIONS:
            yield from re.findall(BY_FUNCTIONS[name], text)


def read() -> Iterator[str]:
    """Yield the kinds of records that modules of navi/ops read."""
    for path in OPS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                yield from compared(node)
            elif isinstance(node, ast.Subscript) and holds_records(node.value):
                yield from words(node.slice)
            elif isinstance(node, ast.GeneratorExp) and holds_records(node.elt):
                yield from words(node.generators[0].iter)
            elif isinstance(node, ast.Call) and is_look_up(node.func):
                yield from words(node.args[0])
    yield from creation.REMARKS


def is_look_up(node: ast.expr) -> bool:
    """Return whether a function is `get` of what has records."""
    return isinstance(node, ast.Attribute) and node.attr == "get" and holds_records(node.value)


def compared(node: ast.Compare) -> Iterator[str]:
    """Yield the words with which a kind is compared, or that are looked for among records."""
    for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
        if is_kind(one) or holds_records(one):
            yield from words(other)


def is_kind(node: ast.expr) -> bool:
    """Return whether an expression is the kind of a record."""
    if isinstance(node, ast.Attribute):
        return node.attr == "kind" and isinstance(node.value, ast.Name) and node.value.id in ("record", "one")
    return isinstance(node, ast.Name) and node.id == "kind"


def holds_records(node: ast.expr) -> bool:
    """Return whether an expression has records by their kinds."""
    holders = ("records", "last", "_rests", "read_by_kind")
    return any(isinstance(one, ast.Name) and one.id in holders for one in ast.walk(node))


def words(node: ast.expr) -> Iterator[str]:
    """Yield the words in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and WORD.fullmatch(one.value):
            yield one.value


def test_scripts_print_the_kinds_of_records_that_modules_read() -> None:
    assert set(printed()) - NO_KINDS - CONFIRMING == set(read()) - PUT_TOGETHER - IN_BODIES


# ---- descriptions of agents

TABLE = agents.__doc__ or ""


def columns(word: str) -> list[str]:
    """Return the names of the fields that the table in ops/look/agents.py has for a kind of line, in lower case."""
    found = re.search(rf"^    {word}  (.*(?:\n {{19}}.*)*)", TABLE, re.MULTILINE)
    assert found
    return re.findall(r"[A-Z]+", re.sub(r"\(.*?\)", "", found[1]))


def assigned(script: str) -> list[tuple[str, int]]:
    """Return the variables of awk that take a field of a description, in the order of the fields, with its number."""
    found = re.findall(r"^ {4}(\w+) = field\[(\d+)\]$", Path(SCRIPTS, script).read_text(), re.MULTILINE)
    return sorted(((name, int(number)) for name, number in found), key=lambda one: one[1])


BOX = [name for name in PromptBox._fields if name not in ("pause", "interrupt")]
DIALOG = list(DialogRule._fields)

OTHER_NAMES = {"finish": "end", "style": "choices", "mark": "marker"}
"""What awk calls a field in another way."""


@pytest.mark.parametrize(("word", "fields"), [("box", BOX), ("dialog", DIALOG)])
def test_the_table_of_descriptions_has_the_fields(word: str, fields: list[str]) -> None:
    assert columns(word) == ["NAME", *(name.upper() for name in fields)]


@pytest.mark.parametrize(
    ("script", "fields", "first"), [("pane/box.awk", BOX, 3), ("pane/question.awk", DIALOG[1:], 4)]
)
def test_awk_takes_each_field_from_its_place(script: str, fields: list[str], first: int) -> None:
    """The word and the agent come first, and question.awk looks for the rules of a dialog elsewhere."""
    found = [(OTHER_NAMES.get(name, name), number) for name, number in assigned(script)]
    assert found == [(name, first + place) for place, name in enumerate(fields)]


def test_a_description_is_cut_into_as_many_fields_as_it_has() -> None:
    assert f"fields == {len(DIALOG) + 2} " in Path(SCRIPTS, "pane/question.awk").read_text()
    kinds = [kind for kind in AGENTS if kind.box]
    lines = [line.split("\t") for line in agents.describe(kinds).splitlines()]
    assert {len(line) for line in lines if line[0] == "box"} == {len(BOX) + 2}
    assert {len(line) for line in lines if line[0] == "dialog"} == {len(DIALOG) + 2}


# ---- notes of sessions


def test_a_note_has_the_fields_that_are_read() -> None:
    (line,) = re.findall("^navi_note_fields='(.*)'$", Path(SCRIPTS, "lib/note.sh").read_text(), re.MULTILINE)
    kept = line.split()
    taken = {
        name
        for node in ast.walk(ast.parse(Path(lost_sessions.__file__).read_text()))
        if isinstance(node, ast.Call | ast.Subscript)
        for name in field_of(node)
    }
    assert taken == set(kept) - FOR_SCRIPTS


FOR_SCRIPTS = {"server", "session", "created", "pane", "process", "started"}
"""Fields of a note that only scripts read: by them they know a session and its agent again."""


def field_of(node: ast.Call | ast.Subscript) -> Iterator[str]:
    """Yield the field that an expression takes out of those of a note."""
    of = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
    of = of.value if isinstance(of, ast.Subscript) else of
    if isinstance(of, ast.Name) and of.id == "fields":
        yield from words(node.args[0] if isinstance(node, ast.Call) else node.slice)
