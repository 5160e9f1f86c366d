"""The page of a session without a terminal: what it prints as it comes, what it asks, and what was sent to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from navi.core.address import address_of
from navi.core.ages import ago
from navi.core.headless import HeadlessStatus, InputState
from navi.core.metrics import short_number
from navi.core.model import HeadlessAgent, Session
from navi.core.text import clean, clean_lines, short_path
from navi.tui.headless.feeds import SharedFeeds
from navi.tui.keys.keymap import Binding, Group
from navi.tui.pages.folded import Block
from navi.tui.pages.page import Services
from navi.tui.pages.stream import StreamPage
from navi.tui.style.paint import Line
from navi.tui.style.theme import status_style

if TYPE_CHECKING:
    from navi.tui.headless.feed import Feed, PendingInput

CONTEXT = "watch"

OWN = Group("The page of a session without a terminal", (CONTEXT,))

MOST_LINES = 3
"""Lines of an input that was not taken up yet."""

STATES: Mapping[str, str] = {InputState.QUEUED: "queued", InputState.HANDED: "handed over"}
"""How far an input is, in words."""


class TranscriptPage(StreamPage):
    """Follows one session. It stays when the session's agent ends, and when the session goes on in a terminal."""

    context = CONTEXT
    title = "Session"
    keys = (Binding("unfold", ("e",), "show results and differences in full, or fold them", OWN, name="show in full"),)

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._feeds = services.shared(SharedFeeds)
        self._about = about
        self._unfolded = False
        self._feed = self._feeds.open(about, self._heard) if about and about.headless else None

    @property
    def heading(self) -> str:
        """The session's host and title, with its badge."""
        about = self._about
        if about is None:
            return self.title
        return f"{clean(address_of(about.host, about.label))}{' Remote' if about.headless else ''}"

    def _heard(self) -> None:
        """Show it: the list, the hosts and the rest of the screen have nothing to do with what an agent prints."""
        self.services.changed()

    def close(self) -> None:
        """Follow it no more."""
        if self._about and self._feed:
            self._feeds.close(self._about, self._heard)

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """Return the command that shows everything in full."""
        return {"unfold": self._unfold}

    def _unfold(self) -> None:
        self._unfolded = not self._unfolded
        self.services.changed()

    def follow(self) -> None:
        """Follow the run that it has now."""
        session = self.session
        if self._feed and session and session.headless:
            self._feed.renew(session.headless.run)

    # ---- what is shown

    @property
    def version(self) -> object:
        """A value that changes whenever the transcript does."""
        return (self._feed.transcript.version if self._feed else 0, self._unfolded)

    def blocks(self) -> Iterable[Block]:
        """Return the lines of the messages."""
        key = self.services.keymap.name("unfold")
        return self._feed.transcript.blocks(self._unfolded, key) if self._feed else ()

    def older(self) -> None:
        """Fetch older messages."""
        if self._feed and self._feed.has_older:
            self._feeds.older(self._feed)

    def head(self) -> Sequence[Line]:
        """Return what the session is, and what its status means for the user."""
        session, feed = self.session, self._feed
        if feed is None or self._about is None:
            where = "this session has a terminal: attach to it" if self._about else "no session is selected"
            return [[("dim", f"  {where}")], []]
        if session is None or session.headless is None:
            gone = "it goes on in a terminal" if feed.opened else "it is not listed any more"
            return [[("notice", f"  {gone}; below is what it printed until then")], []]
        agent, style = session.headless, status_style(session.status.word)
        since = ago(time.time() - session.status.since) if session.status.since else ""
        facts = "  ".join(filter(None, (since, *_facts(session, agent, self._home(session)))))
        symbol = self.services.glyphs.of_status(session.status.word)
        lines: list[Line] = [[(style, f"  {symbol} {session.word}  "), ("dim", facts)]]
        # A hub of another version answers, and the last line says what helps.
        advice = "" if feed.refused and not agent.hub else advice_for(session, self.services.keymap.name)
        return [*lines, *([[("notice", f"  {advice}")]] if advice else []), []]

    def _home(self, session: Session) -> str:
        frame = self.services.fleet.view(session.host).frame
        return frame.home if frame else ""

    def foot(self) -> Sequence[Line]:
        """Return the open questions, the inputs that were not taken up, and what became of the last question."""
        feed = self._feed
        if feed is None:
            return []
        lines: list[Line] = [line for one in feed.pending.values() for line in _sent(one)]
        lines += self._questions(feed)
        if feed.note:
            lines.append([("dim", f"  {feed.note}")])
        if feed.fault:
            lines.append([("fault", f"  {clean(feed.fault)}")])
        elif not feed.ready:
            lines.append([("notice", "  asking the hub for the transcript ...")])
        return [[], *lines] if lines else []

    def _questions(self, feed: Feed) -> list[Line]:
        from navi.tui.headless.feed import text_of

        key, lines = self.services.keymap.name("answer"), list[Line]()
        for number, question in enumerate(feed.questions.values(), 1):
            place = f" {number} of {len(feed.questions)}" if len(feed.questions) > 1 else ""
            hint = f"{key} answers  " if number == 1 else ""
            words = f"{clean(str(question['kind']))}{place}: {clean(text_of(question))}"
            lines.append([("permission", " ? "), ("key", hint), ("title", words)])
        return lines


def _facts(session: Session, agent: HeadlessAgent, home: str) -> Iterable[str]:
    yield agent.harness
    yield agent.model
    yield agent.mode
    yield short_path(session.cwd, home)
    yield f"${agent.cost:.2f}" if agent.cost is not None else ""
    tokens = agent.tokens_in + agent.tokens_out
    yield f"{short_number(tokens)} tokens" if tokens else ""
    yield f"{len(agent.asked)} questions" if len(agent.asked) > 1 else ""


def advice_for(session: Session, key: Callable[[str], str]) -> str:
    """Say what the status of a session means for the user, and what to do; "" if that is plain."""
    agent = session.headless
    if agent is None:
        return ""
    reason = session.status.reason
    if not agent.hub:
        return f"{reason}; nothing can be sent until then"
    if agent.ends_later:
        return f"{reason}; {key('kill')} lets it go on"
    if agent.status == HeadlessStatus.DISCONNECTED:
        return f"{reason}; what you send or answer is kept, and handed over when it does"
    if agent.lost:
        return f"{reason}; {key('resume')} or {key('message')} begins a new conversation with what is stored of it"
    if agent.over:
        message, resume, attach, clone = key("message"), key("resume"), key("attach"), key("clone")
        ways = f"{message} or {resume} goes on with its conversation, {attach} opens it in a terminal"
        return f"{reason}; {ways}, {clone} starts another one like it"
    return f"{reason}" if agent.reason else ""


def _sent(one: PendingInput) -> Iterable[Line]:
    """Return the lines of an input that was not taken up yet."""
    state = STATES.get(one.state, clean(one.state)) + (f": {clean(one.why)}" if one.why else "")
    if one.kind == "mode":
        yield [("notice", f" {state} "), ("key", f"permission mode {clean(one.text)}")]
        return
    lines = clean_lines(one.text.strip())
    more = f"  {len(lines) - MOST_LINES} more lines" if len(lines) > MOST_LINES else ""
    yield [("notice", f" {state} "), ("key", f"> {lines[0]}"), ("dim", more)]
    for line in lines[1:MOST_LINES]:
        yield [("key", f"   {line}")]
