"""Few open files: what fails is one host, with the reason, and nothing is taken for another failure."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from navi.config.remote import Remote
from navi.hosts import HostError
from navi.hosts.blocking_openssh import BlockingOpenSSHHost
from navi.hosts.blocking_process import Process
from navi.hosts.cancellation import Cancellation, Cancelled
from navi.hosts.shell_end import RAISE_FILES
from navi.hosts.ssh_version import ssh_version
from navi.hosts.trio_local import LocalHost
from navi.ops import HostSettings
from tests.support.dashboard import begin
from tests.support.hosts import host, say
from tests.support.machines import Lab, Machine, lacks
from tests.support.processes import processes
from tests.support.terminal import Terminal

SETTINGS = HostSettings("", False, "")


def open_files() -> int:
    """Return how many files this process has open."""
    return len(os.listdir("/proc/self/fd")) - 1


@contextmanager
def free(number: int) -> Iterator[None]:
    """Let this process open only so many files more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(map(int, os.listdir("/proc/self/fd"))) + 1
    with ExitStack() as stack:
        for _ in range(highest - open_files()):  # else those below the highest one could be had
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + number, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def lacking() -> Iterator[None]:
    """If this fails, it must be for the lack of files, and say so."""
    try:
        yield
    except HostError as error:
        found = error.failure
    else:
        return
    assert "Too many open files" in found.cause
    assert found.remedy == RAISE_FILES


@pytest.fixture
def many() -> Iterator[None]:
    """Have so many files open that the next one has a number that select(2) can't take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        lacks("not enough open files are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    yield
    for file in held:
        os.close(file)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def box(lab: Lab) -> Machine:
    """A machine."""
    return lab.machine("box")


FEW = range(1, 16)
"""Open files that one request to a remote may lack, at any point."""


@pytest.mark.parametrize("number", FEW)
def test_a_verb_names_the_limit_and_leaks_nothing(lab: Lab, box: Machine, number: int) -> None:
    one = BlockingOpenSSHHost(Remote(**box.remote()), lab.environment())  # type: ignore[arg-type]
    assert one.run(say()) == "hello"
    one.close()
    before = open_files()
    with free(number), lacking():
        assert one.run(say()) == "hello"
    one.close()
    assert open_files() == before
    assert one.run(say()) == "hello"
    one.close()


@pytest.mark.parametrize("number", FEW)
async def test_the_dashboards_engine_names_the_limit_and_leaks_nothing(lab: Lab, box: Machine, number: int) -> None:
    one = host(lab, box)
    await one.open()
    assert await one.run(say()) == "hello"
    await one.close()
    before = open_files()
    with free(number), lacking():
        await one.open()
        assert await one.run(say()) == "hello"
    await one.close()
    assert open_files() == before


@pytest.mark.parametrize("number", range(1, 8))
async def test_this_machine_names_the_limit(number: int) -> None:
    here = LocalHost(SETTINGS)
    with free(number), lacking():
        assert await here.run(say()) == "hello"
    assert await here.run(say()) == "hello"
    await here.close()


def test_the_version_of_ssh_is_asked_for_again_where_it_could_not_start() -> None:
    environment = {"PATH": f"{os.environ['PATH']}:/nowhere/{os.getpid()}"}
    with free(2):
        assert ssh_version(environment) == (0, 0)
    assert ssh_version(environment) > (0, 0)


@pytest.mark.usefixtures("many")
def test_a_program_is_read_whose_pipes_have_high_numbers() -> None:
    process = Process(("sh", "-c", "head -c 300000; exit 3"), dict(os.environ))
    limit = time.monotonic() + 30
    reading = threading.Thread(target=process.write, args=(b"x" * 300_000, limit))
    reading.start()
    received = 0
    while data := process.read(limit):
        received += len(data)
    reading.join()
    assert (process.end().status, received) == (3, 300_000)


@pytest.mark.usefixtures("many")
def test_a_pause_is_cancelled_by_a_file_with_a_high_number() -> None:
    cancellation = Cancellation()
    cancellation.pause(0.01)
    cancellation.cancel()
    with pytest.raises(Cancelled):
        cancellation.pause(600)
    cancellation.close()


# ---- the dashboard


def limit_of(process: int) -> int:
    """Return how many files a process may have open."""
    found = re.search(r"^Max open files +(\d+)", Path(f"/proc/{process}/limits").read_text(), re.MULTILINE)
    assert found
    return int(found[1])


def below(words: str) -> Sequence[str]:
    """Return navi's command line with a limit of open files."""
    return ["sh", "-c", f'ulimit {words}; exec "$@"', "sh", sys.executable, "-m", "navi"]


def test_the_dashboard_may_open_more_files_and_what_it_starts_may_not(lab: Lab) -> None:
    begin(lab.local, "api")
    with Terminal(below("-S -n 200"), lab.environment(), 100, 30) as screen:
        screen.wait_for("api")
        assert limit_of(screen.pid) == min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        shells = [one.pid for one in processes() if one.parent == screen.pid]
        assert shells, "the watch of this machine"
        assert {limit_of(process) for process in shells} == {200}


def test_hosts_for_which_files_lack_fail_and_the_dashboard_goes_on(lab: Lab) -> None:
    box = lab.machine("box", max_sessions=60)
    begin(lab.local, "here")
    lab.remotes_yaml([box.remote(name=f"h{number:02}") for number in range(12)])
    with Terminal(below("-n 80"), lab.environment(), 160, 40) as screen:
        screen.wait_for("here")
        screen.press("H")
        screen.wait_for("Too many open files")
        screen.press("Escape")
        screen.wait_for("here")
        screen.press("q")
        assert screen.exit_status() == 0


def test_verbs_name_the_hosts_for_which_files_lack(lab: Lab) -> None:
    box = lab.machine("box", max_sessions=60)
    lab.remotes_yaml([box.remote(name=f"h{number:02}") for number in range(12)])
    done = subprocess.run(
        [*below("-n 40"), "hosts"], env=lab.environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Too many open files; raise the limit of open files: ulimit -n" in done.stdout
    assert len(done.stdout.splitlines()) == 13
