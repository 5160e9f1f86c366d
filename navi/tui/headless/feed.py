"""What the hub sends of one session: its transcript, open questions and inputs, for all parts that show them.

The parts that show a session share one connection, which ends with the last of them. It begins with the end of the
transcript; older messages are fetched when the user scrolls there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import trio

from navi.core.headless import ON_THE_WAY, Document
from navi.core.model import Session
from navi.core.text import clean
from navi.headless.replies import HubOfOtherVersion
from navi.headless.tool_input import asked_text
from navi.headless.trio_client import TrioHubClient, connected
from navi.ops import OperationError
from navi.tui.headless.transcript import MAX_LINE, ShownMessage, ShownTranscript
from navi.tui.style.paint import Line

TAIL = 60
"""Messages that are fetched first."""

OLDER = 60
"""Messages that are fetched when the user scrolls to the first one."""

SLICE = 65_536
"""Bytes of lines that are read until other tasks may run."""

NEWS_EVERY, FLOOD_EVERY = 0.04, 0.12
"""Seconds between two reports of news, and between two when messages come too fast to be read."""

FLOOD = 40
"""Messages between two reports from which on they come too fast to be read."""

PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds between attempts to reach the hub."""


class PendingInput(NamedTuple):
    """An input that the agent has not taken up yet: its text, how far it is, who sent it, and what it is. `why` says
    why it did not get to the agent's host, "" if that is not known.
    """

    text: str
    state: str
    by: str
    kind: str = "user"
    why: str = ""


class Feed:
    """The feed of one session. Each function in `changed` is called when anything has changed; `fault` says why nothing
    comes, "" if it does, and `refused` that the hub is of another version.

    `questions` are the open ones by their ids, the oldest first, `pending` the inputs that were not taken up. `note`
    says what became of the question that ended last. `ready` says that all of this is known, `opened` that the session
    goes on in a terminal.
    """

    def __init__(self, session: Session, folder: str) -> None:
        agent = session.headless
        self.transcript = ShownTranscript(
            agent.harness if agent else "", session.cwd, agent.conversation if agent else ""
        )
        self.questions: dict[str, Document] = {}
        self.pending: dict[str, PendingInput] = {}
        self.note = ""
        self.fault = ""
        self.refused = False
        self.ready = False
        self.opened = False
        self.changed: set[Callable[[], None]] = set()
        self.scope = trio.CancelScope()
        self._id = session.name
        self._folder = folder
        self._asks_older = False
        self._run = 0
        self._reported = 0
        self._news = trio.Event()
        self._connection = trio.CancelScope()

    def _note_news(self) -> None:
        self._news.set()

    async def _report(self) -> None:
        """Call the functions in `changed` at once, and again no more often than people can read."""
        while True:
            await self._news.wait()
            self._news = trio.Event()
            before, self._reported = self._reported, self.transcript.next
            for one in tuple(self.changed):
                one()
            await trio.sleep(FLOOD_EVERY if self._reported - before >= FLOOD else NEWS_EVERY)

    async def run(self) -> None:
        """Follow the session until `scope` is cancelled, when its last user closes it."""
        with self.scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._report)
                await self._connect_again_and_again()

    async def _connect_again_and_again(self) -> None:
        attempt = 0
        while True:
            try:
                async with connected(self._folder) as hub:
                    await self._begin(hub)
                    attempt = 0
                    await self._follow(hub)
            except OperationError as error:
                self.fault, self.refused = str(error), isinstance(error, HubOfOtherVersion)
                self._note_news()
            await trio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1

    def renew(self, run: int) -> None:
        """Follow another run of the session: the hub sends it only to clients that subscribe after it has begun."""
        if self.ready and run != self._run:
            self._run = run
            self._connection.cancel()

    # ---- what comes

    async def _follow(self, hub: TrioHubClient) -> None:
        with trio.CancelScope() as self._connection:
            while True:
                await self._take(await hub.next())

    async def _begin(self, hub: TrioHubClient) -> None:
        info = await hub.ask("GET", f"/api/sessions/{self._id}", longest=MAX_LINE)
        last, self._run = int(info["last_index"]), int(info["generation"])
        if not self.ready or not self.transcript.first <= self.transcript.next <= last + 1:
            self.transcript.begin(max(0, last + 1 - TAIL))
        self._take_info(info)
        self.ready, self.fault, self.refused = True, "", False
        follow = {"session_id": self._id, "from_index": self.transcript.next, "longest": MAX_LINE}
        await hub.send({"type": "subscribe", **follow})
        self._note_news()

    def _take_info(self, info: Document) -> None:
        self.questions = {str(one["request_id"]): one for one in info["questions"]}
        for one in info["inputs"]:
            self.transcript.know(str(one["uuid"]), str(one["body"]))
        self.pending = {
            str(one["uuid"]): PendingInput(
                str(one["body"]), str(one["state"]), str(one["by"]), str(one["kind"]), str(one.get("error") or "")
            )
            for one in info["inputs"] if one["state"] in ON_THE_WAY
        }  # fmt: skip

    async def _take(self, message: Document) -> None:
        kind = message["type"]
        if kind == "message":
            await self._append(message["index"], message["messages"])
        elif kind in TAKERS:
            TAKERS[kind](self, message)
        elif kind == "error":
            raise OperationError(clean(message["message"]))
        self._note_news()

    async def _append(self, index: int, lines: Sequence[str]) -> None:
        """Read lines a few at a time: keys must not wait for thousands of them."""
        start = size = 0
        for end, line in enumerate(lines, 1):
            size += len(line)
            if size > SLICE or end == len(lines):
                self.transcript.append(index + start, lines[start:end])
                start, size = end, 0
                await trio.lowlevel.checkpoint()

    def _partial(self, message: Document) -> None:
        self.transcript.grow(message["text"])

    def _input(self, message: Document) -> None:
        uuid, state = message["uuid"], message["state"]
        before = self.pending.pop(uuid, None)
        text = message.get("content") or (before.text if before else "")
        if state in ON_THE_WAY and text:
            self.transcript.know(uuid, text)
            kind = message.get("kind") or (before.kind if before else "user")
            by, why = message.get("by") or (before.by if before else ""), str(message.get("error") or "")
            self.pending[uuid] = PendingInput(text, state, by, kind, why)
        elif message.get("error"):
            what = clean(text) or "the interrupt"
            self.note = f"the agent refused {what}: {clean(message['error'])[:200]}"

    def _asked(self, message: Document) -> None:
        question = {**message, "tool": message["tool_name"]}
        self.questions[message["request_id"]] = question

    def _resolved(self, message: Document) -> None:
        question = self.questions.pop(message["request_id"], None)
        if question is not None:
            by = clean(message["by"]) or "somebody"
            words = f"{by} answered" if message["state"] == "answered" else "the agent no longer asks"
            self.note = f"{words}: {clean(text_of(question))[:200]}"

    def _updated(self, message: Document) -> None:
        self.opened = not message["remote"]

    def _ended(self, _message: Document) -> None:
        self.questions = {}

    def last_lines(self, count: int) -> list[Line]:
        """Return the last lines of the transcript, as its page shows them."""
        lines = [line for _, block in self.transcript.blocks(False, "") for line in block]
        return lines[-count:]

    # ---- what is older

    @property
    def has_older(self) -> bool:
        """Whether there are messages before the first one that is here."""
        return self.ready and self.transcript.first > 0

    async def fetch_older(self) -> None:
        """Fetch the messages before the first one, unless that is under way."""
        first = self.transcript.first
        if self._asks_older or not self.has_older:
            return
        self._asks_older = True
        try:
            async with connected(self._folder) as hub:
                start = max(0, first - OLDER)
                found = await hub.ask(
                    "GET", f"/api/sessions/{self._id}/messages", from_index=start, limit=first - start, longest=MAX_LINE
                )
            self.transcript.prepend(await self._read_older(start, found["messages"]))
        except OperationError as error:
            self.fault = str(error)
        finally:
            self._asks_older = False
        self._note_news()

    async def _read_older(self, start: int, lines: Sequence[str]) -> list[ShownMessage]:
        reading, found = self.transcript.reading(), list[ShownMessage]()
        for number, line in enumerate(lines, start):
            found.append(reading.read(number, line))
            if len(line) > SLICE // 8:
                await trio.lowlevel.checkpoint()
        return found


TAKERS: Mapping[str, Callable[[Feed, Document], None]] = {
    "partial": Feed._partial,
    "input": Feed._input,
    "control_request": Feed._asked,
    "question_resolved": Feed._resolved,
    "session_updated": Feed._updated,
    "complete": Feed._ended,
}


def text_of(question: Document) -> str:
    """Return what an agent asks, in one text, uncleaned."""
    return asked_text(str(question["kind"]), str(question["tool"]), question["input"])
