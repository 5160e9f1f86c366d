"""look.sh, once.sh and tmux.sh in real shells, with real tmux servers and real files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from navi.core.model import Tmux
from navi.core.status_file import LARGEST_FILE
from navi.ops import Operation
from navi.ops.look.frames import look as look_operation
from navi.ops.look.pane_record import PANE_FORMAT
from tests.support.machines import Account, Lab, program
from tests.support.processes import read
from tests.support.scripts import (
    DASH,
    NO_TIMEOUT,
    SHELLS,
    Shell,
    Watching,
    answer,
    beside,
    every_shell,
    files,
    look,
    names,
    needs_of,
    run,
    settings_of,
    stand_in,
    sturdy_shells,
)
from tests.support.waiting import until

UNPRIVILEGED = () if os.getuid() else ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
"""Words in front of a command that must not be root's; root may read everything."""

NAMES = (
    "a b",
    " lead and trail ",
    'quo"te',
    "it's",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "-n",
    "--help",
    "=x",
    "é🎉",
    "back\\slash",
    "\\n",
    "tab\there",
    "*",
    "[a]",
    "~",
    "#{pane_id}",
    "x.json",
)


@pytest.fixture(autouse=True)
def _short_pause(lab: Lab) -> None:
    """Shorten the two seconds between the listings that a removal needs."""
    stand_in(lab.local, "sleep", 'if [ "$1" = 2 ]; then exec "$real" 0.05; fi; exec "$real" "$@"')


def put(account: Account, name: str, data: bytes) -> Path:
    """Write a file into the sessions folder as it is."""
    account.sessions_dir.mkdir(exist_ok=True)
    path = account.sessions_dir / name
    path.write_bytes(data)
    return path


# ---- what a look tells


@every_shell
def test_a_look_tells_sessions_files_clock_and_system(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    lab.local.new_session("web")
    lab.local.write_status("api", status="permission", message="Run tests?")
    frame = look(lab.local, shell)
    assert names(frame) == ["api", "web"]
    assert files(frame)["api"].message == "Run tests?"
    assert (frame.tmux, frame.proven, frame.tmux_error) == (Tmux.OK, True, "")
    assert frame.tmux_version in lab.local.run("tmux", "-V")
    assert frame.boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert frame.system.startswith("Linux ")
    assert frame.clock > 1e9


@every_shell
def test_a_pane_is_reported_with_all_that_tmux_knows(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    until(lambda: look(lab.local, shell).sessions[0].pane.command == "sleep", what="sleep in the pane")
    (session,) = look(lab.local, shell).sessions
    pane = session.pane
    assert (pane.command, pane.path, pane.position, pane.dead) == ("sleep", str(lab.local.home), "0.0", False)
    assert pane.process == int(lab.local.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))
    assert (session.id, session.server) == ("$0", lab.local.server())
    assert session.created > 1e9
    assert pane.activity > 1e9


@every_shell
def test_windows_and_panes_of_a_session_come_together_with_the_active_one_known(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    lab.local.tmux("split-window", "-d", "-t", "=api:", "exec sleep 1001")
    lab.local.tmux("new-window", "-t", "=api:", "exec sleep 1002")
    (session,) = look(lab.local, shell).sessions
    assert [pane.position for pane in session.panes] == ["0.0", "0.1", "1.0"]
    assert session.pane.position == "1.0"


@every_shell
@pytest.mark.parametrize(("command", "status", "died_of"), [("exit 7", 7, ""), ("kill -9 $$", None, "9")])
def test_a_dead_pane_says_how_it_ended(lab: Lab, shell: Shell, command: str, status: int, died_of: str) -> None:
    lab.local.new_session("other")
    lab.local.tmux("set", "-g", "remain-on-exit", "on")
    lab.local.new_session("api", command)
    lab.local.tmux("kill-session", "-t", "=other")

    def ending() -> str:
        how = lab.local.tmux("list-panes", "-a", "-F", "#{pane_dead} #{pane_dead_status}#{pane_dead_signal}")
        if how == "1 ":  # tmux missed the signal of the end (see navi_show_ends)
            os.kill(lab.local.server(), signal.SIGCHLD)
        return how

    until(lambda: ending() == f"1 {status or died_of}", what="the pane is dead")
    pane = look(lab.local, shell).sessions[0].pane
    assert (pane.dead, pane.exit_status, pane.exit_signal) == (True, status, died_of)
    assert pane.children == ()


@every_shell
def test_only_living_panes_are_compared_between_two_listings(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("alive", "exec sleep 1000")
    lab.local.tmux("set", "-g", "remain-on-exit", "on")
    lab.local.new_session("dead", "true")
    until(lambda: "1" in lab.local.tmux("list-panes", "-a", "-F", "#{pane_dead}"), what="a pane is dead")
    script = look_operation().script + "\nprintf '%s\\n' $navi_processes"
    said = answer(lab.local, shell, Operation("processes", script, ("~", "no", PANE_FORMAT), lambda said: said))
    alive = lab.local.tmux("display-message", "-p", "-t", "=alive:", "#{pane_pid}")
    assert said.output.decode().splitlines()[-1].removeprefix("}") == alive


@every_shell
def test_what_runs_below_a_shell_is_reported_and_an_empty_shell_has_nothing(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("busy", "exec sh -c 'sleep 1000; true'")
    lab.local.new_session("bare")

    def children() -> dict[str, tuple[str, ...]]:
        return {session.name: session.pane.children for session in look(lab.local, shell).sessions}

    until(lambda: children() == {"busy": ("sleep",), "bare": ()}, what="sleep below the shell")


@sturdy_shells
def test_a_program_that_has_ended_is_not_below_a_shell(lab: Lab, shell: Shell) -> None:
    """Nobody takes note of its end: the shell has become a program that never does."""
    for name, path in (("claude", "true"), ("idle-sh", "sleep"), ("two words", "sleep")):
        (lab.local.home / name).symlink_to(program(path))
    lab.local.new_session("api", "./claude & './two words' 1000 & exec ./idle-sh 1000")

    def seen() -> tuple[str, tuple[str, ...]]:
        pane = look(lab.local, shell).sessions[0].pane
        return pane.command, pane.children

    until(lambda: seen() == ("./idle-sh", ("two words",)), what="only the other program is below the shell")


@every_shell
def test_titles_and_paths_can_hold_anything(lab: Lab, shell: Shell) -> None:
    folder = lab.local.home / "a\nb\tc \x1b[31m$(touch pwned)"
    folder.mkdir()
    lab.local.tmux("new-session", "-d", "-s", "api", "-c", str(folder), "exec sleep 1000")
    lab.local.tmux("select-pane", "-t", "=api:", "-T", "navi-0 pane 3.3a 0 ✳ é")
    until(lambda: look(lab.local, shell).sessions[0].pane.command == "sleep", what="sleep in the pane")
    pane = look(lab.local, shell).sessions[0].pane
    assert pane.title.endswith("✳ é")
    assert "\x1b" not in pane.path
    assert pane.path.startswith(f"{lab.local.home}/a")
    assert not list(lab.folder.rglob("pwned"))


# ---- status files


@every_shell
def test_every_name_of_a_file_arrives_as_it_is_and_runs_nothing(lab: Lab, shell: Shell) -> None:
    for name in NAMES:
        put(lab.local, f"{name}.json", json.dumps({"message": name}).encode())
    put(lab.local, "new\nline.json", b"{}")
    put(lab.local, "other.txt", b"{}")
    found = files(look(lab.local, shell, cleanup=False))
    assert sorted(found) == sorted(NAMES)
    assert not [name for name, file in found.items() if file.problem]
    assert not list(lab.folder.rglob("pwned"))


@every_shell
def test_a_name_that_is_not_utf8_hides_no_other(lab: Lab, shell: Shell) -> None:
    put(lab.local, "good.json", b'{"status": "working"}')
    (lab.local.sessions_dir / os.fsdecode(b"\xff\xfe.json")).write_bytes(b'{"status": "idle"}')
    found = files(look(lab.local, shell, cleanup=False))
    assert {name: file.status for name, file in found.items()} == {"good": "working", os.fsdecode(b"\xff\xfe"): "idle"}


BROKEN = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n ", "empty"),
    "cut": (b'{"status": "work', "not JSON"),
    "latin1": (b'{"message": "caf\xe9"}', ""),
    "null": (b"null", "null"),
    "list": (b"[]", "a list"),
    "deep": (b"[" * 10000, "not JSON"),
    "escapes": (b'{"message": "\\u001b[2J\\u009b31m\\u202eevil\\tand\\nmore"}', ""),
    "no-end-of-line": (b'{"status": "idle"}', ""),
    "ends-of-lines": (b'\r\n{"status":\r\n"idle"}\r\n\r\n', ""),
    "largest": (b'{"message": "' + b"x" * (LARGEST_FILE - 15) + b'"}', ""),
    "too-large": (b'{"message": "' + b"x" * LARGEST_FILE + b'"}', "64 KiB"),
    "huge": (b"x" * 5_000_000, "64 KiB"),
}


@every_shell
def test_a_broken_file_is_reported_as_such_and_hides_no_other(lab: Lab, shell: Shell) -> None:
    for name, (data, _) in BROKEN.items():
        put(lab.local, f"{name}.json", data)
    found = files(look(lab.local, shell, cleanup=False))
    assert set(found) == set(BROKEN)
    for name, (_, problem) in BROKEN.items():
        assert problem in found[name].problem, name
        assert bool(problem) == bool(found[name].problem), name
    assert len(found["largest"].message) == 4096
    assert found["escapes"].message == "evil and more"


@every_shell
def test_zero_bytes_in_a_file_do_no_harm(lab: Lab, shell: Shell) -> None:
    put(lab.local, "zero.json", b'{"status": "id\0le"}\0')
    put(lab.local, "zeros.json", b"\0" * 5000)
    put(lab.local, "zzz.json", b'{"status": "done"}')
    found = files(look(lab.local, shell, cleanup=False))
    assert set(found) == {"zero", "zeros", "zzz"}
    assert found["zeros"].problem
    assert found["zzz"].status == "done"


@every_shell
def test_what_is_no_regular_file_is_named_and_not_read(lab: Lab, shell: Shell) -> None:
    good = put(lab.local, "good.json", b'{"status": "idle"}')
    folder = lab.local.sessions_dir
    (folder / "link.json").symlink_to(good)
    (folder / "dangling.json").symlink_to(folder / "nowhere")
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "fifo.json")
    problems = {name: file.problem for name, file in files(look(lab.local, shell, cleanup=True)).items()}
    assert "symbolic link" in problems["link"]
    assert "symbolic link" in problems["dangling"]
    assert problems["folder"] == "a folder"
    assert problems["fifo"] == "not a regular file"
    assert (folder / "link.json").is_symlink()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter."""
    with tempfile.TemporaryDirectory(prefix="navi-open-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@every_shell
def test_a_file_that_may_not_be_read_is_reported_as_such(lab: Lab, shell: Shell, open_folder: Path) -> None:
    for name, mode in (("secret", 0o000), ("good", 0o644)):
        path = open_folder / f"{name}.json"
        path.write_text('{"status": "idle"}')
        path.chmod(mode)
    anyone = Shell("anyone", (*UNPRIVILEGED, *shell.words))
    found = files(run(lab.local, anyone, look_operation(), settings=settings_of(lab.local, folder=str(open_folder))))
    assert found["secret"].problem == "not readable for this user"
    assert found["good"].status == "idle"


@every_shell
def test_a_folder_that_may_not_be_read_or_is_missing_has_no_files(lab: Lab, shell: Shell, open_folder: Path) -> None:
    (open_folder / "closed").mkdir(mode=0o700)
    anyone = Shell("anyone", (*UNPRIVILEGED, *shell.words))
    for folder in (open_folder / "closed" / "below", open_folder / "missing"):
        settings = settings_of(lab.local, cleanup=True, folder=str(folder))
        assert run(lab.local, anyone, look_operation(cleanup=True), settings=settings).files == ()


def test_a_thousand_files_are_reported(lab: Lab) -> None:
    for number in range(1000):
        put(lab.local, f"session-{number}.json", b'{"status": "idle"}')
    assert len(look(lab.local, DASH, cleanup=False).files) == 1000


@every_shell
def test_no_process_is_started_for_each_of_many_files(lab: Lab, shell: Shell) -> None:
    for number in range(1000):
        put(lab.local, f"session-{number}.json", b'{"status": "idle"}')
    log = lab.folder / "started"
    for name in ("cksum", "tr", "grep", "cat"):
        stand_in(lab.local, name, f'echo {name} >>{log}; exec "$real" "$@"')
    change = f"\nnavi_files\nnavi_record_files\necho new >./session-500.json\n: >{log}\nnavi_files\nnavi_record_files"
    prelude = f'{needs_of("look/once")}\nnavi_begin "$1" no "$2"{change}\nprintf "%s" "$navi_out"'
    arguments = (str(lab.local.sessions_dir), PANE_FORMAT)
    said = answer(lab.local, shell, Operation("twice", prelude, arguments, lambda said: said))
    kinds = [record.kind for record in said.records()]
    assert (kinds.count("file"), kinds.count("same")) == (1001, 999)
    assert len(log.read_text().splitlines()) <= 12


@every_shell
def test_no_folder_means_the_usual_one(lab: Lab, shell: Shell) -> None:
    lab.local.write_status("api", message="here")
    found = run(lab.local, shell, look_operation())
    assert files(found)["api"].message == "here"


@every_shell
@pytest.mark.parametrize("written", ["~/.claude-sessions", "~", "~/it's $HOME"])
def test_a_leading_tilde_is_the_home_of_that_machine(lab: Lab, shell: Shell, written: str) -> None:
    folder = Path(written.replace("~", str(lab.local.home), 1))
    folder.mkdir(exist_ok=True)
    (folder / "api.json").write_text('{"status": "idle"}')
    settings = settings_of(lab.local, folder=written)
    assert set(files(run(lab.local, shell, look_operation(), settings=settings))) == {"api"}


# ---- tmux that fails

SOCKET = "/x/tmux-0/default"
COMPLAINTS = {
    "server exited": ("echo 'server exited unexpectedly' >&2; exit 1", Tmux.FAILED),
    "lost server": ("echo 'lost server' >&2; exit 1", Tmux.FAILED),
    "protocol": ("echo 'protocol version mismatch (client 8, server 7)' >&2; exit 1", Tmux.FAILED),
    "not permitted": (f"echo 'error connecting to {SOCKET} (Permission denied)' >&2; exit 1", Tmux.FAILED),
    "no words": ("exit 1", Tmux.FAILED),
    "a library": ("echo 'tmux: error while loading shared libraries: libevent' >&2; exit 127", Tmux.MISSING),
    "killed": ("kill -KILL $$", Tmux.HUNG),
    "not a program": ("exec /dev/null", Tmux.FAILED),
    "before 2.4": ("printf '%s\\n' \"$5\" | sed 's/#{version}//; s/#{[a-z_]*}/1/g'", Tmux.OLD),
    "before 2.6": ("printf '%s\\n' \"$5\" | sed 's/#{version}/2.5/; s/#{[a-z_]*}/1/g'", Tmux.OLD),
}


@every_shell
@pytest.mark.parametrize("complaint", list(COMPLAINTS))
def test_a_tmux_that_fails_proves_nothing_and_nothing_is_deleted(lab: Lab, shell: Shell, complaint: str) -> None:
    script, word = COMPLAINTS[complaint]
    path = lab.local.write_status("api")
    stand_in(lab.local, "tmux", script)
    frame = look(lab.local, shell)
    assert (frame.tmux, frame.proven, frame.cleaned) == (word, False, ())
    assert path.exists()
    assert set(files(frame)) == {"api"}


@every_shell
def test_a_machine_without_tmux_says_so_and_nothing_is_deleted(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    path = machine.write_status("api")
    frame = look(machine, Shell(shell.name, shell.words, without=("tmux",)))
    assert (frame.tmux, frame.proven, frame.cleaned) == (Tmux.MISSING, False, ())
    assert path.exists()


@every_shell
def test_a_server_that_is_not_running_proves_that_there_are_no_sessions(lab: Lab, shell: Shell) -> None:
    path = lab.local.write_status("api")
    frame = look(lab.local, shell)
    assert (frame.tmux, frame.proven, frame.cleaned) == (Tmux.NONE, True, ("api",))
    assert not path.exists()


@every_shell
def test_a_server_that_was_killed_and_left_its_socket_proves_it_too(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api")
    path = lab.local.write_status("api")
    os.kill(lab.local.server(), signal.SIGKILL)
    frame = look(lab.local, shell)
    assert (frame.tmux, frame.cleaned) == (Tmux.NONE, ("api",))
    assert not path.exists()


@every_shell
def test_a_server_that_may_be_empty_and_is_proves_it_too(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api")
    path = lab.local.write_status("api")
    lab.local.tmux("set-option", "-s", "exit-empty", "off", ";", "kill-session", "-t", "=api")
    frame = look(lab.local, shell)
    assert (frame.tmux, frame.sessions, frame.cleaned) == (Tmux.OK, (), ("api",))
    assert not path.exists()


@pytest.mark.parametrize("shell", [DASH, NO_TIMEOUT], ids=lambda shell: shell.name)
def test_a_server_that_hangs_is_not_waited_for_and_nothing_is_deleted(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    machine.new_session("api")
    path = machine.write_status("gone")
    with machine.hung_server():
        frame = look(machine, shell)
    assert (frame.tmux, frame.proven, frame.cleaned) == (Tmux.HUNG, False, ())
    assert path.exists()


@every_shell
def test_a_socket_folder_that_may_not_be_entered_proves_nothing(lab: Lab, shell: Shell, open_folder: Path) -> None:
    path = open_folder / "gone.json"
    path.write_text("{}")
    (open_folder / "tmux").mkdir(mode=0o700)
    (open_folder / "tmux").chmod(0o000)
    open_folder.chmod(0o777)
    anyone = Shell("anyone", (*UNPRIVILEGED, *shell.words))
    settings = settings_of(lab.local, cleanup=True, folder=str(open_folder))
    more = {"TMUX_TMPDIR": f"{open_folder}/tmux"}
    frame = run(lab.local, anyone, look_operation(cleanup=True), more, settings)
    assert (frame.tmux, frame.proven, frame.cleaned) == (Tmux.FAILED, False, ())
    assert "denied" in frame.tmux_error
    assert path.exists()


# ---- other servers


@every_shell
def test_a_session_on_another_server_is_listed_with_its_socket_and_keeps_its_file(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("here")
    lab.local.tmux("-L", "other", "new-session", "-d", "-s", "there")
    path = lab.local.write_status("there")
    frame = look(lab.local, shell)
    socket = lab.local.tmux("-L", "other", "display-message", "-p", "#{socket_path}")
    assert {(one.name, one.socket) for one in frame.sessions} == {("here", ""), ("there", socket)}
    assert path.exists()


@every_shell
def test_another_server_that_hangs_keeps_every_file(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("here")
    lab.local.tmux("-L", "other", "new-session", "-d", "-s", "there")
    path = lab.local.write_status("gone")
    server = lab.local.server("-L", "other")
    stand_in(lab.local, "tmux", 'case $* in *-S*/other*) echo "lost server" >&2; exit 1 ;; esac; exec "$real" "$@"')
    frame = look(lab.local, shell)
    assert (frame.tmux, frame.proven, frame.cleaned) == (Tmux.OK, False, ())
    assert "other tmux servers" in frame.tmux_error
    assert path.exists()
    assert server


@every_shell
def test_inside_tmux_the_default_server_is_still_the_users_own(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("here")
    lab.local.tmux("-L", "other", "new-session", "-d", "-s", "there")
    inside = lab.local.in_pane("-L", "other")
    socket = inside["TMUX"].split(",")[0]
    path = lab.local.write_status("here")
    frame = look(lab.local, shell, more=inside)
    assert {(one.name, one.socket) for one in frame.sessions} == {("here", ""), ("there", socket)}
    assert path.exists()


def test_a_server_is_asked_once_even_if_two_folders_are_the_same(lab: Lab) -> None:
    lab.local.tmux("-L", "other", "new-session", "-d", "-s", "there")
    frame = look(lab.local, DASH, more={"XDG_RUNTIME_DIR": str(lab.local.folder / "tmux")})
    assert [(one.name, len(one.panes)) for one in frame.sessions] == [("there", 1)]


# ---- clean-up


@every_shell
def test_files_of_sessions_that_are_gone_are_removed_and_exactly_those(lab: Lab, shell: Shell) -> None:
    for name in ("alpha-long", "prefix-alpha", "a b", "it's"):
        lab.local.new_session(name)
    for name in ("alpha", "alpha-long", "prefix-alpha", "prefix", "a b", "it's", "$(touch pwned)"):
        lab.local.write_status(name)
    frame = look(lab.local, shell)
    assert set(frame.cleaned) == {"alpha", "prefix", "$(touch pwned)"}
    assert set(files(frame)) == {"alpha-long", "prefix-alpha", "a b", "it's"}
    assert {path.stem for path in lab.local.sessions_dir.glob("*.json")} == set(files(frame))
    assert beside(lab.local) == ["ended"]


@every_shell
def test_among_very_many_files_the_same_are_removed(lab: Lab, shell: Shell) -> None:
    living = ("a", "a-b", "a b", "a_b", "b", "it's", "é🎉", "-n", "[a]", "\\*", "10", "2")
    gone = ("a-", "aa", "ab", "c", "A", "é", "*", "1", "20", "pane 1", "files", "back\\\\slash")
    for name in living:
        lab.local.tmux("new-session", "-d", "-s", name)
    kept = set(lab.local.tmux("list-sessions", "-F", "#{session_name}").splitlines())
    for name in (*kept, *gone):
        lab.local.write_status(name)
    for number in range(200):
        (lab.local.sessions_dir / f"not-of-a-hook-{number}.json").write_text("{}")
    frame = look(lab.local, shell)
    assert set(frame.cleaned) == set(gone)
    assert {path.stem for path in lab.local.sessions_dir.glob("*.json") if "not-of" not in path.stem} == kept
    assert len(frame.files) == len(kept) + 200


@every_shell
def test_nothing_is_removed_where_clean_up_is_off(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("alive")
    path = lab.local.write_status("gone")
    frame = look(lab.local, shell, cleanup=False)
    assert (frame.cleaned, path.exists()) == ((), True)
    assert not (lab.local.sessions_dir / ".navi").exists()


@every_shell
def test_a_file_that_is_not_from_a_hook_is_never_removed(lab: Lab, shell: Shell) -> None:
    foreign = {"package.json": b'{"name": "x"}', "empty.json": b"", ".hidden.json": b"{}", "-n.json": b"[]"}
    for name, data in foreign.items():
        put(lab.local, name, data)
    lab.local.write_status("gone")
    frame = look(lab.local, shell)
    assert frame.cleaned == ("gone",)
    assert {path.name: path.read_bytes() for path in lab.local.sessions_dir.glob("*.json")} == foreign
    assert set(files(frame)) == {name.removesuffix(".json") for name in foreign}


@sturdy_shells
def test_a_removal_needs_two_listings_a_moment_apart_and_a_third_after_it(lab: Lab, shell: Shell) -> None:
    path = lab.local.write_status("gone")
    log = lab.folder / "order"
    held = f"if [ -e {path} ]; then there=there; else there=away; fi"
    stand_in(lab.local, "tmux", f'case $* in *-S*) ;; *) {held}; echo "list $there" >>{log} ;; esac; exec "$real" "$@"')
    stand_in(lab.local, "sleep", f'[ "$1" != 0.3 ] || echo "sleep $1" >>{log}; exec "$real" "$@"')
    assert look(lab.local, shell).cleaned == ("gone",)
    assert log.read_text().splitlines() == ["list there", "sleep 0.3", "list there", "list away"]


@sturdy_shells
@pytest.mark.parametrize("change", ['echo \'{"tmux_session": "new"}\' >{path}', "rm {path}"])
def test_a_file_that_changes_between_the_listings_is_not_touched(lab: Lab, shell: Shell, change: str) -> None:
    path = lab.local.write_status("gone")
    stays = lab.local.write_status("removed")
    action = change.replace("{path}", str(path))
    stand_in(lab.local, "sleep", f'if [ "$1" = 0.3 ]; then {action}; exec "$real" 0.05; fi; exec "$real" "$@"')
    assert look(lab.local, shell).cleaned == ("removed",)
    assert path.exists() == ("echo" in change)
    assert not stays.exists()


AT_CALL = """\
case $* in *-S*) exec "$real" "$@" ;; esac
echo x >>{folder}/calls
if [ $(wc -l <{folder}/calls) -eq {call} ]; then
    {action}
fi
exec "$real" "$@"
"""


def at_listing(account: Account, call: int, action: str) -> None:
    """Let something happen just before the default server is listed for the nth time; the third proves a removal."""
    stand_in(account, "tmux", AT_CALL.format(folder=account.folder, call=call, action=action))


@sturdy_shells
@pytest.mark.parametrize("call", [2, 3])
def test_a_session_that_begins_before_the_removal_keeps_its_file(lab: Lab, shell: Shell, call: int) -> None:
    path = lab.local.write_status("api", message="mine")
    before = path.read_text()
    at_listing(lab.local, call, '"$real" -u -f /dev/null new-session -d -s api')
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.read_text()) == ((), before)
    assert beside(lab.local) == []


@sturdy_shells
def test_a_file_that_is_rewritten_before_it_is_taken_away_survives(lab: Lab, shell: Shell) -> None:
    path = lab.local.write_status("api", message="old")
    new = json.dumps({"message": "new"})
    stand_in(lab.local, "mv", f"""case $2 in */gone.*) printf '%s' '{new}' >"$1" ;; esac; exec "$real" "$@" """)
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.read_text()) == ((), new)


@sturdy_shells
def test_a_file_that_is_written_during_the_removal_survives(lab: Lab, shell: Shell) -> None:
    path = lab.local.write_status("api", message="old")
    at_listing(lab.local, 3, f'echo \'{{"message": "new"}}\' >{path}')
    frame = look(lab.local, shell)
    assert files(frame)["api"].message == "new"
    assert json.loads(path.read_text()) == {"message": "new"}


@sturdy_shells
def test_tmux_that_fails_at_the_last_question_brings_the_file_back(lab: Lab, shell: Shell) -> None:
    path = lab.local.write_status("api")
    at_listing(lab.local, 3, "echo 'lost server' >&2; exit 1")
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.exists()) == ((), True)


SLEEPS_AT_THE_LAST_QUESTION = """\
for held in ~/.claude-sessions/.navi/at/*/gone.*; do
    [ -e "$held" ] && touch {folder}/reached && exec sleep 60
done
exec "$real" "$@"
"""


@sturdy_shells
def test_a_removal_that_was_cut_off_is_undone_by_the_next_look(lab: Lab, shell: Shell) -> None:
    path = lab.local.write_status("api", message="mine")
    before = path.read_text()
    stand_in(lab.local, "tmux", SLEEPS_AT_THE_LAST_QUESTION.format(folder=lab.folder))
    with Watching(lab.local, shell) as watching:
        until((lab.folder / "reached").exists, what="the last question before the removal")
        assert not path.exists()
        os.killpg(watching.process.pid, signal.SIGKILL)
        watching.process.wait()
    (lab.local.bin / "tmux").unlink()
    frame = look(lab.local, shell, cleanup=False)
    assert path.read_text() == before
    assert files(frame)["api"].message == "mine"
    assert not list((lab.local.sessions_dir / ".navi").rglob("gone.*"))


@contextmanager
def ended_process(waited_for: bool) -> Iterator[int]:
    """Yield the number of a process that has ended, and that somebody has waited for, or not."""
    with subprocess.Popen(["true"]) as process:
        if waited_for:
            process.wait()
        until(lambda: read(process.pid) is None, what="it has ended")
        yield process.pid


@pytest.mark.parametrize("waited_for", [True, False], ids=["gone", "zombie"])
@every_shell
def test_everything_that_a_killed_look_had_taken_away_is_put_back(lab: Lab, shell: Shell, waited_for: bool) -> None:
    nest = lab.local.sessions_dir / ".navi"
    nest.mkdir(parents=True)
    wanted = (*NAMES, ".hidden", "..two", "a.b.c", "gone.1.x", "new\nline")
    put(lab.local, "rewritten.json", b"new")
    with ended_process(waited_for) as killed:
        for name in wanted:
            (nest / f"gone.{killed}.{name}.json").write_text(json.dumps({"message": name}))
        (nest / f"gone.{killed}.rewritten.json").write_text("old")
        look(lab.local, shell, cleanup=False)
    found = {path.name.removesuffix(".json"): path.read_text() for path in lab.local.sessions_dir.glob("*.json")}
    assert found.pop("rewritten") == "new"
    assert found == {name: json.dumps({"message": name}) for name in wanted}
    assert beside(lab.local) == []
    assert not list(lab.folder.rglob("pwned"))


@sturdy_shells
def test_a_file_that_another_look_holds_is_left_to_it(lab: Lab, shell: Shell) -> None:
    nest = lab.local.sessions_dir / ".navi"
    nest.mkdir(parents=True)
    held = nest / f"gone.{os.getpid()}.api.json"
    held.write_text("{}")
    assert look(lab.local, shell, cleanup=False).files == ()
    assert held.exists()


def test_a_look_leaves_no_process(lab: Lab) -> None:
    machine = lab.machine("box")
    machine.new_session("api")
    for shell in (*SHELLS, NO_TIMEOUT):
        look(machine, shell)
    until(lambda: not lab.leftovers(), timeout=30, what="nothing left")
