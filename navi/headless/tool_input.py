"""What a tool is to do, in full: whoever allows it must see all that it is given. Pure; every face uses it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping

from navi.core.text import split_lines

ToolInput = Mapping[str, object]

MAIN = ("command", "plan", "file_path", "notebook_path", "path", "pattern", "url", "query", "prompt")
"""The members that say most, of which the first one needs no name."""

LEFT_OUT = frozenset({"description", "timeout"})
"""Members that change nothing of what is done."""

MOST_ASKED = 1000
"""Characters of a tool's input, where it is one text."""

MORE = "... THERE IS MORE"
"""The end of a text that was cut: what may be dangerous must not be hidden by being long."""


def summary(input: ToolInput) -> str:
    """Return what a tool did in few words: a command or a path, or else all of its input."""
    name = _main(input)
    return str(input[name]) if name else json.dumps(input, ensure_ascii=False) if input else ""


def _main(input: ToolInput) -> str:
    return next((name for name in MAIN if isinstance(input.get(name), str)), "")


def input_lines(input: ToolInput, known: Collection[str] = ()) -> Iterator[str]:
    """Yield all that a tool is given, uncleaned: what says most, and then each member with its name; those that are
    `known` are shown in another way.
    """
    main = _main(input)
    if main:
        yield from split_lines(str(input[main]))
    for name, value in input.items():
        if name != main and name not in LEFT_OUT and name not in known:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield from split_lines(f"{name}: {text}")


def asked_text(kind: str, tool: str, input: ToolInput) -> str:
    """Return what an agent asks, in one text, which says so where it is cut."""
    if kind == "question":
        parts = input.get("questions")
        first = parts[0] if isinstance(parts, list) and parts else None
        if isinstance(first, dict) and isinstance(first.get("question"), str):
            return str(first["question"])
    return cut(f"{tool} {'  '.join(input_lines(input))}".strip(), MOST_ASKED)


def cut(text: str, most: int) -> str:
    """Return a text of so many characters at most, which says so where it is cut."""
    return text if len(text) <= most else f"{text[: most - len(MORE) - 1]} {MORE}"
