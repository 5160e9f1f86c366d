"""The page of git: the state of a session's directory on its host, and what GitHub knows of its branch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import trio

from navi.core.address import LOCAL
from navi.core.ages import ago
from navi.core.model import Session
from navi.core.text import clean, short_path
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.git.status import PullRequest, Repository, git, pull_request, shown_url
from navi.tui.keys.keymap import Keymap
from navi.tui.pages.fetcher import Fetcher, in_words
from navi.tui.pages.labels import Labelled, labelled, of_segments
from navi.tui.pages.page import Entry, Services, SessionPage
from navi.tui.style.paint import Line

GOOD = {"success": "good", "neutral": "dim", "skipped": "dim", "approved": "good", "mergeable": "good"}
BAD = {"failure", "error", "cancelled", "timed out", "action required", "conflicting", "changes requested"}


Subject = tuple[str, str]
"""A host, and a directory there."""


@dataclass(frozen=True, slots=True)
class GitView:
    """What is known so far. `fault` and `doubt` say why there is no repository or no pull request to show; `asking` is
    the request under way, "" for none. `seen` is a time of `trio.current_time`.
    """

    directory: str
    host: str
    asking: str = ""
    fault: str = ""
    repository: Repository | None = None
    request: PullRequest | None = None
    doubt: str = ""
    seen: float | None = None


class GitFetcher:
    """Fetches on demand, and remembers by host and directory."""

    def __init__(self, services: Services) -> None:
        self._fleet = services.fleet
        self._keymap = services.keymap
        self._fetcher: Fetcher[Subject, GitView] = Fetcher(services.background, self._fetch, services.changed)

    def view(self, session: Session) -> GitView:
        """Return what is known of a session's directory."""
        return self._fetcher.found((session.host, session.folder)) or GitView(session.cwd, session.host)

    def fetch(self, session: Session) -> None:
        """Fetch again, unless that is under way; does not wait."""
        self._fetcher.fetch((session.host, session.folder))

    async def _fetch(self, subject: Subject, show: Callable[[GitView], None]) -> None:
        host, directory = subject
        view = GitView(directory, host)
        show(replace(self._fetcher.found(subject) or view, asking=f"git on {clean(host)}"))
        try:
            repository = await self._fleet.ask(host, git(directory))
        except (HostError, OperationError) as error:
            show(replace(view, fault=in_words(error, self._keymap)))
        else:
            view = replace(view, repository=repository, seen=trio.current_time())
            show(replace(view, asking="gh on this machine"))
            show(await self._with_request(view, repository))

    async def _with_request(self, view: GitView, repository: Repository) -> GitView:
        """Ask only the gh of this machine, whatever the host: it is logged in to GitHub."""
        if not repository.url or not repository.branch:
            return replace(view, doubt="no branch or no remote, so no pull request")
        try:
            found = await self._fleet.ask(LOCAL, pull_request(repository.url, repository.branch))
        except (HostError, OperationError) as error:
            return replace(view, doubt=in_words(error, self._keymap))
        return replace(view, request=found, doubt="" if found else "the branch has no pull request")


class GitPage(SessionPage):
    """Fetched when it is opened for the first time, and on request."""

    context = "git"
    title = "Git"

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._git = services.shared(GitFetcher)
        session = self.session
        if session and self._git.view(session).seen is None:
            self._git.fetch(session)

    @property
    def branch(self) -> str:
        """The branch of the session's directory, "" if it is not known."""
        return branch_of(self._git, self.session)

    def lines_about(self, session: Session) -> Sequence[Entry]:
        """Return what is known of the session's directory."""
        clock = self.services.fleet.view(session.host).clock(time.time())
        home = self._home(session.host)
        return git_lines(self._git.view(session), trio.current_time(), clock, self.services.keymap, home)

    def refusals(self) -> Mapping[str, str]:
        """Return why there are no comments, once it is known that there is no pull request."""
        view = self._git.view(self.session) if self.session else None
        if view is None or view.request or view.asking:
            return {}
        why = _fault(view, self._home(view.host)) or view.doubt
        return {"comments": clean(why)} if why else {}

    def _home(self, host: str) -> str:
        frame = self.services.fleet.view(host).frame
        return frame.home if frame else ""

    def refresh(self) -> bool:
        """Fetch it again."""
        if session := self.session:
            self._git.fetch(session)
        return self.session is not None


def branch_of(git: GitFetcher, session: Session | None) -> str:
    """Return the branch of a session's directory, "" if none is known."""
    repository = git.view(session).repository if session else None
    return clean(repository.branch) if repository else ""


def git_lines(view: GitView, now: float, clock: float, keymap: Keymap, home: str = "") -> list[Entry]:
    """Return the page's text. `now` is of `trio.current_time`, `clock` the host's time (epoch), `home` the home
    directory there.
    """
    where = "this machine" if view.host == LOCAL else view.host
    directory = short_path(view.directory, home)
    lines: list[Entry] = [labelled("directory", f"{directory} on {where}")]
    if view.fault:
        lines.append([("fault", f"  {clean(_fault(view, home))}")])
    if view.repository:
        lines += [*_repository(view.repository, clock, view.directory, home), *_request(view)]
    lines += [[], _state(view, now, keymap)]
    return [*lines, *([[], *map(_difference, view.repository.difference)] if view.repository else [])]


def _fault(view: GitView, home: str) -> str:
    """Return why there is no repository, with a short path, "" if there is one."""
    return view.fault.replace(view.directory, short_path(view.directory, home)) if view.directory else view.fault


def _state(view: GitView, now: float, keymap: Keymap) -> Line:
    """Say what is being fetched, or how old all of this is, and which keys help."""
    if view.asking:
        return asking(view.asking)
    more = f", {keymap.name('comments')} shows the comments" if view.request else ""
    fetched = f"fetched {ago(now - view.seen)}; " if view.seen is not None else ""
    return [("dim", "  "), ("dim", f"{fetched}{keymap.name('refresh')} refreshes{more}")]


def asking(whom: str) -> Line:
    """Return the line that says whom the page asks."""
    return [("notice", f"  asking {whom} ...")]


def _repository(found: Repository, clock: float, directory: str, home: str) -> list[Labelled]:
    lines = [labelled("repository", short_path(found.root, home))] if found.root != directory else []
    lines += [
        labelled("branch", found.branch or "none (detached HEAD)", "name" if found.branch else "notice"),
        labelled("upstream", found.upstream + _distance(found) if found.upstream else "none"),
        labelled("files", found.changes, "notice" if found.dirty else "good"),
        *_commit(found, clock),
    ]
    if found.url:
        lines.append(labelled("remote", shown_url(found.url)))
    others = [path for path in found.worktrees if path != found.root]
    return [*lines, *(labelled("worktree", short_path(path, home)) for path in others)]


def _commit(found: Repository, clock: float) -> list[Labelled]:
    commit = found.commit
    if commit is None:
        return [labelled("commit", "none yet", "notice")]
    about = labelled("", f"{commit.author}, {ago(clock - commit.time)}", "dim")
    return [of_segments("commit", [("key", clean(commit.hash)), ("", f" {clean(commit.subject)}")]), about]


def _distance(found: Repository) -> str:
    if found.ahead is None or found.behind is None:
        return ", which is gone"
    return f", {found.ahead} ahead, {found.behind} behind" if found.ahead or found.behind else ", up to date"


def _request(view: GitView) -> list[Labelled]:
    request = view.request
    if request is None:
        return [labelled("pull request", view.doubt, "dim")] if view.doubt else []
    number = ("key", f"#{request.number} ")
    return [
        of_segments("pull request", [number, ("name", clean(request.title))]),
        of_segments("", [(style_of(word), f"{clean(word)}  ") for word in request.verdicts]),
        labelled("", request.size),
        *_checks(request),
        *([labelled("labels", ", ".join(request.labels))] if request.labels else []),
        labelled("", request.url, "dim"),
    ]


def _checks(request: PullRequest) -> list[Labelled]:
    results = [(style_of(result), f"{count} {clean(result)}  ") for result, count in request.checks]
    return [of_segments("checks", results)] if results else []


def style_of(word: str) -> str:
    """Return the style for a word of GitHub's: a state, a verdict, a result."""
    return "fault" if word in BAD else GOOD.get(word, "notice")


def _difference(line: str) -> Line:
    """Return a line of a difference in its style, a blank away from the border."""
    if line.startswith(("+++", "---", "diff ", "index ", "new file", "deleted file")):
        return [("dim", f" {line}")]
    styles = {"+": "good", "-": "error", "@": "key"}
    return [(styles.get(line[:1], ""), f" {line}")]
