"""The task that lists sessions without a terminal. Where no hub runs, it only looks for a socket now and then."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import trio

from navi.core.text import clean
from navi.fleet import Fleet

if TYPE_CHECKING:
    from navi.headless.trio_client import TrioHubClient

LOOKS_EVERY = 1.0
"""Seconds between two looks for a hub."""

PINGS_EVERY = 10.0
"""Seconds between two questions whether the hub still answers."""

SILENT_AFTER = 30.0
"""Seconds without a word after which a hub counts as lost."""


LONGEST_WORDS = 200
"""Characters of what a hub reports."""


class HubWatch:
    """Puts the hub's sessions into the fleet. When the hub is lost they stay, as disconnected since then.

    `folder` is that of the hub's socket. `connected` says whether there is a hub that has sent its list.
    `show_message` gets what the user should know of the hub, and a style.
    """

    def __init__(self, fleet: Fleet, folder: str, show_message: Callable[[str, str], None]) -> None:
        self._show_message = show_message
        self._refused = ""
        self._fleet = fleet
        self._socket = os.path.join(folder, "hub.sock")
        self._folder = folder
        self._documents: dict[str, Mapping[str, Any]] = {}
        self.connected = False

    async def run(self) -> None:
        """Watch until cancelled: connect as soon as there is a hub, again and again."""
        while True:
            if self._is_there():
                await self._follow()
            await trio.sleep(LOOKS_EVERY)

    def _is_there(self) -> bool:
        """Return whether there may be a hub: a socket that belongs to this user."""
        try:
            found = os.lstat(self._socket)
        except OSError:
            return False
        return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()

    async def _follow(self) -> None:
        """Follow the hub until it is lost."""
        from navi.headless.replies import HubOfOtherVersion
        from navi.headless.trio_client import connected
        from navi.ops import OperationError

        try:
            async with connected(self._folder) as hub:
                await hub.send_question({"type": "watch"})
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_ping, hub)
                    await self._take_all(hub)
        except* HubOfOtherVersion as group:
            why, _, remedy = str(_first(group)).rpartition("; ")
            self._refuse(f"{remedy}: {why}" if why else remedy)
        except* (OperationError, trio.TooSlowError):
            pass
        self._lose()

    async def _take_all(self, hub: TrioHubClient) -> None:
        while True:
            with trio.fail_after(SILENT_AFTER):
                message = await hub.next()
            if message["type"] == "error":
                words = clean(message["message"])[:LONGEST_WORDS]
                self._refuse(f"the hub does not list its sessions ({words}); restart navi serve if it is older")
            if message["type"] == "sessions":
                self._documents = self._documents if self.connected else {}
                self.connected = True
                self._note_accepted()
                news = {str(one["id"]): one for one in message["sessions"]}
                self._report_delivered(news)
                self._documents |= news
                self._show(None)

    def _refuse(self, words: str) -> None:
        """Say once why the hub does not send its list, and what helps. That comes first: small screens cut the rest."""
        if words != self._refused:
            self._refused = words
            self._show_message(words, "fault")

    def _note_accepted(self) -> None:
        """Say that the hub sends its list, where the last word was that it does not."""
        if self._refused:
            self._refused = ""
            self._show_message("the hub lists its sessions again", "good")

    def _report_delivered(self, news: Mapping[str, Mapping[str, Any]]) -> None:
        """Say which agents in terminals got feedback that waited for them."""
        for id, one in news.items():
            before, now = self._documents.get(id, one).get("feedback"), one.get("feedback")
            if type(before) is int and type(now) is int and now < before:
                rest = f"; {now} still wait{'s' if now == 1 else ''}" if now else ""
                title = clean(str(one.get("title", "")))[:40]
                self._show_message(f"the agent of {title} got its feedback{rest}", "good")

    def _show(self, lost: float | None) -> None:
        from navi.headless.listed import feedback_of, session_of

        documents = self._documents.values()
        found = [session_of(one, lost) for one in documents]
        waiting = [feedback_of(one) for one in documents] if lost is None else []
        self._fleet.put_headless([one for one in found if one], dict(one for one in waiting if one))

    def _lose(self) -> None:
        """Note that the hub is lost, once."""
        if self.connected:
            self.connected = False
            self._show(time.time())


def _first(error: BaseException) -> BaseException:
    """Return the first exception of a group of groups."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


async def _ping(hub: TrioHubClient) -> None:
    while True:
        await trio.sleep(PINGS_EVERY)
        await hub.send({"type": "ping"})
