"""Pages that take the place of the list for a while: help, hosts, details. Their text is pure; `Page` scrolls it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from navi.config.settings import Problem
from navi.core.facts import Fact, facts, recent_text, time_parts, tokens_text, tool_parts, tools_text
from navi.core.failure import HostState
from navi.core.metrics import Metrics, metrics_of
from navi.core.model import HostView, Session
from navi.core.text import clean, exact_age, latency
from navi.tui.keys import KEYS, shown
from navi.tui.pages.charts import Bar, Chart
from navi.tui.pages.token_counts import TokenView
from navi.tui.paint import Line, ScrollingPanel, wrap
from navi.tui.theme import HOST_STYLES, Glyphs, status_style

Entry = Line | Chart
"""What a page is made of: lines that are folded where they are too long, and charts that take the width there is."""


class Page(ScrollingPanel):
    """A title and lines that can be scrolled."""

    def __init__(self, glyphs: Glyphs, title: str, lines: Sequence[Entry]) -> None:
        super().__init__(glyphs)
        self.title = title
        self._lines = lines
        self._top = 0
        self._rows = 1
        self._length = len(lines)
        self._folded: tuple[int, list[Line]] | None = None

    def put(self, lines: Sequence[Entry]) -> None:
        """Show other lines; the place stays."""
        if lines != self._lines:
            self._lines = lines
            self._folded = None
            self.changed()

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines."""
        self._top = max(0, min(self._top + step, self._length - self._rows))
        self.changed()

    def page(self, direction: int) -> None:
        """Go a page up or down."""
        self.scroll(direction * max(1, self._rows - 1))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the title and the lines that are in sight; long ones go on in the next line, under their text."""
        self._rows = max(1, height - 2)
        folded = self._fold(width)
        self._length = len(folded)
        self._top = max(0, min(self._top, self._length - self._rows))
        left = self._length - self._top - self._rows
        title: Line = [("title", f" {self.title}"), ("dim", f"   {left} more lines" if left > 0 else "   Esc closes")]
        return [title, [], *folded[self._top : self._top + self._rows]]

    def _fold(self, width: int) -> list[Line]:
        """Fold all lines, and remember that: it takes long for long pages, and scrolling must not."""
        if self._folded is None or self._folded[0] != width:
            self._folded = width, [piece for entry in self._lines for piece in self._pieces(entry, width)]
        return self._folded[1]

    def _pieces(self, entry: Entry, width: int) -> list[Line]:
        return entry.lines(width, self.glyphs) if isinstance(entry, Chart) else _fold(entry, width)


def _fold(line: Line, width: int) -> list[Line]:
    """Break the last segment of a line that is too long; the pieces stand under each other."""
    if not line:
        return [line]
    *head, (style, text) = line
    indent = sum(len(piece) for _, piece in head)
    if indent > width - 12:
        return [line]
    first, *more = wrap(text, width - indent)
    return [[*head, (style, first)], *([("", " " * indent), (style, piece)] for piece in more)]


def help_lines() -> list[Line]:
    """The table of keys."""
    lines: list[Line] = []
    for group, keys in groupby(KEYS, lambda key: key.group):
        lines.append([("title", f" {group}")])
        lines += [[("key", f"  {' '.join(map(shown, key.keys)):<12}"), ("", key.help)] for key in keys]
        lines.append([])
    return lines


def host_lines(views: Sequence[HostView], problems: Sequence[Problem], glyphs: Glyphs, now: float) -> list[Line]:
    """Every host with its state, and what is wrong with the configuration. `now` is of time.monotonic."""
    lines: list[Line] = []
    for view in views:
        lines += [*_host(view, glyphs, now), []]
    for problem in problems:
        lines.append([("fault", f" {glyphs.hosts[HostState.ERROR]} "), ("notice", clean(str(problem)))])
    return lines


def _host(view: HostView, glyphs: Glyphs, now: float) -> list[Line]:
    facts = [
        latency(view.latency) if view.latency else "",
        f"{len(view.sessions)} session{'' if len(view.sessions) == 1 else 's'}",
        f"tmux {view.frame.tmux_version}" if view.frame and view.frame.tmux_version else "",
        clean(view.frame.system) if view.frame else "",
        f"clock {view.skew:+.0f} s" if view.skew else "",
        f"rebooted {exact_age(now - view.rebooted)} ago" if view.rebooted is not None else "",
    ]
    style = HOST_STYLES[view.state]
    lines: list[Line] = [
        [
            (style, f" {glyphs.hosts[view.state]} "),
            ("name", clean(view.name)),
            ("dim", f"  {clean(view.destination)}  " if view.destination != view.name else "  "),
            (style, str(view.state)),
            ("dim", "  " + f" {glyphs.dot} ".join(fact for fact in facts if fact)),
        ]
    ]
    return lines + [[("", f"     {label:<11}"), (name, text)] for label, name, text in _troubles(view, now) if text]


def _troubles(view: HostView, now: float) -> list[tuple[str, str, str]]:
    failure = view.failure
    stale = "" if view.fresh or view.framed is None else f"{exact_age(now - view.framed)} old"
    retry = "" if view.retry_at is None else f"in {exact_age(view.retry_at - now)}, attempt {view.attempts + 1}"
    if failure:
        return [
            ("error", "fault", failure.cause), ("remedy", "notice", failure.remedy), ("data", "stale", stale),
            ("next try", "dim", retry or ("when you press ^R or A" if not view.fresh else "")),
            ("watch", "dim", _polled(view)),
        ]  # fmt: skip
    last = f"{view.last_failure.cause} (over now)" if view.last_failure else ""
    return [("last error", "dim", last), ("watch", "dim", _polled(view))]


def _polled(view: HostView) -> str:
    return f"polled every 2 s, because {clean(view.unwatched)}" if view.unwatched else ""


def detail_lines(session: Session, view: HostView, now: float, tokens: TokenView | None = None) -> list[Entry]:
    """Everything known about a session: where from, and how old. `now` is the host's time (epoch)."""
    host = f"{view.name} ({view.destination}), {view.state}"
    lines: list[Entry] = [_fact(fact) for fact in facts(session, host, view.frame, now)]
    return [*lines, *_usage(metrics_of(session, now), tokens)]


def _fact(fact: Fact) -> Line:
    rest = fact.text.removeprefix(fact.status)
    status = [(status_style(fact.status), fact.status)] if fact.status else []
    return [("dim", f"  {fact.label:<12}"), *status, *([("", rest)] if rest else [])]


def _usage(metrics: Metrics | None, tokens: TokenView | None) -> list[Entry]:
    """Times, tools and tokens; nothing of what no hook told."""
    lines: list[Entry] = []
    if metrics and metrics.times:
        lines += [_fact(Fact("time", exact_age(metrics.times.total)))]
        lines += [Chart(tuple(Bar(part, status_style(part.label)) for part in time_parts(metrics.times)))]
    if metrics and metrics.tools:
        lines += [_fact(Fact("tools", tools_text(metrics))), Chart(tuple(map(Bar, tool_parts(metrics))))]
    if metrics and metrics.recent:
        lines += [_fact(Fact("recent", recent_text(metrics)))]
    return [*lines, *(_tokens(tokens) if tokens else [])]


def _tokens(view: TokenView) -> list[Line]:
    known = [_fact(Fact("tokens", tokens_text(view.tokens)))] if view.tokens else []
    if view.fault:
        return [*known, [("dim", f"  {'' if known else 'tokens':<12}"), ("notice", clean(view.fault))]]
    return known or [_fact(Fact("tokens", "counting ..."))]
