"""The command line: what is printed where, exit statuses, and what navi writes to disk."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from navi import __version__
from navi.cli import main
from navi.cli.missing import why_missing
from tests.support.dashboard import begin, navi
from tests.support.machines import Lab
from tests.support.terminal import Terminal


def run(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    """Run navi without a terminal."""
    command = [sys.executable, "-m", "navi", *words]
    return subprocess.run(
        command, env=lab.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )


NAVI = shlex.join([sys.executable, "-m", "navi"])


def run_line(lab: Lab, line: str) -> subprocess.CompletedProcess[str]:
    """Run a command line of sh."""
    environment = lab.environment() | {"PYTHONPATH": os.getcwd()}
    return subprocess.run(
        ["sh", "-c", line], env=environment, cwd=lab.local.home, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=30,
    )  # fmt: skip


ASKED = [
    (["--help"], "usage: navi"),
    (["-h"], "usage: navi"),
    (["help"], "usage: navi"),
    (["--version"], f"navi {__version__}\n"),
    (["-V"], f"navi {__version__}\n"),
    (["--help", "ls"], "usage: navi"),
]


@pytest.mark.parametrize(("words", "begins"), ASKED)
def test_help_and_version_go_to_standard_output(lab: Lab, words: list[str], begins: str) -> None:
    done = run(lab, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(begins)


@pytest.mark.parametrize("word", ["dance", "--dance", "-x", ""])
def test_an_unknown_command_is_wrong_usage(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == 64
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"navi: unknown command `{word}`; see `navi --help`\n"


@pytest.mark.parametrize("words", ["ls", "ls --json", "health api", "explain api", "--version"])
def test_a_full_disk_is_reported_and_fails(lab: Lab, words: str) -> None:
    begin(lab.local, "api")
    done = run_line(lab, f"{NAVI} {words} >/dev/full")
    assert (done.returncode, done.stderr) == (1, "navi: can't write to standard output: No space left on device\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_navi_works_with_closed_standard_streams(lab: Lab, closed: str) -> None:
    begin(lab.local, "api")
    done = run_line(lab, f"{NAVI} ls --json {closed}; {NAVI} capture api {closed}; {NAVI} health api {closed}")
    is_closed = ">&-" in closed.split()
    assert (done.returncode, bool(done.stdout)) == (int(is_closed), not is_closed)
    told = "navi: can't write to standard output: Bad file descriptor\n"
    assert done.stderr == (2 * told if closed == ">&-" else ""), "the pane is empty, so capture prints nothing"


def test_a_closed_pipe_ends_navi_quietly(lab: Lab) -> None:
    begin(lab.local, "api")
    done = run_line(lab, f"( {NAVI} ls --json; echo $? >&3 ) 3>status | :; cat status")
    assert (done.stdout, done.stderr) == ("141\n", "")


def test_the_dashboard_needs_a_terminal(lab: Lab) -> None:
    shutil.rmtree(lab.local.home / ".local")
    done = run(lab)
    assert (done.returncode, done.stdout) == (64, "")
    assert "needs a terminal" in done.stderr
    assert not (lab.local.home / ".local").exists()


BROKEN = ["remotes: [", "remotes:\n  - 7\n", "\x00", "- a\n", "remotes:\n  - {name: a, host: b, port: many}\n"]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("name", ["remotes.yaml", "config.yaml"])
def test_the_dashboard_starts_with_a_broken_configuration(lab: Lab, name: str, text: str) -> None:
    path = Path(lab.environment()["XDG_CONFIG_HOME"]) / "navi" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
        screen.wait_for("in the configuration: H")
        screen.press("H")
        screen.wait_for(f"{name}:")


def mode(path: Path) -> str:
    """Return the permissions of a file, in octal."""
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def test_the_log_is_private(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
    folder = lab.local.home / ".local" / "state" / "navi"
    assert (mode(folder), mode(folder / "navi.log")) == ("700", "600")


def test_a_large_log_is_rotated(lab: Lab) -> None:
    folder = lab.local.home / ".local" / "state" / "navi"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "navi.log").write_text("x" * 1_000_001)
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
    assert (folder / "navi.log.1").stat().st_size == 1_000_001
    assert (folder / "navi.log").stat().st_size < 1_000_000


def test_the_dashboard_starts_without_a_log(lab: Lab) -> None:
    shutil.rmtree(lab.local.home / ".local")
    (lab.local.home / ".local").write_text("not a folder")
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")


def without_libraries(tmp_path: Path) -> list[str]:
    """Return the command line of navi, run by a Python that finds no libraries."""
    root = Path(__file__).resolve().parent.parent.parent
    (tmp_path / "navi").symlink_to(root / "navi")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from navi.cli import program; program()"
    return [sys._base_executable, "-S", "-c", code]  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", [["ls"], []], ids=["a verb", "the dashboard"])
def test_without_its_libraries_navi_says_so_in_one_sentence(lab: Lab, tmp_path: Path, words: list[str]) -> None:
    lab.remotes_yaml([{"name": "atlas", "host": "127.0.0.1"}])
    command = [*without_libraries(tmp_path), *words]
    with Terminal(command, lab.environment(), 200, 20) as screen:
        said = screen.wait_for("is missing; ")
        assert re.search(r"^navi: the Python package (yaml|trio) is missing; ", said, re.MULTILINE)
        assert "Traceback" not in said
        assert screen.exit_status() == 69


def test_a_module_of_navi_that_is_missing_is_a_fault() -> None:
    assert why_missing(ModuleNotFoundError(name="navi.nothing")) == ""
    assert why_missing(ModuleNotFoundError()) == ""
    assert "the Python package urwid is missing; " in why_missing(ModuleNotFoundError(name="urwid.raw"))


EMPTY = [
    (["ls"], "no sessions on this machine; `navi new NAME --agent` starts one", ""),
    (["ls", "--status", "error"], "no session has the status error on this machine", ""),
    (["status"], "no agent runs on this machine; `navi new NAME --agent` starts one", "0 working, 0 sessions\n"),
]


@pytest.mark.parametrize(("words", "wanted", "piped"), EMPTY, ids=[" ".join(case[0]) for case in EMPTY])
def test_an_empty_machine_says_so_to_a_person_only(lab: Lab, words: list[str], wanted: str, piped: str) -> None:
    lab.local.new_session("shell")
    lab.local.tmux("kill-server")
    with Terminal([sys.executable, "-m", "navi", *words], lab.environment(), 100, 20) as screen:
        screen.wait_for(wanted)
        assert screen.exit_status() == 0
    done = run(lab, *words)
    assert (done.stdout, done.stderr, done.returncode) == (piped, "", 0)
