"""What an agent without a terminal printed, as text for people: one line or several for each message. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch

from navi.core.text import clean_lines
from navi.headless.harness.base import Asked, Event, Raw, Taken, Text, ToolCall, ToolResult, TurnEnded
from navi.headless.tool_input import asked_text, summary

RESULT_LINES = 8
"""Lines of a tool's result that are shown."""

MARKS = {"thought": "~ ", "user": "> ", "note": "- "}
"""What goes before the words of others than the agent."""


class Reader:
    """Renders events. `inputs` has the texts that people sent, by uuid: an agent repeats those of a turn as one."""

    def __init__(self, inputs: Mapping[str, str]) -> None:
        self.inputs = inputs

    def lines(self, events: Sequence[Event]) -> Iterator[str]:
        """Yield the lines of some events, cleaned."""
        for event in events:
            if isinstance(event, Taken):
                yield from _marked(self.inputs.get(event.uuid, ""), "> ")
            else:
                yield from rendered(event)


def _marked(text: str, mark: str) -> Iterator[str]:
    """Yield the lines of a text, the first with a mark before it."""
    for number, line in enumerate(clean_lines(text)) if text.strip() else ():
        yield f"{mark if number == 0 else ' ' * len(mark)}{line}".rstrip()


@singledispatch
def rendered(event: object) -> Iterator[str]:
    """Yield the lines of one event; most have none."""
    del event
    yield from ()


@rendered.register
def _(event: Text) -> Iterator[str]:
    yield from _marked(event.text, MARKS.get(event.who, ""))


@rendered.register
def _(event: ToolCall) -> Iterator[str]:
    yield from _marked(f"{event.tool} {summary(event.input)}", "* ")


@rendered.register
def _(event: ToolResult) -> Iterator[str]:
    lines = list(_marked(event.text, "  ! " if event.failed else "  = "))
    yield from lines[:RESULT_LINES]
    if len(lines) > RESULT_LINES:
        yield f"    ... {len(lines) - RESULT_LINES} more lines"


@rendered.register
def _(event: Asked) -> Iterator[str]:
    yield from _marked(f"{event.kind}: {asked_text(event.kind, event.tool, event.input)}", "? ")


@rendered.register
def _(event: TurnEnded) -> Iterator[str]:
    if event.outcome != "done":
        yield from _marked(f"the turn ended: {event.outcome} {event.text}", "! ")


@rendered.register
def _(event: Raw) -> Iterator[str]:
    yield from _marked(event.data.decode("utf-8", "replace")[:1000], "# ")
