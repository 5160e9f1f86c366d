"""Offers the hosts of ~/.ssh/config, writes the ticked ones into remotes.yaml, and connects to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import trio

from navi.config.navi_files import NaviFiles
from navi.config.offers import HOSTS, note_answered, was_answered
from navi.config.reader import read_remotes
from navi.config.remote import Remote
from navi.config.remotes_file import Unwritable, add_hosts, new_hosts, remotes_of
from navi.config.ssh_hosts import SshHost, read_ssh_hosts
from navi.core.model import HostView
from navi.core.text import clean, plural, short_path
from navi.hosts import Host
from navi.tui.dialogs.dialog import Report, Subject
from navi.tui.dialogs.pick import Pick, PickRow
from navi.tui.first_run.looking import Looking
from navi.tui.pages.page import Services
from navi.tui.screen import DashboardScreen

MakeHosts = Callable[[Sequence[Remote]], Iterable[Host]]
"""Returns the hosts of these remotes."""

TITLE = "Hosts of ~/.ssh/config"

TEXT = (
    "navi also lists the agents of other machines that your ssh reaches. Tick those where agents run: navi connects to "
    "them with your own configuration of ssh, and installs nothing there. {file} will name them."
)

LOOK_EVERY = 0.1
"""Seconds between two looks at how connecting goes."""


class HostOffer:
    """`make_hosts` returns the hosts of remotes."""

    def __init__(self, services: Services, screen: DashboardScreen, files: NaviFiles, make_hosts: MakeHosts) -> None:
        self._services = services
        self._screen = screen
        self._files = files
        self._make_hosts = make_hosts

    def begin(self) -> None:
        """Offer hosts if there is no remotes.yaml. Call this before the first frame, before any key is pressed."""
        if os.path.lexists(self._files.remotes) or was_answered(self._files.state, HOSTS):
            return
        hosts = read_ssh_hosts(self._files.environment)
        if hosts:
            self._open(hosts)

    def ask(self) -> None:
        """Offer the hosts that remotes.yaml does not have yet."""
        looking = Looking(self._screen, TITLE, "reading the configuration of ssh ...")
        self._screen.open(looking)
        self._services.background.start(partial(self._find, looking))

    async def _find(self, looking: Looking) -> None:
        hosts, known = await trio.to_thread.run_sync(self._read)
        if not self._screen.shows(looking):
            return
        self._screen.close()
        if hosts:
            self._open(hosts)
        elif known:
            self._screen.show_message("remotes.yaml has all hosts of ~/.ssh/config already")
        else:
            self._screen.show_message("~/.ssh/config names no hosts; navi-remotes(5) shows how to write remotes.yaml")

    def _read(self) -> tuple[Sequence[SshHost], Sequence[SshHost]]:
        """Return the hosts that are new, and all."""
        remotes, _ = read_remotes(self._files.remotes)
        hosts = read_ssh_hosts(self._files.environment)
        return new_hosts(hosts, remotes), hosts

    # ---- the dialog

    def _open(self, hosts: Sequence[SshHost]) -> None:
        known = {host.name: host for host in hosts}
        rows = [PickRow(host.name, host.name, host.destination) for host in hosts]
        text = TEXT.format(file=short_path(str(self._files.remotes), str(self._files.home)))
        pick = Pick(
            self._screen.glyphs, TITLE, text, rows, "adds the ticked hosts",
            lambda names: self._add(pick, [known[name] for name in names]), self._close,
        )  # fmt: skip
        self._screen.open(pick)

    def _close(self) -> None:
        """Close the dialog; the offer was answered."""
        self._screen.close()
        if not was_answered(self._files.state, HOSTS):
            note_answered(self._files.state, HOSTS)
            self._screen.show_message(f"{self._screen.key_of('add_hosts')} offers the hosts of ~/.ssh/config again")

    def _add(self, pick: Pick, hosts: Sequence[SshHost]) -> None:
        pick.busy = True
        pick.show_note("writing remotes.yaml ...")
        self._services.background.start(partial(self._write, pick, hosts))

    async def _write(self, pick: Pick, hosts: Sequence[SshHost]) -> None:
        try:
            await trio.to_thread.run_sync(add_hosts, self._files.remotes, hosts)
        except Unwritable as error:
            pick.busy = False
            pick.show_fault(str(error))
            return
        note_answered(self._files.state, HOSTS)
        self._services.fleet.add(self._make_hosts(remotes_of(hosts)))
        if self._screen.shows(pick):
            await self._report([host.name for host in hosts])

    # ---- the result

    async def _report(self, names: Sequence[str]) -> None:
        """Show how connecting goes, until the user closes that."""
        hosts = plural(len(names), "host")
        subjects = [Subject(name, name) for name in names]
        report = Report(self._screen.glyphs, f"Connect to {hosts}", subjects, self._screen.close)
        self._screen.open(report)
        shown: dict[str, tuple[str, str]] = {}
        while self._screen.shows(report):
            for name in names:
                result = self._result(self._services.fleet.view(name))
                if shown.get(name, ("", "")) != result:
                    shown[name] = result
                    report.put(name, *result)
            await trio.sleep(LOOK_EVERY)

    def _result(self, view: HostView) -> tuple[str, str]:
        """Return what to say of a host, and its style."""
        if view.failure:
            return f"{view.failure.cause}; {self._services.keymap.remedy(view.failure)}", "fault"
        if not view.fresh:
            return "connecting ...", "dim"
        number = len(view.sessions)
        return clean(f"connected, {plural(number, 'session')}"), "good"
