"""The log: what it says of hosts at each level, where it goes, and what it costs where it is turned off."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from navi.cli.log import LARGEST_LOG, log_to_file
from tests.support.machines import Lab
from tests.support.terminal import Terminal
from tests.support.verbs import account, navi
from tests.support.waiting import until

DEBUG = ("--log-level", "debug")


def test_debug_shows_options_with_reasons_and_requests_with_bytes_and_time(lab: Lab) -> None:
    account(lab, True)
    navi(lab, "new", "api", "--host", "atlas")
    lines = navi(lab, *DEBUG, "send", "atlas/api", "my secret").stderr.splitlines()
    assert all(line.startswith("navi: atlas: ") for line in lines)
    assert "navi: atlas: ssh -o BatchMode=yes: nobody is there to answer a prompt" in lines
    assert any(re.fullmatch(r"navi: atlas: send: \d+ bytes to send, \d+ received, [\d.]+ ms", line) for line in lines)
    assert "secret" not in "".join(lines)


def test_info_shows_connecting_alone_and_the_environment_can_ask_for_it(lab: Lab) -> None:
    account(lab, True)
    lab.local._variables["NAVI_LOG"] = "INFO"
    opened = re.fullmatch(
        r"navi: atlas: opened a master \(process (\d+)\) in [\d.]+ s\n", navi(lab, "ls", "--host", "atlas").stderr
    )
    assert opened
    shared = navi(lab, "ls", "--host", "atlas").stderr
    assert shared == f"navi: atlas: found the master (process {opened[1]})\n"
    assert navi(lab, "--log-level=error", "ls", "--host", "atlas").stderr == ""


@pytest.mark.parametrize("words", [("--log-level", "loud", "ls"), ("--log-level",), ("--log-level=", "ls")])
def test_a_level_that_does_not_exist_is_wrong_usage(lab: Lab, words: tuple[str, ...]) -> None:
    error = navi(lab, *words, status=64).stderr
    assert "is not a log level; use one of debug, info, warning, error" in error


def test_a_verb_whose_log_is_off_does_not_import_logging(lab: Lab) -> None:
    code = "import sys; from navi.cli import main; main(['ls']); print('logging' in sys.modules, file=sys.stderr)"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, env=lab.environment())
    assert done.stderr == "False\n"


def test_the_dashboard_logs_connects_losses_retries_and_clean_up(
    lab: Lab, terminal: Callable[..., Terminal]
) -> None:
    box = lab.machine("box")
    box.new_session("api")
    box.write_status("gone")
    lab.remotes_yaml([box])
    screen = terminal([sys.executable, "-m", "navi", *DEBUG], lab.environment())
    path = Path(lab.environment()["XDG_STATE_HOME"]) / "navi" / "navi.log"

    def logged(text: str) -> bool:
        return path.exists() and text in path.read_text()

    until(lambda: logged("box: removed the status files of ended sessions: gone"), 30, "clean-up")
    box.stop()
    until(lambda: logged("Connection refused; retry "), 60, "a retry")
    screen.type("q")
    assert screen.exit_status() == 0
    text = path.read_text()
    for wanted in (
        r" INFO local: connected\n",
        r" DEBUG box: ssh -f -N: go into the background once connected, without a command\n",
        r" INFO box: opened a master \(process \d+\) in [\d.]+ s\n",
        r" INFO box: connected\n",
        r" WARNING box: lost: .+\n",
        r" INFO box: .*Connection refused; retry \d+ in [\d.]+ s\n",
    ):
        assert re.search(wanted, text), (wanted, text)
    others = [line for line in text.splitlines() if not re.search(r" (local|box): ", line)]
    assert others == []  # such as the keys that urwid logs


def test_a_file_is_private_bounded_and_clean(tmp_path: Path) -> None:
    log = log_to_file(tmp_path, "info")
    try:
        for _ in range(3):
            log.info("box: %s", "\033[31mred\nnext " + "x" * (LARGEST_LOG // 2))
    finally:
        for handler in tuple(log.parent.handlers if log.parent else ()):
            if getattr(handler, "baseFilename", "") == str(tmp_path / "navi.log"):
                log.parent.removeHandler(handler)  # type: ignore[union-attr]
                handler.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["navi.log", "navi.log.1"]
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_size <= LARGEST_LOG
        assert re.fullmatch(r"(\S+ \S+ INFO box: red next x+\n)+", file.read_text())
