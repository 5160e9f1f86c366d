"""Offers the agents' hooks on hosts where agents run without them. A line above the footer offers, a key shows more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import trio

from navi.config.navi_files import NaviFiles
from navi.config.offers import HOOKS, note_answered, was_answered
from navi.core.address import LOCAL
from navi.core.model import HostView, Source
from navi.core.text import clean, plural, short_path
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.hooks.files import InstalledHooks, look_at_hooks, write_hooks
from navi.ops.hooks.plans import HOOKED_AGENTS, OVERWRITTEN, ROUNDS, SETTLES, hooks_status, plan_install
from navi.tui.dialogs.dialog import Report, Subject
from navi.tui.dialogs.pick import Pick, PickRow
from navi.tui.first_run.looking import Looking
from navi.tui.pages.page import Services
from navi.tui.per_host import PerHost
from navi.tui.screen import DashboardScreen

TITLE = "Status hooks"

TEXT = (
    "A hook reports each change of an agent's status at once, which navi derives from its screen otherwise. navi adds "
    "an entry to the settings of each agent, and keeps a copy of the file. To undo it: navi hooks remove{where}."
)


class Lacking(NamedTuple):
    """The agents of a host whose hooks are not installed, and what was found there."""

    agents: tuple[str, ...]
    found: InstalledHooks


class HookOffer:
    """Looks once at the hooks of each host on which an agent runs that could report by them, and does not."""

    def __init__(self, services: Services, screen: DashboardScreen, files: NaviFiles) -> None:
        self._services = services
        self._screen = screen
        self._files = files
        self._asked: set[str] = set()
        self._silent = PerHost(silent_agents)
        self._lacking: dict[str, Lacking] = {}

    # ---- when to offer

    def note(self, views: Sequence[HostView]) -> None:
        """Take what is known of the hosts now."""
        for view in views:
            if view.name not in self._asked and view.fresh and (agents := self._silent.of(view)):
                self._asked.add(view.name)
                if not was_answered(self._files.state, HOOKS, view.name):
                    self._services.background.start(partial(self._look_once, view.name, agents))

    async def _look_once(self, host: str, agents: Collection[str]) -> None:
        with suppress(HostError, OperationError):
            found = await self._look(host)
            self._put(host, found, [one for one in agents if hooks_status(found, one).state == "absent"])
        self._show()

    async def _look(self, host: str) -> InstalledHooks:
        fleet = self._services.fleet
        return await fleet.ask(host, look_at_hooks(fleet.host(host).settings.sessions_dir))

    def _put(self, host: str, found: InstalledHooks, agents: Sequence[str]) -> None:
        self._lacking.pop(host, None)
        if agents:
            self._lacking[host] = Lacking(tuple(agents), found)

    def _show(self) -> None:
        """Show the line, or remove it."""
        names = list(self._lacking)
        text = f"offers status hooks on {_where(names)}, for statuses that are not derived (~)" if names else ""
        self._screen.offer("hooks", text)

    # ---- the dialog

    def ask(self) -> None:
        """Offer the hooks of all agents that are on the hosts that answer."""
        looking = Looking(self._screen, TITLE, "looking at the hooks of all hosts ...")
        self._screen.open(looking)
        self._services.background.start(partial(self._find, looking))

    async def _find(self, looking: Looking) -> None:
        """Look at all hosts; show what they lack, or only the line if the user has closed the dialog meanwhile."""
        views = [view for view in self._services.fleet.configured if view.fresh]
        async with trio.open_nursery() as nursery:
            for view in views:
                nursery.start_soon(self._look_again, view)
        self._show()
        if not self._screen.shows(looking):
            return
        self._screen.close()
        if self._lacking:
            self._open()
        else:
            self._screen.show_message("no agent on the hosts that answer lacks a hook")

    async def _look_again(self, view: HostView) -> None:
        """Look at a host; one that can't be asked now keeps what was found before."""
        with suppress(HostError, OperationError):
            found = await self._look(view.name)
            there = {*running_agents(view), *found.present, *(["opencode"] if found.opencode else [])}
            there |= {"claude"} if found.version else set()
            states = {one: hooks_status(found, one).state for one in HOOKED_AGENTS if one in there}
            self._put(view.name, found, [one for one, state in states.items() if state in ("absent", "outdated")])

    def _open(self) -> None:
        rows = [PickRow(host, _host(host), self._note(host)) for host in self._lacking]
        text = TEXT.format(where="" if list(self._lacking) == [LOCAL] else " --all")
        pick = Pick(
            self._screen.glyphs, TITLE, text, rows, "installs where ticked",
            self._install_all, partial(self._decline, tuple(self._lacking)), ticked=self._lacking,
        )  # fmt: skip
        self._screen.open(pick)

    def _note(self, host: str) -> str:
        """Return which agents get hooks, and which files change."""
        agents, found = self._lacking[host]
        frame = self._services.fleet.view(host).frame
        try:
            changes = plan_install(found, agents).changes
        except OperationError as error:
            return str(error)
        files = (short_path(change.file.path, frame.home if frame else "") for change in changes)
        return f"{', '.join(agents)}: {', '.join(files)}"

    def _decline(self, hosts: Sequence[str]) -> None:
        self._screen.close()
        self._forget(hosts)
        self._screen.show_message(f"{self._screen.key_of('hooks')} offers the hooks again")

    def _forget(self, hosts: Sequence[str]) -> None:
        """Offer the hooks of these hosts no more."""
        note_answered(self._files.state, HOOKS, hosts)
        for host in hosts:
            self._lacking.pop(host, None)
        self._show()

    # ---- installing

    def _install_all(self, hosts: Sequence[str]) -> None:
        lacking = dict(self._lacking)
        self._forget(tuple(lacking))
        where = plural(len(hosts), "host")
        subjects = [Subject(host, _host(host)) for host in hosts]
        report = Report(self._screen.glyphs, f"Install hooks on {where}", subjects, self._screen.close)
        self._screen.open(report)
        for host in hosts:
            self._services.background.start(partial(self._install, report, host, lacking[host]))

    async def _install(self, report: Report, host: str, lacking: Lacking) -> None:
        try:
            kept = await self._write(host, lacking)
        except HostError as error:
            report.put(host, f"{error.failure.cause}; {self._services.keymap.remedy(error.failure)}", "fault")
        except OperationError as error:
            report.put(host, str(error), "fault")
        else:
            copy = f"; the previous settings are kept in {kept}" if kept else ""
            report.put(host, f"installed for {', '.join(lacking.agents)}{copy}", "good")

    async def _write(self, host: str, lacking: Lacking) -> str:
        """Install; while a Claude Code runs, repeat what it has undone. Return where the old settings are kept."""
        agents, found = lacking
        fleet = self._services.fleet
        kept = await fleet.ask(host, write_hooks(plan_install(found, agents)))
        for _ in range(ROUNDS if found.running else 0):
            await trio.sleep(SETTLES)
            again = plan_install(await self._look(host), agents)
            if not again.changes:
                return kept
            with suppress(OperationError):  # it writes its settings just now: see the next look
                await fleet.ask(host, write_hooks(again))
        if found.running:
            raise OperationError(OVERWRITTEN.format(ROUNDS + 1))
        return kept


def running_agents(view: HostView) -> Iterator[str]:
    """Yield the agents with hooks that run in sessions of a host."""
    yield from (session.agent for session in view.sessions if session.agent in HOOKED_AGENTS and session.tmux)


def silent_agents(view: HostView) -> frozenset[str]:
    """Return the agents that run on a host and report by no hook, of navi's or of anybody else's."""
    reporting = {session.agent for session in view.sessions if session.status.source is Source.HOOK}
    return frozenset(running_agents(view)) - reporting


def _host(name: str) -> str:
    return "this machine" if name == LOCAL else clean(name)


def _where(names: Sequence[str]) -> str:
    """Name hosts, or count them if there are many."""
    return " and ".join(map(_host, names)) if len(names) < 3 else f"{len(names)} hosts"
