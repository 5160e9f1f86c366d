"""Colours: their names and values, luminance, the nearest one that a terminal has, and how people write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import urwid

Colors = Literal[1, 16, 256, 16777216]
"""How many colours a terminal has."""

Rgb = tuple[int, int, int]

NAMES = (
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
)  # fmt: skip
"""The first 16 colours as people write them, in the order of their numbers."""

BASIC = (
    "black", "dark red", "dark green", "brown", "dark blue", "dark magenta", "dark cyan", "light gray", "dark gray",
    "light red", "light green", "yellow", "light blue", "light magenta", "light cyan", "white",
)  # fmt: skip
"""The same as urwid names them."""

XTERM: tuple[Rgb, ...] = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
    (255, 255, 255),
)  # fmt: skip
"""The first 16 as xterm shows them. Users choose their own, so these only help to find the nearest one."""

LEVELS = (0, 95, 135, 175, 215, 255)
"""The levels of red, green and blue in the cube of the colours 16 to 231."""


def rgb_of(number: int) -> Rgb:
    """Return the red, green and blue of one of the 256 colours."""
    if number < 16:
        return XTERM[number]
    if number >= 232:
        gray = 8 + 10 * (number - 232)
        return gray, gray, gray
    red, rest = divmod(number - 16, 36)
    return LEVELS[red], LEVELS[rest // 6], LEVELS[rest % 6]


def parse_rgb(text: str) -> Rgb | None:
    """Return the value of `#rrggbb`, None for another text."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        return None
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def luminance(color: Rgb) -> float:
    """Return the relative luminance of a colour, from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (part / 255 for part in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(1024)
def nearest(color: Rgb, count: Colors) -> int:
    """Return the number of the colour that is nearest, of 16, or of the fixed ones among 256."""
    numbers: Iterable[int] = range(16) if count == 16 else range(16, 256)
    return min(numbers, key=lambda number: sum((a - b) ** 2 for a, b in zip(color, rgb_of(number), strict=True)))


def shown(color: int | Rgb | None, count: Colors) -> str:
    """Return a colour (a number, a value, or None for the terminal's own) in urwid's words, or the nearest there is."""
    if color is None or count == 1:
        return "default"
    if isinstance(color, tuple):
        if count > 256:
            return "#{:02x}{:02x}{:02x}".format(*color)
        color = nearest(color, count)
    if color >= 16 and count == 16:
        color = nearest(rgb_of(color), count)
    return BASIC[color] if color < 16 else f"h{color}"


ATTRIBUTES = {
    "bold": "bold", "italic": "italics", "underline": "underline", "reverse": "standout",
    "strikethrough": "strikethrough",
}  # fmt: skip
"""The attributes as people write them, and urwid's words for them."""


def restyle(text: str, count: Colors) -> tuple[str, str]:
    """Return foreground and background, in urwid's words, of a style as people write it: `bold #ffd75f on 236`.

    Raises ValueError, with the word, for one that says nothing.
    """
    front: int | Rgb | None = None
    back: int | Rgb | None = None
    attributes: dict[str, None] = {}
    words = iter(text.lower().split())
    for word in words:
        if word == "on":
            back = _color(next(words, "on"))
        elif word in ATTRIBUTES:
            attributes[ATTRIBUTES[word]] = None
        else:
            front = _color(word)
    return ",".join((shown(front, count), *attributes)), shown(back, count)


def _color(word: str) -> int | Rgb | None:
    if word == "default":
        return None
    if word in NAMES:
        return NAMES.index(word)
    if word.isascii() and word.isdigit() and len(word) < 4 and int(word) < 256:
        return int(word)
    if value := parse_rgb(word):
        return value
    raise ValueError(word)


# ---- looks that are no style of the theme

LOOK = "look:"
"""Begins the name of such a look: foreground with attributes, a slash, and background, in urwid's words."""


def named_look(front: int | Rgb | None, back: int | Rgb | None, attributes: Iterable[str], count: Colors) -> str:
    """Return the name of a look, which `paint` takes like that of a style; "" for what has nothing of its own.

    Where text and background differ, but not in a terminal with so few colours, both are the terminal's own.
    """
    if front != back and shown(front, count) == shown(back, count):
        front = back = None
    name = f"{','.join((shown(front, count), *attributes))}/{shown(back, count)}"
    return "" if name == "default/default" else LOOK + name


@lru_cache(1024)
def spec_of(name: str) -> urwid.AttrSpec:
    """Return what urwid draws for the name of a look."""
    front, _, back = name.removeprefix(LOOK).partition("/")
    return urwid.AttrSpec(front, back, 16777216 if "#" in name else 256)
