"""The end of what an agent without a terminal printed, as far as it is here: messages by their numbers. No I/O.

A line that the hub has cut is closed again, so that its beginning can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from navi.headless.harness import HARNESSES
from navi.headless.harness.base import AgentLaunch, Codec, Event, Raw, Text, ToolCall, ToolResult, from_line
from navi.headless.harness.scripted import SCRIPTED
from navi.tui.headless.blocks import Rendering
from navi.tui.style.paint import Line

MAX_LINE = 32_768
"""Bytes of a line that the dashboard takes."""

MAX_MESSAGES = 2000
"""Messages that are kept here; the hub has them all."""

MOST_BYTES = 8 * 1024 * 1024

CUT = "... cut here: the line is longer; navi capture prints all of it"

TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[][{}]', re.DOTALL)


class ShownMessage(NamedTuple):
    """A message: its number, what it means, and how many bytes it has here."""

    number: int
    events: Sequence[Event]
    size: int


class Reading:
    """Reads one message after the other."""

    def __init__(self, codec: Codec, launch: AgentLaunch) -> None:
        self._codec = codec
        self._memory: Any = codec.remember(launch)

    def read(self, number: int, line: str) -> ShownMessage:
        """Return the message in a line."""
        data = line.encode("utf-8", "surrogateescape")
        was_cut = len(data) >= MAX_LINE and from_line(data) is None
        self._memory, events = self._codec.read(self._memory, closed(data) if was_cut else data)
        return ShownMessage(number, [*map(_mark_cut, events)] if was_cut else events, len(data))


class ShownTranscript:
    """Messages without a gap, from `first` to before `next`. `growing` is the text that the agent is writing.

    `version` changes with each change.
    """

    def __init__(self, harness: str, cwd: str = "", conversation: str = "") -> None:
        self._codec = HARNESSES.get(harness, SCRIPTED).codec
        self._launch = AgentLaunch(cwd, conversation)
        self._reading = self.reading()
        self._messages: list[ShownMessage] = []
        self._rendered: dict[int, list[Line]] = {}
        self._how: tuple[bool, str] = (False, "")
        self._size = 0
        self.inputs: dict[str, str] = {}
        self.first = self.next = 0
        self.growing = ""
        self.version = 0

    def reading(self) -> Reading:
        """Return what reads messages from anywhere."""
        return Reading(self._codec, self._launch)

    def begin(self, index: int) -> None:
        """Forget all messages; the next one has this number."""
        self._messages, self._rendered, self._size = [], {}, 0
        self.first = self.next = index
        self._reading = self.reading()
        self._grow("")

    def append(self, index: int, lines: Sequence[str]) -> None:
        """Take the messages from a number on. Those that are here already are left out; after a gap it begins anew."""
        if index > self.next:
            self.begin(index)
        for line in lines[self.next - index :]:
            message = self._reading.read(self.next, line)
            self._messages.append(message)
            self._size += message.size
            self.next += 1
            if any(isinstance(one, Text) for one in message.events):
                self.growing = ""
        self._drop()
        self.version += 1

    def prepend(self, messages: Sequence[ShownMessage]) -> None:
        """Take the messages before the first one here. Those that leave a gap, or are here already, are left out."""
        found = [one for one in messages if one.number < self.first]
        if found and found[-1].number == self.first - 1:
            self._messages = [*found, *self._messages]
            self._size += sum(one.size for one in found)
            self.first = found[0].number
            self.version += 1

    def grow(self, text: str) -> None:
        """Append to the text that the agent is writing."""
        self._grow((self.growing + text)[-MAX_LINE:])

    def _grow(self, text: str) -> None:
        self.growing = text
        self.version += 1

    def _drop(self) -> None:
        """Drop the oldest messages where there are too many."""
        while len(self._messages) > MAX_MESSAGES or (self._size > MOST_BYTES and len(self._messages) > 1):
            gone = self._messages[: max(1, len(self._messages) - MAX_MESSAGES)]
            del self._messages[: len(gone)]
            self._size -= sum(one.size for one in gone)
            self.first += len(gone)
            for one in gone:
                self._rendered.pop(one.number, None)

    # ---- what is shown

    def blocks(self, unfolded: bool, key: str) -> Iterator[tuple[int, list[Line]]]:
        """Yield the lines of each message that has some, with its number; `next` for the text that grows."""
        if self._how != (unfolded, key):
            self._how, self._rendered = (unfolded, key), {}
        rendering = Rendering(self.inputs, unfolded, key)
        for one in self._messages:
            lines = self._rendered.get(one.number)
            if lines is None:
                lines = self._rendered[one.number] = rendering.lines(one.events)
            if lines:
                yield one.number, lines
        if self.growing:
            yield self.next, rendering.lines([Text("agent", self.growing)])

    def know(self, uuid: str, text: str) -> None:
        """Note the text of an input."""
        if self.inputs.get(uuid) != text:
            self.inputs[uuid] = text
            self._rendered = {}
            self.version += 1


def _mark_cut(event: Event) -> Event:
    """Say in what is shown of a cut line that there is more."""
    if isinstance(event, Text):
        return Text(event.who, f"{event.text}\n{CUT}", event.id)
    if isinstance(event, ToolResult):
        return ToolResult(event.id, f"{event.text}\n{CUT}", event.failed)
    if isinstance(event, ToolCall):
        return ToolCall(event.id, event.tool, {**event.input, "cut": CUT})
    return Raw(event.data[:1000] + f" {CUT}".encode()) if isinstance(event, Raw) else event


def closed(data: bytes) -> bytes:
    """Return the beginning of a line of JSON with its texts, lists and objects closed.

    A line that ends within a name or a number may not become JSON by this; then it is read as no message.
    """
    text = data.decode("utf-8", "replace")
    ends: list[str] = []
    last = ""
    for found in TOKENS.finditer(text):
        last = found[0]
        if last in "[{":
            ends.append("]" if last == "[" else "}")
        elif last in "]}" and ends:
            ends.pop()
    is_open = last.startswith('"') and (len(last) == 1 or not _is_whole(last))
    text = _without_half_escape(text) + '"' if is_open else text.rstrip(", :")
    return (text + "".join(reversed(ends))).encode()


def _is_whole(token: str) -> bool:
    """Return whether a text has its second quote."""
    return bool(re.fullmatch(r'"(?:[^"\\]|\\.)*"', token, re.DOTALL))


def _without_half_escape(text: str) -> str:
    """Drop an escape that was cut at the end of a text."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?\Z", r"\1", text)
