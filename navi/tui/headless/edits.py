"""What a tool is to change in a file, as lines with a + or - before them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from navi.core.text import clean_lines
from navi.headless.tool_input import ToolInput

MOST_COMPARED = 400
"""Lines of a text that are compared with another: to compare takes the square of it."""

MAX_LINES = 2000
"""Lines of a difference."""


def edit_lines(input: ToolInput) -> list[tuple[str, str]]:
    """Return the lines that a tool's input changes, cleaned, with `+`, `-`, ` ` or `@`; none for another tool."""
    return [(sign, text) for sign, line in _changes(input) for text in clean_lines(line)][:MAX_LINES]


def _changes(input: ToolInput) -> Iterator[tuple[str, str]]:
    edits = input.get("edits")
    for edit in edits if isinstance(edits, list) else [input]:
        if isinstance(edit, Mapping):
            old, new = _first(edit, *OLD), _first(edit, *NEW)
            if old is not None and new is not None:
                yield from difference(old, new)
    content = _first(input, *CONTENT)
    if content is not None and _first(input, *PATH) is not None:
        yield from (("+", line) for line in content.split("\n")[:MAX_LINES])


OLD, NEW = ("old_string", "oldText", "old_source"), ("new_string", "newText")
CONTENT, PATH = ("content", "new_source"), ("file_path", "notebook_path", "path")


def edited_names(input: ToolInput) -> set[str]:
    """Return the names of the members of which `edit_lines` shows all. One with more in it than old and new text is
    not among them.
    """
    edits = input.get("edits")
    found: set[str] = set()
    if not isinstance(edits, list):
        found |= _pair(input)
    elif edits and all(isinstance(one, Mapping) and one.keys() == _pair(one) for one in edits):
        found.add("edits")
    content = _name(input, *CONTENT)
    return found | {content} if content and _name(input, *PATH) else found


def _pair(edit: ToolInput) -> set[str]:
    pair = {_name(edit, *OLD), _name(edit, *NEW)}
    return set() if "" in pair else pair


def _name(input: ToolInput, *names: str) -> str:
    return next((name for name in names if isinstance(input.get(name), str)), "")


def _first(input: ToolInput, *names: str) -> str | None:
    found = (input.get(name) for name in names)
    return next((one for one in found if isinstance(one, str)), None)


def difference(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield the lines that differ between two texts, with two lines around them. Long texts are not compared."""
    before, after = old.split("\n"), new.split("\n")
    if max(len(before), len(after)) > MOST_COMPARED:
        yield from (("-", line) for line in before[:MAX_LINES])
        yield from (("+", line) for line in after[:MAX_LINES])
        return
    from difflib import unified_diff  # only here: it takes long to import

    for number, line in enumerate(unified_diff(before, after, lineterm="", n=2)):
        if number > 1:
            yield (line[:1], line[1:] if line[:1] != "@" else line[1:].strip(" @"))
