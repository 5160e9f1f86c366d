"""What `new`, `undo`, `kill` and `rename` report is so: they look at the session before they say what became of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.lab_hosts import agent
from tests.support.machines import Account, Lab, program
from tests.support.scripts import stand_in
from tests.support.verbs import HERE_AND_THERE, account, living, navi, pane
from tests.support.waiting import until


def host_words(far: bool) -> list[str]:
    """Return the option that names the host."""
    return ["--host", "atlas"] if far else []


def registered(there: Account) -> set[str]:
    """Return the names in an account's registry."""
    found = list(there.folder.rglob(".sessions.json"))
    return {name for path in found for name in json.loads(path.read_text())["sessions"]}


def use_bash(there: Account) -> None:
    """Let new sessions of an account run bash."""
    (there.home / ".tmux.conf").write_text(f"set -g default-shell {program('bash')}\n")


def remains(there: Account) -> set[str]:
    """Return the files of the state folder that only an operation under way may have."""
    state = there.sessions_dir / ".navi"
    return {path.name for path in [*state.glob("*.[0-9]*"), *state.glob("at/*/start.*")]}


# ---- a session that ends at once

DYING = {
    "a default-command that is missing": (
        (".tmux.conf", "set -g default-command 'my-shell-wrapper -l'\n"), ["--shell"], "status 127", "my-shell-wrapper",
    ),
    "a command that fails": (("", ""), ["--command", "echo reason; sh -c 'exit 3'"], "status 3", "reason"),
    "a command that is killed": (("", ""), ["--command", "exec sh -c 'echo reason; kill -9 $$'"], "signal 9", "reason"),
    "a startup file that fails": (
        (".bash_profile", "echo reason; exit 7\n"), ["--agent", "claude"], "status 7", "reason",
    ),
    "a template": (("", ""), ["--template", "broken"], "status 4", "reason"),
}  # fmt: skip


def explained(lab: Lab, reason: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a verb that fails with the last words of a process, and return what it said.

    It runs again where they are missing: tmux itself loses two of a hundred on a busy machine.
    """
    for _ in range(5):
        done = navi(lab, *words, status=1)
        if reason in done.stderr:
            return done
    raise AssertionError(f"{reason} is missing: {done.stderr}")


@pytest.mark.parametrize("far", [False, True], ids=["local", "remote"])
@pytest.mark.parametrize("case", DYING)
def test_a_session_that_ends_at_once_was_not_created(lab: Lab, far: bool, case: str) -> None:
    (name, text), words, how, reason = DYING[case]
    atlas = lab.machine("atlas", shell="bash")
    lab.remotes_yaml([atlas])
    there = atlas if far else lab.local
    agent(there)
    if not name.startswith(".tmux"):
        use_bash(there)
    if name:
        (there.home / name).write_text(text)
    templates = lab.local.home / ".config" / "navi" / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    (templates / "broken.yaml").write_text("command: \"echo reason; sh -c 'exit 4'\"\n")
    done = explained(lab, reason, "new", "api", *words, *host_words(far))
    assert f"the session api ended at once with {how}; nothing was created" in done.stderr
    assert done.stdout == ""
    assert living(there) == set()
    assert (registered(there), remains(there)) == (set(), set())


@HERE_AND_THERE
def test_undo_of_a_session_that_ends_at_once_is_a_failure_and_can_be_repeated(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    gate = there.home / "works"
    gate.touch()
    line = "exec sh -c 'test -e ~/works || { echo reason; exit 3; }; exec cat'"
    navi(lab, "new", "api", "--command", line, *host_words(far))
    navi(lab, "kill", f"{prefix}api")
    gate.unlink()
    done = explained(lab, "reason", "undo")
    assert "ended at once with status 3" in done.stderr
    assert (living(there), registered(there)) == (set(), set())
    gate.touch()
    assert navi(lab, "undo").stdout == f"{prefix}api is back\n"
    assert living(there) == registered(there) == {"api"}


@HERE_AND_THERE
def test_a_command_that_succeeds_at_once_is_reported_with_its_status(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    done = navi(lab, "new", "api", "--command", "true", *host_words(far))
    assert done.stdout == f"created {prefix}api; its process has ended with status 0\n"
    document = json.loads(navi(lab, "new", "api", "--command", "true", "--json", *host_words(far)).stdout)
    assert (document["registered"], document["exit_status"], document["exit_signal"]) == (False, 0, None)
    assert (living(there), registered(there)) == (set(), set())


@HERE_AND_THERE
def test_with_keep_the_pane_stays_and_tells_how_its_command_ended(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    done = navi(lab, "new", "api", "--keep", "--command", "sh -c 'exit 4'", *host_words(far))
    assert done.stdout == f"created {prefix}api; its process has ended with status 4\n"
    assert navi(lab, "health", f"{prefix}api", status=1).stdout == (
        f"{prefix}api  dead: its process has ended with status 4\n"
    )
    assert registered(there) == {"api"}


@HERE_AND_THERE
def test_a_session_ends_with_its_command_and_an_agents_shell_stays(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    agent(there)
    os.mkfifo(there.home / "gate")
    navi(lab, "new", "job", "--command", "cat ~/gate", *host_words(far))
    waiting = subprocess.Popen(
        [sys.executable, "-m", "navi", "wait", f"{prefix}job", "--fixed", "never", "--timeout", "50"],
        stderr=subprocess.PIPE, text=True, env=lab.environment(),
    )  # fmt: skip
    (there.home / "gate").write_text("done\n")
    _, errors = waiting.communicate(timeout=40)
    assert waiting.returncode in (1, 66), errors
    navi(lab, "new", "api", "--agent", *host_words(far))
    until(lambda: "claude runs" in pane(there, "api"), what="it runs")
    there.tmux("send-keys", "-t", "=api:", "C-d")
    there.tmux("send-keys", "-t", "=api:", "echo st''ays", "Enter")
    until(lambda: "stays" in pane(there, "api").replace("st''ays", ""), what="the shell stays")


@pytest.mark.parametrize("other", ["fish", "zsh"])
def test_a_startup_file_that_replaces_the_shell_is_a_failure(lab: Lab, other: str) -> None:
    agent(lab.local)
    use_bash(lab.local)
    (lab.local.home / ".bash_profile").write_text(f"case $- in *i*) exec {other};; esac\n")
    done = navi(lab, "new", "api", "--agent", "claude", status=1)
    assert f"a startup file replaced the shell with {other}, so the command line was never run" in done.stderr
    assert (living(lab.local), registered(lab.local), remains(lab.local)) == (set(), set(), set())
    assert navi(lab, "new", "plain", "--shell").stdout.startswith("created plain;")


# ---- the caller's environment


def test_on_this_machine_a_session_has_the_callers_directory_path_and_virtual_environment(lab: Lab) -> None:
    work = lab.local.home / "my work"
    (work / "venv" / "bin").mkdir(parents=True)
    tool = work / "venv" / "bin" / "only-here"
    tool.write_text('#!/bin/sh\necho "$PWD $VIRTUAL_ENV" >~/"$1"\nexec cat\n')
    tool.chmod(0o755)
    environment = lab.environment()
    environment["PATH"] = f"{tool.parent}:{environment['PATH']}"
    environment["VIRTUAL_ENV"] = str(work / "venv")
    (lab.local.home / ".bash_profile").write_text("PATH=/usr/bin:/bin\n")
    use_bash(lab.local)
    for name, words in (("shell", ["--shell"]), ("command", ["--command", "only-here command"])):
        call = [sys.executable, "-m", "navi", "new", name, *words]
        subprocess.run(call, cwd=work, env=environment, check=True, timeout=60, capture_output=True)
    navi(lab, "send", "shell", "only-here shell")
    for path in (lab.local.home / "shell", lab.local.home / "command"):
        until(path.exists, what=f"{path.name} runs")
        until(path.read_text, what="it has written")
        assert path.read_text() == f"{work} {work}/venv\n"


@pytest.mark.parametrize(
    ("words", "folder"), [([], ""), (["-c", "sub"], "sub"), (["-c", "."], ""), (["-c", ".."], "..")]
)
def test_on_this_machine_a_directory_is_relative_to_the_current_one(lab: Lab, words: list[str], folder: str) -> None:
    work = lab.local.home / "work"
    (work / "sub").mkdir(parents=True)
    call = [sys.executable, "-m", "navi", "new", "api", "--command", "pwd >~/seen", *words]
    subprocess.run(call, cwd=work, env=lab.environment(), check=True, timeout=60, capture_output=True)
    assert (lab.local.home / "seen").read_text().strip() == str((work / folder).resolve())


def test_on_a_remote_a_session_begins_in_the_home_with_the_logins_path(lab: Lab) -> None:
    there, _ = account(lab, True)
    navi(lab, "new", "api", "--host", "atlas", "--command", "pwd; exec cat")
    until(lambda: str(there.home) in pane(there, "api").split(), what="it is in the home")
    assert str(lab.local.bin) not in pane(there, "api")


# ---- nothing in the arguments of processes


@contextmanager
def watched(secrets: Sequence[str]) -> Iterator[list[str]]:
    """Collect the command lines of processes that hold a secret, but for those of navi and of the test itself."""
    seen: list[str] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = path.read_bytes().split(b"\0")
                except OSError:
                    continue
                line = b" ".join(words).decode(errors="replace")
                if any(secret in line for secret in secrets) and b"navi" not in words:
                    seen.append(line)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


@HERE_AND_THERE
def test_no_value_of_env_and_no_text_is_in_the_arguments_of_a_process(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    with watched(["hunter2", "swordfish"]) as seen:
        for name in ("first", "second"):
            words = ["--env", f"API_KEY=hunter2 '{name}'", "--env", "LAST=x"]
            navi(lab, "new", name, "--shell", *words, *host_words(far))
        for words in (["swordfish"], ["swordfish and more", "--literal"]):
            navi(lab, "send", f"{prefix}second", *words)
        time.sleep(0.2)
    assert seen == []
    navi(lab, "send", f"{prefix}first", 'echo "[$API_KEY]"')
    until(lambda: "[hunter2 'first']" in pane(there, "first"), what="the session has the variable")
    assert remains(there) == set()


@HERE_AND_THERE
def test_the_line_is_not_in_the_arguments_of_the_call_that_starts_the_server(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    navi(lab, "new", "api", "--command", "exec cat /dev/null - 'correct horse'", *host_words(far))
    server = there.server()
    assert b"correct horse" not in Path(f"/proc/{server}/cmdline").read_bytes()
    assert there.tmux("show-options", "-v", "-t", "=api:", "@navi_line") == "exec cat /dev/null - 'correct horse'"


# ---- undo


@pytest.mark.parametrize("conversation", ["--dangerously-skip-permissions", "-x", "a b", "a;b", "$(id)", "", None])
def test_only_an_id_of_a_conversation_goes_into_a_command_line(lab: Lab, conversation: str | None) -> None:
    agent(lab.local)
    navi(lab, "new", "api", "--agent")
    lab.local.write_status("api", session_id=conversation)
    navi(lab, "kill", "api")
    assert navi(lab, "undo").stdout == "api is back, without its conversation\n"
    until(lambda: pane(lab.local, "api").count("claude runs:") == 2, what="it runs again")
    assert "claude runs: \n" in f"{pane(lab.local, 'api').rstrip()} \n"


@HERE_AND_THERE
def test_undo_resumes_a_conversation_that_is_known(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    agent(there)
    navi(lab, "new", "api", "--agent", *host_words(far))
    there.write_status("api", session_id="0d5c-conv_1")
    navi(lab, "kill", f"{prefix}api")
    assert navi(lab, "undo").stdout == f"{prefix}api is back\n"
    until(lambda: "claude runs: --resume 0d5c-conv_1" in pane(there, "api"), what="it is resumed")


@HERE_AND_THERE
def test_a_session_of_a_group_comes_back_in_its_group_and_starts_nothing(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    agent(there)
    navi(lab, "new", "api", "--agent", *host_words(far))
    there.tmux("new-session", "-d", "-t", "=api", "-s", "view")
    until(lambda: "claude runs" in pane(there, "api"), what="it runs")
    navi(lab, "kill", f"{prefix}view")
    assert living(there) == {"api"}
    assert navi(lab, "undo").stdout == f"{prefix}view is back, with the windows of its group\n"
    groups = there.tmux("list-sessions", "-F", "#{session_name} #{session_group}").split()
    assert groups[1] == groups[3]
    assert pane(there, "view") == pane(there, "api")
    assert pane(there, "api").count("claude runs") == 1


# ---- proof of other changes


@HERE_AND_THERE
def test_a_kill_that_tmux_did_not_carry_out_is_a_failure(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    there.new_session("api")
    there.write_status("api", status="waiting")
    stand_in(there, "tmux", 'case " $* " in *" kill-session "*) exit 0 ;; esac\nexec "$real" "$@"')
    done = navi(lab, "kill", f"{prefix}api", status=1)
    assert "tmux accepted the kill of api, but the session still exists" in done.stderr
    assert living(there) == {"api"}
    assert (there.sessions_dir / "api.json").exists()
    assert "nothing to undo" in navi(lab, "undo", status=1).stderr


@HERE_AND_THERE
@pytest.mark.parametrize("words", [["kill"], ["rename"], ["dismiss"]])
def test_a_missing_session_is_named_once(lab: Lab, far: bool, words: list[str]) -> None:
    there, prefix = account(lab, far)
    there.new_session("other")
    more = ["x"] if words == ["rename"] else []
    errors = navi(lab, *words, f"{prefix}nosuch", *more, status=66).stderr
    assert errors.startswith("navi: no session named nosuch")
    assert errors.count("nosuch") == 1


@pytest.mark.parametrize("text", ["x" * 3_000_000, "x\n" * 1_500_000])
def test_a_text_that_is_too_long_is_refused_at_once(lab: Lab, text: str) -> None:
    there, _ = account(lab, False)
    there.new_session("api", "exec cat")
    call = [sys.executable, "-m", "navi", "send", "api", "--stdin"]
    done = subprocess.run(call, input=text, text=True, capture_output=True, timeout=50, env=lab.environment())
    assert done.returncode == 64
    assert "more than 1,000,000 characters can't be typed; nothing was sent" in done.stderr


@HERE_AND_THERE
def test_of_a_session_that_has_ended_only_the_file_is_reported_as_removed(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    there.new_session("other")
    there.write_status("api")
    assert navi(lab, "kill", f"{prefix}api").stdout == f"removed the status file of {prefix}api\n"


@HERE_AND_THERE
def test_a_session_that_ends_while_it_is_renamed_is_no_success(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    for name in ("api", "bystander"):
        there.new_session(name)
    stand_in(
        there, "tmux",
        'case " $* " in *" rename-session "*) "$real" "$@"; exec "$real" kill-session -t =web ;; esac\n'
        'exec "$real" "$@"',
    )  # fmt: skip
    done = navi(lab, "rename", f"{prefix}api", "web", status=66)
    assert "the session was renamed to web and has ended since" in done.stderr


# ---- servers whose sockets are anywhere


def test_sessions_that_are_created_at_once_on_several_servers_are_all_found(lab: Lab) -> None:
    there, _ = account(lab, False)
    stand_in(there, "mv", 'case "$*" in *recent.*) sleep 0.3 ;; esac\nexec "$real" "$@"')
    names = ["one", "two", "three"]
    words = [[sys.executable, "-m", "navi", "new", name, "-S", f"{there.home}/{name}"] for name in names]
    calls = [subprocess.Popen(one, env=lab.environment()) for one in words]
    assert [call.wait() for call in calls] == [0, 0, 0]
    for name in names:
        assert navi(lab, "rename", name, f"{name}-more").stdout == f"renamed {name} to {name}-more\n"


def test_no_server_is_forgotten_whose_socket_is_there(lab: Lab) -> None:
    there, _ = account(lab, False)
    folder = there.home / "sockets"
    folder.mkdir()
    with ExitStack() as open_sockets:
        for number in range(25):
            one = open_sockets.enter_context(socket.socket(socket.AF_UNIX))
            one.bind(f"{folder}/{number}")
        noted = there.sessions_dir / ".navi" / "sockets"
        noted.parent.mkdir(mode=0o700, parents=True)
        noted.write_text("".join(f"{folder}/{number}\n" for number in range(25)) + f"{folder}/gone\n")
        navi(lab, "new", "api", "-S", f"{folder}/api")
        lines = noted.read_text().splitlines()
    assert lines == [f"{folder}/api", *(f"{folder}/{number}" for number in range(25))]
