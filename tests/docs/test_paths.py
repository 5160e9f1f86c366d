"""Modules and scripts that comments and docstrings of the code name are there."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NAVI = ROOT / "navi"
SOURCES = sorted(path for path in NAVI.rglob("*") if path.suffix in (".py", ".sh", ".awk"))
PLACES = [path.relative_to(ROOT).as_posix() for top in ("navi", "contrib", "tests") for path in (ROOT / top).rglob("*")]

DOTTED = re.compile(r"\bnavi(?:\.[a-z_]+)+(?:\.[A-Z]\w*)?")
FILE = re.compile(r"(?<![\w~/.{}*-])[a-z_/-]+\.(?:sh|py|awk)\b")


def prose(path: Path) -> Iterator[str]:
    """Yield the comments of a file and the texts of a module that stand alone."""
    text = path.read_text()
    if path.suffix != ".py":
        yield from (line for line in text.splitlines() if line.lstrip().startswith("#"))
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def is_there(name: str) -> bool:
    """Return whether a name is that of a folder, a module, or something that a module has."""
    path, above = ROOT / name.replace(".", "/"), ROOT / name.rpartition(".")[0].replace(".", "/")
    module = next((one for one in (above.with_suffix(".py"), above / "__init__.py") if one.is_file()), None)
    word = rf"\b{name.rpartition('.')[2]}\b"
    has = module is not None and re.search(word, module.read_text()) is not None
    return path.is_dir() or path.with_suffix(".py").is_file() or has


def missing(path: Path) -> list[str]:
    """Return the modules and files that comments and docstrings of a file name, and that are not there."""
    texts = list(prose(path))
    modules = [name for text in texts for name in DOTTED.findall(text) if not is_there(name)]
    return modules + [name for text in texts for name in FILE.findall(text) if not is_path(name)]


def test_what_comments_and_docstrings_name_is_there() -> None:
    found = {str(path.relative_to(NAVI)): missing(path) for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}


def is_path(name: str) -> bool:
    """Return whether a file of that name is there, in any folder if it names none."""
    return any(f"/{place}".endswith(f"/{name}") for place in PLACES)
