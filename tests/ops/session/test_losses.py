"""What is lost with a session: what git knows of its directory, and what runs in it, here and over a real sshd."""

from __future__ import annotations

from pathlib import Path

import pytest

from navi.core.model import AgentProcess, Pane, Session, TmuxSession
from navi.ops.session.losses import Losses, losses
from tests.support.dashboard import session
from tests.support.lab_hosts import everywhere, lab_host
from tests.support.machines import Lab
from tests.support.repository import commit, repository, run
from tests.support.waiting import until


def in_folder(folder: Path, *processes: int) -> Session:
    """Return a session whose directory and whose panes' processes are these."""
    panes = tuple(Pane(f"%{one}", "0.0", one, "sh", "", str(folder)) for one in processes)
    return session("api", cwd=str(folder))._replace(tmux=TmuxSession("$1", "api", 1.0, 0, panes) if panes else None)


@everywhere
async def test_each_session_has_its_own_branch_and_changes(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        (folder / "a").write_text("old\n")
        (folder / "b").write_text("old\n")
        commit(one.account, folder)
        for name in "abc":
            (folder / name).write_text("new\n")
        run(one.account, folder, "add", "b")
        clone = one.account.home / "cl  o'ne"
        run(one.account, folder, "clone", "--quiet", str(folder), str(clone))
        (clone / "x").write_text("x\n")
        commit(one.account, clone)
        run(one.account, clone, "checkout", "--quiet", "-b", "work", "--track")
        bare = one.account.home / "plain"
        bare.mkdir()
        sessions = [in_folder(path) for path in (folder, clone, bare, bare / "gone")]
        found = await one.host.run(losses(sessions))
        assert found[0] == Losses(True, "main", 0, 1, 1, 1)
        assert found[0].changes == "1 staged, 1 changed, 1 untracked"
        assert (found[1].branch, found[1].dirty, found[2].git, found[2].dirty) == ("work", False, False, False)
        assert found[3].changes.startswith("unknown because its directory no longer exists")


@everywhere
async def test_commits_that_were_not_pushed_are_counted(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        folder = repository(one.account)
        commit(one.account, folder)
        clone = one.account.home / "clone"
        run(one.account, folder, "clone", "--quiet", str(folder), str(clone))
        for name in "ab":
            (clone / name).write_text(name)
            commit(one.account, clone)
        (found,) = await one.host.run(losses([in_folder(clone)]))
        assert (found.ahead, found.changes, found.dirty) == (2, "2 commits not pushed", True)


@everywhere
async def test_what_runs_below_the_agent_is_named(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session("api", "sh -c 'sleep 1000 & sleep 1000 & exec cat'")
        pid = int(one.account.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))
        names: list[str] = []

        async def look() -> bool:
            (found,) = await one.host.run(losses([in_folder(one.account.home, pid)]))
            names[:] = [found.running]
            return sorted(found.below) == ["cat", "sleep", "sleep"]

        for _ in range(50):
            if await look():
                break
        assert names == ["sleep ×2, cat"]


async def test_an_agent_is_not_named_as_something_that_runs_below(lab: Lab) -> None:
    async with lab_host(lab, "local") as one:
        one.account.new_session("api", "sh -c 'sleep 1000; :'")
        pid = int(one.account.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))
        child = until(lambda: Path(f"/proc/{pid}/task/{pid}/children").read_text().split(), what="its child")[0]
        about = in_folder(one.account.home, pid)
        assert about.tmux
        pane = about.tmux.pane._replace(agents=(AgentProcess("claude", int(child)),))
        about = about._replace(tmux=about.tmux._replace(panes=(pane,)))
        (found,) = await one.host.run(losses([about]))
        assert set(found.below) <= {"sleep"}  # below the agent, which is a shell here


@pytest.mark.parametrize(
    ("found", "changes"),
    [
        (Losses(branch="main"), "none"),
        (Losses(git=False), "no git repository"),
        (Losses(conflicts=1, ahead=1), "1 in conflict, 1 commit not pushed"),
        (Losses(problem="git did not answer in time"), "unknown because git did not answer in time"),
    ],
)
def test_losses_have_words(found: Losses, changes: str) -> None:
    assert found.changes == changes


def test_many_processes_are_counted() -> None:
    below = tuple(f"p{number}" for number in range(9))
    assert Losses(below=below).running == "p0, p1, p2, p3, p4, p5 and 3 more"
