"""Python code for Python's plain prompt, where only an empty line ends a block. Pure."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings

COMPOUND = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.AsyncFor, ast.While, ast.With,
    ast.AsyncWith, ast.Try, ast.TryStar, ast.Match,
)  # fmt: skip
"""Statements that the prompt considers finished only after an empty line, even on one line."""


def python_block(text: str) -> str:
    """Return the code as it must be typed, line by line, with Enter after the last one.

    Empty lines within a statement get the blanks of the next line, after a compound statement comes an empty one, and
    the contents of texts of several lines are left alone. A text that is not Python is returned unchanged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            statements = ast.parse(text).body
        within = _lines_within_texts(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return text
    lines = [line if number in within else _plain(line) for number, line in enumerate(_lines(text), 1)]
    return "\n".join(_typed(lines, within, statements))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _plain(line: str) -> str:
    """Return a line without tabs at its beginning, which the prompt would complete; one that is only blanks is empty.
    """
    code = line.lstrip(" \t\f")
    return " " * len(line[: len(line) - len(code)].replace("\f", "").expandtabs(8)) + code if code else ""


def _lines_within_texts(text: str) -> set[int]:
    """Return the numbers of the lines that begin within a text of several lines."""
    within: set[int] = set()
    begun: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if name.endswith("STRING_START"):
            begun.append(token.start[0])
        elif name.endswith("STRING_END"):
            within.update(range(begun.pop() + 1, token.end[0] + 1))
        elif token.type == tokenize.STRING:
            within.update(range(token.start[0] + 1, token.end[0] + 1))
    return within


def _typed(lines: list[str], within: set[int], statements: list[ast.stmt]) -> list[str]:
    """Return the lines of all statements and what is between them, without what follows the last one."""
    typed: list[str] = []
    done = 0
    for statement in statements:
        first, last = _first_line(statement), statement.end_lineno or 0
        typed += [line.lstrip() for line in lines[done : first - 1] if line]
        typed += _filled(lines[max(done, first - 1) : last], within, max(done, first - 1))
        done = max(done, last)
        if isinstance(statement, COMPOUND):
            typed.append("")
    return typed


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _filled(lines: list[str], within: set[int], before: int) -> list[str]:
    """Return the lines of a statement; only those within a text may stay empty."""
    filled: list[str] = []
    blanks = ""
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        if line or before + number in within:
            blanks = line[: len(line) - len(line.lstrip())]
            filled.append(line)
        else:
            filled.append(blanks or " ")
    return filled[::-1]
