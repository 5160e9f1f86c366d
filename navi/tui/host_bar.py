"""The bar of hosts: a label for each, its sessions, and how many of these need the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from navi.core.address import LOCAL
from navi.core.ages import age, latency
from navi.core.failure import HostState
from navi.core.listing import ListFilter, asks_person, is_listed
from navi.core.model import HostView
from navi.core.text import clean
from navi.tui.style.paint import Line, Segment, columns_of
from navi.tui.style.theme import HOST_STYLES, Glyphs

SLOW = 0.1
"""Seconds of latency from which it is shown: less is not noticed."""

NARROW = 40
"""Columns under which a label is only the name, a problem and how many sessions wait, and no label counts hosts."""

FOR_MORE = 9
"""Columns that are kept for the number of hosts without a label; less than half of them if the bar is narrow."""

GAP: Segment = ("", "   ")
BRIEF_GAP: Segment = ("", "  ")


class HostCount(NamedTuple):
    """How many sessions of a host are listed while no host is chosen, and how many of all ask the user something."""

    sessions: int = 0
    waiting: int = 0


def count_sessions(view: HostView, list_filter: ListFilter) -> HostCount:
    """Count the sessions of a host."""
    listed = sum(is_listed(session, list_filter) for session in view.sessions)
    return HostCount(listed, sum(map(asks_person, view.sessions)))


class HostLabel(NamedTuple):
    """A part of the bar. A click on it chooses `host`; if that is "", it opens the list of hosts."""

    host: str
    line: Line


class HostBar(NamedTuple):
    """What the bar shows: the hosts, their counts, and the name of the one that is chosen, or "". `now` is of
    `trio.current_time`.
    """

    glyphs: Glyphs
    views: Sequence[HostView]
    counts: Mapping[str, HostCount]
    chosen: str
    now: float

    def labels(self, width: int) -> list[HostLabel]:
        """Return a label for each host. If they don't fit without their times either, those with problems and with
        waiting sessions come first, and the rest is counted.
        """
        for times in (True, False):
            labels = [self._label(view, times) for view in self.views]
            if _columns(labels) <= width + len(GAP[1]):
                return labels
        return self._most_notable(width, brief=width < NARROW)

    def _most_notable(self, width: int, brief: bool) -> list[HostLabel]:
        """Return labels of the most notable hosts, and then how many there are besides."""
        labels: list[HostLabel] = []
        notable = self._notable()
        rest = [] if brief and notable else self._connected(notable)
        for number, view in enumerate(notable):
            label = self._label(view, times=False, brief=brief)
            kept = _columns(rest) + (0 if number == len(notable) - 1 else FOR_MORE // 2 if brief else FOR_MORE)
            if _columns([*labels, label]) - len(label.line[-1][1]) > width - kept:
                return [*labels, self._more(notable[number:], brief), *rest]
            labels.append(label)
        return [*labels, *rest]

    def _connected(self, named: Sequence[HostView]) -> list[HostLabel]:
        """Return the label that counts the remotes that are connected, beyond those with a label of their own."""
        names = {view.name for view in named} | {LOCAL}
        connected = sum(view.state is HostState.CONNECTED for view in self.views if view.name not in names)
        symbol = self.glyphs.hosts[HostState.CONNECTED]
        count = f"+{connected} {symbol}" if named else f"{symbol} {connected}"
        return [HostLabel("", [("good", f"{count}{GAP[1]}")])] if connected else []

    def _notable(self) -> list[HostView]:
        """Return the chosen host, those with problems, and those with waiting sessions, in this order."""

        def place(view: HostView) -> int:
            if view.name == self.chosen:
                return 0
            if view.state is not HostState.CONNECTED:
                return 1
            return 2 if self.counts[view.name].waiting else 3

        return sorted((view for view in self.views if place(view) < 3), key=place)

    def _more(self, views: Sequence[HostView], brief: bool) -> HostLabel:
        troubled = any(view.state is not HostState.CONNECTED for view in views)
        words = f"+{len(views)}" if brief else f"+{len(views)} more{GAP[1]}"
        return HostLabel("", [("fault" if troubled else "permission", words)])

    def _label(self, view: HostView, times: bool, brief: bool = False) -> HostLabel:
        style = HOST_STYLES[view.state]
        name: Segment = ("host", clean(view.name))
        if view.name == self.chosen:
            name = ("cursor", f" {clean(view.name)} ")
        count = self.counts[view.name]
        if brief:
            symbol = [] if view.state is HostState.CONNECTED else [(style, f"{self.glyphs.hosts[view.state]} ")]
            waits = [("permission", f" {count.waiting}!")] if count.waiting else []
            return HostLabel(view.name, [*symbol, name, *waits, BRIEF_GAP])
        line: list[Segment] = [(style, f"{self.glyphs.hosts[view.state]} "), name]
        if view.state is HostState.DISCONNECTED and not view.failure:
            pass  # it is tried in a moment: a word would only scare
        elif view.state is not HostState.CONNECTED:
            line.append((style, f" {view.state}"))
        elif count.sessions:
            line.append(("dim", f" {count.sessions}"))
        if count.waiting:
            line.append(("permission", f" ({count.waiting}!)"))
        return HostLabel(view.name, [*line, *(self._times(view) if times else []), GAP])

    def _times(self, view: HostView) -> list[Segment]:
        """Return a latency that can be felt, and the age of what is not current."""
        line: list[Segment] = []
        if view.state is HostState.CONNECTED and view.latency and view.latency > SLOW:
            line.append(("dim", f" {latency(view.latency)}"))
        if not view.fresh and view.framed is not None:
            line.append(("dim", _staleness(self.now - view.framed)))
        return line


def shown_hosts(views: Sequence[HostView]) -> list[HostView]:
    """Return the hosts that the bar shows: this machine only if there are others, or it has a problem."""
    return [view for view in views if view.name != LOCAL or view.failure or len(views) > 1]


def _columns(labels: Iterable[HostLabel]) -> int:
    return sum(columns_of(label.line) for label in labels)


def _staleness(seconds: float) -> str:
    old = age(seconds)
    return " just now" if old == "now" else f" {old} old"
