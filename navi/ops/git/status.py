"""What git knows about a session's directory, on its own machine (script git/git), and GitHub about its branch, asked
by the `gh` of this machine (script git/pull_request).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from navi.core.text import clean, clean_lines, decode, plural
from navi.ops.git.counts import counts_in_words
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError, Record, read_records

MOST_LINES = 5000
"""Lines of a difference that are shown."""

FIELDS = (
    "number", "title", "state", "isDraft", "url", "mergeable", "reviewDecision", "statusCheckRollup",
    "labels", "additions", "deletions", "changedFiles",
)  # fmt: skip
"""The fields that `gh pr view --json` is asked for."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The last commit. `time` is an epoch time."""

    hash: str
    time: float
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree. `branch` is "" on a detached head; `commit` is None before the first one. `ahead` and `behind` are
    None where the branch follows no other. The counts are of files.
    """

    root: str
    branch: str
    commit: Commit | None
    upstream: str = ""
    ahead: int | None = None
    behind: int | None = None
    staged: int = 0
    changed: int = 0
    untracked: int = 0
    conflicts: int = 0
    url: str = ""
    worktrees: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()

    @property
    def dirty(self) -> bool:
        """Whether anything differs from the last commit."""
        return bool(self.staged or self.changed or self.untracked or self.conflicts)

    @property
    def changes(self) -> str:
        """How many files differ from the last commit, in words."""
        counts = counts_in_words(self.conflicts, self.staged, self.changed, self.untracked)
        return ", ".join(counts) or "no changes"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as GitHub reports it; words in small letters. `checks` counts them by result."""

    number: int
    title: str
    state: str
    url: str
    mergeable: str = ""
    review: str = ""
    checks: tuple[tuple[str, int], ...] = ()
    labels: tuple[str, ...] = ()
    additions: int = 0
    deletions: int = 0
    files: int = 0

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Its state, its review, and whether it can be merged; what is unknown is left out."""
        return tuple(word for word in (self.state, self.review, self.mergeable) if word)

    @property
    def size(self) -> str:
        """How much it changes, in words."""
        return f"{plural(self.files, 'file')}, +{self.additions} -{self.deletions}"


class CommitLine(NamedTuple):
    """What git prints about the last commit: the default of each field is its format in git-log(1)."""

    hash: str = "%h"
    time: str = "%ct"
    author: str = "%an"
    subject: str = "%s"


def git(directory: str) -> Operation[Repository]:
    """Return the operation that looks at the repository around a directory. OperationError says why there is nothing to
    report.
    """
    arguments = (directory, str(MOST_LINES), "%x09".join(CommitLine()))
    return Operation("git", link("git/git"), arguments, _read_repository, time_limit=30, reads=True)


def branch(directory: str) -> Operation[str]:
    """Return the operation that finds the branch that is checked out around a directory, "" if there is none."""
    return Operation("branch", link("git/branch"), (directory,), _read_branch, time_limit=8, reads=True)


def pull_request(url: str, branch: str) -> Operation[PullRequest | None]:
    """Return the operation that asks GitHub, from this machine, about a branch of the repository at a remote's URL;
    None if it has no pull request.

    Raise OperationError for a URL that is not a repository's.
    """
    repository = repository_of(url)
    if not repository or not branch:
        raise not_queried(url)
    arguments = (repository, branch, ",".join(FIELDS))
    return Operation(
        "pull request",
        link("git/pull_request"),
        arguments,
        _read_pull_request,
        time_limit=25,
        reads=True,
    )


def repository_of(url: str) -> str:
    """Return HOST/OWNER/NAME of a remote's URL, as gh wants it; "" if it is of another shape."""
    found = re.fullmatch(
        r"(?:(?:ssh|https?|git)://(?:[^@/]*@)?(?P<host>[\w.-]+)(?::\d+)?/|(?:[^@/:]*@)?(?P<scp>[\w.-]+):/?)"
        r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?",
        url,
    )
    if not found or found["owner"].startswith("-"):
        return ""
    return f"{found['host'] or found['scp']}/{found['owner']}/{found['name']}"


def not_queried(url: str) -> OperationError:
    """Return what to raise for a remote's URL that is not a repository's."""
    return OperationError(f"{shown_url(url) or 'no remote'}: not a repository that gh can query")


def shown_url(url: str) -> str:
    """Return a remote's URL without the password that may be in it."""
    return clean(re.sub(r"//[^@/]*@", "//", url))


# ---- answers


def _read_branch(answer: Answer) -> str:
    return clean(decode(answer.output).partition("\n")[0])


def _read_repository(answer: Answer) -> Repository:
    records = {record.kind: record for record in read_records(answer)}
    status = _lines(records.get("status"))
    facts = dict(line[2:].split(" ", 1) for line in status if line.startswith("# branch.") and " " in line[2:])
    ahead, behind = _distance(facts.get("branch.ab", ""))
    head = facts.get("branch.head", "")
    return Repository(
        root=_first(records.get("root")),
        branch="" if head == "(detached)" else head,
        commit=_commit(records.get("commit")),
        upstream=facts.get("branch.upstream", ""),
        ahead=ahead,
        behind=behind,
        **_counts(status),
        url=clean(records["url"].rest) if "url" in records else "",
        worktrees=tuple(line[9:] for line in _lines(records.get("worktrees")) if line.startswith("worktree ")),
        difference=tuple(_lines(records.get("difference"))),
    )


def _lines(record: Record | None) -> list[str]:
    lines = clean_lines(decode(record.body)) if record else []
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _first(record: Record | None) -> str:
    return next(iter(_lines(record)), "")


def _distance(text: str) -> tuple[int | None, int | None]:
    found = re.fullmatch(r"\+(\d+) -(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (None, None)


def _counts(status: list[str]) -> dict[str, int]:
    """Count files by what has happened to them (git-status(1), porcelain version 2)."""
    count: Counter[str] = Counter()
    for line in status:
        kind, _, rest = line.partition(" ")
        if kind in ("1", "2"):
            count["staged"] += rest[:1] != "."
            count["changed"] += rest[1:2] != "."
        count["untracked"] += kind == "?"
        count["conflicts"] += kind == "u"
    return {name: count[name] for name in ("staged", "changed", "untracked", "conflicts")}


def _commit(record: Record | None) -> Commit | None:
    line = decode(record.body).partition("\n")[0] if record else ""
    parts = [clean(part) for part in line.split("\t", len(CommitLine._fields) - 1)]
    if len(parts) != len(CommitLine._fields):
        return None
    found = CommitLine(*parts)
    return Commit(found.hash, float(found.time), found.author, found.subject) if found.time.isdigit() else None


def _read_pull_request(answer: Answer) -> PullRequest | None:
    if answer.status != 0 and "no pull requests found" in answer.errors:
        return None
    read_records(answer)
    try:
        document = json.loads(decode(answer.output))
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("number"), int):
        raise OperationError("gh's answer is not a pull request")
    return _pull_request(document)


def _pull_request(document: Mapping[str, object]) -> PullRequest:
    def word(name: str) -> str:
        value = document.get(name)
        return clean(value)[:500] if isinstance(value, str) else ""

    def number(name: str) -> int:
        value = document.get(name)
        return value if isinstance(value, int) else 0

    labels = document.get("labels")
    names = [label.get("name") for label in labels if isinstance(label, dict)] if isinstance(labels, list) else []
    return PullRequest(
        number=number("number"),
        title=word("title"),
        state="draft" if document.get("isDraft") is True and word("state").lower() == "open" else word("state").lower(),
        url=word("url"),
        mergeable=word("mergeable").lower(),
        review=word("reviewDecision").lower().replace("_", " "),
        checks=_checks(document.get("statusCheckRollup")),
        labels=tuple(clean(name) for name in names if isinstance(name, str)),
        additions=number("additions"),
        deletions=number("deletions"),
        files=number("changedFiles"),
    )


def _checks(rollup: object) -> tuple[tuple[str, int], ...]:
    """Count checks by result: those of actions have a conclusion once they are over, other statuses only a state."""
    count: Counter[str] = Counter()
    for check in rollup if isinstance(rollup, list) else ():
        if isinstance(check, dict):
            result = check.get("conclusion") or check.get("state") or check.get("status")
            count[clean(str(result)).lower().replace("_", " ")] += 1
    return tuple(sorted(count.items()))
