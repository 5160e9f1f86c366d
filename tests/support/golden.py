"""Golden files: a screen of navi as a file that people can read and compare, row by row.

The first part has the text of each row, the second a letter for the style of each column, the third what the letters
mean. The scene looks the same in each run, but for names and numbers that the machine chooses: process ids, ports,
folders, how long an answer took. They are replaced by one form of each, and everything else stays in its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from string import ascii_letters, digits
from typing import NamedTuple

from tests.support.styles import PLAIN, Cell, Run, Style, cells_of, lines_of

Row = list[Cell]

# ---- what the machine chooses


class Mask(NamedTuple):
    """A pattern of what differs from run to run, and what is written in place of it.

    What comes after it is moved up to the next gap, whose blanks make up for another length; with `to_end`, all that is
    left of the row is moved, up to its border. `spare` is by how much what differs can be longer than its form: a row
    that lacks so many blanks may break elsewhere, and must not be stored (`crowded`).
    """

    pattern: re.Pattern[str]
    form: str
    spare: int = 0
    to_end: bool = False


AGE = r"\d+[smh](?: \d+[sm])?"

MASKS = (
    Mask(re.compile(r"/tmp/navi-\w{8}"), "/tmp/navi-golden00"),
    Mask(re.compile(rf"(?<=fetched )(?:just now|now|{AGE}(?: ago)?)"), "just now", 3),
    Mask(re.compile(rf"\bin {AGE}, attempt \d+"), "in 2m 9s, attempt 2", 2),
    Mask(re.compile(r"(?<= )(?: {4}\dms| {3}\d\dms| {3}<1ms| {2}\d{3}ms| {2}\d\.\ds)(?= {2})"), "    9ms"),
    Mask(re.compile(r"(?<=[\w)]) (?:\d+ms|\d+\.\ds)(?= {3}|$)"), "", to_end=True),
    Mask(re.compile(r"(?<![\w.])(?:<1ms|\d+ms|\d+\.\ds)(?= ·| {2}| ?[│┃█▐]|$)"), "9ms", 2),
    Mask(re.compile(r"\b\d\d:\d\d:\d\d\b"), "12:34:56"),
    Mask(re.compile(r"(?<=process )\d+\b"), "1234", 3),
    Mask(re.compile(r"(?<=127\.0\.0\.1[: ])\d{5}\b"), "22222"),
    Mask(re.compile(r"[\w-]+(?=@127\.0\.0\.1)"), "ada", 8),
    Mask(re.compile(r"\bspawn_[0-9a-f]{16}\b"), "spawn_0123456789abcdef"),
    Mask(re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b"), "01234567-89ab-cdef-0123-456789abcdef"),
    Mask(re.compile(r"\b[0-9a-f]{7}(?= [A-Z])"), "abcdef0"),
    Mask(re.compile(r"(?<=tmux )\d\.\d\w?|\b\d\.\d\w?(?=  +Linux)"), "3.5a"),
    Mask(re.compile(r"(?<=Linux )\d\.\S+"), "6.12.48", 20),
)

BORDERS = "│┃█▐▕"
"""What ends a row before the screen does: frames, walls between panels, scroll bars."""


def masked(row: Row) -> Row:
    """Return a row with one form of what differs from run to run."""
    for mask in MASKS:
        for found in reversed([*mask.pattern.finditer(text_of(row))]):
            row = replaced(row, found.start(), found.end(), mask)
    return row


def text_of(row: Row) -> str:
    """Return a text with a character for each column."""
    return "".join(cell.text[:1] or "\0" for cell in row)


def replaced(row: Row, start: int, end: int, mask: Mask) -> Row:
    """Return a row with the mask's form in these cells, in the style of the last one. A row without enough blanks gets
    longer.
    """
    style = row[end - 1].style
    cells = [Cell(letter, style.behind if letter == " " else style) for letter in mask.form]
    surplus = end - start - len(cells)
    place = gap_after(text_of(row), end, mask)
    blanks = list(takewhile(lambda cell: cell.text == " ", row[place:]))
    filling = blanks[0] if blanks else Cell(" ", PLAIN)
    rest = row[place + min(len(blanks), max(0, -surplus)) :]
    return [*row[:start], *cells, *row[end:place], *[filling] * surplus, *rest]


def gap_after(text: str, end: int, mask: Mask) -> int:
    """Return where the blanks begin that make up for another length of what ends at a place in a row."""
    border = next((place for place in range(end, len(text)) if text[place] in BORDERS), len(text))
    if mask.to_end:
        return len(text[:border].rstrip(" "))
    gap = text.find("  ", end, border)
    return gap if gap >= 0 else len(text[:border].rstrip(" "))


def crowded(golden: Golden, width: int) -> list[str]:
    """Return the rows in which a mask's form has not as many blanks behind it as what differs may need."""
    found = []
    for text in golden.texts:
        row = text.ljust(width)
        for mask in MASKS:
            for match in mask.pattern.finditer(row):
                gap = gap_after(row, match.end(), mask)
                if len(row[gap:]) - len(row[gap:].lstrip(" ")) < mask.spare:
                    found.append(text)
    return found


# ---- the file


@dataclass(frozen=True, slots=True)
class Golden:
    """A screen as it is stored: its texts, the letters of its styles, both row by row, and the styles in words."""

    texts: tuple[str, ...]
    letters: tuple[str, ...]
    styles: Mapping[str, str]

    def row(self, number: int) -> list[tuple[str, str]]:
        """Return the character of each column of a row, "" in the right half of a wide one, and its style in words."""
        if number >= len(self.texts):
            return []
        letters = self.letters[number]
        texts = [cell.text for cell in cells_of([Run(0, 0, self.texts[number], PLAIN)])]
        texts += [" "] * (len(letters) - len(texts))
        words = {" ": PLAIN.words, **self.styles}
        return [(text, words[letter]) for text, letter in zip(texts, letters.ljust(len(texts)), strict=True)]

    @property
    def plain(self) -> Golden:
        """The screen without styles."""
        return Golden(self.texts, ("",) * len(self.texts), {})

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
    rows = [trimmed(masked(cells_of(runs))) for runs in lines_of(screen)]
    words = {cell.style: cell.style.words for row in rows for cell in row if cell.style != PLAIN}
    letters = lettered(words, known.styles if known else {})
    return Golden(
        tuple("".join(cell.text for cell in row).rstrip() for row in rows),
        tuple("".join(letters.get(cell.style, " ") for cell in row).rstrip() for row in rows),
        {letter: style.words for style, letter in letters.items()},
    )


def trimmed(row: Row) -> Row:
    """Return a row without the blanks at its end. What was cleared to the end of a line in some colour is there or not:
    tmux tells it only if that line has been as long before.
    """
    kept = len(row)
    while kept and row[kept - 1].text == " " and not (row[kept - 1].style.reverse or row[kept - 1].style.underline):
        kept -= 1
    return row[:kept]


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
    """Return what differs, row by row with a mark below each column, and the new screen; "" if nothing does."""
    if expected == seen:
        return ""
    if expected is None:
        return "\n".join(["", f"{name}: nothing is stored yet", *framed(seen), ""])
    numbers = range(max(len(expected.texts), len(seen.texts)))
    rows = [line for number in numbers for line in row_difference(expected, seen, number)]
    return "\n".join(["", f"{name}: not as stored", *rows, f"  the screen of {name} now:", *framed(seen), ""])


def row_difference(expected: Golden, seen: Golden, number: int) -> Iterator[str]:
    """Yield the lines that say how a row differs from the stored one."""
    pairs = list(zip_longest(expected.row(number), seen.row(number), fillvalue=(" ", PLAIN.words)))
    columns = [place for place, (old, new) in enumerate(pairs) if old != new]
    if columns:
        yield f"  row {number + 1}, column {columns[0] + 1}:"
        yield f"    stored |{''.join(old for (old, _), _ in pairs).rstrip()}"
        yield f"    now    |{''.join(new for _, (new, _) in pairs).rstrip()}"
        yield " " * 12 + "".join("^" if place in columns else " " for place in range(columns[-1] + 1))
        (_, old_style), (_, new_style) = pairs[columns[0]]
        if old_style != new_style:
            yield f"    style: stored {old_style}, now {new_style}"


def framed(golden: Golden) -> Iterable[str]:
    """Yield the rows of a screen, each with a bar before it."""
    return (f"    |{text}" for text in golden.texts)
