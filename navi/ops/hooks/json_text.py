"""Editing JSON as text: unchanged parts stay as they were written, byte for byte.

A path names a value within the document: texts for the members of objects, numbers for the elements of lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

Path = Sequence[str | int]

BLANKS = re.compile(r"[ \t\r\n]*")
FIRST_PAD = re.compile(r"[ \t\r\n]*[{\[][ \t]*\r?\n([ \t]+)[^\s]")
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Item:
    """A member (or, without a name, an element): where it starts, where its value starts, and where it ends."""

    name: str | None
    start: int
    value: int
    end: int


def parse(text: str) -> object:
    """Read a document as strictly as other programs do: no comments, no NaN, no repeated member. Raise ValueError."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"it has `{next(name for name in names if names.count(name) > 1)}` twice")
    return found


def _refuse(word: str) -> object:
    raise ValueError(f"it has `{word}`, which is not JSON")


def insert(text: str, path: Path, value: object, name: str | None = None) -> str:
    """Add a member (with a name) or an element at the end of the value at a path, formatted as its neighbours.

    The text must be a document that `parse` accepts.
    """
    start = _position(text, path)
    found = items(text, start)
    pad = _pad(text, start, found)
    word = "" if name is None else json.dumps(name, ensure_ascii=False) + _colon(text)
    word += _written(text, value, pad)
    if found:
        return text[: found[-1].end] + "," + (_comma(text) if pad is None else pad) + word + text[found[-1].end :]
    close = _skip(text, start + 1)
    after = "" if pad is None else _newline(text) + _line_pad(text, start)
    return text[: start + 1] + (pad or "") + word + after + text[close:]


def delete(text: str, path: Path) -> str:
    """Remove the value at a path, with its comma; a container that becomes empty is written as {} or []."""
    start = _position(text, path[:-1])
    found = items(text, start)
    at = _index(found, path[-1])
    if len(found) == 1:
        return text[: start + 1] + text[_skip(text, found[0].end) :]
    if at + 1 == len(found):
        return text[: found[at - 1].end] + text[found[at].end :]
    return text[: found[at].start] + text[found[at + 1].start :]


def replace(text: str, path: Path, value: object) -> str:
    """Replace the value at a path."""
    start = _position(text, path)
    _, end = DECODER.raw_decode(text, start)
    return text[:start] + json.dumps(value, ensure_ascii=False) + text[end:]


def items(text: str, start: int) -> list[Item]:
    """Return the members or elements of the object or list that starts there."""
    found: list[Item] = []
    at = _skip(text, start + 1)
    while text[at] not in "}]":
        first, name = at, None
        if text[start] == "{":
            name, at = DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        _, end = DECODER.raw_decode(text, at)
        found.append(Item(name, first, at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    assert found
    return found.end()


def _position(text: str, path: Path) -> int:
    at = _skip(text, 0)
    for step in path:
        found = items(text, at)
        at = found[_index(found, step)].value
    return at


def _index(found: list[Item], step: str | int) -> int:
    return step if isinstance(step, int) else [item.name for item in found].index(step)


# ---- how the document is formatted


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _unit(text: str) -> str:
    found = FIRST_PAD.match(text)
    return found[1] if found else "  "


def _colon(text: str) -> str:
    return ":" if _is_dense(text) else ": "


def _comma(text: str) -> str:
    return "" if _is_dense(text) else " "


def _is_dense(text: str) -> bool:
    return '":' in text and not re.search(r'":\s', text)


def _line_pad(text: str, at: int) -> str:
    """Return the blanks at the beginning of the line that contains this position."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _pad(text: str, start: int, found: list[Item]) -> str | None:
    """Return what precedes each item: a line end and blanks; None if all items are in one line."""
    if found:
        before = text[start + 1 : found[0].start]
        return _newline(text) + before.rpartition("\n")[2] if "\n" in before else None
    if "\n" not in text.strip() and _skip(text, 0) != start:
        return None
    return _newline(text) + _line_pad(text, start) + _unit(text)


def _written(text: str, value: object, pad: str | None) -> str:
    if pad is None:
        return json.dumps(value, ensure_ascii=False, separators=("," + _comma(text), _colon(text)))
    return json.dumps(value, ensure_ascii=False, indent=_unit(text)).replace("\n", pad)
