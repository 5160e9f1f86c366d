"""What a machine says of itself, in every shell, and how it is judged."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.ages import utc
from navi.core.model import Frame, Tmux
from navi.core.text import clean
from navi.doctor.finding import Finding, Result
from navi.doctor.host import CHECKS, MOST_SKEW, judge_clock, judge_host
from navi.ops import Answer
from navi.ops.look.checkup import Checkup, checkup
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, NO_TIMEOUT, Shell, every_shell, path_without, run, settings_of

OK, WARNING, FAULT = Result.OK, Result.WARNING, Result.FAULT


def found(account: Account, shell: Shell = DASH, folder: str = "", **more: str) -> dict[str, Finding]:
    """Check an account; return the findings by check. `more` adds to the environment."""
    needed = ("claude", "gemini", "no-such-agent")
    checked = run(account, shell, checkup(needed), more, settings_of(account, folder=folder))
    return {finding.check: finding for finding in judge_host(checked, "atlas")}


def program(account: Account, name: str, script: str) -> None:
    """Put a program in front of the account's PATH."""
    path = account.bin / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@every_shell
def test_a_machine_without_faults_passes_every_check_in_every_shell(lab: Lab, shell: Shell) -> None:
    account = lab.local
    account.new_session("api")
    account.write_status("api")
    program(account, "loginctl", "echo KillUserProcesses=no")
    install_hook(account)
    program(account, "claude", "echo '2.1.197 (Claude Code)'; echo more")
    program(account, "gemini", "exit 1")
    by_check = found(account, shell)
    assert tuple(by_check) == CHECKS
    assert {finding.result for finding in by_check.values()} <= {OK, WARNING}
    assert [by_check[check].result for check in CHECKS[1:-1]] == [OK] * 5
    assert by_check["agents"].found.startswith("claude: 2.1.197 (Claude Code), gemini")
    assert "1 session" in by_check["tmux"].found or by_check["tmux"].result is WARNING  # another server may hang
    assert by_check["status files"].found == "1 status file"
    assert os.listdir(account.sessions_dir / ".navi") == ["hook"]
    assert sorted(os.listdir(account.sessions_dir)) == [".navi", "api.json"]


def install_hook(account: Account, called: str = ".navi/hook", script: bool = True) -> None:
    """Put navi's hook and Claude Code's settings where they are looked for."""
    settings = account.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(f'{{"hooks": "sh \\"$HOME/.claude-sessions/{called}\\" claude"}}')
    (account.sessions_dir / ".navi").mkdir(parents=True, exist_ok=True)
    if script:
        (account.sessions_dir / ".navi" / "hook").write_text("#!/bin/sh\n")


def test_a_disk_without_room_for_agents_is_a_warning(lab: Lab) -> None:
    checked = run(lab.local, DASH, checkup(), settings=settings_of(lab.local))
    assert checked.free
    assert checked.free > 1024
    finding = judge_host(replace(checked, free=100 * 1024), "atlas")[-1]
    assert (finding.check, finding.result) == ("agents", WARNING)
    assert finding.found.endswith("only 100 MiB are free for what they print")


# ---- tmux

TMUX = [
    ("missing", "", Result.FAULT, 69, "no tmux on PATH"),
    ("old", 'case $* in *-V*) echo tmux 2.1 ;; *) echo "no server running on /tmp/x" >&2; exit 1 ;; esac', FAULT, 69,
     "tmux 2.1 is older than 2.6"),
    ("failing", "echo protocol version mismatch >&2; exit 1", FAULT, 1, "tmux says: protocol version mismatch"),
    ("stopped", "exec sleep 60", FAULT, 1, "the tmux server does not answer"),
    ("without a server", 'case $* in *-V*) echo tmux 3.4 ;; *) echo "no server running on /tmp/x" >&2; exit 1 ;; esac',
     OK, 1, "tmux 3.4, no server is running"),
    ("next", 'case $* in *-V*) echo tmux next-3.6 ;; *) echo "no server running on /x" >&2; exit 1 ;; esac',
     OK, 1, "tmux next-3.6, no server is running"),
]  # fmt: skip


@pytest.mark.parametrize("case", TMUX, ids=[case[0] for case in TMUX])
def test_each_state_of_tmux_is_found(lab: Lab, case: tuple[str, str, Result, int, str]) -> None:
    _, script, result, status, words = case
    more = {"XDG_RUNTIME_DIR": str(lab.folder)}
    if script:
        program(lab.local, "tmux", script)
    else:
        more["PATH"] = path_without("tmux")
    finding = found(lab.local, DASH, **more)["tmux"]
    assert (finding.result, finding.status, finding.found[: len(words)]) == (result, status, words)
    assert bool(finding.remedy) == (result is not OK)


@pytest.mark.parametrize("default", [False, True])
def test_servers_beside_the_default_one_count(lab: Lab, default: bool) -> None:
    if default:
        lab.local.new_session("api", "exec sleep 1000")
    for name in ("a", "b"):
        lab.local.tmux("-L", "work", "new-session", "-d", "-s", name, "exec sleep 1000")
    finding = found(lab.local, DASH)["tmux"]
    servers = r"3 sessions on the default server and \S+/work$" if default else r"2 sessions on \S+/work; no default"
    assert (finding.result, bool(re.search(servers, finding.found))) == (OK, True), finding


def test_a_hung_tmux_is_found_on_a_machine_without_timeout(lab: Lab) -> None:
    program(lab.local, "tmux", "exec sleep 60")
    assert found(lab.local, NO_TIMEOUT)["tmux"].found == "the tmux server does not answer"


# ---- the folder of status files


def nothing(folder: Path) -> None:
    del folder


def as_file(folder: Path) -> None:
    folder.write_text("")


def as_dead_link(folder: Path) -> None:
    folder.symlink_to("nowhere")


def of_another_user(folder: Path) -> None:
    if os.getuid() == 0:
        folder.mkdir()
        os.chown(folder, 65534, 65534)
    else:
        folder.symlink_to("/var/tmp")


def open_to_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def with_hostile_name(folder: Path) -> None:
    folder.mkdir()


FOLDERS: list[tuple[Callable[[Path], None], str, Result, str]] = [
    (nothing, "ss", OK, "{dir} does not exist yet; the first hook makes it"),
    (as_file, "ss", FAULT, "{dir} is not a folder"),
    (as_dead_link, "ss", FAULT, "{dir} is not a folder"),
    (of_another_user, "ss", FAULT, "{dir} belongs to another user, who can write any status there"),
    (open_to_all, "ss", WARNING, "anyone can write statuses into {dir} (drwxrwxrwx)"),
    (with_hostile_name, "-a 'b\" $(touch x) *", OK, "{dir}"),
]


@every_shell
@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case[0].__name__)
def test_each_state_of_the_folder_is_found(
    lab: Lab, shell: Shell, case: tuple[Callable[[Path], None], str, Result, str]
) -> None:
    make, name, result, words = case
    folder = lab.local.home / name
    make(folder)
    finding = found(lab.local, shell, str(folder))["sessions folder"]
    assert (finding.result, finding.found) == (result, words.replace("{dir}", str(folder)))
    assert not (lab.local.home / "x").exists()


@every_shell
def test_an_unwritable_folder_is_reported_with_the_systems_message(lab: Lab, shell: Shell) -> None:
    finding = found(lab.local, shell, "/proc/self/net")["sessions folder"]  # root, too, can make no file there
    assert finding.result is FAULT
    assert finding.found.startswith("/proc/self/net can't be written to: ")
    assert finding.remedy.endswith("df /proc/self/net")


def test_a_remedy_quotes_the_folder(lab: Lab) -> None:
    folder = lab.local.home / "my 'own'; ls"
    open_to_all(folder)
    remedy = found(lab.local, DASH, str(folder))["sessions folder"].remedy
    lab.local.sh(remedy)
    assert folder.stat().st_mode & 0o777 == 0o755


@every_shell
def test_files_that_are_not_usable_are_named(lab: Lab, shell: Shell) -> None:
    account = lab.local
    account.write_status("good")
    account.write_status("-n $(x) 'y'")
    folder = account.sessions_dir
    (folder / "package.json").write_text('{"name": "left-pad"}')
    (folder / "link.json").symlink_to("good.json")
    os.mkfifo(folder / "pipe.json")
    finding = found(account, shell)["status files"]
    assert finding.result is WARNING
    assert finding.found.startswith("3 status files; not usable: ")
    for words in ("package.json (no status in it)", "link.json (a symbolic link", "pipe.json (not a regular file)"):
        assert words in finding.found


@pytest.mark.parametrize(("files", "size"), [(5001, 10), (3, 5 * 2**20)])
def test_more_files_than_navi_reads_are_a_fault(files: int, size: int) -> None:
    checked = Checkup(Frame(0.0, "", Tmux.NONE, proven=True), files=files, bytes=size, directory="/s")
    finding = {one.check: one for one in judge_host(checked, "atlas")}["status files"]
    assert (finding.result, finding.remedy) == (FAULT, "see who writes them: ls -lt /s | head")


# ---- the registry


def test_it_tells_which_registry_is_in_use_and_why(lab: Lab) -> None:
    usual = lab.local.folder / "tmp" / "claude-tmux-sockets"
    assert found(lab.local)["registry"] == Finding("registry", OK, f"in {usual}")
    usual.symlink_to(lab.local.home)
    private = f"{usual}-{os.getuid()}"
    assert found(lab.local)["registry"] == Finding("registry", OK, f"in {private}, because {usual} was not yours")
    assert not os.path.exists(private), "a check-up makes nothing"


def test_a_registry_that_can_not_be_used_is_a_fault_with_its_remedy(lab: Lab) -> None:
    named = lab.local.folder / "named"
    named.mkdir(mode=0o700)
    assert found(lab.local, CLAUDE_TMUX_SOCKET_DIR=str(named))["registry"].result is OK
    named.chmod(0o777)
    fault = Finding("registry", FAULT, f"others can write to {named}", f"chmod go-w {named}")
    assert found(lab.local, CLAUDE_TMUX_SOCKET_DIR=str(named))["registry"] == fault
    named.chmod(0o700)
    (named / ".sessions.json").symlink_to("x")
    finding = found(lab.local, CLAUDE_TMUX_SOCKET_DIR=str(named))["registry"]
    assert (finding.found[-21:], finding.remedy) == ("it is a symbolic link", "remove it")
    named.joinpath(".sessions.json").unlink()
    named.rename(named.with_name("moved"))
    named.symlink_to("moved")
    finding = found(lab.local, CLAUDE_TMUX_SOCKET_DIR=str(named))["registry"]
    assert finding.remedy == "set CLAUDE_TMUX_SOCKET_DIR to a folder of your own"


# ---- hooks, lingering

HOOKS = [
    (True, ".navi/hook", OK, "installed, and called by "),
    (False, ".navi/hook", FAULT, "{settings} calls navi's hook, but it is not in "),
    (True, "mine", WARNING, "navi's hook is installed, but {settings} does not call it"),
    (False, "mine", WARNING, "navi's hook is not installed, and {settings} does not call it"),
]


@every_shell
@pytest.mark.parametrize("case", HOOKS, ids=lambda case: f"{case[0]}-{case[1]}")
def test_hooks_are_installed_called_both_or_neither(
    lab: Lab, shell: Shell, case: tuple[bool, str, Result, str]
) -> None:
    script, called, result, words = case
    install_hook(lab.local, called, script)
    finding = found(lab.local, shell)["hooks"]
    wanted = words.replace("{settings}", str(lab.local.home / ".claude" / "settings.json"))
    assert (finding.result, finding.found[: len(wanted)]) == (result, wanted)
    assert finding.remedy == ("" if result is OK else "navi hooks install --host atlas")


def test_settings_are_looked_for_where_claude_code_does(lab: Lab) -> None:
    install_hook(lab.local)
    elsewhere = lab.local.home / ".claude"
    elsewhere = elsewhere.rename(lab.local.home / "elsewhere")
    assert found(lab.local)["hooks"].result is WARNING
    assert found(lab.local, CLAUDE_CONFIG_DIR=str(elsewhere))["hooks"].result is OK


LOGS = [
    (b"", OK, ""),
    (b"2026-01-01T00:00:00Z claude: old\n%s claude: full\n", WARNING, "; it lost an event 1h 1m ago: claude: full"),
    (b"%s claude: \x1b[2Jwhy\n", WARNING, "; it lost an event 1h 1m ago: claude: "),
    (b"no time\n", WARNING, "; it lost an event: no time"),
    (b"\xff\x00 x\n" * 100_000, WARNING, "; it lost an event: "),
]


@every_shell
@pytest.mark.parametrize(("content", "result", "words"), LOGS, ids=range(len(LOGS)))
def test_the_log_of_the_hook_is_shown_with_its_age(
    lab: Lab, shell: Shell, content: bytes, result: Result, words: str
) -> None:
    install_hook(lab.local)
    log = lab.local.sessions_dir / ".navi" / "hook.log"
    log.write_bytes(content.replace(b"%s", utc(time.time() - 3690).encode()))
    finding = found(lab.local, shell)["hooks"]
    assert finding.result is result
    assert words in finding.found
    assert "\x1b" not in finding.found
    assert finding.remedy == (f"once that is settled: rm {log}" if result is WARNING else "")


LINGERING = [
    ("exit 1", OK, "no systemd-logind"),
    ("sleep 60", OK, "no systemd-logind"),
    ("echo KillUserProcesses=no", OK, "sessions survive a logout: systemd-logind kills nothing"),
    ("case $* in *Kill*) echo KillUserProcesses=yes;; *) echo Linger=no;; esac", WARNING, "systemd-logind ends tmux"),
    ("case $* in *Kill*) echo KillUserProcesses=yes;; *) exit 1;; esac", WARNING, "systemd-logind ends tmux"),
    ("case $* in *Kill*) echo KillUserProcesses=yes;; *) echo Linger=yes;; esac", OK,
     "sessions survive a logout: lingering is on"),
]


@pytest.mark.parametrize(("script", "result", "words"), LINGERING)
def test_sessions_that_end_at_logout_are_a_warning(lab: Lab, script: str, result: Result, words: str) -> None:
    program(lab.local, "loginctl", script)
    finding = found(lab.local)["lingering"]
    assert (finding.result, finding.found[: len(words)]) == (result, words)


def test_a_machine_without_loginctl_passes_lingering(lab: Lab) -> None:
    assert found(lab.local, PATH=path_without("loginctl"))["lingering"].result is OK


# ---- the clock

CLOCKS = [
    (100, 99.5, 101.0, OK, "agrees"),
    (103, 99.5, 101.0, OK, "agrees"),
    (130, 99.5, 101.0, WARNING, "at least 29 s ahead of this machine's"),
    (60, 99.5, 101.0, WARNING, "at least 38 s behind this machine's"),
    (100, 90.0, 101.0, OK, "agrees"),
]


@pytest.mark.parametrize(("said", "began", "ended", "result", "words"), CLOCKS)
def test_a_clock_is_judged(said: float, began: float, ended: float, result: Result, words: str) -> None:
    finding = judge_clock(said, began, ended)
    assert (finding.result, finding.found[: len(words)]) == (result, words)


@given(st.floats(0, 2e9), st.floats(0, 100), st.floats(0, 1), st.floats(-MOST_SKEW, MOST_SKEW))
def test_a_slow_network_is_not_taken_for_a_wrong_clock(began: float, took: float, part: float, skew: float) -> None:
    said = int(began + took * part + skew)  # at some time within, and in whole seconds
    assert judge_clock(said, began, began + took + 0.001).result is OK


# ---- reading

NEEDED = [b"clock 5 b", b"server ok ", b"folder good drwx", b"count 1 2", b"hooks no no"]
"""The records without which an answer is refused; the last one of a kind counts."""

WORDS = st.sampled_from([*NEEDED, b"lingering a", b"registry unusable /x"])


@given(st.lists(st.tuples(WORDS | st.binary(max_size=30), st.binary(max_size=60)), max_size=12))
def test_an_answer_with_all_that_is_needed_is_read_or_refused(parts: list[tuple[bytes, bytes]]) -> None:
    whole = [*((head, b"") for head in NEEDED), *parts]
    output = b"".join(b"T " + head + b"\n" + body + b"\n" for head, body in whole)
    try:
        checked = checkup().parse(Answer(0, output, "", "T"))
    except ValueError:
        return
    for finding in judge_host(checked, "atlas"):
        assert clean(finding.found) == finding.found
