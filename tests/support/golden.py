"""Golden files: a screen of navi as a file that people can read and compare, row by row.

The first part has the text of each row, the second a letter for the style of each column, the third what the letters
mean. What differs from run to run (ages below an hour, process ids, ports, folders) is replaced by one form of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise
from string import ascii_letters, digits
from typing import NamedTuple

from tests.support.styles import PLAIN, Cell, Style, cells_of, lines_of

Row = list[Cell]

# ---- what differs from run to run

class Mask(NamedTuple):
    """A pattern of what differs, and what is written in place of it. If it `flows`, what comes after it moves with it;
    else that stays in its columns, and blanks or a rule beside it make up for the change of length.
    """

    pattern: re.Pattern[str]
    form: str
    flows: bool = False


MASKS = (
    Mask(re.compile(r"/tmp/navi-\w{8}"), "/tmp/navi-golden00"),
    Mask(re.compile(r"\b(?:\d{1,2}m )?\d{1,2}s\b|\b\d{1,2}m\b|\bnow(?= *$| [│·─])"), "9s"),
    Mask(re.compile(r"\bjust now\b"), "9s ago", flows=True),
    Mask(re.compile(r"\bfetched now\b"), "fetched 9s ago", flows=True),
    Mask(re.compile(r"(?<=\w) \d+(?:\.\d+)?ms\b"), "", flows=True),
    Mask(re.compile(r"(?:<1|\d+)ms(?= ·)"), "9ms", flows=True),
    Mask(re.compile(r"\b\d\d:\d\d:\d\d\b"), "12:34:56"),
    Mask(re.compile(r"\b20\d\d-\d\d-\d\d\b"), "2026-01-31"),
    Mask(re.compile(r"(?<=process )\d+\b"), "1234", flows=True),
    Mask(re.compile(r"(?<=title: )\S+$"), "vm", flows=True),
    Mask(re.compile(r"(?<=127\.0\.0\.1[: ])\d{5}\b"), "22222"),
    Mask(re.compile(r"[\w-]+(?=@127\.0\.0\.1)"), "ada", flows=True),
    Mask(re.compile(r"\bspawn_[0-9a-f]{16}\b"), "spawn_0123456789abcdef"),
    Mask(re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b"), "01234567-89ab-cdef-0123-456789abcdef"),
    Mask(re.compile(r"\b[0-9a-f]{7}(?= [A-Z])"), "abcdef0"),
    Mask(re.compile(r"(?<=tmux )\d\.\d\w?"), "3.5a", flows=True),
    Mask(re.compile(r"(?<=Linux )\d\.\S+"), "6.12.48", flows=True),
)


def masked(row: Row) -> Row:
    """Return a row with one form of what differs from run to run."""
    for mask in MASKS:
        text = "".join(cell.text[:1] or "\0" for cell in row)
        for found in reversed([*mask.pattern.finditer(text)]):
            row = replaced(row, found.start(), found.end(), mask)
    return row


def replaced(row: Row, start: int, end: int, mask: Mask) -> Row:
    """Return a row with the mask's form in these cells, in the style of the last one."""
    style = row[end - 1].style
    cells = [Cell(letter, style.behind if letter == " " else style) for letter in mask.form]
    before, after = row[:start], row[end:]
    surplus = 0 if mask.flows else end - start - len(cells)
    if [cell.text for cell in before[-2:]] == [" ", " "]:
        before = stretched(before, len(before), surplus)
    else:
        after = stretched(after, next(gaps(after), len(after)), surplus)
    return [*before, *cells, *after]


FILLING = (" ", "─")
"""What fills a row up."""


def gaps(row: Row) -> Iterator[int]:
    """Yield where two blanks or more follow each other, or two parts of a rule."""
    for place, (one, other) in enumerate(pairwise(row)):
        if one.text == other.text and one.text in FILLING:
            yield place + 1


def stretched(row: Row, place: int, by: int) -> Row:
    """Return a row with more of what fills it before a place, or with less if `by` is negative."""
    filling = row[place - 1] if place and row[place - 1].text in FILLING else Cell(" ", PLAIN)
    if by >= 0:
        return [*row[:place], *[filling] * by, *row[place:]]
    first = place
    while place - first < -by and first and row[first - 1].text == filling.text:
        first -= 1
    return [*row[:first], *row[place:]]


# ---- the file


@dataclass(frozen=True, slots=True)
class Golden:
    """A screen as it is stored: its texts, the letters of its styles, both row by row, and the styles in words."""

    texts: tuple[str, ...]
    letters: tuple[str, ...]
    styles: Mapping[str, str]

    def __str__(self) -> str:
        styles = [f"{letter} {words}" for letter, words in sorted(self.styles.items())]
        parts = (self.texts, self.letters, styles)
        return "\n".join("\n".join([heading, *lines]) for heading, lines in zip(HEADINGS, parts, strict=True)) + "\n"


HEADINGS = ("== text", "== styles", "== meanings")


def parsed(text: str) -> Golden:
    """Return what a golden file has."""
    parts = re.split("^(?:" + "|".join(HEADINGS) + ")\n", text, flags=re.MULTILINE)
    texts, letters, styles = (tuple(part.split("\n")[:-1]) for part in parts[1:])
    return Golden(texts, letters, {line[0]: line[2:] for line in styles})


def golden_of(screen: str, known: Golden | None = None) -> Golden:
    """Return the form to store of a screen with colours. Styles that are `known` keep their letters."""
    rows = [masked(cells_of(runs)) for runs in lines_of(screen)]
    words = {cell.style: cell.style.words for row in rows for cell in row if cell.style != PLAIN}
    letters = lettered(words, known.styles if known else {})
    return Golden(
        tuple("".join(cell.text for cell in row).rstrip() for row in rows),
        tuple("".join(letters.get(cell.style, " ") for cell in row).rstrip() for row in rows),
        {letter: style.words for style, letter in letters.items()},
    )


def lettered(words: Mapping[Style, str], known: Mapping[str, str]) -> dict[Style, str]:
    """Return a letter for each style: the known one, else one that reminds of its colour."""
    found: dict[Style, str] = {}
    old = {meaning: letter for letter, meaning in known.items()}
    left = [letter for letter in ascii_letters + digits if letter not in known]
    for style, meaning in words.items():
        if meaning in old:
            found[style] = old[meaning]
        else:
            wanted = [letter for letter in reminders(style) if letter in left]
            found[style] = (wanted or left)[0]
            left.remove(found[style])
    return found


NAMES = "krgybmcw"
"""The initials of the colours of a terminal, in their order; black is k."""


def reminders(style: Style) -> str:
    """Return letters that remind of a style, the best one first: upper case if it is bold."""
    number = style.front or style.back
    near = NAMES[int(number) % 8] if number.isdigit() and int(number) < 16 else hue(number) if number else ""
    letters = near + "i" * style.italic + "u" * style.underline + "s" * style.reverse + "b" * style.bold
    return letters.upper() + letters if style.bold else letters + letters.upper()


def hue(number: str) -> str:
    """Return the initial of the colour that one of the 256, or one of them all, is near; of a gray, "d" or "w"."""
    if number.startswith("#"):
        parts = [int(number[place : place + 2], 16) for place in (1, 3, 5)]
    elif int(number) >= 232:
        return "w" if int(number) > 248 else "d"
    else:
        parts = [(int(number) - 16) // by % 6 for by in (36, 6, 1)]
    middle = (max(parts) + min(parts)) / 2
    return NAMES[sum(1 << place for place, part in enumerate(parts) if part > middle)]


# ---- comparing


def difference(name: str, expected: Golden | None, seen: Golden) -> str:
    """Return both screens and the rows that differ, for people; "" if they are the same."""
    if expected == seen:
        return ""
    stored = str(expected) if expected else ""
    changes = unified_diff(stored.splitlines(), str(seen).splitlines(), f"{name} as stored", f"{name} as it is", n=0)
    both = [f"---- {name} as stored", *framed(expected), f"---- {name} as it is", *framed(seen)]
    return "\n".join(["", *both, "---- what differs", *(line.rstrip("\n") for line in changes), ""])


def framed(golden: Golden | None) -> Iterable[str]:
    """Yield the rows of a screen, each with a bar before it."""
    return (f"|{text}" for text in golden.texts) if golden else ["(nothing is stored)"]
