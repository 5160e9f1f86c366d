"""What a verb waits for: a line on the terminal while it takes long, and nothing of it afterwards or elsewhere."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from contextlib import ExitStack

import pytest

from navi.cli.output.progress import ProgressLine
from tests.support.dashboard import NAVI, record
from tests.support.machines import Lab
from tests.support.resumable import install, start
from tests.support.terminal import Terminal
from tests.support.waiting import until


def slow_ssh(lab: Lab, seconds: float) -> None:
    """Have every new connection take so long."""
    path = lab.folder / "bin" / "ssh"
    path.write_text(path.read_text().replace("exec", f"sleep {seconds}\nexec", 1))


def test_a_cold_start_of_hosts_says_what_it_waits_for_and_leaves_no_trace(lab: Lab) -> None:
    machines = [lab.machine("atlas"), lab.machine("borg")]
    machines[0].new_session("api")
    lab.remotes_yaml(machines)
    slow_ssh(lab, 3)
    with Terminal([*NAVI, "ls"], lab.environment(), 100, 30, start=False) as screen:
        recorded = record(screen)
        screen.start()
        screen.wait_for(re.compile(r"navi ls: 1 of 3 done, waiting for atlas, borg, \d+ s"))
        screen.wait_prompt(60)
        assert "waiting for" not in screen.screen()
        assert "atlas/api" in screen.screen()
        assert b"waiting for" in recorded.read_bytes()


def test_a_connection_is_waited_for(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    slow_ssh(lab, 2)
    with Terminal([*NAVI, "new", "api", "--host", "atlas"], lab.environment(), 60, 30) as screen:
        screen.wait_for(re.compile(r"navi new: waiting for atlas, \d+ s"))
        screen.wait_prompt(60)
        assert "waiting for" not in screen.screen()
        assert "atlas/api" in screen.screen()


def test_results_that_come_meanwhile_are_on_lines_of_their_own(lab: Lab) -> None:
    install(lab.local)
    for name in ("api", "web", "db"):
        start(lab.local, name)
    subprocess.run([*NAVI, "ls"], env=lab.environment(), check=True, capture_output=True)
    lab.local.tmux("kill-server")
    lost = subprocess.run([*NAVI, "restore"], env=lab.environment(), check=True, capture_output=True, text=True).stdout
    names = sorted(line.partition(":")[0] for line in lost.split("\n") if ": lost" in line)
    assert names
    with Terminal([*NAVI, "restore", "--all"], lab.environment(), 140, 30) as screen:
        screen.wait_prompt(60)
        lines = [line for line in screen.screen().split("\n") if "is back in its conversation" in line]
        assert sorted(line.split()[0] for line in lines) == names, screen.framed()
        assert "waiting for" not in screen.screen()


QUIET = [("a pipe", "navi ls 2>&1 | cat", {}), ("a dumb terminal", "navi ls", {"TERM": "dumb"})]


@pytest.mark.parametrize(("line", "more"), [case[1:] for case in QUIET], ids=[case[0] for case in QUIET])
def test_nothing_is_written_elsewhere(lab: Lab, line: str, more: dict[str, str]) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    slow_ssh(lab, 2)
    command = line.replace("navi", f"{sys.executable} -m navi")
    words = ["env", *(f"{name}={value}" for name, value in more.items()), "sh", "-c", command]
    with Terminal(words, lab.environment(), 100, 30, start=False) as screen:
        recorded = record(screen)
        screen.start()
        screen.wait_for("no sessions" if more else re.compile(r"shell>.*\n(.*\n)*shell>"))
        screen.wait_prompt(60)
        assert b"waiting for" not in recorded.read_bytes()
        assert b"\x1b[K" not in recorded.read_bytes().rpartition(b"-m navi")[2]


def test_an_interrupt_leaves_no_trace(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    slow_ssh(lab, 5)
    with Terminal([*NAVI, "new", "api", "--host", "atlas"], lab.environment(), 100, 30) as screen:
        screen.wait_for("waiting for atlas")
        screen.press("C-c")
        screen.wait_prompt(60)
        assert "waiting for" not in screen.screen()


class Fake(io.StringIO):
    """A stream that claims to be a terminal, and may be gone."""

    gone = False

    def isatty(self) -> bool:
        """Claim it."""
        return True

    def write(self, text: str) -> int:
        """Write, unless it is gone."""
        if self.gone:
            raise OSError("gone")
        return super().write(text)


@pytest.mark.parametrize("gone", [False, True])
def test_names_can_not_act_on_the_terminal_and_a_terminal_that_is_gone_does_no_harm(gone: bool) -> None:
    stream = Fake()
    stream.gone = gone
    progress = ProgressLine(stream, {"TERM": "xterm"})
    with progress.of(9), progress.waiting("evil\x1b[31m\n服务器" * 40, counted=True):
        if gone:
            until(lambda: progress._line_shown, what="an attempt to write")
        else:
            until(lambda: "evil" in stream.getvalue(), what="a line")
    text = stream.getvalue()
    assert text.replace("\r\x1b[K", "").isprintable()
    assert not gone or not text
    assert gone or text.endswith("\r\x1b[K")


def test_scopes_within_each_other_count_the_outer_one() -> None:
    progress = ProgressLine(Fake(), {"TERM": "xterm"})
    with progress.of(3), ExitStack() as stack:
        with progress.waiting("a", counted=True), progress.of(7), progress.waiting("connection"):
            assert re.fullmatch(r"navi : 0 of 3 done, waiting for a, 0 s", progress._line())
        for name in ("e", "d", "c", "b"):
            stack.enter_context(progress.waiting(name, counted=True))
        assert "1 of 3 done, waiting for b, c, d and 1 more" in progress._line()
