"""The page of hosts: their state, what is wrong and what to do about it, and the configuration's problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import trio

from navi.config.settings import Problem
from navi.core.address import LOCAL
from navi.core.ages import age, ago, exact_age, latency
from navi.core.failure import HostState
from navi.core.listing import asks_person
from navi.core.lost import words_for
from navi.core.model import HostView, LostSession, Session
from navi.core.same_machine import duplicate_hosts
from navi.core.text import clean, short_path
from navi.tui.keys.keymap import Keymap
from navi.tui.pages.grid import Grid, GridRow
from navi.tui.pages.page import Entry, Services
from navi.tui.pages.rows import RowsPage
from navi.tui.style.paint import Line, Segment, fit, width_of
from navi.tui.style.theme import HOST_STYLES, Glyphs

MOST_NAMES = 8
"""Lost sessions of a host that are named."""

MOST_COLUMNS = 30
"""Columns of their names."""

HEADINGS = ("", "host", "state", "latency", "sessions", "need you", "address", "tmux", "system")

NUMBERS = frozenset({3, 4, 5})
"""The columns that are aligned at the right."""

OPTIONAL = (8, 6, 7, 3, 4)
"""The columns that are left out where there is little room, in this order."""


INDENT = 3
"""Columns before a row: those of the cursor, as in the list of sessions."""

BELOW = " " * (INDENT + 3)
"""What is before the lines below a row: they begin under its name."""

BEFORE_NAMES = " " * (len(BELOW) + 11)
"""What is before the names of lost sessions: they begin under the text above."""

URGENT: tuple[Callable[[HostView], bool], ...] = (
    lambda view: view.state in (HostState.AUTH, HostState.HOSTKEY),
    lambda view: bool(_lost_of(view)),
    lambda view: view.failure is not None,
)
"""Which host the cursor is on until the user moves it: the first one of which this is so, or else the first."""


class HostsPage(RowsPage):
    """Follows all hosts. The cursor is on the host that the list is filtered by; without one it is on the most urgent
    host, until the user moves it.
    """

    context = "hosts"
    title = "Hosts"

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._chosen = services.chosen_host()

    @property
    def place(self) -> int:
        """The place of the host under the cursor."""
        views = self.services.fleet.views
        tests: tuple[Callable[[HostView], bool], ...] = (lambda view: view.name == self._chosen, *URGENT)
        found = (place for test in tests for place, view in enumerate(views) if test(view))
        return next(found, 0)

    def choose(self, place: int) -> None:
        """Put the cursor on a host, and keep it there."""
        views = self.services.fleet.views
        self._chosen = views[max(0, min(place, len(views) - 1))].name if views else ""

    @property
    def host(self) -> str:
        """The host under the cursor."""
        views = self.services.fleet.views
        return views[self.place].name if views else ""

    def refusals(self) -> Mapping[str, str]:
        """Return what the host under the cursor needs not."""
        if not self.host:
            return {}
        view, name = self.services.fleet.view(self.host), clean(self.host)
        needs_login = view.state in (HostState.AUTH, HostState.HOSTKEY)
        return {} if needs_login else {"authenticate": f"{name} needs no login"}

    def lines(self) -> Sequence[Entry]:
        """Return every problem and every host."""
        services = self.services
        return host_lines(
            services.fleet.views, services.problems, services.glyphs, trio.current_time(), services.keymap
        )


def host_lines(
    views: Sequence[HostView], problems: Sequence[Problem], glyphs: Glyphs, now: float, keymap: Keymap
) -> list[Entry]:
    """Return the configuration's problems, then every host with its state. `now` is of `trio.current_time`."""
    same = duplicate_hosts({view.name: view.frame for view in views if view.frame})
    rows = tuple(
        GridRow(_cells(view, glyphs), tuple(_below(view, glyphs, now, keymap, same.get(view.name, ""))))
        for view in views
    )
    lines: list[Entry] = [
        [("fault", f" {glyphs.hosts[HostState.ERROR]} "), ("notice", clean(str(problem)))] for problem in problems
    ]
    lines += [[]] if rows and problems else []
    return [*lines, Grid(rows, HEADINGS, OPTIONAL, NUMBERS, INDENT, cut=True)] if rows else lines


def _cells(view: HostView, glyphs: Glyphs) -> tuple[Segment, ...]:
    """Return the cells under HEADINGS. Before the first answer, the number of sessions is unknown."""
    style, frame = HOST_STYLES[view.state], view.frame
    waiting = sum(map(asks_person, view.sessions))
    return (
        (style, glyphs.hosts[view.state]),
        ("name", clean(view.name)),
        (style, str(view.state)),
        ("dim", latency(view.latency) if view.latency else ""),
        ("", str(len(view.sessions)) if frame else ""),
        ("permission", str(waiting) if waiting else ""),
        ("dim", clean(view.destination) if view.destination != view.name and view.name != LOCAL else ""),
        ("dim", clean(frame.tmux_version) if frame and frame.tmux_version else ""),
        ("dim", clean(frame.system) if frame else ""),
    )


def _below(view: HostView, glyphs: Glyphs, now: float, keymap: Keymap, twin: str) -> list[Line]:
    """Return what is unusual about a host: errors and what to do, and what it has lost."""
    oddities = [
        f"same machine as {clean(twin)}" if twin else "",
        f"clock {view.skew:+.0f} s" if view.skew else "",
        f"rebooted {ago(now - view.rebooted)}" if view.rebooted is not None else "",
    ]
    note = f" {glyphs.dot} ".join(one for one in oddities if one)
    troubles = [*_troubles(view, now, keymap), ("note", "dim", note), ("lost", "notice", _lost(view, keymap))]
    lines: list[Line] = [[("dim", f"{BELOW}{label:<11}"), (style, text)] for label, style, text in troubles if text]
    return lines + _lost_rows(view, glyphs)


def _troubles(view: HostView, now: float, keymap: Keymap) -> list[tuple[str, str, str]]:
    failure = view.failure
    stale = "" if view.fresh or view.framed is None else _staleness(now - view.framed)
    if failure:
        return [
            ("error", "fault", failure.cause), ("remedy", "notice", keymap.remedy(failure)),
            ("data", "stale", stale),
            ("next try", "dim", _next_try(view, now, keymap)),
            ("watch", "dim", _polled(view)),
        ]  # fmt: skip
    last = f"{view.last_failure.cause} (recovered)" if view.last_failure else ""
    return [("last error", "dim", last), ("watch", "dim", _polled(view))]


def _staleness(seconds: float) -> str:
    old = age(seconds)
    return "of just now" if old == "now" else f"{old} old"


def _lost(view: HostView, keymap: Keymap) -> str:
    """Return how many sessions a host has lost, when, and what brings them back."""
    lost = _lost_of(view)
    if not view.frame or not lost:
        return ""
    newest = max(one.time for one in lost)
    when = f" {ago(view.frame.clock - newest)} at the earliest" if newest else ""
    back = "it" if len(lost) == 1 else "all"
    return f"{words_for(lost)}{when}; {keymap.name('restore')} restores {back}"


def _lost_of(view: HostView) -> Sequence[LostSession]:
    return view.frame.lost_sessions if view.frame else ()


def _lost_rows(view: HostView, glyphs: Glyphs) -> list[Line]:
    """Return a row for each lost session: name, agent, directory."""
    lost = _lost_of(view)
    home = view.frame.home if view.frame else ""
    cells = [(clean(one.name), clean(one.agent), short_path(clean(one.directory), home)) for one in lost[:MOST_NAMES]]
    widths = [min(MOST_COLUMNS, max((width_of(cell[place]) for cell in cells), default=0)) for place in (0, 1)]
    rows: list[Line] = [
        [
            ("", BEFORE_NAMES), *_cell("name", name, widths[0], glyphs), *_cell("", agent, widths[1], glyphs),
            ("dim", directory),
        ]
        for name, agent, directory in cells
    ]
    more = len(lost) - MOST_NAMES
    return [*rows, *([[("", BEFORE_NAMES), ("dim", f"and {more} more")]] if more > 0 else [])]


def _cell(style: str, text: str, width: int, glyphs: Glyphs) -> Line:
    return [*fit([(style, text)], width, ellipsis=glyphs.ellipsis), ("", "  ")]


def _next_try(view: HostView, now: float, keymap: Keymap) -> str:
    keys = f"when you press {keymap.name('refresh_all')} or {keymap.name('authenticate')}"
    if view.trying:
        return f"now, attempt {view.attempts + 1}"
    if view.retry_at is None:
        return "" if view.fresh else keys
    retry = f"in {exact_age(view.retry_at - now)}, attempt {view.attempts + 1}"
    return f"{retry}, or {keys}" if view.state in (HostState.AUTH, HostState.HOSTKEY) else retry


def _polled(view: HostView) -> str:
    return f"polled every 2 s, because {clean(view.unwatched)}" if view.unwatched else ""
