"""What an agent without a terminal printed, on the command line: `navi tail` and `navi capture`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from navi.cli.output.growing import Growing
from navi.core import exits
from navi.core.model import OVER
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import Launch
from navi.headless.transcript import Reader

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.headless.client import HubClient

Info = Mapping[str, Any]


class Transcript:
    """Turns an agent's lines into lines for people, in their order: what one means may depend on earlier ones."""

    def __init__(self, info: Info) -> None:
        self._codec = HARNESSES[info["harness"]].codec
        self._memory = self._codec.remember(Launch(info["cwd"], info["agent_session_id"]))
        self._reader = Reader({})
        self.index = 0
        """The number of the next message."""
        self.learn(info)

    def learn(self, info: Info) -> None:
        """Take the texts that people have sent."""
        self._reader.inputs = {one["uuid"]: one["body"] for one in info["inputs"]}

    def read(self, message: Info) -> Iterator[str]:
        """Yield the lines of a frame of messages."""
        self.index = message["index"] + len(message["messages"])
        for line in message["messages"]:
            self._memory, events = self._codec.read(self._memory, line.encode("utf-8", "surrogateescape"))
            yield from self._reader.lines(events)


def stored(hub: HubClient, info: Info, transcript: Transcript) -> Iterator[str]:
    """Yield the lines of what is stored; the hub goes on sending what comes."""
    hub.send({"type": "subscribe", "session_id": info["id"]})
    for message in hub.messages(30):
        if message["type"] == "message":
            yield from transcript.read(message)
        if transcript.index > info["last_index"] and message["type"] in ("connected", "message"):
            return


class Followed:
    """What comes of a session from now on. `ask` is a second connection, because waiting for an answer drops all other
    messages of a connection.
    """

    def __init__(self, hub: HubClient, ask: HubClient, info: Info, transcript: Transcript, growing: Growing) -> None:
        self._hub = hub
        self._ask = ask
        self._info = info
        self._transcript = transcript
        self._growing = growing

    def lines(self) -> Iterator[str]:
        """Yield the lines until the agent ends. What grows is shown meanwhile, and gone before a line comes."""
        for message in self._hub.messages():
            if message["type"] == "partial":
                self._growing.add(message["text"])
            elif message["type"] == "input" and message["state"] != "taken":
                self._transcript.learn(self._ask.ask("GET", f"/api/sessions/{self._info['id']}"))
            elif message["type"] == "message":
                yield from self._whole(message)
            elif message["type"] in ("complete", "session_updated") and message.get("status") != "running":
                self._growing.clear()
            if message["type"] == "complete":
                return

    def _whole(self, message: Info) -> Iterator[str]:
        lines = list(self._transcript.read(message))
        if lines:
            self._growing.clear()
        yield from lines


def tail(hub: HubClient, ask: HubClient, info: Info, options: Options, context: Context) -> int:
    """Print what the agent printed, and then what comes, until it ends or a line matches."""
    until = re.compile(options.until) if options.until is not None else None
    transcript, over = Transcript(info), info["status"] in OVER
    with context.progress.waiting("the transcript"):
        lines = list(stored(hub, info, transcript))
    for line in last(lines, options.lines):
        context.output.print_at_once(line)
    if not (options.follow or until):
        return exits.OK
    growing = Growing(context.output, context.environment)
    coming = Followed(hub, ask, info, transcript, growing).lines()
    try:
        for line in () if over else coming:
            context.output.print_at_once(line)
            if until and until.search(line):
                return exits.OK
    finally:
        growing.clear()
    context.output.complain(f"{info['address']}: its agent has ended")
    return exits.NO if until else exits.OK


def last(lines: Sequence[str], number: int | None) -> Sequence[str]:
    """Return the last lines, or all."""
    return lines if number is None or number >= len(lines) else lines[len(lines) - number :]
