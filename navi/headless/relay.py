"""The relay: brings the hub what agents print, and their hosts what the hub sends. It has no truth of its own.

It holds no agent and stores nothing, so it may be killed at any time: the next one goes on from the hub's offsets. One
stream for each host brings the output of all its sessions.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import trio

from navi import __version__
from navi.core.address import stored_host
from navi.core.failure import Retry
from navi.core.log import SILENT, Log
from navi.core.text import clean
from navi.headless.messages import Message
from navi.headless.pauses import REPEATS_EVERY, pause_before
from navi.headless.relayed import Failed, FollowedRun, HubOfRelay, Key, failure_of, key_of
from navi.hosts import Host, HostError
from navi.hosts.base import ConnectionLost
from navi.hosts.retries import Retries
from navi.hosts.trio_hosts import close_all
from navi.ops import Operation, OperationError
from navi.ops.headless.conversations import forget_feedback, give_feedback, know_conversation
from navi.ops.headless.runs import (
    Exit,
    RunId,
    end_run,
    lacks_output,
    post_input,
    read_agent_errors,
    remove_run,
    start_run,
)
from navi.ops.headless.tail import (
    AWAY,
    FeedbackDelivered,
    InputsFed,
    LogCut,
    LogLines,
    LogMissing,
    News,
    Position,
    RunEnded,
    RunLost,
    TerminalLeft,
    TerminalOpened,
    UnfinishedLine,
    tail,
)

MOST_WAITING = 1000
"""Messages that may wait for one host; beyond them, those that the hub sends again are left to that."""

LONGEST_ERROR = 300
"""Characters of what an agent printed last to standard error, if it failed."""

FILES_AWAY = "its files are not there on its host"

LOOKS_AGAIN = 60.0
"""Seconds between looks for the files of a run that were not there: a home may not be mounted yet."""

LONGEST_PAUSE = 1800.0
"""Seconds between attempts to reach a host, also where only a person can do something: somebody may have logged in."""

SENDS_WITHIN = 60.0
"""Seconds within which the hub takes a message; it may wait for its disk."""


class Relay:
    """Follows the runs that the hub names on all hosts, until its connection to the hub ends."""

    def __init__(self, hosts: Sequence[Host], hub: HubOfRelay, log: Log = SILENT) -> None:
        self._hosts = {one.name: one for one in (_HostRelay(host, hub, log) for host in hosts)}
        self._at: dict[str, _HostRelay] = {}
        self._log = log

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with trio.open_nursery() as nursery:
                for one in self._hosts.values():
                    nursery.start_soon(one.follow)
                    nursery.start_soon(one.carry)
                    nursery.start_soon(one.repeat)
                    nursery.start_soon(one.look_again)
        finally:
            await close_all(one.host for one in self._hosts.values())

    def hello(self, client_id: str, harnesses: Sequence[Message]) -> Message:
        """Return the first message to the hub."""
        capabilities = {"can_spawn_sessions": True, "spawnable_harnesses": list(harnesses)}
        return {
            "type": "daemon_connected", "client_id": client_id, "capabilities": capabilities,
            "hosts": list(self._hosts), "version": __version__,
        }  # fmt: skip

    async def take(self, message: Message) -> None:
        """Take a message of the hub; does not wait for any host."""
        if message["type"] == "sync":
            for one in message["sessions"]:
                self._find(one["session_id"], one["host"], RunId(one["session_id"], one["generation"]), one["offset"])
            for name in message.get("watch") or ():
                if name in self._hosts:
                    self._hosts[name].watch()
            return
        if message["type"] == "error":
            self._log.warning("the hub: %s", message["message"])
            return
        if "host" in message:
            self._find(message["session_id"], message["host"], None, 0)
        at = self._at.get(message["session_id"])
        if at:
            at.take(message)

    def _find(self, session_id: str, host: str, id: RunId | None, offset: int) -> None:
        at = self._hosts.get(host)
        if at is None:
            return
        self._at[session_id] = at
        if id:
            at.add(id, offset)


class _HostRelay:
    """One host: a stream of the output of all its runs, and what is sent there, in order."""

    def __init__(self, host: Host, hub: HubOfRelay, log: Log) -> None:
        self.host = host
        self.name = stored_host(host.name)
        self._hub = hub
        self._log = log
        self._runs: dict[str, FollowedRun] = {}
        self._unacknowledged: dict[str, deque[int | None]] = {}
        self._changed = trio.Event()
        self._watched = False
        self._wanted = trio.Event()
        self._retries = Retries()
        self._heard = False
        self._send, self._waiting = trio.open_memory_channel[Message](math.inf)
        self._here: set[Key] = set()
        self._away: set[str] = set()
        self._failures: dict[Key, Failed] = {}

    async def _tell(self, message: Message) -> None:
        """Send the hub a message as a whole, also if what it is about is followed anew meanwhile: half of one would end
        the connection, and one that is counted and not sent would never be acknowledged.
        """
        with trio.move_on_after(SENDS_WITHIN) as limit:
            limit.shield = True
            await self._hub.send(message)
        if limit.cancelled_caught:
            raise trio.BrokenResourceError("the hub takes nothing")

    # ---- what is followed

    def add(self, id: RunId, offset: int) -> None:
        """Follow a run from an offset on."""
        self._runs[id.session] = FollowedRun(id, offset)
        self._change()

    def watch(self) -> None:
        """Follow what the host notes of agents in terminals, also where none runs without one."""
        if not self._watched:
            self._watched = True
            self._change()

    def _follows(self, id: RunId) -> bool:
        return self._runs.get(id.session, FollowedRun(RunId(""), 0)).id == id

    def _drop(self, id: RunId) -> int | None:
        """Follow a run no more; return where its last line ended, None if it is not followed."""
        self._here = {one for one in self._here if (one.type, one.session, one.generation) != ("send_input", *id)}
        if not self._follows(id):
            return None
        self._away.discard(id.session)
        return self._runs.pop(id.session).offset

    def _change(self) -> None:
        changed, self._changed = self._changed, trio.Event()
        changed.set()

    async def follow(self) -> None:
        """Keep a stream open on everything that is followed; open it anew when that changes, or it ends."""
        while True:
            changed = self._changed
            if not (self._runs or self._watched):
                await changed.wait()
                continue
            try:
                await self.host.open()
                with trio.CancelScope() as stream:
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(_cancel_when, changed, stream)
                        await self._stream()
                        nursery.cancel_scope.cancel()
            except (HostError, OperationError) as error:
                await self._lost(str(error))
                await self._pause(error.failure.retry if isinstance(error, HostError) else Retry.LATER)

    async def _pause(self, retry: Retry) -> None:
        """Wait before the next attempt, at most until somebody wants something of the host."""
        seconds = self._retries.pause(retry, self._heard, trio.current_time())
        self._heard = False
        with trio.move_on_after(min(seconds, LONGEST_PAUSE)):
            self._wanted = trio.Event()
            await self._wanted.wait()

    async def _stream(self) -> None:
        positions = [Position(one.id, one.offset) for one in self._runs.values()]
        async with self.host.watch(tail(positions)) as watch:
            await self._tell({"type": "host_reached", "host": self.name})
            for position in positions:
                if position.id.session not in self._away:
                    await self._reached(position.id, True)
            async for several in watch:
                self._heard = True
                for news in several:
                    await self._report(news)

    async def _reached(self, id: RunId, reached: bool, error: str = "", away: bool = False) -> None:
        await self._tell({
            "type": "session_reached", "session_id": id.session, "generation": id.generation, "reached": reached,
            "error": clean(error), "away": away,
        })  # fmt: skip

    async def _lost(self, error: str) -> None:
        self._log.info("%s: headless sessions are not followed: %s", self.host.name, error)
        for one in list(self._runs.values()):
            await self._reached(one.id, False, error)

    async def _report(self, news: News) -> None:
        if isinstance(news, TerminalOpened | TerminalLeft | FeedbackDelivered):
            await self._report_terminal(news)
            return
        id = news.id
        if isinstance(news, LogLines | UnfinishedLine):
            await self._report_output(news)
        elif isinstance(news, InputsFed):
            await self._tell({"type": "input_handed", "session_id": id.session, "seq": news.number})
        elif isinstance(news, RunEnded | RunLost):
            await self._report_end(news)
        elif isinstance(news, LogCut):
            if self._follows(id):
                self._change()  # the next stream says what is left
        elif isinstance(news, LogMissing):
            await self._report_missing(news)
        elif id.session in self._away:
            self._away.discard(id.session)
            await self._reached(id, True)

    async def _report_output(self, news: LogLines | UnfinishedLine) -> None:
        """Other processes may print to a log after the end of its run, which is followed no more then."""
        id = news.id
        if not self._follows(id):
            return
        self._runs[id.session] = FollowedRun(id, news.end)
        self._unacknowledged.setdefault(id.session, deque()).append(news.end)
        rest = isinstance(news, UnfinishedLine)
        lines = [news.data] if rest else news.data.split(b"\n")[:-1]
        await self._tell({
            "type": "session_output", "session_id": id.session, "generation": id.generation, "offset": news.offset,
            "end": news.end, "messages": [one.decode("utf-8", "surrogateescape") for one in lines], "rest": rest,
        })  # fmt: skip

    async def _report_end(self, news: RunEnded | RunLost) -> None:
        end, missing = self._drop(news.id), news.missing or None
        if isinstance(news, RunEnded):
            await self._tell_end(news.id, news.exit, news.exit.reason, end, missing)
        else:
            await self._tell_end(news.id, None, "restart" if news.restarted else "lost", end, missing)

    async def _tell_end(self, id: RunId, exit: Exit | None, reason: str, end: int | None, missing: int | None) -> None:
        last = await self._last_errors(id) if exit and exit.status else ""
        await self._tell({
            "type": "session_ended", "session_id": id.session, "generation": id.generation,
            "exit_code": exit.status if exit else None, "reason": reason, "errors": last, "end": end,
            "missing": missing,
        })  # fmt: skip

    async def _report_missing(self, news: LogMissing) -> None:
        """A log that was cut or taken away is no proof of an end: an agent that runs is followed from what is left. So
        is one that printed less after that than had come before: how much is missing, nobody knows.
        """
        id = news.id
        if not self._follows(id):
            return
        offset = self._runs[id.session].offset
        if news.exit and news.exit.size >= offset:
            self._drop(id)
            await self._tell_end(id, news.exit, news.exit.reason, offset, news.exit.size - offset or None)
        elif news.over and not news.exit:
            self._drop(id)
            await self._tell_end(id, None, "lost", offset, 0)
        elif news.state == AWAY:
            self._away.add(id.session)
            await self._reached(id, False, f"{FILES_AWAY}; navi looks again every {LOOKS_AGAIN:g} s", True)
        else:
            await self._tell({
                "type": "log_cut", "session_id": id.session, "generation": id.generation, "offset": offset,
                "size": news.size,
            })  # fmt: skip

    async def look_again(self) -> None:
        """Open the stream anew where files were not there, until cancelled."""
        while True:
            await trio.sleep(LOOKS_AGAIN)
            if self._away:
                self._change()

    async def _last_errors(self, id: RunId) -> str:
        """Return the last line that an agent printed to standard error, "" if that can't be had."""
        with suppress(HostError, OperationError):
            lines = await self.host.run(read_agent_errors(id))
            return lines[-1][:LONGEST_ERROR] if lines else ""
        return ""

    async def _report_terminal(self, news: TerminalOpened | TerminalLeft | FeedbackDelivered) -> None:
        about = {"host": self.name, "conversation": news.conversation}
        if isinstance(news, FeedbackDelivered):
            await self._tell({"type": "feedback_delivered", **about, "number": news.number})
        else:
            name = news.name if isinstance(news, TerminalOpened) else ""
            await self._tell({"type": "terminal", **about, "opened": isinstance(news, TerminalOpened), "name": name})

    # ---- what is sent there

    def take(self, message: Message) -> None:
        """Take a message of the hub for this host; does not wait."""
        if message["type"] == "ack":
            self._acknowledged(message)
            return
        if message["type"] != "remove":  # that can wait until the host is reached
            self._wanted.set()
        self._queue(message)

    def _queue(self, message: Message) -> None:
        """Queue a message, but none a second time that is sent again in any case, or repeated."""
        key = key_of(message)
        full = self._waiting.statistics().current_buffer_used >= MOST_WAITING
        comes_again = key.is_sent_again or message.get("repeated")
        if comes_again and (full or key in self._here):
            return
        self._here.add(key)
        self._send.send_nowait(message)

    async def carry(self) -> None:
        """Carry out what the hub sends, one after the other; what may take long beside the rest."""
        async with trio.open_nursery() as nursery:
            async for message in self._waiting:
                if message["type"] == "end_session" or message.get("again"):
                    nursery.start_soon(self._try, message)
                else:
                    await self._try(message)

    async def _try(self, message: Message) -> None:
        """Carry out a message; report, or repeat, one that fails. An input that was put there stays known."""
        key = key_of(message)
        if message.get("repeated") and key not in self._failures:
            self._here.discard(key)
            return
        for one in [one for one in self._failures if one.is_void_after(message)]:
            del self._failures[one]
        try:
            await CARRIED[message["type"]](self, message)
            self._failures.pop(key, None)
            if key.type != "send_input":
                self._here.discard(key)
        except (HostError, OperationError) as error:
            self._here.discard(key)
            self._log.warning("%s: %s: %s", self.host.name, message["type"], error)
            await self._fail(message, str(error))

    async def _fail(self, message: Message, words: str) -> None:
        if message["type"] == "start_session":
            await self._failed(message, words)
        elif failure := failure_of(message, clean(words)):
            await self._tell(failure)
        else:
            self._note_failure(message)

    def _note_failure(self, message: Message) -> None:
        key = key_of(message)
        times = self._failures[key].times + 1 if key in self._failures else 1
        self._failures[key] = Failed(message, times, trio.current_time() + pause_before(times - 1))
        if self._failures[key].is_given_up:
            del self._failures[key]

    async def repeat(self) -> None:
        """Carry out again what failed and nobody else repeats, until cancelled."""
        while True:
            await trio.sleep(REPEATS_EVERY)
            for one in [one for one in self._failures.values() if one.due <= trio.current_time()]:
                self._queue({**one.message, "repeated": True})

    async def _start(self, message: Message) -> None:
        id = _id(message)
        operation = start_run(
            id, message["words"], message["cwd"], message["variables"], first=message["first"],
            conversation=message.get("conversation") or "",
        )  # fmt: skip
        await self._until_known(operation, message.get("again") is True)
        self._watched = True
        self.add(id, 0)

    async def _until_known(self, operation: Operation[Any], uncertain: bool) -> None:
        """Run an operation that can be repeated, until it is known whether it was done; `uncertain` says that it may
        have been already. Raise HostError, OperationError where it was not.
        """
        while True:
            try:
                await self.host.open()
                await self.host.run(operation)
                return
            except HostError as error:
                uncertain = uncertain or isinstance(error, ConnectionLost)
                if not uncertain:
                    raise
                self._log.info("%s: %s; it is repeated", self.host.name, error)
                await self._pause(error.failure.retry)

    async def _post(self, message: Message) -> None:
        await self.host.run(post_input(_id(message), message["seq"], message["line"]))

    async def _end(self, message: Message) -> None:
        """End a run. The end of one that is not followed is reported from here."""
        id = _id(message)
        done = await self.host.run(end_run(id))
        if id.session in self._away:
            self._drop(id)
        if not self._follows(id):
            await self._tell_end(id, done.exit, done.exit.reason if done.exit else "", done.size, None)

    async def _remove(self, message: Message) -> None:
        """Remove the files of a run that is over. Its host checks that; what is not stored yet is followed first."""
        id = _id(message)
        try:
            await self.host.run(remove_run(id, message["received"]))
        except OperationError as error:
            if lacks_output(error) and id.session not in self._runs:
                self.add(id, message["received"])
            raise
        await self._tell({"type": "removed", "session_id": id.session, "generation": id.generation})

    async def _know(self, message: Message) -> None:
        generation = message.get("generation")
        run = RunId(message["session_id"], generation) if generation else None
        await self.host.run(know_conversation(message["conversation"], message["session_id"], run))
        self.watch()

    async def _give(self, message: Message) -> None:
        """Put feedback on the host. Where the agent got it and nobody heard of that, the hub hears of it now."""
        about = {"host": self.name, "conversation": message["conversation"], "number": message["number"]}
        text = give_feedback(message["conversation"], message["session_id"], message["number"], message["text"])
        if await self.host.run(text):
            await self._tell({"type": "feedback_delivered", **about})

    async def _forget(self, message: Message) -> None:
        await self.host.run(forget_feedback(message["conversation"], message["session_id"]))

    def _acknowledged(self, message: Message) -> None:
        """The hub acknowledges each output in order. Where it has stored less, the run is followed from there again."""
        session, waiting = message["session_id"], self._unacknowledged.get(message["session_id"])
        expected = waiting.popleft() if waiting else None
        if waiting is not None and expected is not None and expected != message["offset"] and session in self._runs:
            self._unacknowledged[session] = deque([None] * len(waiting))
            self.add(_id(message), message["offset"])

    async def _failed(self, message: Message, words: str) -> None:
        await self._tell({
            "type": "session_ended", "session_id": message["session_id"], "generation": message["generation"],
            "exit_code": None, "reason": "", "error": clean(words),
        })  # fmt: skip


CARRIED: Mapping[str, Callable[[_HostRelay, Message], Awaitable[None]]] = {
    "start_session": _HostRelay._start,
    "send_input": _HostRelay._post,
    "end_session": _HostRelay._end,
    "remove": _HostRelay._remove,
    "know": _HostRelay._know,
    "give": _HostRelay._give,
    "forget": _HostRelay._forget,
}


def _id(message: Message) -> RunId:
    return RunId(message["session_id"], message["generation"])


async def _cancel_when(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()
