"""The commands that open a list to choose from: all commands, or the hosts; and what chooses a host without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from navi.core.listing import Scope
from navi.core.text import plural
from navi.fleet import Fleet
from navi.tui.keys.keymap import Binding, Keymap, shown
from navi.tui.keys.possible import Situation, footer_order, why_not
from navi.tui.keys.table import MOVING
from navi.tui.list.commands import ListCommands
from navi.tui.palette.hosts import host_entries
from navi.tui.palette.picker import Picker, PickerEntry
from navi.tui.screen import DashboardScreen

NUMBERED = 9
"""Hosts that have a key."""


class PaletteCommands:
    """`contexts` returns those of keys, `situation` what decides which commands can do something; `run` runs one."""

    def __init__(
        self, fleet: Fleet, screen: DashboardScreen, filters: ListCommands, keymap: Keymap,
        contexts: Callable[[], Sequence[str]], situation: Callable[[], Situation], run: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._fleet = fleet
        self._screen = screen
        self._filters = filters
        self._keymap = keymap
        self._contexts = contexts
        self._situation = situation
        self._run = run

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        return {"palette": self._open_palette, "scope": self._open_hosts, "host": lambda: self.number(1)}

    def _open_palette(self) -> None:
        self._screen.list.hold()
        contexts = tuple(self._contexts())
        entries = lambda: command_entries(self._keymap.offered(contexts), self._situation())  # noqa: E731
        self._open("Commands", entries, self._run, "runs it")

    def _open_hosts(self) -> None:
        names = self._keymap.keys("host")
        key_of = lambda place: shown(names[place - 1]) if place <= min(NUMBERED, len(names)) else ""  # noqa: E731
        entries = lambda: host_entries(self._fleet.views, self._screen.header.counts, self._screen.glyphs, key_of)  # noqa: E731
        self._open("Hosts", entries, self._filters.choose, "lists its sessions", self._filters.list_filter.scope)

    def _open(
        self, title: str, entries: Callable[[], Sequence[PickerEntry]], choose: Callable[[str], None], does: str,
        chosen: str = "",
    ) -> None:  # fmt: skip
        self._screen.open(Picker(self._screen.glyphs, title, entries, choose, self._screen.close, does, chosen))

    # ---- choosing a host without the list

    def number(self, place: int) -> None:
        """List only the sessions of the host at a place, counted from 1; beyond NUMBERED, or again: those of all."""
        views = self._fleet.views
        if place > NUMBERED:
            self._filters.choose(Scope.ALL)
        elif place > len(views):
            number = plural(len(views), "host")
            self._screen.show_message(f"this machine and remotes.yaml have {number}")
        else:
            self._toggle(views[place - 1].name)

    def click(self, host: str) -> None:
        """Take a click on the bar of hosts: on a host, or on something else, which opens the list."""
        if host:
            self._toggle(host)
        else:
            self._open_hosts()

    def _toggle(self, host: str) -> None:
        self._filters.choose(Scope.ALL if self._filters.list_filter.scope == host else host)


def command_entries(offered: Sequence[tuple[int, Binding]], now: Situation) -> list[PickerEntry]:
    """Return a row for each command: what can do something comes first, then what the footer shows, moving last."""
    order = (*footer_order(now), *(binding.command for _, binding in offered if binding.group is not MOVING))
    places = {command: place for place, command in reversed(list(enumerate(order)))}
    rows = [(context, places.get(binding.command, len(order)), binding) for context, binding in offered]
    rows.sort(key=lambda row: row[:2])
    return [_entry(binding, why_not(binding.command, now)) for *_, binding in rows if binding.command != "palette"]


def _entry(binding: Binding, refused: str) -> PickerEntry:
    name = binding.title
    keys = " ".join(map(shown, binding.keys))
    cells = (("key", shown(binding.keys[0])), ("name", name), ("dim", refused or binding.help))
    about = f"{binding.help} {binding.command} {binding.group.title} {keys}"
    return PickerEntry(binding.command, name, cells, about, refused)
