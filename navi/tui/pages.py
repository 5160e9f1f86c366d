"""Pages that take the place of the list for a while: help, hosts, details. Their text is pure; `Page` scrolls it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from navi.config import Problem
from navi.model import AgentStatus, HostState, HostView, Session
from navi.text import clean, exact_age, latency
from navi.tui.canvas import Line, ScrollingPanel, wrap
from navi.tui.keys import KEYS, shown
from navi.tui.theme import HOST_STYLES, Glyphs, status_style


class Page(ScrollingPanel):
    """A title and lines that can be scrolled."""

    def __init__(self, glyphs: Glyphs, title: str, lines: Sequence[Line]) -> None:
        super().__init__(glyphs)
        self.title = title
        self._lines = lines
        self._top = 0
        self._rows = 1

    def put(self, lines: Sequence[Line]) -> None:
        """Show other lines; the place stays."""
        if lines != self._lines:
            self._lines = lines
            self.changed()

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines."""
        self._top = max(0, min(self._top + step, len(self._lines) - self._rows))
        self.changed()

    def page(self, direction: int) -> None:
        """Go a page up or down."""
        self.scroll(direction * max(1, self._rows - 1))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the title and the lines that are in sight; long ones go on in the next line, under their text."""
        self._rows = max(1, height - 2)
        folded = [piece for line in self._lines for piece in _fold(line, width)]
        self._top = max(0, min(self._top, len(folded) - self._rows))
        left = len(folded) - self._top - self._rows
        title: Line = [("title", f" {self.title}"), ("dim", f"   {left} more lines" if left > 0 else "   Esc closes")]
        return [title, [], *folded[self._top : self._top + self._rows]]


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


def detail_lines(session: Session, view: HostView, now: float) -> list[Line]:
    """Everything known about a session: where from, and how old. `now` is the host's time (epoch)."""
    status = session.status
    lines = [
        _fact("session", clean(session.address)),
        _fact("host", f"{clean(view.name)} ({clean(view.destination)}), {view.state}"),
        [("dim", "  status      "), (status_style(status.word), clean(status.word))],
        _fact("source", f"{status.source}, {_ago(status.since, now)}"),
        _fact("because", clean(status.reason)),
        _fact("message", session.message),
        _fact("directory", session.cwd),
        _fact("agent", clean(session.agent) or "none that navi knows runs in it"),
    ]
    return [line for line in [*lines, *_file(session), *_agents(session, now), *_tmux(session, now)] if line[-1][1]]


def _fact(label: str, text: str) -> Line:
    return [("dim", f"  {label:<12}"), ("", text)]


def _ago(time: float | None, now: float) -> str:
    return "age unknown" if time is None else f"{exact_age(now - time)} ago"


def _file(session: Session) -> list[Line]:
    if session.file is None:
        return [_fact("status file", "none; the agent's hooks are not installed there, or did not run yet")]
    lines = [_fact("status file", f"{clean(session.file.name)}.json {session.file.problem or 'reads well'}")]
    title = session.file.fields.get("current_pbi_title")
    return [*lines, _fact("works on", clean(title))] if isinstance(title, str) else lines


def _agents(session: Session, now: float) -> list[Line]:
    lines: list[Line] = []
    if session.file:
        lines += [_agent("agent", agent, now) for agent in session.file.agents]
        lines += [_agent(session.file.team or "team", mate, now) for mate in session.file.teammates]
    return lines


def _agent(label: str, agent: AgentStatus, now: float) -> Line:
    return [
        ("dim", f"  {label[:11]:<12}"),
        (status_style(agent.status), f"{agent.status or 'unknown'} "),
        ("", f"{agent.name}, {_ago(agent.timestamp, now)}"),
    ]


def _tmux(session: Session, now: float) -> list[Line]:
    tmux = session.tmux
    if tmux is None:
        return [_fact("tmux", "no such session")]
    attached = f", {tmux.attached} attached" if tmux.attached else ""
    lines = [
        _fact("tmux", f"{tmux.id}, created {_ago(tmux.created, now)}{attached}"),
        _fact("socket", clean(tmux.socket)),
        _fact("output", f"last {_ago(tmux.activity, now)}"),
    ]
    for pane in tmux.panes:
        state = "dead" if pane.dead else f"process {pane.process}"
        below = f" ({', '.join(pane.children)} below it)" if pane.children else ""
        place = f"{pane.id} {pane.command}{below}, {state}, in {pane.path}"
        lines.append(_fact(f"pane {pane.index}", f"{place}, title: {pane.title}" if pane.title else place))
    return lines
