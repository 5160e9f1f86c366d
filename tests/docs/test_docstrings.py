"""Docstrings are edited with care: none says a sentence twice, and their lines are filled."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

NAVI = Path(__file__).parent.parent.parent / "navi"
WIDTH = 120


def texts(source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each docstring, also those below assignments: the number of its first line, and its lines."""
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, lines[node.lineno - 1 : node.end_lineno]


def repeated(lines: list[str]) -> list[str]:
    """Return the sentences that a docstring has more than once."""
    text = " ".join(" ".join(lines).split()).strip('" ')
    sentences = Counter(one.rstrip(".") for one in re.split(r"(?<=\.) ", text) if " " in one)
    return [sentence for sentence, count in sentences.items() if count > 1]


def short_lines(lines: list[str]) -> list[str]:
    """Return the lines that have room for the first word of the next line. A sentence may begin a line of its own, and
    examples and tables, which are indented further than the end of the docstring, have lines of any length.
    """
    margin = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]
    continues = re.compile(rf"{margin}[a-z`(\d]")
    return [line for line, after in pairwise(lines) if line and continues.match(after) and _has_room(line, after)]


def _has_room(line: str, after: str) -> bool:
    return len(line) + 1 + len(after.split()[0]) < WIDTH


def test_no_docstring_says_a_sentence_twice() -> None:
    found = [
        f"{path.relative_to(NAVI)}:{number}: {sentence}"
        for path in sorted(NAVI.rglob("*.py"))
        for number, lines in texts(path.read_text())
        for sentence in repeated(lines)
    ]
    assert found == []


def test_the_lines_of_docstrings_are_filled() -> None:
    found = [
        f"{path.relative_to(NAVI)}:{number}: {line}"
        for path in sorted(NAVI.rglob("*.py"))
        for number, lines in texts(path.read_text())
        for line in short_lines(lines)
    ]
    assert found == []


def test_repeated_sentences_and_short_lines_are_found() -> None:
    lines = ['    """Return the time. Return the time.', "", "    `now` is", "    the time.", '    """']
    assert repeated(lines) == ["Return the time"]
    assert short_lines(lines) == ["    `now` is"]
    assert short_lines(['"""Records:', "    place FOLDER", "    piece", "They come once.", '"""']) == []
