"""session/losses.sh in every shell: branch, changes and processes of sessions, and why git knows nothing."""

from __future__ import annotations

from pathlib import Path

from navi.ops.session.losses import Losses, losses
from tests.ops.session.test_losses import in_folder
from tests.support.machines import Lab, program
from tests.support.repository import commit, repository
from tests.support.scripts import DASH, Shell, answer, every_shell


@every_shell
def test_branch_changes_and_processes_are_found(lab: Lab, shell: Shell) -> None:
    folder = repository(lab.local)
    (folder / "a").write_text("old\n")
    commit(lab.local, folder)
    (folder / "a").write_text("new\n")
    (folder / "it's $HOME").write_text("")
    lab.local.new_session("api", "sleep 1000; :")
    pid = int(lab.local.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))
    operation = losses([in_folder(folder, pid), in_folder(Path("/no/such folder"), pid)])
    here, nowhere = operation.parse(answer(lab.local, shell, operation))
    assert here == Losses(branch="main", changed=1, untracked=1, below=here.below)
    assert set(here.below) <= {"sleep"}
    assert nowhere.changes == "unknown because its directory no longer exists, or can't be entered"


def test_a_git_that_hangs_is_given_up_and_the_next_session_has_its_turn(lab: Lab) -> None:
    folder = repository(lab.local)
    slow = lab.local.home / "slow"
    slow.mkdir()
    stand_in = lab.local.bin / "git"
    stand_in.write_text(f'#!/bin/sh\n[ "$PWD" != "{slow}" ] || exec sleep 60\nexec {program("git")} "$@"\n')
    stand_in.chmod(0o755)
    operation = losses([in_folder(slow), in_folder(folder)])
    found = operation.parse(answer(lab.local, DASH, operation))
    assert [one.problem for one in found] == ["git did not answer in time", ""]


def test_a_missing_git_is_the_reason(lab: Lab) -> None:
    operation = losses([in_folder(lab.local.home)])
    path = lab.path_without("git")
    (found,) = operation.parse(answer(lab.local, DASH, operation, {"PATH": path}))
    assert found.changes == "unknown because git was not found on the host"
