"""Builds the text of a request from one script of navi/sh: the files that it needs come first, each of them once.

The comment at the top of a file has headers:

    # needs: lib/tmux registry/find_entry.awk   files; a name without an ending is a shell script
    # expects: navi_take_steps                  functions that it calls and each request provides in its own way
    # shares: navi_name                         variables of its own that other scripts may set
    # changes: navi_socket                      variables of other scripts that it sets

Only the first two matter here. Tests check the others, because all scripts of a request share their variables.

An awk file becomes a shell variable of its name, `navi_find_entry_awk`. If a script runs it, the variable holds the
whole program: the awk files that it needs, and then its own text.

A request omits comments, and the indentation of awk, whose strings never span lines. That makes it a third smaller.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import takewhile

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "sh")

NEEDS, EXPECTS = "# needs:", "# expects:"


class LinkError(Exception):
    """A script can't be linked; the text says which one and why."""


class ScriptFile:
    """A file without its comments, the functions that it defines, and what its headers name."""

    __slots__ = ("expects", "functions", "needs", "text")

    def __init__(
        self, text: str, functions: tuple[str, ...], needs: tuple[str, ...], expects: tuple[str, ...]
    ) -> None:
        self.text, self.functions, self.needs, self.expects = text, functions, needs, expects


@cache
def link(name: str, folder: str = SCRIPTS) -> str:
    """Return a script with everything that it needs before it.

    Raise LinkError for an unknown name, a cycle, a function that two files define or that none provides, and an awk
    file that is both a program and a part of one.
    """
    sources = collect(name, folder)
    scripts = {one: source for one, source in sources.items() if not is_awk(one)}
    _check_functions(name, scripts)
    programs = {need for source in scripts.values() for need in source.needs if is_awk(need)}
    _check_programs(name, sources, programs)
    return "".join(
        source.text if one in scripts else _assignment(one, source, one in programs, folder)
        for one, source in sources.items()
    )


def collect(name: str, folder: str = SCRIPTS) -> dict[str, ScriptFile]:
    """Return the files that a script is linked from, by name, in their order. Raise LinkError."""
    found: dict[str, ScriptFile] = {}
    _collect(name, folder, found, ())
    return found


def _collect(name: str, folder: str, found: dict[str, ScriptFile], path: tuple[str, ...]) -> None:
    if name in path:
        raise LinkError(f"scripts need each other: {' needs '.join((*path[path.index(name) :], name))}")
    if name in found:
        return
    try:
        source = read_source(name, folder)
    except FileNotFoundError:
        raise LinkError(f"unknown script {name}" + (f", needed by {path[-1]}" if path else "")) from None
    for need in source.needs:
        _collect(need, folder, found, (*path, name))
    found[name] = source


@cache
def read_source(name: str, folder: str = SCRIPTS) -> ScriptFile:
    """Read a file. Raise FileNotFoundError."""
    lines = read_file(name if is_awk(name) else f"{name}.sh", folder).split("\n")
    comment = list(takewhile(lambda line: line.startswith("# "), lines))
    code = [line for line in lines if "# " not in line or not line.lstrip().startswith("# ")]
    text = "\n".join([line.lstrip() for line in code if line] + [""] if is_awk(name) else code)
    functions = _awk_functions(text) if is_awk(name) else _shell_functions(text)
    return ScriptFile(text, functions, _words(NEEDS, comment), _words(EXPECTS, comment))


def _words(header: str, comment: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for line in comment if line.startswith(header) for word in line.removeprefix(header).split())


def _shell_functions(text: str) -> tuple[str, ...]:
    """Return the functions of a script, except those that are defined under a condition."""
    names = (before.rpartition("\n")[2] for before in text.split("() {")[:-1])
    return tuple(name for name in names if name.isidentifier())


def _awk_functions(text: str) -> tuple[str, ...]:
    return tuple(after.partition("(")[0] for after in f"\n{text}".split("\nfunction ")[1:])


def read_file(name: str, folder: str = SCRIPTS) -> str:
    """Return a file of navi/sh as it is."""
    with open(os.path.join(folder, name), "rb", buffering=0) as file:
        return file.read().decode()


def is_awk(name: str) -> bool:
    """Return whether a name is that of an awk file."""
    return name.endswith(".awk")


def variable(name: str) -> str:
    """Return the shell variable of an awk file."""
    return f"navi_{name.rpartition('/')[2].removesuffix('.awk')}_awk"


def _assignment(name: str, source: ScriptFile, is_program: bool, folder: str) -> str:
    """Return the line of sh that sets the variable of an awk file."""
    parts = collect(name, folder) if is_program else {name: source}
    _check_functions(name, parts)
    libraries = "".join(f"${variable(one)}" for one in parts if one != name)
    return f"{variable(name)}={libraries}{_quoted(source.text)}\n"


def _quoted(text: str) -> str:
    return "'\n" + text.replace("'", "'\\''") + "'"


def _check_functions(name: str, sources: Mapping[str, ScriptFile]) -> None:
    """Raise LinkError for a function that two of these files define, or that one expects and none defines."""
    homes: dict[str, str] = {}
    for one, source in sources.items():
        for function in source.functions:
            if homes.setdefault(function, one) != one:
                raise LinkError(f"{name} defines {function} twice: in {homes[function]} and in {one}")
    for one, source in sources.items():
        missing = [function for function in source.expects if function not in homes]
        if missing:
            raise LinkError(f"{one} expects {', '.join(missing)}, which nothing that {name} needs provides")


def _check_programs(name: str, sources: Mapping[str, ScriptFile], programs: set[str]) -> None:
    """Raise LinkError for two awk files of one variable, and for one that is both a program and a part of one."""
    homes: dict[str, str] = {}
    for one, source in sources.items():
        if is_awk(one) and homes.setdefault(variable(one), one) != one:
            raise LinkError(f"{name} sets {variable(one)} twice: for {homes[variable(one)]} and for {one}")
        if is_awk(one) and programs & set(source.needs):
            raise LinkError(f"{one} needs {min(programs & set(source.needs))}, which a script runs as a program")
