"""A page of the manual as plain text, for machines without a formatter. It knows as much of mdoc(7) as navi's pages
use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

INDENT, OFFSET = 5, 6
"""Columns before text below a heading, and those that a list's text and an example are further right."""

GLUE = "\0"
"""Between two words that no space separates."""

COLUMN = "\t"

OPEN, CLOSE = frozenset("(["), frozenset(".,:;)]?!")
MIDDLE = frozenset("|")

ENCLOSING = {"Op": "[]", "Pq": "()", "Sq": "‘’", "Dq": "“”", "Ql": "‘’"}
"""Macros that enclose the rest of their line."""

BEGINS_OR_ENDS = {"Oo": "[", "Oc": "]", "Po": "(", "Pc": ")"}
"""Macros that enclose the lines up to another one."""

PLAIN = frozenset(("Ar", "Cm", "Ev", "Ic", "Li", "No", "Pa", "Sx", "Sy", "Em", "Va"))
"""Macros for words that look different in print only."""

SILENT = frozenset(("Dd", "Dt", "Os", "Xc"))

INLINE = PLAIN | ENCLOSING.keys() | BEGINS_OR_ENDS.keys() | {"Fl", "Nm", "Ns", "Xr", "Xo", "Xc", "Ta"}

SIGNS = {"(ti": "~", "(ha": "^", "(dq": '"', "(aq": "'", "(oq": "‘", "(cq": "’", "-": "-", "e": "\\", "&": ""}

ESCAPE = re.compile(r"\\(\[u([0-9A-Fa-f]{4,6})\]|\(..|.)")


def plain_text(source: str, width: int) -> str:
    """Return a page as text of at most so many columns, if its words allow that."""
    page = _Page(width)
    for line in source.splitlines():
        page.take(line)
    page.flush()
    return "\n".join(page.lines).strip("\n") + "\n"


class _List(NamedTuple):
    """A list: its kind, how far its text is to the right, whether its items have no blank line before them."""

    kind: str
    indent: int
    compact: bool
    widths: tuple[int, ...] = ()


class _Page:
    """The lines so far, and the words of the paragraph that is being read."""

    def __init__(self, width: int) -> None:
        self.lines: list[str] = []
        self._width = width
        self._words: list[str] = []
        self._name = ""
        self._section = ""
        self._lists: list[_List] = []
        self._head = ""
        self._number = 0
        self._literal = False
        self._continues = False

    # ---- lines of the source

    def take(self, line: str) -> None:
        """Read a line."""
        if line.startswith(('.\\"', "'\\\"")):
            return
        macro, _, rest = line[1:].partition(" ") if line.startswith(".") else ("", "", line)
        if self._literal and macro != "Ed":
            self.lines.append((" " * (self._indent + OFFSET) + _unescaped(line)).rstrip())
        elif not macro:
            self._words += [_unescaped(word) for word in line.split()]
        elif self._continues:
            self._words += self._inline([macro, *_split(rest)])
            self._continues = macro != "Xc"
            if not self._continues:
                self._end_head()
        else:
            self._run(macro, _split(rest))

    def _run(self, macro: str, words: list[str]) -> None:
        blocks: dict[str, Callable[[str, Sequence[str]], None]] = {
            "Sh": self._heading, "Ss": self._heading, "Pp": self._paragraph, "Bl": self._begin_list,
            "El": self._end_list, "It": self._item, "Bd": self._begin_example, "Ed": self._end_example,
        }  # fmt: skip
        if macro in blocks:
            self.flush()
            blocks[macro](macro, words)
        elif macro == "Nd":
            self._words += ["–", *words]
        elif macro == "Nm" and self._section.lower() == "synopsis":
            self.flush()
            self._words += self._inline([macro, *words])
        elif macro not in SILENT:
            self._words += self._inline([macro, *words])

    # ---- blocks

    @property
    def _indent(self) -> int:
        return INDENT + sum(one.indent for one in self._lists)

    def _heading(self, macro: str, words: Sequence[str]) -> None:
        title = " ".join(_plain(words))
        self._blank()
        self.lines.append(title if macro == "Sh" else f"   {title}")
        self._section = title if macro == "Sh" else self._section

    def _paragraph(self, *_: object) -> None:
        self._blank()

    def _begin_list(self, _: str, words: Sequence[str]) -> None:
        kind = words[0].lstrip("-")
        if kind == "column":
            widths = tuple(len(word) + 2 for word in words[1:])
            self._lists.append(_List(kind, 0, True, widths))
            self._blank()
            return
        given = words[words.index("-width") + 1] if "-width" in words else "Ds"
        indent = OFFSET + 2 if given == "Ds" or kind != "tag" else len(given) + 2
        self._lists.append(_List(kind, indent if kind == "tag" else 4, "-compact" in words))
        self._number = 0
        if "-compact" in words:
            self._blank()

    def _end_list(self, *_: object) -> None:
        self._head = ""
        self._lists.pop()

    def _item(self, _: str, words: Sequence[str]) -> None:
        here = self._lists[-1]
        if not here.compact:
            self._blank()
        self._number += 1
        heads = {"bullet": ["•"], "enum": [f"{self._number}."]}
        if here.kind == "column":
            self.lines += _row(self._inline(words), here.widths, self._indent, self._width)
            return
        self._words = heads.get(here.kind) or self._inline(words)
        self._continues = "Xo" in words
        if not self._continues:
            self._end_head()

    def _end_head(self) -> None:
        """Put the head of an item before its text, on the same line if it is short enough."""
        here = self._lists[-1]
        head = " " * (self._indent - here.indent) + _joined(self._words)
        self._words = []
        self._head = head if len(head) < self._indent else ""
        if not self._head:
            indent = self._indent - here.indent
            self.lines += _filled(head.strip(), self._width, " " * indent, " " * (indent + 4))

    def _begin_example(self, *_: object) -> None:
        self._blank()
        self._literal = True

    def _end_example(self, *_: object) -> None:
        self._literal = False

    # ---- text

    def flush(self) -> None:
        """End the lines of the paragraph."""
        if not self._words and not self._head:
            return
        indent = " " * self._indent
        first = self._head.ljust(self._indent) if self._head else indent
        self.lines += _filled(_joined(self._words), self._width, first, indent) or [first.rstrip()]
        self._words, self._head = [], ""

    def _blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def _inline(self, words: Sequence[str]) -> list[str]:
        """Return the words of a line of macros."""
        if words[:1] == ["Nm"] and words[1:2] and not self._name:
            self._name = words[1]
        return list(_expanded(words, self._name))


def _expanded(words: Sequence[str], name: str) -> Iterator[str]:
    """Yield the words that macros stand for."""
    left = list(words)
    while left:
        word = left.pop(0)
        if word in ENCLOSING:
            yield from _enclosed(ENCLOSING[word], left, name)
            return
        if word not in INLINE:
            yield from _delimited(word)
            continue
        taken = next((number for number, one in enumerate(left) if one in INLINE), len(left))
        yield from _of_macro(word, left[:taken], name, followed=taken < len(left))
        del left[:taken]


def _of_macro(macro: str, words: Sequence[str], name: str, followed: bool) -> Iterator[str]:
    if macro in BEGINS_OR_ENDS:
        sign = BEGINS_OR_ENDS[macro]
        yield from (sign, GLUE) if sign in OPEN else (GLUE, sign)
    elif macro == "Ns":
        yield GLUE
    elif macro == "Ta":
        yield COLUMN
    elif macro == "Fl":
        yield from _flags(words, followed)
        return
    elif macro == "Xr":
        words = [f"{words[0]}({words[1]})", *words[2:]]
    elif macro == "Nm" and (not words or words[0] in CLOSE):
        yield name
    for word in words:
        yield from _delimited(word)


def _flags(words: Sequence[str], followed: bool) -> Iterator[str]:
    """Yield options with their dashes; a single dash belongs to the word after it."""
    if not words or words[0] in CLOSE:
        yield "-"
        if followed:
            yield GLUE
    for word in words:
        if word in CLOSE | MIDDLE:
            yield from _delimited(word)
        else:
            yield f"-{_unescaped(word)}"


def _enclosed(signs: str, words: Sequence[str], name: str) -> Iterator[str]:
    """Yield words between two signs; punctuation at their end comes after the second one."""
    inside = list(words)
    behind: list[str] = []
    while inside and inside[-1] in CLOSE:
        behind.insert(0, inside.pop())
    yield from (signs[0], GLUE)
    yield from _expanded(inside, name)
    yield from (GLUE, signs[1])
    for word in behind:
        yield from _delimited(word)


def _delimited(word: str) -> Iterator[str]:
    """Yield a word; punctuation of its own adheres to its neighbour."""
    if word in CLOSE:
        yield GLUE
    yield _unescaped(word)
    if word in OPEN:
        yield GLUE


def _joined(words: Iterable[str]) -> str:
    text = " ".join(words)
    return re.sub(f" ?{GLUE} ?", "", re.sub(f"(?: ?{GLUE} ?)+", GLUE, text))


def _row(words: Sequence[str], widths: Sequence[int], indent: int, width: int) -> list[str]:
    """Return the lines of a table's row; the last cell wraps below itself."""
    *cells, last = (_joined(cell.split()) for cell in " ".join(words).split(COLUMN))
    start = " " * indent + "".join(cell.ljust(columns) for cell, columns in zip(cells, widths, strict=False))
    return _filled(last, width, start, " " * len(start))


def _filled(text: str, width: int, first: str, more: str) -> list[str]:
    """Break a text into lines, between words only."""
    return wrap(
        text, width, initial_indent=first, subsequent_indent=more, break_long_words=False, break_on_hyphens=False
    )


def _split(text: str) -> list[str]:
    """Split a line of macros into words; quotes hold several together."""
    return [quoted.replace('""', '"') or bare for quoted, bare in re.findall(r'"((?:[^"]|"")*)"|(\S+)', text)]


def _plain(words: Iterable[str]) -> list[str]:
    return [_unescaped(word) for word in words]


def _unescaped(text: str) -> str:
    """Return a text with the characters that roff's escapes mean."""
    return ESCAPE.sub(lambda found: chr(int(found[2], 16)) if found[2] else SIGNS.get(found[1], found[1]), text)
