"""Messages for clients that show them: long texts are cut, so that no line holds up a screen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from navi.headless.messages import Message


def shortened(message: Message, longest: int) -> Message:
    """Return a message of the hub with no line, and no other text, of more than so many bytes or characters.

    A line that was cut has exactly `longest` bytes, and is no JSON any more.
    """
    if message["type"] == "message":
        return {**message, "messages": cut_lines(message["messages"], longest)}
    return message if message["type"] == "partial" else cut_texts(message, longest)


def cut_lines(lines: Sequence[str], longest: int) -> list[str]:
    """Return an agent's lines, none longer than so many bytes."""
    return [line if 4 * len(line) <= longest else _cut(line, longest) for line in lines]


def _cut(line: str, longest: int) -> str:
    return line[:longest].encode("utf-8", "surrogateescape")[:longest].decode("utf-8", "surrogateescape")


def cut_texts(value: Any, longest: int) -> Any:
    """Return a value of JSON in which no text has more than so many characters."""
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, list | tuple):
        return [cut_texts(one, longest) for one in value]
    return {name: cut_texts(one, longest) for name, one in value.items()} if isinstance(value, dict) else value
