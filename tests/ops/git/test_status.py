"""What git knows of a directory, on this machine and over a real sshd; what GitHub knows, by a stand-in for gh."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.remote import SESSIONS_DIR
from navi.hosts.trio_local import LocalHost
from navi.ops import HostSettings, OperationError
from navi.ops.git.status import Repository, branch, git, pull_request, repository_of, shown_url
from tests.support.lab_hosts import LabHost, everywhere, lab_host
from tests.support.machines import Lab
from tests.support.repository import RECORDED, commit, repository, run, stand_in


async def look(one: LabHost, folder: Path) -> Repository:
    """Look at a folder as navi does."""
    return await one.host.run(git(str(folder)))


@everywhere
async def test_branch_commit_and_files_are_reported(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        (folder / "a").write_text("old\n")
        (folder / "b").write_text("old\n")
        commit(one.account, folder, 'It\'s a "first" \\n step, with\ttabs')
        (folder / "a").write_text("new\n")
        (folder / "b").write_text("new\n")
        run(one.account, folder, "add", "b")
        (folder / "c").write_text("\n")
        (folder / "deep").mkdir()
        found = await look(one, folder / "deep")
        assert (found.root, found.branch, found.upstream, found.ahead) == (str(folder), "main", "", None)
        assert (found.staged, found.changed, found.untracked, found.conflicts) == (1, 1, 1, 0)
        assert found.dirty
        assert found.commit is not None
        assert found.commit.subject == 'It\'s a "first" \\n step, with tabs'
        assert found.commit.author == "A"
        assert {"-old", "+new", "+++ b/a"} <= set(found.difference)


@everywhere
async def test_an_unborn_branch_has_a_name_and_no_commit(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        found = await look(one, repository(one.account))
        assert (found.branch, found.commit, found.dirty, found.difference) == ("main", None, False, ())


@everywhere
async def test_a_detached_head_has_a_commit_and_no_branch(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        commit(one.account, folder)
        run(one.account, folder, "checkout", "--quiet", "--detach")
        found = await look(one, folder)
        assert found.branch == ""
        assert found.commit is not None


@everywhere
async def test_the_branch_alone_is_read_without_more(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        (folder / "de ep").mkdir()
        assert await one.host.run(branch(str(folder / "de ep"))) == "main"
        commit(one.account, folder)
        run(one.account, folder, "checkout", "--quiet", "-b", "feature/ä")
        assert await one.host.run(branch(str(folder))) == "feature/ä"
        run(one.account, folder, "checkout", "--quiet", "--detach")
        assert await one.host.run(branch(str(folder))) == ""
        assert await one.host.run(branch(str(one.account.home))) == ""
        assert await one.host.run(branch("/nowhere")) == ""


@everywhere
async def test_ahead_and_behind_and_the_remotes_url_without_its_password(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        origin = repository(one.account, "origin")
        commit(one.account, origin)
        run(one.account, one.account.home, "clone", "--quiet", str(origin), "work")
        folder = one.account.home / "work"
        commit(one.account, origin, "theirs")
        commit(one.account, folder, "ours 1")
        commit(one.account, folder, "ours 2")
        run(one.account, folder, "fetch", "--quiet")
        run(one.account, folder, "remote", "set-url", "origin", "https://me:secret@example.com/o/r.git")
        found = await look(one, folder)
        assert (found.upstream, found.ahead, found.behind) == ("origin/main", 2, 1)
        assert shown_url(found.url) == "https://example.com/o/r.git"


@everywhere
async def test_worktrees_are_named(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        commit(one.account, folder)
        run(one.account, folder, "worktree", "add", "--quiet", "-b", "topic", "../other tree")
        found = await look(one, one.account.home / "other tree")
        assert found.root == str(one.account.home / "other tree")
        assert set(found.worktrees) == {str(folder), str(one.account.home / "other tree")}


@everywhere
async def test_a_conflict_is_counted(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        commit(one.account, folder)
        run(one.account, folder, "branch", "other")
        for branch in ("main", "other", "main"):
            run(one.account, folder, "checkout", "--quiet", branch)
            (folder / "a").write_text(branch)
            commit(one.account, folder)
        with pytest.raises(AssertionError, match=r"CONFLICT|status 1"):
            run(one.account, folder, "merge", "other")
        found = await look(one, folder)
        assert found.conflicts == 1


@everywhere
@pytest.mark.parametrize(
    ("folder", "words", "status"),
    [
        ("", "not in a git repository", 1),
        ("gone", "the directory .*/gone no longer exists", 66),
        (".git", "no files of it", 1),
    ],
)
async def test_what_is_no_work_tree_is_reported(lab: Lab, where: str, folder: str, words: str, status: int) -> None:
    async with lab_host(lab, where) as one:
        if folder == ".git":
            folder = f"{repository(one.account).name}/.git"
        with pytest.raises(OperationError, match=words) as caught:
            await look(one, one.account.home / folder)
        assert caught.value.status == status


@everywhere
async def test_nothing_of_the_repository_is_run_or_acts_on_the_terminal(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        (folder / "a").write_text("1\n")
        commit(one.account, folder, "sub\x1b[31mject \u202e")
        (folder / "a").write_text("2\x1b]0;title\x07\n")
        pwned = one.account.home / "pwned"
        for name in ("core.fsmonitor", "diff.external", "core.pager"):
            run(one.account, folder, "config", name, f"touch {pwned}; false")
        found = await look(one, folder)
        assert not pwned.exists()
        assert found.commit is not None
        assert "\x1b" not in found.commit.subject + "".join(found.difference)
        assert "\u202e" not in found.commit.subject


@everywhere
async def test_a_long_difference_is_cut(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        (folder / "a").write_text("")
        commit(one.account, folder)
        (folder / "a").write_text("line\n" * 20_000)
        assert len((await look(one, folder)).difference) == 5000


# ---- pull requests


URLS = [
    ("git@github.com:owner/name.git", "github.com/owner/name"),
    ("github.com:owner/name", "github.com/owner/name"),
    ("https://github.com/owner/name", "github.com/owner/name"),
    ("https://user:token@github.example.com/owner/name.git", "github.example.com/owner/name"),
    ("ssh://git@ghe.example.com:2222/owner/na.me.git", "ghe.example.com/owner/na.me"),
    ("git://github.com/owner/name/", "github.com/owner/name"),
    ("/srv/git/name.git", ""),
    ("../name", ""),
    ("https://github.com/owner", ""),
    ("file:///srv/a/b", ""),
    ("git@github.com:-x/name", ""),
    ("", ""),
]


@pytest.mark.parametrize(("url", "wanted"), URLS)
def test_the_repository_of_an_url(url: str, wanted: str) -> None:
    assert repository_of(url) == wanted


@given(st.text())
def test_no_url_breaks_it_and_no_answer_is_an_option(url: str) -> None:
    found = repository_of(url)
    assert not found.startswith("-")
    assert found == "" or found.count("/") == 2


def local(lab: Lab) -> LocalHost:
    """Return this machine as a host."""
    return LocalHost(HostSettings(SESSIONS_DIR, False), lab.environment())


async def test_a_pull_request_is_reported(lab: Lab) -> None:
    asked = stand_in(lab, json.dumps(RECORDED))
    host = local(lab)
    found = await host.run(pull_request("git@ghe.example.com:o/r.git", "topic/x"))
    await host.close()
    assert asked.read_text().splitlines()[:5] == ["pr", "view", "topic/x", "--repo", "ghe.example.com/o/r"]
    assert found is not None
    assert (found.number, found.title, found.state, found.review) == (42, "Add a thing", "open", "changes requested")
    assert dict(found.checks) == {"success": 2, "failure": 1, "in progress": 1}
    assert (found.labels, found.additions, found.deletions, found.files) == (("bug", "now"), 10, 2, 3)


@pytest.mark.parametrize(
    ("answer", "status", "errors", "words"),
    [
        ("", 1, "To get started with GitHub CLI, please run: gh auth login", "gh auth login"),
        ("not json", 0, "", "is not a pull request"),
        ("[]", 0, "", "is not a pull request"),
        ("null", 0, "", "is not a pull request"),
        ('{"number": "x"}', 0, "", "is not a pull request"),
    ],
)
async def test_what_gh_says_in_place_of_an_answer_is_reported(
    lab: Lab, answer: str, status: int, errors: str, words: str
) -> None:
    stand_in(lab, answer, status, errors)
    host = local(lab)
    with pytest.raises(OperationError, match=words):
        await host.run(pull_request("git@github.com:o/r.git", "topic"))
    await host.close()


async def test_a_branch_without_a_pull_request_is_no_error(lab: Lab) -> None:
    stand_in(lab, "", 1, 'no pull requests found for branch "topic"')
    host = local(lab)
    assert await host.run(pull_request("git@github.com:o/r.git", "topic")) is None
    await host.close()


async def test_without_gh_it_says_what_is_missing(lab: Lab) -> None:
    host = LocalHost(HostSettings(SESSIONS_DIR, False), {**lab.environment(), "PATH": lab.path_without("gh")})
    with pytest.raises(OperationError, match="gh is not installed on this machine"):
        await host.run(pull_request("git@github.com:o/r.git", "topic"))
    await host.close()
