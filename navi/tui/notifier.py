"""The notifier: a bell or a command when a session begins to wait for the user."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

import trio

from navi.core.evidence import ATTENTION
from navi.core.listing import Key
from navi.core.model import HostView, Session
from navi.core.text import clean

BELL = "bell"
"""The setting that rings the terminal's bell; any other text is a command line for sh."""

TIME_LIMIT = 30.0
"""Seconds after which the user's command is stopped."""


def begun_to_wait(before: Mapping[Key, str], views: Iterable[HostView]) -> tuple[list[Session], dict[Key, str]]:
    """Return the sessions that wait for the user now and did not before, and the statuses now, by session.

    A session that was not there before does not count: at the start, all of them are new.
    """
    now = {session.key: session for view in views for session in view.sessions}
    words = {key: session.status.word for key, session in now.items()}
    begun = [
        session for key, session in now.items()
        if words[key] in ATTENTION and before.get(key, words[key]) not in ATTENTION
    ]  # fmt: skip
    return begun, {**before, **words}


class Notifier:
    """Rings the bell, or runs the user's command, once for each session that begins to wait."""

    def __init__(self, notify: str, environment: Mapping[str, str], ring: Callable[[], None]) -> None:
        self._notify = notify
        self._environment = environment
        self._ring = ring
        self._words: dict[Key, str] = {}
        self._send, self._begun = trio.open_memory_channel[Session](100)

    def note(self, views: Iterable[HostView]) -> None:
        """Compare the statuses with those before, and notify."""
        if not self._notify:
            return
        begun, self._words = begun_to_wait(self._words, views)
        if begun and self._notify == BELL:
            self._ring()
        else:
            for session in begun:
                with suppress(trio.WouldBlock):
                    self._send.send_nowait(session)

    async def run(self) -> None:
        """Run the user's command for one session after the other, until cancelled."""
        async for session in self._begun:
            with trio.move_on_after(TIME_LIMIT), suppress(OSError):
                await trio.run_process(
                    ("sh", "-c", self._notify),
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                    env={**self._environment, **variables(session)},
                )  # fmt: skip


def variables(session: Session) -> dict[str, str]:
    """Return the environment of the user's command, cleaned like everything that is shown."""
    return {
        "NAVI_ADDRESS": clean(session.address),
        "NAVI_STATUS": clean(session.status.word),
        "NAVI_MESSAGE": session.message,
        "NAVI_DIRECTORY": session.cwd,
    }
