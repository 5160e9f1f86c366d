"""The page of comments: those on the pull request that the page of git shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import trio

from navi.core.address import LOCAL
from navi.core.ages import ago
from navi.core.model import Session
from navi.core.text import clean
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.git.comments import Comment, Discussion, comments
from navi.tui.keys.keymap import Keymap
from navi.tui.pages.fetcher import Fetcher, in_words
from navi.tui.pages.git import GitFetcher, GitView, asking, branch_of, style_of
from navi.tui.pages.labels import of_segments
from navi.tui.pages.page import Entry, Services, SessionPage
from navi.tui.style.paint import Line

Subject = tuple[str, int]
"""The URL of a repository, and the number of a pull request there."""


class CommentsView(NamedTuple):
    """What is known so far. `fault` says why nothing is known, or why it may be out of date; `seen` is a time of
    `trio.current_time`.
    """

    asking: bool = False
    fault: str = ""
    talk: Discussion | None = None
    seen: float | None = None


class CommentFetcher:
    """Fetches on demand, and remembers by pull request."""

    def __init__(self, services: Services) -> None:
        self._fleet = services.fleet
        self._keymap = services.keymap
        self._fetcher: Fetcher[Subject, CommentsView] = Fetcher(services.background, self._fetch, services.changed)

    def view(self, git: GitView) -> CommentsView:
        """Return what is known of the comments on the pull request of a page of git."""
        subject = _subject(git)
        return (self._fetcher.found(subject) if subject else None) or CommentsView()

    def follow(self, git: GitView) -> None:
        """Call this often while the page is open: fetches as soon as the pull request is known, and only once."""
        subject = _subject(git)
        if subject and self._fetcher.found(subject) is None:
            self._fetcher.fetch(subject)

    def fetch(self, git: GitView) -> bool:
        """Fetch again, unless that is under way; does not wait. Return whether there is a pull request to ask about."""
        subject = _subject(git)
        if subject:
            self._fetcher.fetch(subject)
        return subject is not None

    async def _fetch(self, subject: Subject, show: Callable[[CommentsView], None]) -> None:
        """Ask only the gh of this machine, whatever the host. A failure leaves what was known."""
        before = self._fetcher.found(subject) or CommentsView()
        show(before._replace(asking=True))
        try:
            talk = await self._fleet.ask(LOCAL, comments(*subject))
            show(CommentsView(talk=talk, seen=trio.current_time()))
        except (HostError, OperationError) as error:
            show(before._replace(asking=False, fault=in_words(error, self._keymap)))


class CommentsPage(SessionPage):
    """Opened from the page of git. A request that failed before is made again when it is opened."""

    context = "comments"
    title = "Comments"

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._git = services.shared(GitFetcher)
        self._comments = services.shared(CommentFetcher)
        session = self.session
        if session and self._comments.view(self._git.view(session)).seen is None:
            self._comments.fetch(self._git.view(session))

    @property
    def branch(self) -> str:
        """The branch that the pull request is for, "" if it is not known."""
        return branch_of(self._git, self.session)

    def lines_about(self, session: Session) -> Sequence[Entry]:
        """Return the comments on the pull request of the session's branch."""
        git = self._git.view(session)
        return comment_lines(git, self._comments.view(git), trio.current_time(), time.time(), self.services.keymap)

    def follow(self) -> None:
        """Fetch the comments as soon as the pull request is known."""
        if session := self.session:
            self._comments.follow(self._git.view(session))

    def refresh(self) -> bool:
        """Fetch the comments again, or git where no pull request is known."""
        session = self.session
        if session and not self._comments.fetch(self._git.view(session)):
            self._git.fetch(session)
        return session is not None


def _subject(git: GitView) -> Subject | None:
    return (git.repository.url, git.request.number) if git.repository and git.request else None


def comment_lines(git: GitView, view: CommentsView, now: float, clock: float, keymap: Keymap) -> list[Entry]:
    """Return the page's text. `now` is of `trio.current_time`, `clock` the time of this machine (epoch)."""
    if git.request is None:
        why = git.fault or git.doubt
        return [*([asking(git.asking)] if git.asking else []), *([[("fault", f"  {clean(why)}")]] if why else [])]
    title = [("key", f"#{git.request.number} "), ("name", clean(git.request.title))]
    lines: list[Entry] = [of_segments("pull request", title)]
    if view.fault:
        lines.append([("fault", f"  {clean(view.fault)}")])
    if view.asking:
        lines.append(asking("gh on this machine"))
    elif view.seen is not None:
        keys = f"{keymap.name('refresh')} refreshes, {keymap.name('comments')} goes back to git"
        lines.append([("dim", f"  fetched {ago(now - view.seen)}; {keys}")])
    return [*lines, *(_talk(view.talk, git.request.url, clock) if view.talk else [])]


def _talk(talk: Discussion, url: str, clock: float) -> list[Line]:
    lines: list[Line] = []
    if not talk.comments:
        lines += [[], [("dim", "  no comments yet")]]
    if talk.more:
        lines += [[], [("notice", f"  the newest {len(talk.comments)}; older ones are at {url}")]]
    return [*lines, *(line for comment in talk.comments for line in _comment(comment, clock))]


def _comment(comment: Comment, clock: float) -> list[Line]:
    style = style_of(comment.state) if comment.state else "key"
    head: Line = [("name", f"  {comment.author}"), ("dim", f"  {comment.when(clock)}  "), (style, comment.where)]
    return [[], head, *([("", "    "), ("", line)] for line in comment.text)]
