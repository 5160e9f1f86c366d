"""What an agent without a terminal printed, on the command line: `navi tail` and `navi capture`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from navi.cli.asking.reconnecting import AWAY
from navi.cli.output.growing import GrowingText
from navi.core import exits
from navi.core.headless import OVER, Document, HeadlessStatus, InputState
from navi.headless.client import HubClient, HubGone, NoHub
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import AgentLaunch
from navi.headless.transcript import Reader
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context


Connect = Callable[[], HubClient]

Complain = Callable[[str], None]

PAUSE = 1.0
"""Seconds between attempts at a hub that has ended."""


class PrintedTranscript:
    """Turns an agent's lines into lines for people, in order: the meaning of one may depend on earlier ones."""

    def __init__(self, info: Document) -> None:
        self._codec = HARNESSES[info["harness"]].codec
        self._memory = self._codec.remember(AgentLaunch(info["cwd"], info["agent_session_id"]))
        self._reader = Reader({})
        self.index = 0
        """The number of the next message."""
        self.learn(info)

    def learn(self, info: Document) -> None:
        """Take the texts that people have sent."""
        self._reader.inputs = {one["uuid"]: one["body"] for one in info["inputs"]}

    def read(self, message: Document) -> Iterator[str]:
        """Yield the lines of a frame of messages."""
        self.index = message["index"] + len(message["messages"])
        for line in message["messages"]:
            self._memory, events = self._codec.read(self._memory, line.encode("utf-8", "surrogateescape"))
            yield from self._reader.lines(events)


def stored(hub: HubClient, info: Document, transcript: PrintedTranscript) -> Iterator[str]:
    """Yield the stored lines; the hub keeps sending new ones."""
    hub.send({"type": "subscribe", "session_id": info["id"]})
    for message in hub.messages(30):
        if message["type"] == "message":
            yield from transcript.read(message)
        if transcript.index > info["last_index"] and message["type"] in ("connected", "message"):
            return


class LiveTranscript:
    """The lines of a session from now on. A second connection makes requests, because a client that waits for an answer
    drops everything else.
    """

    def __init__(
        self, connect: Connect, hub: HubClient, info: Document, transcript: PrintedTranscript, growing: GrowingText,
        complain: Complain, away: float = AWAY,
    ) -> None:  # fmt: skip
        """`away` is how many seconds the hub may stay away."""
        self._connect = connect
        self._hub = hub
        self._requests: HubClient | None = None
        self._info = info
        self._about = info["address"]
        self._transcript = transcript
        self._growing = growing
        self._complain = complain
        self._away = away

    def close(self) -> None:
        """End both connections, and erase the growing text."""
        self._growing.clear()
        self._hub.close()
        if self._requests:
            self._requests.close()
            self._requests = None

    def lines(self) -> Iterator[str]:
        """Yield the lines until the agent ends. A growing text is shown meanwhile, and erased before the next line.
        After a restart of the hub they continue where they were, because all of them are numbered and stored.
        """
        while True:
            try:
                yield from self._lines()
                return
            except (HubGone, NoHub) as error:
                self.close()
                self._complain(f"{self._about}: {error}; connecting again for up to {self._away / 60:g} min")
                self._come_back(time.monotonic() + self._away)
                self._complain(f"{self._about}: connected again; no line is missing or comes twice")

    def _come_back(self, limit: float) -> None:
        """Wait for the hub to return, and follow from the next line on. Raise OperationError if it stays away."""
        while True:
            time.sleep(PAUSE)
            try:
                self._follow_again()
                return
            except OperationError as error:
                self.close()
                if error.status != exits.UNAVAILABLE or time.monotonic() > limit:
                    raise

    def _follow_again(self) -> None:
        self._hub = self._connect()
        self._info = self._ask()
        self._transcript.learn(self._info)
        about = {"session_id": self._info["id"], "from_index": self._transcript.index}
        self._hub.send({"type": "subscribe", **about})

    def _ask(self) -> Document:
        """Return what the hub knows of the session now."""
        self._requests = self._requests or self._connect()
        return self._requests.ask("GET", f"/api/sessions/{self._info['id']}")

    def _is_over(self) -> bool:
        """Return whether the agent had already ended, and all of its lines have arrived."""
        return self._info["status"] in OVER and self._transcript.index > self._info["last_index"]

    def _lines(self) -> Iterator[str]:
        for message in () if self._is_over() else self._hub.messages():
            if message["type"] == "partial":
                self._growing.add(message["text"])
            elif message["type"] == "input" and message["state"] != InputState.TAKEN:
                self._transcript.learn(self._ask())
            elif message["type"] == "message":
                yield from self._whole(message)
            elif message["type"] in ("complete", "session_updated") and message.get("status") != HeadlessStatus.RUNNING:
                self._growing.clear()
            if message["type"] == "complete" or self._is_over():
                return

    def _whole(self, message: Document) -> Iterator[str]:
        lines = list(self._transcript.read(message))
        if lines:
            self._growing.clear()
        yield from lines


def tail(connect: Connect, info: Document, options: Options, context: Context) -> int:
    """Print what the agent printed, and then new lines, until it ends or a line matches."""
    until = re.compile(options.until) if options.until is not None else None
    hub, transcript = connect(), PrintedTranscript(info)
    with context.progress.waiting("the transcript"):
        lines = list(stored(hub, info, transcript))
    for line in last(lines, options.lines):
        context.output.print_at_once(line)
    if not (options.follow or until):
        return exits.OK
    growing = GrowingText(context.output, context.environment)
    with closing(LiveTranscript(connect, hub, info, transcript, growing, context.output.complain)) as followed:
        for line in followed.lines():
            context.output.print_at_once(line)
            if until and until.search(line):
                return exits.OK
    context.output.complain(f"{info['address']}: its agent has ended")
    return exits.NO if until else exits.OK


def last(lines: Sequence[str], number: int | None) -> Sequence[str]:
    """Return the last lines, or all."""
    return lines if number is None or number >= len(lines) else lines[len(lines) - number :]
