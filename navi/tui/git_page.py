"""The page of git: what a session's directory holds, on its own machine, and what GitHub knows of its branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import trio

from navi.fleet import Fleet
from navi.hosts import HostError
from navi.model import LOCAL, Session
from navi.ops import OperationError
from navi.ops.git import PullRequest, Repository, git, pull_request, shown_url
from navi.text import age, clean
from navi.tui.canvas import Line

GOOD = {"success": "good", "neutral": "dim", "skipped": "dim", "approved": "good", "mergeable": "good"}
BAD = {"failure", "error", "cancelled", "timed out", "action required", "conflicting", "changes requested"}


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
        self._changed = changed
        self._views: dict[tuple[str, str], GitView] = {}
        self._send, self._orders = trio.open_memory_channel[tuple[str, str]](100)

    async def run(self) -> None:
        """Look where it is asked for, until cancelled."""
        async with trio.open_nursery() as nursery:
            async for host, directory in self._orders:
                nursery.start_soon(self._look, host, directory)

    def view(self, session: Session) -> GitView:
        """Return what is known of a session's directory."""
        return self._views.get((session.host, session.cwd), GitView(session.cwd, session.host))

    def look(self, session: Session) -> None:
        """Look anew, unless that is under way; does not wait."""
        view = self.view(session)
        if not view.asking:
            self._put(replace(view, asking=f"git on {clean(session.host)}"))
            self._send.send_nowait((session.host, session.cwd))

    def _put(self, view: GitView) -> None:
        self._views[(view.host, view.directory)] = view
        self._changed()

    async def _look(self, host: str, directory: str) -> None:
        view = GitView(directory, host)
        try:
            repository = await self._fleet.ask(host, git(directory))
        except OperationError as error:
            self._put(replace(view, fault=str(error)))
        except HostError as error:
            self._put(replace(view, fault=f"{error.failure.cause}; {error.failure.remedy}"))
        else:
            view = replace(view, repository=repository, seen=trio.current_time())
            self._put(replace(view, asking="gh on this machine"))
            self._put(await self._with_request(view, repository))

    async def _with_request(self, view: GitView, repository: Repository) -> GitView:
        """Only the gh of this machine is asked, whatever the host: it is logged in to GitHub."""
        if not repository.url or not repository.branch:
            return replace(view, doubt="no branch of a remote, so no pull request")
        try:
            found = await self._fleet.ask(LOCAL, pull_request(repository.url, repository.branch))
            return replace(view, request=found, doubt="" if found else "the branch has no pull request")
        except OperationError as error:
            return replace(view, doubt=str(error))
        except HostError as error:
            return replace(view, doubt=error.failure.cause)


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
            lines.append([("dim", f"  looked at {age(now - view.seen)}; r looks again")])
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
        [("", " " * 14), *((_style(word), f"{word}  ") for word in words if word)],
        _fact("", f"{request.files} files, +{request.additions} -{request.deletions}"),
    ]
    if request.checks:
        checks: Line = [(_style(result), f"{count} {result}  ") for result, count in request.checks]
        lines.append([("dim", "  checks      "), *checks])
    if request.labels:
        lines.append(_fact("labels", ", ".join(request.labels)))
    return [*lines, _fact("", request.url, "dim")]


def _style(word: str) -> str:
    return "fault" if word in BAD else GOOD.get(word, "notice")


def _difference(line: str) -> Line:
    if line.startswith(("+++", "---", "diff ", "index ", "new file", "deleted file")):
        return [("dim", line)]
    styles = {"+": "good", "-": "error", "@": "key"}
    return [(styles.get(line[:1], ""), line)]
