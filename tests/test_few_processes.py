"""A host on which no more processes can be started: every verb and the dashboard name that, and claim nothing else."""

from __future__ import annotations

import errno
import shlex
import subprocess
import sys

import pytest
import trio

from navi.core.failure import HostState
from navi.hosts.exchange import cannot_start
from navi.hosts.shell_end import END_SOME, no_processes
from tests.support.few_processes import FewProcesses
from tests.support.hosts import host, running
from tests.support.machines import Lab, program
from tests.support.verbs import navi

NO_MORE = "no more processes can be started: "

VERBS = [
    "ls --host box", "health box/api", "reconcile --host box", "cleanup --host box --dry-run",
    "send box/api -- true", "capture box/api", "tail box/api", "wait box/api --fixed never --timeout 3",
    "rename box/api other", "kill box/api",
]  # fmt: skip


@pytest.fixture
def few(lab: Lab) -> FewProcesses:
    """Return an account with the session `api`; its tmux server and that session are three processes with a login."""
    box = lab.machine("box", shell="dash")
    lab.remotes_yaml([box])
    found = FewProcesses(lab, box)
    found.limit(None)
    found.run(program("tmux"), "-f", "/dev/null", "new-session", "-d", "-s", "api", "exec cat")
    assert found.living() == {"api"}
    return found


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_names_the_cause_and_has_changed_nothing(lab: Lab, few: FewProcesses, verb: str) -> None:
    for count in (3, 4, 5):
        few.limit(count)
        done = navi(lab, *shlex.split(verb), status=69)
        assert NO_MORE in done.stderr, (count, done)
        assert "fork" in done.stderr
        assert END_SOME in done.stderr
        assert few.living() == {"api"}


@pytest.mark.parametrize("sh", ["bash", "busybox"])
def test_every_sh_is_understood(lab: Lab, few: FewProcesses, sh: str) -> None:
    (few.machine.bin / "sh").symlink_to(program(sh))
    few.limit(3)
    assert NO_MORE in navi(lab, "ls", "--host", "box", status=69).stderr


@pytest.mark.parametrize("count", [3, 4, 5])
def test_a_session_that_was_created_all_the_same_is_not_called_failed(lab: Lab, few: FewProcesses, count: int) -> None:
    few.limit(count)
    done = navi(lab, "new", "job", "--host", "box", "--command", "exec sleep 1000", status=69)
    assert NO_MORE in done.stderr
    assert "new may have been done: box does not answer" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("count", range(6, 14))
def test_what_is_called_done_is_done(lab: Lab, few: FewProcesses, count: int) -> None:
    few.limit(count)
    for verb in ("rename box/api other", "kill box/other"):
        before = few.living()
        command = [sys.executable, "-m", "navi", *shlex.split(verb)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, env=lab.environment())
        if done.returncode == 0:
            assert few.living() != before, done
        elif "may have been done" not in done.stderr:
            assert few.living() == before, done


def test_the_dashboard_names_the_cause_and_connects_by_itself_later(lab: Lab, few: FewProcesses) -> None:
    async def check() -> None:
        async with running(host(lab, few.machine)) as watched:
            view = await watched.until("box", lambda view: view.failure, timeout=60)
            assert view.failure
            assert view.failure.state is HostState.ERROR
            assert view.failure.cause.startswith(NO_MORE)
            assert view.failure.remedy == END_SOME
            few.limit(None)
            await watched.state("box", HostState.CONNECTED, timeout=60)

    few.limit(3)
    trio.run(check)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM])
def test_a_program_that_is_installed_and_cannot_start_is_not_to_be_installed(number: int) -> None:
    assert cannot_start("ssh", OSError(number, "no")).failure.remedy == END_SOME


@pytest.mark.parametrize(
    "words",
    [
        "sh: 2365: Cannot fork",
        "sh: 92: Cannot fork\ntmux says: ",
        "sh: fork: retry: Resource temporarily unavailable",
        "/bin/bash: line 3: fork: Cannot allocate memory",
        "sh: can't fork: Resource temporarily unavailable",
        "tmux says: timeout: fork system call failed: Resource temporarily unavailable",
        "tmux says: create window failed: fork failed: Resource temporarily unavailable",
        "zsh:1: fork failed: resource temporarily unavailable",
        "-ksh: cannot fork [Resource temporarily unavailable]",
    ],
)
def test_these_words_say_that_no_process_can_be_started(words: str) -> None:
    assert no_processes(f"before\n{words}") is not None


@pytest.mark.parametrize("words", ["", "no session named fork", "no session named a: Cannot fork it", "forked: yes"])
def test_these_words_do_not(words: str) -> None:
    assert no_processes(words) is None
