"""What requests are made of: the real scripts, and made-up ones."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from navi.ops import linker
from navi.ops.linker import SCRIPTS, LinkError, collect, is_awk, link, read_file, read_source, variable
from tests.support.awks import awk_command, every_awk
from tests.support.scripts import SHELLS, Shell

OPERATIONS = Path(linker.__file__).parent
FILES = sorted(str(path.relative_to(SCRIPTS)) for path in Path(SCRIPTS).glob("*/*") if path.suffix in (".sh", ".awk"))
NAMES = [name.removesuffix(".sh") for name in FILES]

DEFINITION = re.compile(r"^ *(navi_\w+)\(\) ?[{(]", re.MULTILINE)
ASSIGNMENT = re.compile(r"(?:^|(?<=\d ))(navi_\w+)=", re.MULTILINE)
CALL = re.compile(r"(?<![\w$@])(?<!\$\{)navi_\w+(?!\w*=)")
MENTION = re.compile(r"\$\{?(navi_\w+)|\b(navi_\w+)=|\bfor (navi_\w+)")
USE = re.compile(r"\$\{?(navi_\w+)")
NO_CALLS = re.compile(r"\$\(\(.*?\)\)|\bread .*")
AWK_DEFINITION = re.compile(r"^function (\w+)\(", re.MULTILINE)
AWK_CALL = re.compile(r"(?<!function )\b(\w+)\(")

PARTS_OF_NAMES = {"navi_recover_"}
"""What a script puts together to a function's name: a kind of journal follows."""


def code_of(name: str) -> str:
    """Return a file without its comments, also those behind code."""
    return re.sub(r"\s# .*$", "", read_source(name).text, flags=re.MULTILINE)


def linked_names() -> Iterator[object]:
    """Yield each name that a module of navi/ops links."""
    for path in OPERATIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "link":
                yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))


ENTRIES = sorted(set(NAMES) & set(linked_names()))


def calls_in(text: str) -> set[str]:
    return set(CALL.findall(NO_CALLS.sub("", text)))


@cache
def shell_functions() -> dict[str, str]:
    """Return the name of each function of the scripts, with the script that defines it."""
    return {function: name for name in NAMES if not is_awk(name) for function in DEFINITION.findall(code_of(name))}


@cache
def awk_functions() -> frozenset[str]:
    return frozenset(function for name in NAMES if is_awk(name) for function in AWK_DEFINITION.findall(code_of(name)))


@cache
def provided_by(name: str) -> frozenset[str]:
    """Return the functions and variables that a file defines."""
    if is_awk(name):
        return frozenset({variable(name), *AWK_DEFINITION.findall(code_of(name))})
    return frozenset(DEFINITION.findall(code_of(name)) + ASSIGNMENT.findall(code_of(name)))


def called_by(name: str) -> set[str]:
    """Return the functions that a file calls, whoever defines them."""
    return set(AWK_CALL.findall(code_of(name))) if is_awk(name) else calls_in(code_of(name))


def used_by(name: str) -> set[str]:
    """Return the functions that a file calls, and the variables that it reads."""
    return called_by(name) | set(USE.findall(code_of(name)))


def functions_of(name: str) -> dict[str, str]:
    """Return the functions of a script by name, and what stands outside of them under ""."""
    found = {"": ""}
    inside = ""
    for line in code_of(name).splitlines():
        begin = DEFINITION.match(line)
        if not inside and begin:
            inside = begin[1]
            found[inside] = ""
        found[inside] += f"{line}\n"
        if line.startswith("}") or (begin and line.endswith("}")):
            inside = ""
    return found


def reached(names: list[str]) -> tuple[set[str], str]:
    """Return the functions that linked scripts can come to, and all text that may run."""
    known = {function: text for name in names for function, text in functions_of(name).items() if function}
    left = ["".join(functions_of(name)[""] for name in names)]
    found: set[str] = set()
    ran = ""
    while left:
        text = left.pop()
        ran += text
        new = calls_in(text) - found
        for part in PARTS_OF_NAMES & new:
            new |= {function for function in known if function.startswith(part)}
        found |= new
        left += [known[name] for name in new if name in known]
    return found, ran


# ---- the real scripts


def test_the_entries_are_found() -> None:
    assert {"session/kill", "session/new", "session/new_with_steps", "look/watch", "hooks/hook"} <= set(ENTRIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_can_be_linked(name: str) -> None:
    assert link(name).endswith(read_source(name).text)


def test_every_file_is_part_of_a_request() -> None:
    assert set(NAMES) == {part for name in ENTRIES for part in collect(name)}


@pytest.mark.parametrize("name", NAMES)
def test_every_function_that_is_called_is_in_what_is_needed(name: str) -> None:
    there = {function for part in collect(name) for function in provided_by(part)} | set(read_source(name).expects)
    known = awk_functions() if is_awk(name) else shell_functions().keys()
    assert (called_by(name) & known) - there == set()


def test_what_is_called_is_defined_somewhere() -> None:
    scripts = [name for name in NAMES if not is_awk(name)]
    variables = {word for name in scripts for words in MENTION.findall(code_of(name)) for word in words}
    known = shell_functions().keys() | variables | PARTS_OF_NAMES | {"navi_unused"}
    assert {(name, word) for name in scripts for word in called_by(name) - known if word.startswith("navi_")} == set()


@pytest.mark.parametrize("name", ENTRIES)
def test_every_function_that_a_request_can_come_to_is_in_it(name: str) -> None:
    missing = (reached([one for one in collect(name) if not is_awk(one)])[0] & shell_functions().keys()) - set(
        DEFINITION.findall(link(name))
    )
    assert missing == set()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_needed_for_nothing(name: str) -> None:
    source = read_source(name)
    expected = {function for part in collect(name) for function in read_source(part).expects}
    for need in source.needs:
        assert provided_by(need) & (used_by(name) | expected), f"{name} does not use {need}"
    assert set(source.expects) <= called_by(name)


@pytest.mark.parametrize("name", ENTRIES)
def test_no_script_goes_along_for_nothing(name: str) -> None:
    scripts = [one for one in collect(name) if not is_awk(one)]
    called, ran = reached(scripts)
    needed = called | set(USE.findall(ran))
    assert [one for one in scripts[:-1] if provided_by(one) and not provided_by(one) & needed] == []


def test_no_function_is_defined_for_nothing() -> None:
    called = {function for name in NAMES for function in called_by(name)}
    alive = {function for function in shell_functions() if function.startswith(tuple(PARTS_OF_NAMES))} | called
    assert (shell_functions().keys() | awk_functions()) - alive == set()


def test_comments_stay_here_and_nothing_else_does() -> None:
    lines = ((name, line) for name in FILES for line in read_file(name).splitlines())
    whole = "\n".join(line.lstrip() if is_awk(name) else line for name, line in lines)
    sent = "".join(read_source(name).text for name in NAMES)
    kept = set(sent.splitlines())
    gone = [line for line in whole.splitlines() if line not in kept]
    assert all(line.lstrip().startswith("# ") for line in gone)
    assert "\n# " not in sent


def test_awk_programs_have_files_of_their_own() -> None:
    """A script holds only those of one line."""
    lines = [(name, line) for name in NAMES if not is_awk(name) for line in code_of(name).splitlines()]
    assert [name for name, line in lines if re.search(r"\bawk\b", line) and line.count("'") % 2] == []


# ---- made-up scripts


def write(folder: Path, files: dict[str, str]) -> str:
    """Write made-up files below a folder; return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return str(folder)


def test_what_a_script_needs_comes_first_and_once(tmp_path: Path) -> None:
    tree = {
        "a/base.sh": "# shellcheck shell=sh\n# The base.\nnavi_base=1\n",
        "a/left.sh": "# needs: a/base\nnavi_left=$navi_base\n    # about the next line\n",
        "a/right.sh": "# needs: a/base\n# Right.\nnavi_right=$navi_base # said here\n",
        "a/entry.sh": "# needs: a/left\n# needs: a/right\necho $navi_left $navi_right\n",
    }
    expected = "navi_base=1\nnavi_left=$navi_base\nnavi_right=$navi_base # said here\necho $navi_left $navi_right\n"
    assert link("a/entry", write(tmp_path, tree)) == expected


def test_only_the_comment_at_the_top_is_a_header(tmp_path: Path) -> None:
    tree = {"a/entry.sh": "# An entry.\necho\n# needs: a/nowhere\n# expects: navi_nothing\n"}
    assert link("a/entry", write(tmp_path, tree)) == "echo\n"


REFUSED = [
    ("unknown", {}, "unknown script a/entry"),
    ("unknown need", {"a/entry.sh": "# needs: a/gone\n"}, "unknown script a/gone, needed by a/entry"),
    (
        "cycle",
        {"a/entry.sh": "# needs: a/b\n", "a/b.sh": "# needs: a/c\n", "a/c.sh": "# needs: a/b\n"},
        "scripts need each other: a/b needs a/c needs a/b",
    ),
    ("itself", {"a/entry.sh": "# needs: a/entry\n"}, "scripts need each other: a/entry needs a/entry"),
    (
        "double",
        {"a/entry.sh": "# needs: a/b\nnavi_f() {\n    :\n}\n", "a/b.sh": "navi_f() { :; }\n"},
        "a/entry defines navi_f twice: in a/b and in a/entry",
    ),
    (
        "double in awk",
        {
            "a/entry.sh": "# needs: a/p.awk\n",
            "a/p.awk": "# needs: a/l.awk\nfunction f() { }\n",
            "a/l.awk": "function f(x) {\n}\n",
        },
        "a/p.awk defines f twice: in a/l.awk and in a/p.awk",
    ),
    (
        "double variable",
        {"a/entry.sh": "# needs: a/p.awk b/p.awk\n", "a/p.awk": "BEGIN { }\n", "b/p.awk": "BEGIN { }\n"},
        "a/entry sets navi_p_awk twice: for a/p.awk and for b/p.awk",
    ),
    (
        "program in a program",
        {"a/entry.sh": "# needs: a/l.awk a/p.awk\n", "a/p.awk": "# needs: a/l.awk\n", "a/l.awk": "BEGIN { }\n"},
        "a/p.awk needs a/l.awk, which a script runs as a program",
    ),
    (
        "expected",
        {"a/entry.sh": "# needs: a/b\n", "a/b.sh": "# expects: navi_f\nnavi_f\n"},
        "a/b expects navi_f, which nothing that a/entry needs provides",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_script_that_makes_no_sense_is_refused(tmp_path: Path, tree: dict[str, str], words: str) -> None:
    with pytest.raises(LinkError) as error:
        link("a/entry", write(tmp_path, tree))
    assert str(error.value) == words


def test_an_expected_function_may_come_from_anywhere(tmp_path: Path) -> None:
    tree = {
        "a/entry.sh": "# needs: a/b\nnavi_f() { echo done; }\nnavi_g\n",
        "a/b.sh": "# expects: navi_f\nnavi_g() { navi_f; }\n",
    }
    assert run_by_sh(link("a/entry", write(tmp_path, tree))) == "done\n"


def test_a_function_under_a_condition_may_be_defined_again(tmp_path: Path) -> None:
    tree = {"a/entry.sh": "if :; then\n    navi_f() { echo 1; }\nelse\n    navi_f() { echo 2; }\nfi\nnavi_f\n"}
    assert run_by_sh(link("a/entry", write(tmp_path, tree))) == "1\n"


def run_by_sh(text: str, *words: str) -> str:
    """Run a text with a shell, and return what it prints."""
    return subprocess.run([*(words or ("sh",)), "-c", text], capture_output=True, text=True, check=True).stdout


PROGRAM = r"""# needs: a/library.awk
# Not sent: '
BEGIN { print twice("it's") " \"$HOME\" `x` \\ $(y) !" }
"""


@every_awk
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
def test_an_awk_program_is_sent_as_it_is(tmp_path: Path, shell: Shell, awk: str) -> None:
    command = " ".join(awk_command(awk))
    tree = {
        "a/library.awk": "function twice(text) { return text text }\n",
        "a/program.awk": PROGRAM,
        "a/other.awk": "# needs: a/library.awk\nBEGIN { print twice(\"'\") }\n",
        "a/entry.sh": "# needs: a/program.awk a/other.awk\n"
        f'{command} "$navi_program_awk"\n{command} "$navi_other_awk"\n',
    }
    assert run_by_sh(link("a/entry", write(tmp_path, tree)), *shell.words) == "it'sit's \"$HOME\" `x` \\ $(y) !\n''\n"
