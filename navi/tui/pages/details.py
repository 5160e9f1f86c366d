"""The page of details: everything known about a session, where from and how old; times, tools and tokens."""

from __future__ import annotations

import time
from collections.abc import Sequence

import trio

from navi.core.facts import Fact, facts, recent_text, time_parts, tokens_text, tool_parts, tools_text
from navi.core.metrics import Metrics, metrics_of
from navi.core.model import HostView, Session
from navi.core.text import clean, exact_age
from navi.ops.losses import Losses
from navi.tui.headless.deeds import Deeds
from navi.tui.pages.branches import Branches
from navi.tui.pages.charts import Bar, Chart
from navi.tui.pages.page import Entry, Services, SessionPage
from navi.tui.pages.questions import Questions
from navi.tui.pages.token_counts import TokenCounts, TokenView
from navi.tui.paint import Line
from navi.tui.theme import status_style


class DetailsPage(SessionPage):
    """Tokens are counted only while the page is open."""

    context = "details"
    title = "Details"

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._tokens = services.shared(TokenCounts)
        self._questions = services.shared(Questions)
        self._branches = services.shared(Branches)
        self._deeds = services.shared(Deeds)

    @property
    def branch(self) -> str:
        """The branch of the session's directory, as far as it is known."""
        session = self.session
        found = self._branches.of(session) if session else None
        return found.branch if found else ""

    def lines_about(self, session: Session) -> Sequence[Entry]:
        """Return everything known about the session."""
        view = self.services.fleet.view(session.host)
        lines = detail_lines(session, view, view.clock(time.time()), self._tokens.view(session))
        deeds = map(_fact, self._deeds.facts(session))
        return [*self._questions.lines(session), *lines, *_git(self._branches.of(session)), *deeds]

    def follow(self) -> None:
        """Count tokens when the session has moved on, and read what it asks."""
        if session := self.session:
            self._questions.follow(session)
            self._deeds.follow(session)
            self._tokens.follow(session, trio.current_time())
            self._branches.follow(session, trio.current_time())

    def refresh(self) -> bool:
        """Count tokens again; the host has to be refreshed, too."""
        if session := self.session:
            self._tokens.fetch(session, trio.current_time())
            self._branches.fetch(session, trio.current_time())
            self._deeds.fetch(session)
        return False


def detail_lines(session: Session, view: HostView, now: float, tokens: TokenView | None = None) -> list[Entry]:
    """Return everything known about a session: where from, and how old. `now` is the host's time (epoch)."""
    host = f"{view.name} ({view.destination}), {view.state}"
    lines: list[Entry] = [_fact(fact) for fact in facts(session, host, view.frame, now)]
    return [*lines, *_usage(metrics_of(session, now), tokens)]


def _git(found: Losses | None) -> list[Line]:
    """Return the branch of the session's directory, and what is in no commit."""
    if found is None or not found.git:
        return []
    lines = [_fact(Fact("branch", found.branch or "none (detached HEAD)"))] if not found.problem else []
    return [*lines, _fact(Fact("uncommitted", found.changes))]


def _fact(fact: Fact) -> Line:
    rest = fact.text.removeprefix(fact.status)
    status = [(status_style(fact.status), fact.status)] if fact.status else []
    return [("dim", f"  {fact.label:<12}"), *status, *([("", rest)] if rest else [])]


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


def _tokens(view: TokenView) -> list[Line]:
    known = [_fact(Fact("tokens", tokens_text(view.tokens)))] if view.tokens else []
    if view.fault:
        return [*known, [("dim", f"  {'' if known else 'tokens':<12}"), ("notice", clean(view.fault))]]
    return known or [_fact(Fact("tokens", "counting ..."))]
