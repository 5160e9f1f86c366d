"""Texts and names use the field's words, not private ones: see "Plain English" in CONTRIBUTING."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

WORDS: Mapping[str, str] = {
    "attends?": "connect and follow",
    "beats?": "heartbeat",
    "errands?": "run in the terminal, suspend",
    "far end": "remote",
    "heed(s|ed)?": "on wake",
    "hurry|hurries": "refresh now",
    "hush(es|ed)?": "clear",
    "keepers?": "host task, supervisor",
    "lends?|lent|lending": "run in the terminal, suspend",
    "locates?": "find",
    "lookups?": "fetcher",
    "mend(s|ed|ing|er)?": "recover, repair, fix",
    "nests?": "state folder",
    "pens?": "writer lock",
    "said": "result, output, reported",
    "saying|sayings": "output",
    "(?<!in )sights?": "snapshot",
    "stages?": "screen",
    "stands(?! in| out)|stood": "is, is running",
    "surveys?": "snapshot with registry",
    "telling|tellings": "output",
    "told": "result, reported",
    "unburied": "zombie",
    "waited for did": "timed out waiting for",
}
"""Private words, as patterns of whole words, and what to write instead."""

ALLOWED: Mapping[str, tuple[str, ...]] = {}
"""By the pattern of a word, the files in which it has its ordinary meaning."""


@cache
def texts() -> Mapping[str, str]:
    """Return the texts to check, as lower-case words, by file: whole files, and of tests the names."""
    found = {name: path.read_text() for name, path in files()}
    found |= {str(path.relative_to(ROOT)): "\n".join(names(path)) for path in (ROOT / "tests").rglob("*.py")}
    return {name: in_words(text) for name, text in found.items()}


def files() -> Iterator[tuple[str, Path]]:
    """Yield every file of navi, contrib, man and .ci, and every document, with its name."""
    places = [*(ROOT / top for top in ("navi", "contrib", "man", ".ci")), *ROOT.glob("*.md")]
    for place in places:
        for path in (place, *place.rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".svg", ".png"):
                yield str(path.relative_to(ROOT)), path


def names(path: Path) -> Iterator[str]:
    """Yield the name of a test's module and those of its functions and classes."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def in_words(text: str) -> str:
    """Return a text as words in lower case, each part of an identifier a word of its own."""
    return " ".join(re.findall("[a-z]+", re.sub("(?<=[a-z0-9])(?=[A-Z])", " ", text).lower()))


def uses(word: str) -> list[str]:
    """Return where a word is used: the file, and the words around it."""
    allowed = ALLOWED.get(word, ())
    return [
        f"{name}: …{text[max(0, found.start() - 30) : found.end() + 30]}…"
        for name, text in sorted(texts().items())
        if name not in allowed
        for found in re.finditer(rf"\b(?:{word})\b", text)
    ]


@pytest.mark.parametrize("word", WORDS)
def test_nothing_uses_a_private_word(word: str) -> None:
    assert (WORDS[word], uses(word)) == (WORDS[word], [])


def test_the_texts_are_found_and_taken_apart() -> None:
    assert {"README.md", "navi/fleet.py", "navi/sh/lib/tmux.sh", "man/navi.1", ".ci/run"} <= texts().keys()
    assert in_words("navi_mend lostLine: HostKeeper's (far end)") == "navi mend lost line host keeper s far end"
    assert uses("tmux")
