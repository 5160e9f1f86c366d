"""Real git repositories of accounts, and a replacement for GitHub's gh with recorded answers."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from tests.support.dashboard import begin
from tests.support.machines import Account, Lab, program, replace

RECORDED = {
    "number": 42,
    "title": "Add a thing\x1b[31m",
    "state": "OPEN",
    "isDraft": False,
    "url": "https://github.com/o/r/pull/42",
    "mergeable": "MERGEABLE",
    "reviewDecision": "CHANGES_REQUESTED",
    "statusCheckRollup": [
        {"__typename": "CheckRun", "conclusion": "SUCCESS", "status": "COMPLETED"},
        {"__typename": "CheckRun", "conclusion": "FAILURE", "status": "COMPLETED"},
        {"__typename": "CheckRun", "conclusion": "", "status": "IN_PROGRESS"},
        {"__typename": "StatusContext", "state": "SUCCESS"},
    ],
    "labels": [{"name": "bug"}, {"name": "now"}],
    "additions": 10,
    "deletions": 2,
    "changedFiles": 3,
}

"""The answer of `gh pr view --json`."""

TALK: dict[str, list[dict[str, object]]] = {
    "comments": [
        {
            "id": "IC_1",
            "author": {"login": "alice"},
            "authorAssociation": "MEMBER",
            "body": "Hello \x1b[31mthere,\r\n\r\n\tthis is good \u202e",
            "createdAt": "2024-01-01T00:00:00Z",
            "includesCreatedEdit": False,
            "isMinimized": False,
            "minimizedReason": "",
            "reactionGroups": [],
            "url": "https://github.com/o/r/pull/42#issuecomment-1",
            "viewerDidAuthor": False,
        },
    ],
    "reviews": [
        {
            "id": "PRR_1",
            "author": {"login": "bob"},
            "authorAssociation": "MEMBER",
            "body": "",
            "submittedAt": "2024-01-02T00:00:00Z",
            "includesCreatedEdit": False,
            "reactionGroups": [],
            "state": "COMMENTED",
            "commit": {"oid": "1234567"},
        },
        {
            "id": "PRR_2",
            "author": {"login": ""},
            "authorAssociation": "NONE",
            "body": "Not like this",
            "submittedAt": "2024-01-03T00:00:00Z",
            "includesCreatedEdit": False,
            "reactionGroups": [],
            "state": "CHANGES_REQUESTED",
            "commit": {"oid": "1234567"},
        },
        {
            "id": "PRR_3",
            "author": {"login": "carol"},
            "authorAssociation": "MEMBER",
            "body": "",
            "submittedAt": "2024-01-04T00:00:00Z",
            "includesCreatedEdit": False,
            "reactionGroups": [],
            "state": "APPROVED",
            "commit": {"oid": ""},
        },
        {
            "id": "PRR_4",
            "author": {"login": "me"},
            "authorAssociation": "OWNER",
            "body": "a draft",
            "submittedAt": None,
            "includesCreatedEdit": False,
            "reactionGroups": [],
            "state": "PENDING",
            "commit": {"oid": "1234567"},
        },
    ],
}
"""The answer of `gh pr view --json comments,reviews`."""

ON_LINES = [
    {
        "id": 2,
        "diff_hunk": "@@ -1 +1 @@\n-old\n+new",
        "path": "navi/b.py",
        "user": None,
        "body": "and here",
        "created_at": "2024-01-03T12:00:00Z",
        "line": None,
        "original_line": 9,
        "position": None,
        "subject_type": "line",
    },
    {
        "id": 1,
        "diff_hunk": "@@ -1 +1 @@\n-old\n+new",
        "path": "navi/a.py",
        "user": {"login": "bob"},
        "body": "on a line",
        "created_at": "2024-01-02T00:00:00Z",
        "line": 3,
        "original_line": 2,
        "position": 1,
        "subject_type": "line",
    },
]
"""The answer of `gh api repos/OWNER/NAME/pulls/NUMBER/comments`, newest first."""


def run(account: Account, folder: Path, *words: str) -> str:
    """Run git in a folder of an account."""
    settings = ("user.name=A", "user.email=a@b", "init.defaultBranch=main", "commit.gpgsign=0")
    options = [word for setting in settings for word in ("-c", setting)]
    return account.run(program("git"), "-C", str(folder), *options, *words)


def repository(account: Account, name: str = "work") -> Path:
    """Make a repository without a commit."""
    folder = account.home / name
    folder.mkdir()
    run(account, folder, "init", "--quiet")
    return folder


def commit(account: Account, folder: Path, subject: str = "first") -> None:
    """Commit everything."""
    run(account, folder, "add", "--all")
    run(account, folder, "commit", "--quiet", "--allow-empty", "-m", subject)


def work(account: Account) -> Path:
    """Make a repository with a commit, a remote on GitHub and a change, and a session in it."""
    folder = repository(account)
    (folder / "a").write_text("old\n")
    commit(account, folder, "the first step")
    run(account, folder, "remote", "add", "origin", "git@github.com:o/r.git")
    (folder / "a").write_text("new\n")
    begin(account, "api", cwd=str(folder))
    return folder


def stand_in(lab: Lab, answer: str, status: int = 0, errors: str = "") -> Path:
    """Put a gh with this answer on this machine's PATH; return the file in which it records its arguments."""
    return _put_gh(lab, f"{_say(lab, 'answer', answer)}\necho {shlex.quote(errors)} >&2\nexit {status}")


def stand_in_for_comments(lab: Lab, talk: str, on_lines: str, first: str = "") -> Path:
    """Put a gh on this machine's PATH that answers with a pull request, its comments, and those on lines, after it has
    run the shell commands in `first`; return the file in which it records its arguments.
    """
    return _put_gh(
        lab,
        f"""\
case "$*" in
*statusCheckRollup*) {_say(lab, "request", json.dumps(RECORDED))}; exit ;;
esac
{first}
case "$1 $*" in
api*) {_say(lab, "lines", on_lines)} ;;
*) {_say(lab, "talk", talk)} ;;
esac""",
    )


def _say(lab: Lab, name: str, answer: str) -> str:
    path = lab.local.home / name
    path.write_text(answer)
    return f"cat {path}"


def _put_gh(lab: Lab, body: str) -> Path:
    asked = lab.local.home / "asked"
    replace(lab.local.bin / "gh", f"#!/bin/sh\nprintf '%s\\n' \"$@\" >>{asked}\n{body}\n", 0o755)
    return asked
