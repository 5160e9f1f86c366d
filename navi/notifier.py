"""The notifier: tells the user what needs attention, through the terminal or a command, once for all dashboards.

It also stores which sessions have finished a turn that nobody has looked at since.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress

import trio

from navi.config.notices import NoticeStore
from navi.config.settings import Settings
from navi.core.address import address_of
from navi.core.listing import SessionKey
from navi.core.log import SILENT, Log
from navi.core.model import HostView, Session
from navi.core.notices import DONE, Notice, Observer
from navi.core.pending import Pending
from navi.core.statuses import RESTING
from navi.core.terminal_notices import BELL, WAYS, sequence
from navi.core.text import clean, clean_lines, decode

TIME_LIMIT = 30.0
"""Seconds after which the user's command is stopped."""

AT_ONCE = 8
"""The most notices for which the user's commands run at the same time. At most half of them are about one host."""

STOPPED = f"was stopped after {TIME_LIMIT:g} s"

MOST_ERRORS = 4096
"""The most bytes of a command's standard error that the notifier reads."""

BEHIND = 3.0
"""Seconds for which a process whose command failed lets others give a notice first."""

REREAD_EVERY = 5.0
"""Seconds between two looks for what other dashboards have noted."""

TO_TERMINAL, TO_COMMAND = "terminal", "command"
"""The two kinds of ways. A process claims only those that it can use itself."""

DROPPED = "tmux drops notifications: `tmux set -g allow-passthrough on` lets them through; navi rings the bell instead"

Write = Callable[[str], bool]
"""Writes to the terminal, and returns whether it could: another program may have it."""


class Notifier:
    """Compares views, claims what is new, and reports it to the user.

    `write` writes to the terminal, None if there is none. `given` is called with each notice that this process has
    given, `changed` when the set `finished` has changed, and `warn` with a warning when a way cannot be used.
    """

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], store: NoticeStore,
        write: Write | None = None, given: Callable[[Notice], None] = lambda _: None,
        changed: Callable[[], None] = lambda: None, warn: Callable[[str], None] = lambda _: None, log: Log = SILENT,
    ) -> None:  # fmt: skip
        self._wanted = frozenset(settings.notify_on)
        self._commands = [way for way in settings.notify if way not in WAYS]
        self._ways = [way for way in settings.notify if way in WAYS] if write else []
        self._environment = environment
        self._store = store
        self._in_tmux = bool(environment.get("TMUX"))
        self._write = write or (lambda _: False)
        self._given = given
        self._changed = changed
        self._warn = warn
        self._log = log
        self._observer = Observer()
        self._pending = Pending()
        self._finished_now: set[SessionKey] = set()
        self._visited_now: set[SessionKey] = set()
        self._giving: Counter[str] = Counter()
        self._failing: set[str] = set()
        self._news = trio.Event()
        self.finished: frozenset[SessionKey] = frozenset()

    # ---- what changes

    def note(self, views: Iterable[HostView]) -> None:
        """Compare the views with those before; does not wait."""
        views = tuple(views)
        notices = self._observer.notice(views, trio.current_time(), time.time())
        visited = {one.key for view in views for one in view.sessions if self.finished and _is_visited(one)}
        for notice in notices:
            is_given = notice.word not in self._wanted or self._pending.add(notice)
            if notice.word == DONE and is_given:
                self._note_finished((notice.host, notice.name, notice.socket))
        self._note_visited(visited & self.finished)
        if notices:
            self._news.set()

    def _note_finished(self, key: SessionKey) -> None:
        self._finished_now.add(key)
        self._visited_now.discard(key)

    def _note_visited(self, keys: Collection[SessionKey]) -> None:
        if keys:
            self._visited_now.update(keys)
            self._finished_now.difference_update(keys)
            self._news.set()

    def look(self, keys: Collection[SessionKey]) -> None:
        """Note that the user looks at these sessions; does not wait."""
        if visited := self.finished.intersection(keys):
            self._note_visited(visited)

    # ---- giving notices

    async def run(self) -> None:
        """Report what is noted to the user, until cancelled."""
        if self._in_tmux and self._ways not in ([], [BELL]) and not await _tmux_passes_on(self._environment):
            self._ways = [BELL]
            self._warn(DROPPED)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._reread)
            while True:
                await self._news.wait()
                self._news = trio.Event()
                await self._store_finished()
                while notice := self._next():
                    await self._give(nursery, notice)
                    await self._store_finished()

    def _next(self) -> Notice | None:
        """Take the next notice. Those of a host wait while half of all commands that may run are about it."""
        if self._giving.total() >= AT_ONCE:
            return None
        return self._pending.next([host for host, number in self._giving.items() if number >= AT_ONCE // 2])

    async def _give(self, nursery: trio.Nursery, notice: Notice) -> None:
        """Give a notice by each way that no process has used for it yet."""
        given = False
        if self._ways and self._write("") and await self._claim(notice, TO_TERMINAL):
            given = self._write("".join(sequence(way, notice, self._in_tmux) for way in self._ways))
        if given:
            self._given(notice)
        if self._commands and (self._failing or await self._claim(notice, TO_COMMAND)):
            self._giving[notice.host] += 1
            nursery.start_soon(self._run_all, notice, given, not self._failing)

    async def _run_all(self, notice: Notice, given: bool, claimed: bool) -> None:
        """Run the commands at the same time. Only if one of them works, the notice is given by them."""
        try:
            if not claimed:
                await trio.sleep(BEHIND)
            if not claimed and not await self._claim(notice, TO_COMMAND):
                return
            worked: list[str] = []
            async with trio.open_nursery() as nursery:
                for command in self._commands:
                    nursery.start_soon(self._run, command, notice, worked)
            if not worked:
                await self._release(notice)
            elif not given:
                self._given(notice)
        finally:
            self._giving[notice.host] -= 1
            self._news.set()

    async def _release(self, notice: Notice) -> None:
        """Let another process give a notice that this one could not."""
        with suppress(sqlite3.Error, OSError):
            await trio.to_thread.run_sync(self._store.release, notice, TO_COMMAND)

    async def _claim(self, notice: Notice, way: str) -> bool:
        """Return whether this process must give a notice. It must if that is unknown: twice is better than never."""
        try:
            return await trio.to_thread.run_sync(self._store.claim, notice, way)
        except (sqlite3.Error, OSError) as error:
            self._log.warning("a notice may be given twice: %s", error)
            return True

    async def _run(self, command: str, notice: Notice, worked: list[str]) -> None:
        """Run a command; add it to those that worked, or say why it did not, once until it works again."""
        problem = await _problem_of(command, {**self._environment, **variables(notice)})
        if problem != STOPPED and problem:
            if command not in self._failing:
                self._warn(f"a notice was not given: the command of `notify` {problem}; it is {clean(command)}")
            self._failing.add(command)
            return
        if problem:
            self._log.warning("the command of `notify` %s", problem)
        self._failing.discard(command)
        worked.append(command)

    # ---- sessions that have finished

    async def _store_finished(self) -> None:
        """Store which sessions have finished, and which were looked at; and read what others have stored."""
        finished, visited = self._finished_now, self._visited_now
        self._finished_now, self._visited_now = set(), set()
        with suppress(sqlite3.Error, OSError):
            if finished:
                await trio.to_thread.run_sync(self._store.finish, finished)
            if visited:
                await trio.to_thread.run_sync(self._store.visit, visited)
        if finished or visited:
            await self._read_finished()

    async def _reread(self) -> None:
        before: object = None
        while True:
            stamp = self._store.stamp()
            if stamp != before:
                before = stamp
                await self._read_finished()
            await trio.sleep(REREAD_EVERY)

    async def _read_finished(self) -> None:
        with suppress(sqlite3.Error, OSError):
            finished = await trio.to_thread.run_sync(self._store.finished)
            if finished != self.finished:
                self.finished = finished
                self._changed()


async def _problem_of(command: str, environment: Mapping[str, str]) -> str:
    """Run a command in a session of its own; return what went wrong, "" if nothing did. After TIME_LIMIT it is ended,
    with all that it has started.
    """
    try:
        with tempfile.TemporaryFile() as errors, trio.move_on_after(TIME_LIMIT):
            done = await trio.run_process(
                ("sh", "-c", command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, check=False,
                env=environment, start_new_session=True, deliver_cancel=_end_group,
            )  # fmt: skip
            errors.seek(0)
            lines = clean_lines(decode(errors.read(MOST_ERRORS)).rstrip())
            words = f", {lines[-1][:160]}" if lines else ""
            return f"ended with status {done.returncode}{words}" if done.returncode else ""
    except OSError as error:
        return f"can't be started: {error.strerror}"
    return STOPPED


async def _end_group(process: trio.Process) -> None:
    """End a program and what it has started."""
    for number, seconds in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 0.0)):
        with suppress(OSError):
            os.killpg(process.pid, number)
        with trio.move_on_after(seconds):
            await process.wait()


async def _tmux_passes_on(environment: Mapping[str, str]) -> bool:
    """Return whether the tmux that navi runs in passes escape sequences on to its own terminal."""
    words = ("tmux", "-u", "show-options", "-Apqv", "-t", environment.get("TMUX_PANE", ""), "allow-passthrough")
    with suppress(OSError), trio.move_on_after(2):
        shown = await trio.run_process(words, capture_stdout=True, stderr=subprocess.DEVNULL, check=False)
        return shown.stdout.strip() in (b"on", b"all")
    return False


def _is_visited(session: Session) -> bool:
    """Return whether a client is attached to a session, or its agent no longer rests."""
    return session.status.word not in RESTING or bool(session.tmux and session.tmux.attached)


def variables(notice: Notice) -> dict[str, str]:
    """Return the environment of the user's command, cleaned like everything that is shown."""
    address = address_of(notice.host, notice.name) if notice.name else notice.host
    return {
        "NAVI_ADDRESS": clean(address),
        "NAVI_HOST": clean(notice.host),
        "NAVI_STATUS": clean(notice.word),
        "NAVI_MESSAGE": clean(notice.message),
        "NAVI_DIRECTORY": clean(notice.cwd),
    }
