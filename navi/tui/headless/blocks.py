"""What an agent without a terminal printed, as styled lines: texts, tools, differences, results. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from navi.core.text import clean, clean_lines
from navi.headless.harness.base import Asked, Event, Raw, Taken, Text, ToolCall, ToolResult, TurnEnded
from navi.headless.tool_input import asked_text, summary
from navi.headless.transcript import MARKS, RESULT_LINES
from navi.tui.headless.edits import edit_lines
from navi.tui.style.paint import Line

LONGEST_RAW = 1000
"""Characters that are shown of a line that is no message."""

MOST_EDITED = 40
"""Lines of a difference that are shown while it is folded."""

STYLES = {"agent": "", "thought": "dim", "user": "key", "note": "dim"}

SIGNS = {"+": "good", "-": "error", "@": "key"}

Inputs = Mapping[str, str]
"""The texts that people sent, by uuid."""


class Rendering:
    """Renders events. `inputs` are the texts that people sent: an agent repeats those of a turn as one.

    `unfolded` shows results and differences in full; `key` is the one that does so.
    """

    def __init__(self, inputs: Inputs, unfolded: bool = False, key: str = "") -> None:
        self._inputs = inputs
        self._unfolded = unfolded
        self._key = key

    def lines(self, events: Sequence[Event]) -> list[Line]:
        """Return the lines of some events, cleaned."""
        return [line for event in events if type(event) in READERS for line in READERS[type(event)](self, event)]

    def _folded(self, lines: list[Line], most: int) -> list[Line]:
        left = len(lines) - most
        if self._unfolded or left < 2:
            return lines
        hint = f"; {self._key} shows them" if self._key else ""
        return [*lines[:most], [("dim", f"    ... {left} more lines{hint}")]]

    def _taken(self, event: Taken) -> Iterator[Line]:
        yield from _prefixed(self._inputs.get(event.uuid, ""), "> ", "key")

    def _text(self, event: Text) -> Iterator[Line]:
        yield from _prefixed(event.text, MARKS.get(event.who, ""), STYLES.get(event.who, "dim"))

    def _call(self, event: ToolCall) -> Iterator[Line]:
        yield [("working", "* "), ("name", clean(event.tool)), ("", f" {clean(summary(event.input))}")]
        edited: list[Line] = [[(SIGNS.get(sign, "dim"), f"  {sign} {text}")] for sign, text in edit_lines(event.input)]
        yield from self._folded(edited, MOST_EDITED)

    def _result(self, event: ToolResult) -> Iterator[Line]:
        style = "fault" if event.failed else "dim"
        yield from self._folded([*_prefixed(event.text, "  ! " if event.failed else "  = ", style)], RESULT_LINES)

    def _asked(self, event: Asked) -> Iterator[Line]:
        yield from _prefixed(f"{event.kind}: {asked_text(event.kind, event.tool, event.input)}", "? ", "permission")

    def _ended(self, event: TurnEnded) -> Iterator[Line]:
        if event.outcome != "done":
            yield from _prefixed(f"the turn ended: {event.outcome} {event.text}", "! ", "fault")
        if event.refused:
            yield from _prefixed(f"it was not allowed to use {', '.join(event.refused)}", "! ", "notice")

    def _raw(self, event: Raw) -> Iterator[Line]:
        yield from _prefixed(event.data[: 4 * LONGEST_RAW].decode("utf-8", "replace")[:LONGEST_RAW], "# ", "dim")


READERS: Mapping[type, Callable[[Rendering, Any], Iterator[Line]]] = {
    Taken: Rendering._taken,
    Text: Rendering._text,
    ToolCall: Rendering._call,
    ToolResult: Rendering._result,
    Asked: Rendering._asked,
    TurnEnded: Rendering._ended,
    Raw: Rendering._raw,
}


def _prefixed(text: str, prefix: str, style: str) -> Iterator[Line]:
    """Yield the lines of a text, the first with a prefix. An empty text has none."""
    for number, line in enumerate(clean_lines(text.rstrip())) if text.strip() else ():
        yield [(style, f"{prefix if number == 0 else ' ' * len(prefix)}{line}".rstrip())]
