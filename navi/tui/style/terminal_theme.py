"""Whether the terminal's background is dark: what it answers to OSC 11, and what COLORFGBG says. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from navi.tui.style.colors import Rgb, luminance

QUESTION = "\x1b]11;?\x1b\\"
"""Asks a terminal for the colour of its background (xterm, OSC 11)."""

ANSWER = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})(?:/[0-9a-fA-F]{1,4})?(?:\x07|\x1b\\)"
)
BEGUN = re.compile(rb"\x1b\](?:1(?:1(?:;(?:r(?:g(?:b(?:a?(?::[0-9a-fA-F/]{0,24}\x1b?)?)?)?)?)?)?)?)?\Z")
"""The answer, and its beginning at the end of what has come so far."""

LIGHT_FROM = 0.18
"""The luminance of a background from which black text has more contrast than white text."""

WITHOUT = re.compile(r"(?:linux|dumb|unknown|vt\d|cons25|fbterm|eterm|Eterm)|\Z")
"""Beginnings of TERM of terminals that have no title and answer nothing, and may print what they don't know."""


def understands_osc(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal takes operating system commands, at least so far that it doesn't print them."""
    return not WITHOUT.match(environment.get("TERM", ""))


def is_light(color: Rgb) -> bool:
    """Return whether text on such a background must be dark."""
    return luminance(color) >= LIGHT_FROM


def hinted_theme(environment: Mapping[str, str]) -> str:
    """Return the theme that COLORFGBG hints at (`15;0`: the last number is the background's), else `dark`."""
    return "light" if environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15") else "dark"


class ColorAnswers:
    """Takes answers to QUESTION out of what is typed. They may come at any time, in pieces, and between keys."""

    def __init__(self) -> None:
        self._held = b""
        self._escape = b""

    def read(self, data: bytes, expected: bool) -> tuple[bytes, str]:
        """Return what was typed, and the theme that an answer among it means, "" if there was none.

        If an answer is `expected`, what may be the beginning of one is held until more comes. An escape at the end is
        passed on, because it may be a key: of an answer that is cut there, only Esc remains.
        """
        typed = self._escape + self._held + data
        theme = ""
        for found in ANSWER.finditer(typed):
            theme = "light" if is_light(_value(found)) else "dark"
        typed = ANSWER.sub(b"", typed)
        begun = BEGUN.search(typed) if expected else None
        self._held = begun[0] if begun else b""
        typed = typed.removesuffix(self._held)
        if typed:
            typed = typed.removeprefix(self._escape)
            self._escape = b"\x1b" if typed.endswith(b"\x1b") else b""
        elif self._held:
            self._held = self._held.removeprefix(self._escape)
        return typed, theme


def _value(answer: re.Match[bytes]) -> Rgb:
    red, green, blue = (int(part, 16) * 255 // (16 ** len(part) - 1) for part in answer.groups())
    return red, green, blue
