"""The page of comments: what is said about the pull request that the page of git tells of."""

from collections.abc import Callable
from typing import NamedTuple

import trio

from navi.core.address import LOCAL
from navi.core.text import age, clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.comments import Comment, Talk, comments
from navi.tui.pages.fetcher import Lookups, in_words
from navi.tui.pages.git import GitView, style_of
from navi.tui.paint import Line

Subject = tuple[str, int]
"""The URL of a repository, and the number of a pull request there."""


class CommentsView(NamedTuple):
    """What is known by now. `fault` says why it is not known, or not how it stands now; `seen` is a time of
    `trio.current_time`.
    """

    asking: bool = False
    fault: str = ""
    talk: Talk | None = None
    seen: float | None = None


class CommentLooks:
    """Asks on demand, and remembers by pull request. `changed` is called with news."""

    def __init__(self, fleet: Fleet, changed: Callable[[], None]) -> None:
        self._fleet = fleet
        self._lookups: Lookups[Subject, CommentsView] = Lookups(self._ask, changed)
        self.run = self._lookups.run

    def view(self, git: GitView) -> CommentsView:
        """Return what is known of the comments on the pull request of a page of git."""
        subject = _subject(git)
        return (self._lookups.found(subject) if subject else None) or CommentsView()

    def follow(self, git: GitView) -> None:
        """Call this often while somebody looks: asks as soon as the pull request is known, and only once."""
        subject = _subject(git)
        if subject and self._lookups.found(subject) is None:
            self._lookups.look(subject)

    def look(self, git: GitView) -> bool:
        """Ask anew, unless that is under way; does not wait. Return whether there is a pull request to ask about."""
        subject = _subject(git)
        if subject:
            self._lookups.look(subject)
        return subject is not None

    async def _ask(self, subject: Subject, show: Callable[[CommentsView], None]) -> None:
        """Only the gh of this machine is asked, whatever the host. What was known stays when it can't be had anew."""
        before = self._lookups.found(subject) or CommentsView()
        show(before._replace(asking=True))
        try:
            talk = await self._fleet.ask(LOCAL, comments(*subject))
            show(CommentsView(talk=talk, seen=trio.current_time()))
        except (HostError, OperationError) as error:
            show(before._replace(asking=False, fault=in_words(error)))


def _subject(git: GitView) -> Subject | None:
    return (git.repository.url, git.request.number) if git.repository and git.request else None


def comment_lines(git: GitView, view: CommentsView, now: float, clock: float) -> list[Line]:
    """The page's text. `now` is of `trio.current_time`, `clock` the time of this machine (epoch)."""
    if git.request is None:
        asking: list[Line] = [[("notice", f"  asking {git.asking} ...")]] if git.asking else []
        why = git.fault or git.doubt
        return [*asking, *([[("fault", f"  {clean(why)}")]] if why else [])]
    lines: list[Line] = [[("dim", f"  {'pull request':<12}"), ("name", f"#{git.request.number} {git.request.title}")]]
    if view.asking:
        lines.append([("notice", "  asking gh on this machine ...")])
    if view.fault:
        lines.append([("fault", f"  {clean(view.fault)}")])
    if view.seen is not None:
        lines.append([("dim", f"  looked at {age(now - view.seen)}; r looks again, c goes back to git")])
    return [*lines, *(_talk(view.talk, git.request.url, clock) if view.talk else [])]


def _talk(talk: Talk, url: str, clock: float) -> list[Line]:
    lines: list[Line] = []
    if not talk.comments:
        lines += [[], [("dim", "  nobody has said anything yet")]]
    if talk.more:
        lines += [[], [("notice", f"  the newest {len(talk.comments)}; older ones stand at {url}")]]
    return [*lines, *(line for comment in talk.comments for line in _comment(comment, clock))]


def _comment(comment: Comment, clock: float) -> list[Line]:
    style = style_of(comment.state) if comment.state else "key"
    head: Line = [("name", f"  {comment.author}"), ("dim", f"  {comment.when(clock)}  "), (style, comment.where)]
    return [[], head, *([("", "    "), ("", line)] for line in comment.text)]
