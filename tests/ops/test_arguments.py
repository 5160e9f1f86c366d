"""Operations and scripts agree on arguments, which have no names on their way: each script's header names them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from navi.ops import Operation, Stream, linker
from navi.ops.linker import SCRIPTS, link
from tests.support.operations import OPERATIONS, STREAMS

OPS = Path(linker.__file__).parent

DESCRIBED: dict[str, Operation[Any] | Stream[Any]] = {**OPERATIONS, **STREAMS}

NO_OPERATIONS = {"hooks/hook", "lib/tmux", "look/start_watch", "session/agent_path"}
"""What navi/ops links beside the scripts of operations; those that are the argument of another begin with a file."""

HANDED_ON = {"session/first_process", "headless/runner"}
"""Scripts that are an argument of others, whose header they have nothing to do with."""

IN_LISTS = {
    "headless/run": 1, "headless/tail": 1, "pane/preview": 1, "registry/file": 1, "session/new_with_steps": 3,
}  # fmt: skip
"""How many arguments of an example belong to what may be left out or repeated, if any."""

OPENING = "[("
"""What begins words of a header that may be left out or repeated; so may a word that ends in dots."""


def linked() -> Iterator[str]:
    """Yield the names of the scripts that navi/ops links."""
    for path in OPS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch("[a-z]+/[a-z_]+", text) and Path(SCRIPTS, f"{text}.sh").is_file():
                yield text


def documented(name: str) -> list[str]:
    """Return the words of the arguments that a script's header names, or the header of navi_create, to which it refers.

    What may be left out or repeated, and everything behind it, is not among them.
    """
    text = Path(SCRIPTS, f"{name}.sh").read_text()
    if "the arguments are those of navi_create" in text:
        words = described("navi_create", Path(SCRIPTS, "session/create.sh").read_text())
    else:
        words = described(f"{Path(name).name}.sh", text)
    return list(takewhile(lambda word: word[0] not in OPENING and not word.endswith("..."), words))


def described(name: str, text: str) -> list[str]:
    """Return the words between a name and the colon behind it, where a comment begins with that name."""
    comments = "\n".join(line if line.startswith("# ") else "" for line in text.splitlines()).replace("\n# ", " ")
    found = re.search(rf"(?<![\w/]){re.escape(name)}((?: +[A-Z\[(][^\s:]*)*):", comments)
    assert found, f"no comment names the arguments of {name}"
    return found[1].split()


def sent(name: str) -> int:
    """Return how many arguments a script gets; look/start_watch gets that of its stream as another argument."""
    one = DESCRIBED[name]
    return len(one.arguments) - (one.arguments[:1] == (link(name),))


def test_each_script_of_an_operation_has_an_example() -> None:
    assert set(linked()) - NO_OPERATIONS - HANDED_ON == DESCRIBED.keys()
    for name, one in DESCRIBED.items():
        assert link(name) in (one.script, one.arguments[0] if one.arguments else ""), name


@pytest.mark.parametrize("name", DESCRIBED)
def test_an_operation_has_the_arguments_that_its_script_names(name: str) -> None:
    assert sent(name) - IN_LISTS.get(name, 0) == len(documented(name)), documented(name)


def test_the_words_of_a_header_are_found() -> None:
    text = "# shellcheck shell=sh\n# needs: lib/tmux\n# x.sh DIR NAME [A B]... MORE...: do\n# it: now.\n"
    assert described("x.sh", text) == ["DIR", "NAME", "[A", "B]...", "MORE..."]
    assert described("x.sh", text.replace(" DIR NAME [A B]... MORE...", "")) == []
    assert described("x.sh", text.replace("[A B]...", "\n# [A B]...")) == ["DIR", "NAME", "[A", "B]...", "MORE..."]
    assert documented("registry/file") == []
    assert documented("headless/run")[-1] == "COUNT"
