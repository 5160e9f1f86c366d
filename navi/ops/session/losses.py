"""What a person may lose when sessions end: uncommitted changes, and running programs (script session/losses)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from navi.core.model import Session
from navi.core.text import clean, decode, plural
from navi.ops.git.counts import counts_in_words
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError, number, read_records

MOST_SESSIONS = 8
"""The most sessions that one operation looks at: on a slow file system, it can read this many directories in time."""

GIT_TIME_LIMIT = 3
"""Seconds that git may take for one directory."""

MOST_NAMES = 6
"""Names of processes that are shown."""


class Losses(NamedTuple):
    """What git knows about a session's directory, and the names of the processes that run below its agent or shell.

    Without a `branch`, the head is detached; a directory that is in no repository is not in `git`. `ahead` counts the
    commits that were not pushed. The other counts are of files. `problem` says why git knows nothing.
    """

    git: bool = True
    branch: str = ""
    ahead: int = 0
    staged: int = 0
    changed: int = 0
    untracked: int = 0
    conflicts: int = 0
    problem: str = ""
    below: tuple[str, ...] = ()

    @property
    def dirty(self) -> bool:
        """Whether files differ from the last commit, or a commit was not pushed."""
        return bool(self.staged or self.changed or self.untracked or self.conflicts or self.ahead)

    @property
    def changes(self) -> str:
        """Return the changes that were not committed, or not pushed, in words."""
        if self.problem:
            return f"unknown because {self.problem}"
        if not self.git:
            return "no git repository"
        counts = counts_in_words(self.conflicts, self.staged, self.changed, self.untracked)
        if self.ahead:
            counts.append(f"{plural(self.ahead, 'commit')} not pushed")
        return ", ".join(counts) or "none"

    @property
    def running(self) -> str:
        """Return the names of the processes, each once with its number."""
        counts = Counter(self.below)
        names = [f"{name} ×{count}" if count > 1 else name for name, count in counts.most_common(MOST_NAMES)]
        more = f" and {len(counts) - MOST_NAMES} more" if len(counts) > MOST_NAMES else ""
        return ", ".join(names) + more


def losses(sessions: Sequence[Session]) -> Operation[tuple[Losses, ...]]:
    """Return the operation that looks at sessions of one host, at most `MOST_SESSIONS`; it answers in their order."""
    words = [word for session in sessions for word in (session.folder, " ".join(map(str, _processes(session))))]
    arguments = (str(GIT_TIME_LIMIT), *words)
    limit = 10 + GIT_TIME_LIMIT * len(sessions)
    read = partial(_read, len(sessions))
    return Operation("losses", link("session/losses"), arguments, read, time_limit=limit, reads=True)


def _processes(session: Session) -> Iterator[int]:
    """Yield the processes of its panes and agents, which the list shows anyway."""
    if session.background:
        yield session.background.process
    for pane in session.tmux.panes if session.tmux else ():
        yield pane.process
        yield from (agent.process for agent in pane.agents)


def _read(count: int, answer: Answer) -> tuple[Losses, ...]:
    found: list[Losses] = []
    for record in read_records(answer):
        lines = [line for line in decode(record.body).split("\n") if line]
        if record.kind == "session":
            found.append(_read_git(dict(line.partition(" ")[::2] for line in lines)))
        elif record.kind == "below" and found:
            found[-1] = found[-1]._replace(below=tuple(clean(line)[:40] for line in lines))
    if len(found) != count:
        raise OperationError("the host's answer is incomplete; try again")
    return tuple(found)


def _read_git(facts: dict[str, str]) -> Losses:
    staged, changed, untracked, conflicts = (
        number(facts.get(name, "")) for name in ("staged", "changed", "untracked", "conflicts")
    )
    branch = clean(facts.get("head", ""))
    ahead = number(facts.get("ab", "").partition(" ")[0].removeprefix("+"))
    return Losses(
        "bare" not in facts, "" if branch == "(detached)" else branch, ahead, staged, changed, untracked, conflicts,
        clean(facts.get("problem", "")).removeprefix("fatal: ")[:200],
    )  # fmt: skip
