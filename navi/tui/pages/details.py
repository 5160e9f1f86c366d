"""The page of details: what a session asks and where, how its status was decided, all that is known; times, tokens."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

import trio

from navi.core.address import LOCAL
from navi.core.ages import age, ago, exact_age
from navi.core.facts import (
    NO_STATUS,
    Fact,
    agent_facts,
    answers,
    cleaned,
    deciding_rule,
    evidence_texts,
    place_facts,
    recent_text,
    time_parts,
    tokens_text,
    tool_parts,
    tools_text,
)
from navi.core.metrics import Metrics, metrics_of
from navi.core.model import HostView, Session
from navi.core.text import clean, short_path
from navi.ops.session.losses import Losses
from navi.tui.headless.audits import Audits
from navi.tui.pages.branches import Branches
from navi.tui.pages.charts import Bar, Chart
from navi.tui.pages.grid import Grid, GridRow
from navi.tui.pages.labels import Labelled, heading, labelled, of_segments
from navi.tui.pages.page import Entry, Services, SessionPage
from navi.tui.pages.questions import Questions
from navi.tui.pages.token_counts import TokenCounts, TokenView
from navi.tui.style.theme import Glyphs, status_style

INFERRED = "~ before a status: neither a hook nor the agent's own file reports it, so navi derived it from the rest"


class DetailsPage(SessionPage):
    """Tokens are counted only while the page is open."""

    context = "details"
    title = "Details"

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._tokens = services.shared(TokenCounts)
        self._questions = services.shared(Questions)
        self._branches = services.shared(Branches)
        self._audits = services.shared(Audits)

    @property
    def branch(self) -> str:
        """The branch of the session's directory, "" if it is not known."""
        session = self.session
        found = self._branches.of(session) if session else None
        return found.branch if found else ""

    def lines_about(self, session: Session) -> Sequence[Entry]:
        """Return everything known about the session."""
        services, found = self.services, self._branches.of(session)
        view = services.fleet.view(session.host)
        tokens = self._tokens.view(session)
        old = self._branches.how_old(session, trio.current_time())
        lines = detail_lines(session, view, view.clock(time.time()), services.glyphs, tokens, found, old)
        if entries := self._audits.facts(session):
            lines += [*heading("Who did what"), *_facts(entries)]
        return [*self._questions.lines(session), *lines]

    def follow(self) -> None:
        """Count tokens when the session has moved on, and read what it asks."""
        if session := self.session:
            self._questions.follow(session)
            self._audits.follow(session)
            self._tokens.follow(session, trio.current_time())
            self._branches.follow(session, trio.current_time())

    def refresh(self) -> bool:
        """Count tokens again; the host has to be refreshed, too."""
        if session := self.session:
            self._tokens.fetch(session, trio.current_time())
            self._branches.fetch(session, trio.current_time())
            self._audits.fetch(session)
        return False


def detail_lines(
    session: Session, view: HostView, now: float, glyphs: Glyphs, tokens: TokenView | None = None,
    found: Losses | None = None, old: str = "",
) -> list[Entry]:  # fmt: skip
    """Return everything known about a session, what a person wants to know first. `now` is the host's time (epoch),
    `found` what git knows of its directory, and `old` how old that is where it could not be read again.
    """

    def since(time: float | None) -> str:
        return "age unknown" if time is None else ago(now - time)

    frame = view.frame
    address = "" if view.destination in ("", view.name) else f" ({view.destination})"
    place = [Fact("session", session.address), Fact("host", f"{view.name}{address}, {view.state}")]
    if session.headless:
        place.append(Fact("hub says", session.headless.status))
    usage = _usage(metrics_of(session, now), tokens)
    return [
        *_facts([Fact("message", session.message), *answers(session, since)]),
        _status(session, now, glyphs),
        *_directory(session, frame.home if frame else "", found, old),
        *_facts(agent_facts(session)),
        *heading("How the status was decided"),
        *_decision(session, view, now, glyphs),
        *heading("The session"),
        *_facts([*place, *place_facts(session, frame, since)]),
        *([*heading("Time, tools and tokens"), *usage] if usage else []),
    ]


def _status(session: Session, now: float, glyphs: Glyphs) -> Labelled:
    """Return the status as the list shows it, with its age."""
    status = session.status
    style, prefix = status_style(status.word), "~" if status.inferred else ""
    old = f"  {ago(now - status.since)}" if status.since else ""
    word = (style, f"{glyphs.of_status(status.word)} {prefix}{clean(session.word)}")
    return of_segments("status", [word, ("dim", old)])


def _directory(session: Session, home: str, found: Losses | None, old: str) -> list[Labelled]:
    """Return directory, branch, and what is in no commit."""
    where = "" if session.host == LOCAL else f" on {session.host}"
    lines = [labelled("directory", f"{short_path(session.cwd, home)}{where}")] if session.cwd else []
    if found is None or not found.git:
        return lines
    if not found.problem:
        lines.append(labelled("branch", found.branch or "none (detached HEAD)", "name" if found.branch else "notice"))
    changes = f"{found.changes} ({old})" if old else found.changes
    return [*lines, labelled("uncommitted", changes)] if found.changes else lines


def _decision(session: Session, view: HostView, now: float, glyphs: Glyphs) -> Iterator[Entry]:
    """Yield all evidence in columns, with a mark where it decided, and the rule; without evidence, the reason."""
    status = session.status
    rows = [
        GridRow((
            ("name" if piece.decided else "", f"{glyphs.cursor if piece.decided else ' '} {piece.source}"),
            (status_style(piece.word) if piece.word else "dim", clean(piece.word) or NO_STATUS),
            ("dim", "" if piece.since is None else age(now - piece.since)),
            ("", clean(words)),
        ))
        for piece, words in zip(status.evidence, evidence_texts(status.evidence), strict=True)
    ]  # fmt: skip
    if rows:
        yield Grid(tuple(rows), ("  source", "says", "age", "because"), (2,), frozenset({2}), indent=0)
    else:
        yield from _facts([Fact("source", str(status.source)), Fact("because", status.reason)])
    if view.frame:
        yield from _facts([Fact("rule", deciding_rule(session, view.frame))])
    if status.inferred:
        yield labelled("", INFERRED, "dim")


def _facts(found: Iterable[Fact]) -> list[Labelled]:
    return [_fact(one) for one in cleaned(found)]


def _fact(fact: Fact) -> Labelled:
    rest = fact.text.removeprefix(fact.status)
    status = [(status_style(fact.status), fact.status)] if fact.status else []
    return of_segments(fact.label, [*status, *([("", rest)] if rest else [])])


def _usage(metrics: Metrics | None, tokens: TokenView | None) -> list[Entry]:
    """Return times, tools and tokens, as far as a hook has reported them."""
    lines: list[Entry] = []
    if metrics and metrics.times:
        lines += [_fact(Fact("time", exact_age(metrics.times.total)))]
        lines += [Chart(tuple(Bar(part, status_style(part.label)) for part in time_parts(metrics.times)))]
    if metrics and metrics.tools:
        lines += [_fact(Fact("tools", tools_text(metrics))), Chart(tuple(map(Bar, tool_parts(metrics))))]
    if metrics and metrics.recent:
        lines += [_fact(Fact("recent", recent_text(metrics)))]
    return [*lines, *(_tokens(tokens) if tokens else [])]


def _tokens(view: TokenView) -> list[Labelled]:
    known = [_fact(Fact("tokens", tokens_text(view.tokens)))] if view.tokens else []
    if view.fault:
        return [*known, labelled("" if known else "tokens", view.fault, "notice")]
    return known or [labelled("tokens", "counting ...", "notice")]
