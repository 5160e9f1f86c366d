"""Titles of commits are checked by .ci/titles."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
CHECK = ROOT / ".ci" / "titles"


@cache
def check() -> dict[str, Any]:
    """Return what .ci/titles defines."""
    return runpy.run_path(str(CHECK))


TITLES = [
    ("sh: Write the registry's lines in one place", []),
    ("docs: Explain ssh_config(5), e.g. ProxyJump.", []),
    ("ops: Drop code that nothing uses", []),
    ("sh: Skip files without a status, 1.5 KiB and larger", []),
    ("Drop code that nothing uses", ["area"]),
    ("ops, cli: Build each remote once", ["area"]),
    ("hotfix: Build each remote once", ["area"]),
    ("ops: drop code that nothing uses", ["capital"]),
    ("ops: ", ["capital"]),
    ("ops: Build each remote once; drop unused code", ["semicolon"]),
    ("ops: Build each remote once. Drop unused code", ["two sentences"]),
    (f"ops: D{'o' * 66}", []),
    (f"ops: D{'o' * 67}", ["73 characters"]),
    ("remotes are built once; what nothing used is gone. So it is shorter, and much quicker", ["area", "85", "semi"]),
]


@pytest.mark.parametrize(("title", "expected"), TITLES, ids=[title for title, _ in TITLES])
def test_a_title_has_these_problems(title: str, expected: list[str]) -> None:
    found = list(check()["problems"](title))
    assert len(found) == len(expected)
    assert [word for word, problem in zip(expected, found, strict=True) if word not in problem] == []


# ---- the script, in repositories


def git(folder: Path, *words: str) -> str:
    """Run git without the user's configuration."""
    environment = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(folder)}
    names = ["-c", "user.name=tester", "-c", "user.email=tester@example.org"]
    command = ["git", "-C", str(folder), *names, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def commit(folder: Path, title: str) -> None:
    """Commit a change under this title."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", title)


def checked(folder: Path) -> tuple[int, list[str]]:
    """Run the repository's own check; return its exit status and the titles that it complains about."""
    done = subprocess.run([folder / ".ci" / "titles"], capture_output=True, text=True, timeout=30)
    return done.returncode, [line.split(" ", 1)[1].partition(": does")[0] for line in done.stdout.splitlines()]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a bad title before the check was added, and a good one after it."""
    folder = tmp_path / "repository"
    (folder / ".ci").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "before the rules")
    shutil.copy(CHECK, folder / ".ci" / "titles")
    commit(folder, "whatever added the check")
    commit(folder, "ops: Do one thing")
    return folder


def test_titles_before_the_check_and_of_merges_do_not_count(repository: Path) -> None:
    git(repository, "switch", "-q", "-c", "side")
    commit(repository, "ops: Do another thing")
    git(repository, "switch", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "-m", "Merge branch side", "side")
    assert checked(repository) == (0, [])


def test_a_bad_title_after_the_check_is_named(repository: Path) -> None:
    commit(repository, "quick fix")
    commit(repository, "ops: Do more")
    assert checked(repository) == (1, ["quick fix"])


def test_a_shallow_clone_is_checked_as_far_as_its_history_goes(repository: Path, tmp_path: Path) -> None:
    commit(repository, "quick fix")
    commit(repository, "ops: Do more")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", str(shallow))
    assert checked(shallow) == (0, [])


def test_a_copy_without_history_passes(repository: Path) -> None:
    shutil.rmtree(repository / ".git")
    assert checked(repository) == (0, [])
