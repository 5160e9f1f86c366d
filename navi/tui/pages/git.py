"""The page of git: what a session's directory holds, on its own machine, and what GitHub knows of its branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import trio

from navi.core.address import LOCAL
from navi.core.model import Session
from navi.core.text import age, clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.git import PullRequest, Repository, git, pull_request, shown_url
from navi.tui.pages.fetcher import Lookups, in_words
from navi.tui.paint import Line

GOOD = {"success": "good", "neutral": "dim", "skipped": "dim", "approved": "good", "mergeable": "good"}
BAD = {"failure", "error", "cancelled", "timed out", "action required", "conflicting", "changes requested"}


Subject = tuple[str, str]
"""A host, and a directory there."""


@dataclass(frozen=True, slots=True)
class GitView:
    """What is known by now. `fault` and `doubt` say why there is no repository or no pull request to tell of; `asking`
    is what is under way, "" for nothing. `seen` is a time of `trio.current_time`.
    """

    directory: str
    host: str
    asking: str = ""
    fault: str = ""
    repository: Repository | None = None
    request: PullRequest | None = None
    doubt: str = ""
    seen: float | None = None


class GitLooks:
    """Looks on demand, and remembers by host and directory. `changed` is called with news."""

    def __init__(self, fleet: Fleet, changed: Callable[[], None]) -> None:
        self._fleet = fleet
        self._lookups: Lookups[Subject, GitView] = Lookups(self._look, changed)
        self.run = self._lookups.run

    def view(self, session: Session) -> GitView:
        """Return what is known of a session's directory."""
        return self._lookups.found((session.host, session.cwd)) or GitView(session.cwd, session.host)

    def look(self, session: Session) -> None:
        """Look anew, unless that is under way; does not wait."""
        self._lookups.look((session.host, session.cwd))

    async def _look(self, subject: Subject, show: Callable[[GitView], None]) -> None:
        host, directory = subject
        view = GitView(directory, host)
        show(replace(self._lookups.found(subject) or view, asking=f"git on {clean(host)}"))
        try:
            repository = await self._fleet.ask(host, git(directory))
        except (HostError, OperationError) as error:
            show(replace(view, fault=in_words(error)))
        else:
            view = replace(view, repository=repository, seen=trio.current_time())
            show(replace(view, asking="gh on this machine"))
            show(await self._with_request(view, repository))

    async def _with_request(self, view: GitView, repository: Repository) -> GitView:
        """Only the gh of this machine is asked, whatever the host: it is logged in to GitHub."""
        if not repository.url or not repository.branch:
            return replace(view, doubt="no branch of a remote, so no pull request")
        try:
            found = await self._fleet.ask(LOCAL, pull_request(repository.url, repository.branch))
        except (HostError, OperationError) as error:
            return replace(view, doubt=in_words(error))
        return replace(view, request=found, doubt="" if found else "the branch has no pull request")


def git_lines(view: GitView, now: float, clock: float) -> list[Line]:
    """The page's text. `now` is of `trio.current_time`, `clock` the host's time (epoch)."""
    where = "this machine" if view.host == LOCAL else clean(view.host)
    lines: list[Line] = [_fact("directory", f"{view.directory} on {where}")]
    if view.asking:
        lines.append([("notice", f"  asking {view.asking} ...")])
    if view.fault:
        lines.append([("fault", f"  {clean(view.fault)}")])
    if view.repository:
        lines += _repository(view.repository, clock)
        lines += _request(view)
        if view.seen is not None:
            more = ", c shows the comments" if view.request else ""
            lines.append([("dim", f"  looked at {age(now - view.seen)}; r looks again{more}")])
        lines += [[], *map(_difference, view.repository.difference)]
    return lines


def _fact(label: str, text: str, style: str = "") -> Line:
    return [("dim", f"  {label:<12}"), (style, clean(text))]


def _repository(found: Repository, clock: float) -> list[Line]:
    lines = [
        _fact("repository", found.root),
        _fact("branch", found.branch or "none: the head is detached", "name" if found.branch else "notice"),
        _fact("follows", found.upstream + _distance(found)) if found.upstream else _fact("follows", "no other branch"),
        _fact("files", _files(found), "notice" if found.dirty else "good"),
    ]
    if found.commit:
        commit = found.commit
        lines.append(_fact("commit", f"{commit.hash} {commit.subject}"))
        lines.append(_fact("", f"{commit.author}, {age(clock - commit.time)}"))
    else:
        lines.append(_fact("commit", "none yet", "notice"))
    if found.url:
        lines.append(_fact("remote", shown_url(found.url)))
    others = [path for path in found.worktrees if path != found.root]
    return [*lines, *(_fact("worktree", path) for path in others)]


def _distance(found: Repository) -> str:
    if found.ahead is None or found.behind is None:
        return ", which is gone"
    return f", {found.ahead} ahead, {found.behind} behind" if found.ahead or found.behind else ", level with it"


def _files(found: Repository) -> str:
    counts = [
        (found.conflicts, "in conflict"), (found.staged, "staged"), (found.changed, "changed"),
        (found.untracked, "untracked"),
    ]  # fmt: skip
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "as committed"


def _request(view: GitView) -> list[Line]:
    request = view.request
    if request is None:
        return [_fact("pull request", view.doubt, "dim")] if view.doubt else []
    words = [request.state, request.review, request.mergeable]
    lines: list[Line] = [
        _fact("pull request", f"#{request.number} {request.title}", "name"),
        [("", " " * 14), *((style_of(word), f"{word}  ") for word in words if word)],
        _fact("", f"{request.files} files, +{request.additions} -{request.deletions}"),
    ]
    if request.checks:
        checks: Line = [(style_of(result), f"{count} {result}  ") for result, count in request.checks]
        lines.append([("dim", "  checks      "), *checks])
    if request.labels:
        lines.append(_fact("labels", ", ".join(request.labels)))
    return [*lines, _fact("", request.url, "dim")]


def style_of(word: str) -> str:
    """Return the style for a word of GitHub's: a state, a verdict, a result."""
    return "fault" if word in BAD else GOOD.get(word, "notice")


def _difference(line: str) -> Line:
    if line.startswith(("+++", "---", "diff ", "index ", "new file", "deleted file")):
        return [("dim", line)]
    styles = {"+": "good", "-": "error", "@": "key"}
    return [(styles.get(line[:1], ""), line)]
