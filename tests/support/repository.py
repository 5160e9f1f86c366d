"""Real git repositories of accounts, and a stand-in for GitHub's gh that answers recorded shapes."""

from __future__ import annotations

from pathlib import Path

from tests.support.machines import Account, Lab, program

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


def stand_in(lab: Lab, answer: str, status: int = 0, errors: str = "") -> Path:
    """Put a gh on this machine's PATH that answers so, and that writes down how it was asked."""
    asked = lab.local.home / "asked"
    (lab.local.home / "answer").write_text(answer)
    path = lab.local.bin / "gh"
    path.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{asked}\ncat {lab.local.home}/answer\necho '{errors}' >&2\nexit {status}\n"
    )
    path.chmod(0o755)
    return asked
