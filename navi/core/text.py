"""Cleaning and escaping text from outside before anything prints it, its width, and short paths.

Text from a host, a pane or a file is hostile until it is cleaned here: no escape sequence, control character (C1
included) or bidi override may reach the terminal.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from re import Pattern

# Combining marks. More than three on one letter serve only to overwrite the lines around it.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"


@cache
def _patterns() -> tuple[Pattern[str], Pattern[str], Pattern[str], Pattern[str]]:
    """Return the patterns for escape sequences, unwanted characters, piled-up marks and white space.

    Compiled on first use, because that takes milliseconds.
    """
    import re

    # Whole sequences that a terminal acts on: CSI; OSC, DCS, SOS, PM and APC with their content; two-character escapes.
    sequence = re.compile(
        r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
        r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
        r"|\x1b[ -/]*[0-~]?"
    )
    # Never printed: C0, DEL and C1 controls; characters that change direction, join or hide others (zero width,
    # variation selectors, tags), because terminals disagree about their widths; surrogates.
    unwanted = re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4"
        "\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
        "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
        "\ud800-\udfff]"
    )
    return sequence, unwanted, re.compile(f"({_MARK}{{3}}){_MARK}+"), re.compile(r"[\t\n\u2028\u2029]+")


def clean(text: str) -> str:
    """Return text that is safe to print on one line, without escape sequences and controls. Tabs and line ends become
    spaces.
    """
    if text.isascii() and text.isprintable():
        return text
    return _patterns()[3].sub(" ", _strip(text))


def clean_lines(text: str, tab: int = 8) -> list[str]:
    """Split text into lines that are safe to print; expand tabs to columns of width `tab`."""
    return [line.expandtabs(tab).replace("\n", "") for line in map(_strip, split_lines(text))]


def split_lines(text: str) -> list[str]:
    """Split text into lines, which are not cleaned."""
    return text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n").split("\n")


def _strip(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    sequence, unwanted, piled_marks, _ = _patterns()
    return piled_marks.sub(r"\1", unwanted.sub("", sequence.sub("", text)))


def escape(text: str) -> str:
    """Return text in which every character that `clean` drops is written as an escape, such as \\x9b or \\u202e.

    Nothing is lost, and nothing acts on a terminal. Tabs and line ends stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return _patterns()[1].sub(lambda found: _escaped(found[0]), text)


def _escaped(letter: str) -> str:
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def escape_json(text: str) -> str:
    """Return a JSON document with the same content, in which the characters that `clean` drops are escaped."""
    if text.isascii() and text.isprintable():
        return text
    return _patterns()[1].sub(lambda found: _escaped_in_json(found[0]), text)


def _escaped_in_json(letter: str) -> str:
    halves = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{halves[at : at + 2].hex()}" for at in range(0, len(halves), 2))


def is_utf8_locale(environment: Mapping[str, str]) -> bool:
    """Return whether the locale is one of UTF-8.

    Python puts an LC_CTYPE of its own in place of the locale C, and sets a flag when it does.
    """
    own = sys.flags.utf8_mode and environment.get("LC_CTYPE") == "C.UTF-8"
    names = ("LC_ALL", "LANG") if own else ("LC_ALL", "LC_CTYPE", "LANG")
    name = next((environment[name] for name in names if environment.get(name)), "")
    return "utf8" in name.lower().replace("-", "")


def decode(data: bytes) -> str:
    """Decode bytes as UTF-8; invalid ones become replacement characters."""
    return data.decode("utf-8", "replace")


def how_it_ended(status: object, signal: str) -> str:
    """Say how a pane's process ended; `status` is None or "" if tmux does not report it."""
    if signal:
        return f"its process was ended by signal {signal}"
    return "its process has ended" + (f" with status {status}" if status not in (None, "") else "")


def plural(count: int, noun: str) -> str:
    """Return how many of something there are: `1 session`, `2 sessions`."""
    return f"{count} {form_for(count, noun)}"


def form_for(count: int, noun: str) -> str:
    """Return a noun in singular or plural, without the number."""
    return noun if count == 1 else f"{noun}s"


def need_you(count: int) -> str:
    """Say how many sessions need the user: `1 needs you`, `2 need you`."""
    return f"{count} need{'s' if count == 1 else ''} you"


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def short_path(path: str, home: str) -> str:
    """Abbreviate the home folder in a path to ~. Only whole path components match."""
    home = home.rstrip("/")
    if home and path == home:
        return "~"
    if home and path.startswith(home + "/"):
        return "~" + path[len(home) :]
    return path
