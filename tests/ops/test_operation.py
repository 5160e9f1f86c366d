"""What operations are made of: the scripts that stand together in one request."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from navi.ops import operation
from navi.ops.operation import SCRIPTS, read_script, script

OPERATIONS = Path(operation.__file__).parent

DEFINITION = re.compile(r"^ *(navi_\w+)\(\) ?[{(]", re.MULTILINE)
ASSIGNMENT = re.compile(r"^(navi_\w+)=", re.MULTILINE)

CALL = re.compile(r"(?<![\w$@])(?<!\$\{)navi_\w+(?!\w*=)")
USE = re.compile(r"\$\{?(navi_\w+)")
NO_CALLS = re.compile(r"\$\(\(.*?\)\)|\bread .*")

ONLY_WHERE_THERE_IS_ONE = {"navi_is_registered", "navi_find_registry", "navi_change_registry", "navi_find_entry"}
"""A look mends what it can without the registry (navi_has_registry)."""

ONLY_WITH_STEPS = {"navi_take_steps"}


def calls() -> Iterator[tuple[str, ...]]:
    """Each list of scripts that some operation has, as navi/ops spells it."""
    for path in OPERATIONS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "script":
                names = tuple(name for argument in node.args for name in spelled(argument))
                if names:
                    yield names


def spelled(argument: ast.expr) -> tuple[str, ...]:
    """The scripts that an argument of script() names."""
    if isinstance(argument, ast.Constant):
        return (str(argument.value),)
    if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Name):
        return tuple(getattr(operation, argument.value.id, ()))
    return ()


LISTS = sorted(set(calls()))


def without_comments(text: str) -> str:
    return re.sub(r"(?m)^\s*# .*$|\s# .*$", "", text)


def parts(name: str) -> dict[str, str]:
    """The functions of a script by name, and what stands outside of them under ""."""
    found = {"": ""}
    inside = ""
    for line in without_comments(read_script(f"{name}.sh")).splitlines():
        begin = DEFINITION.match(line)
        if not inside and begin:
            inside = begin[1]
            found[inside] = ""
        found[inside] += f"{line}\n"
        if line.startswith("}") or (begin and line.endswith("}")):
            inside = ""
    return found


def reached(names: tuple[str, ...]) -> tuple[set[str], str]:
    """The functions that a list of scripts can come to, and all text that may run."""
    known = {function: text for name in names for function, text in parts(name).items() if function}
    left = ["".join(parts(name)[""] for name in names)]
    found: set[str] = set()
    ran = ""
    while left:
        text = left.pop()
        ran += text
        new = set(CALL.findall(NO_CALLS.sub("", text))) - found
        if "navi_mend_" in new:  # a kind of journal follows
            new |= {function for function in known if function.startswith("navi_mend_")}
        found |= new
        left += [known[name] for name in new if name in known]
    return found, ran


EVERYWHERE = {
    function
    for path in Path(SCRIPTS).glob("*/*.sh")
    for function in DEFINITION.findall(without_comments(path.read_text()))
}


@pytest.mark.parametrize("names", LISTS, ids=" ".join)
def test_every_function_that_is_called_is_there(names: tuple[str, ...]) -> None:
    there = set(DEFINITION.findall(script(*names)))
    missing = (reached(names)[0] & EVERYWHERE) - there
    assert missing - (ONLY_WHERE_THERE_IS_ONE if "registry/change" not in names else set()) - ONLY_WITH_STEPS == set()


@pytest.mark.parametrize("names", LISTS, ids=" ".join)
def test_no_script_goes_along_for_nothing(names: tuple[str, ...]) -> None:
    called, ran = reached(names)
    needed = called | set(USE.findall(ran))
    for name in set(names[:-1]) - {"lib/fail"}:
        text = without_comments(read_script(f"{name}.sh"))
        assert (set(DEFINITION.findall(text)) | set(ASSIGNMENT.findall(text))) & needed, f"{name} is not needed"


def test_comments_stay_here_and_nothing_else_does() -> None:
    whole = "".join(path.read_text() for path in sorted(Path(SCRIPTS).glob("*/*.sh")))
    sent = "".join(script(f"{path.parent.name}/{path.stem}") for path in sorted(Path(SCRIPTS).glob("*/*.sh")))
    gone = [line for line in whole.splitlines() if line not in set(sent.splitlines())]
    assert all(line.lstrip().startswith("# ") for line in gone)
    assert "\n# " not in sent
