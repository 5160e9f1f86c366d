"""The verbs restore and restart, as a person or a script calls them: here and on a remote."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.machines import Account, Lab
from tests.support.processes import runs, send
from tests.support.resumable import agents, conversation, ids, install, start
from tests.support.verbs import HERE_AND_THERE, account, living, navi, pane
from tests.support.waiting import until


def lose(lab: Lab, there: Account, *names: str) -> dict[str, str]:
    """Start sessions with agents, let navi see them, and end their tmux server; return their conversations."""
    install(there)
    found = {name: start(there, name) for name in names}
    navi(lab, "ls")
    end_server(there)
    return found


def end_server(there: Account) -> None:
    """End the tmux server and everything in it."""
    server = int(there.tmux("display-message", "-p", "#{pid}"))
    there.tmux("kill-server")
    until(lambda: not there.sh(f"ps -o pid= -p {server} || :").strip(), what="the server has ended")
    until(lambda: not list((there.home / ".claude" / "sessions").glob("*.json")), what="the agents have ended")


def notes(there: Account) -> list[str]:
    """Return the names of the notes of sessions."""
    found = (path.name for path in (there.sessions_dir / ".navi" / "at").glob("*/*.*.*"))
    return sorted(name for name in found if name.startswith(("session.", "left.", "ended.")))


@HERE_AND_THERE
def test_sessions_that_were_lost_come_back_in_their_conversations(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    host = ["--host", "atlas"] if far else ["--host", "local"]
    lost = lose(lab, there, "api", "two words")
    listed = navi(lab, "restore").stdout
    assert f"{prefix}api: lost with its tmux server" in listed
    assert f"claude, conversation {lost['api']}" in listed
    assert living(there) == set()
    assert "would restore" in navi(lab, "restore", *host, "--dry-run").stdout
    assert living(there) == set()
    document = json.loads(navi(lab, "restore", "--dry-run", "--json").stdout)
    assert {(one["address"], one["how"], one["conversation"]) for one in document} == {
        (f"{prefix}{name}", "server", id) for name, id in lost.items()
    }
    told = navi(lab, "restore", *host).stdout
    assert all(f"{prefix}{name} is back in its conversation" in told for name in lost)
    assert "(2 of 2)" in told
    assert {name: conversation(there, name) for name in lost} == lost
    assert navi(lab, "restore", "--all").stdout == "no session is lost; nothing to restore\n"
    assert living(there) == set(lost)
    assert [ids(there, name) for name in lost] == [[id] for id in lost.values()]


@HERE_AND_THERE
def test_one_is_brought_back_by_its_address_however_it_ended(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    install(there)
    there.new_session("other")
    api = start(there, "api")
    navi(lab, "ls")
    there.tmux("kill-session", "-t", "=api")
    assert navi(lab, "restore").stdout == "no session is lost\n"  # somebody ended it, and its server goes on
    assert navi(lab, "restore", f"{prefix}api").stdout.startswith(f"{prefix}api is back in its conversation")
    assert conversation(there, "api") == api
    navi(lab, "kill", f"{prefix}api")
    assert navi(lab, "restore").stdout == "no session is lost\n"
    assert navi(lab, "restore", f"{prefix}api").stdout == f"{prefix}api is back\n"
    assert conversation(there, "api") == api
    missing = navi(lab, "restore", f"{prefix}never", status=66).stderr
    assert "nothing is stored about a session named never" in missing


@HERE_AND_THERE
def test_an_agent_that_goes_on_without_its_terminal_is_ended_first(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    install(there)
    program = there.bin / "claude"
    program.write_text(program.read_text().replace("exit 0' TERM HUP", "exit 0' TERM\ntrap '' HUP"))
    api = start(there, "api")
    orphan = agents(there, "api")
    navi(lab, "ls")
    there.tmux("kill-server")
    until(lambda: "lost" in navi(lab, "restore").stdout, what="it is lost")
    assert all(map(runs, orphan))
    navi(lab, "restore", "--all")
    assert not any(map(runs, orphan))
    assert conversation(there, "api") == api


@HERE_AND_THERE
def test_a_conversation_that_is_open_is_not_opened_again(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    api = lose(lab, there, "api")["api"]
    there.new_session("other")
    assert start(there, "by-hand", f"claude --resume {api}") == api
    process = agents(there, "by-hand")[0].pid
    refused = navi(lab, "restore", "--all", status=73).stderr
    assert f"its conversation {api} is open already, in process {process}; nothing was started" in refused
    assert living(there) == {"by-hand", "other"}
    there.tmux("kill-session", "-t", "=by-hand")
    until(lambda: not list((there.home / ".claude" / "sessions").glob("*.json")), what="it has ended")
    navi(lab, "restore", "--all")
    assert conversation(there, "api") == api


def test_a_conversation_that_another_machine_has_is_not_opened(lab: Lab) -> None:
    api = lose(lab, lab.local, "api")["api"]
    folder = next((lab.local.sessions_dir / ".navi" / "at").iterdir()).parent / "elsewhere:01234567@0a0b0c0d.7"
    folder.mkdir()
    note = folder / "session.7.3"
    note.write_text(f"agent claude\nconversation {api}\nprocess 7\nstarted 7\nname there\ndirectory /\n")
    refused = navi(lab, "restore", "--all", status=73).stderr
    assert "on elsewhere in the session there; end it there, or remove" in refused
    assert living(lab.local) == set()
    note.unlink()
    navi(lab, "restore", "--all")
    assert conversation(lab.local, "api") == api


@HERE_AND_THERE
def test_what_can_not_be_restored_says_why_and_nothing_is_lost(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    work = there.home / "work"
    work.mkdir()
    install(there)
    api = start(there, "api", f"cd {work}; claude")
    navi(lab, "ls")
    end_server(there)
    kept = notes(there)
    work.rmdir()
    assert f"its directory {work} no longer exists" in navi(lab, "restore", f"{prefix}api", status=66).stderr
    work.mkdir()
    (there.bin / "claude").rename(there.home / "claude")
    assert "can't find claude" in navi(lab, "restore", f"{prefix}api", status=69).stderr
    (there.home / "claude").rename(there.bin / "claude")
    (there.home / ".claude" / "known" / api).unlink()
    gone = navi(lab, "restore", f"{prefix}api", status=1).stderr
    assert f"it printed: No conversation found with session ID: {api}" in gone
    assert "nothing was restored; --anew starts a new conversation in its directory" in gone
    assert (living(there), notes(there)) == (set(), kept)
    told = navi(lab, "restore", f"{prefix}api", "--anew").stdout
    assert told.startswith(f"{prefix}api is back, with a new conversation of claude")
    assert conversation(there, "api") != api


@HERE_AND_THERE
def test_without_its_conversation_nothing_starts_unless_that_is_wanted(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    install(there)
    start(there, "api")
    for state in (there.home / ".claude" / "sessions").glob("*.json"):
        state.write_text("{}")  # it does not say which conversation it has
    navi(lab, "ls")
    there.tmux("kill-server")
    refused = navi(lab, "restore", "--all", status=66).stderr
    assert "the conversation of claude is not known; --anew starts a new one in its directory" in refused
    assert living(there) == set()
    assert "with a new conversation of claude" in navi(lab, "restore", "--all", "--anew").stdout


def test_two_who_restore_at_once_start_each_once(lab: Lab) -> None:
    lost = lose(lab, lab.local, "one", "two", "three")
    command = [sys.executable, "-m", "navi", "restore", "--all"]

    def restore(_: int) -> str:
        return subprocess.run(command, capture_output=True, text=True, timeout=90, env=lab.environment()).stdout

    with ThreadPoolExecutor(3) as pool:
        told = "".join(pool.map(restore, range(3)))
    assert [told.count(f"{name} is back in its conversation") for name in lost] == [1, 1, 1]
    assert {name: ids(lab.local, name) for name in lost} == {name: [id] for name, id in lost.items()}
    assert notes(lab.local) == [] or navi(lab, "restore").stdout == "no session is lost\n"


@HERE_AND_THERE
def test_an_agent_starts_again_in_its_pane_and_conversation(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    install(there)
    api = start(there, "api", "VARIABLE='a  b' claude")
    format = "#{session_id} #{pane_id}"
    before = there.tmux("display-message", "-p", "-t", "=api:", format)
    process = agents(there, "api")[0].pid
    told = navi(lab, "restart", f"{prefix}api").stdout
    assert told == f"restarted {prefix}api in its conversation\n"
    assert there.tmux("display-message", "-p", "-t", "=api:", format) == before
    assert conversation(there, "api") == api
    assert agents(there, "api")[0].pid != process
    assert "variable: a  b" in pane(there, "api")
    assert there.tmux("show-options", "-wqv", "-t", "=api:", "remain-on-exit") == ""


@HERE_AND_THERE
def test_an_agent_that_was_killed_starts_again_in_its_conversation(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    install(there)
    api = start(there, "api")
    navi(lab, "ls")
    send(signal.SIGKILL, agents(there, "api"))
    until(lambda: not agents(there, "api"), what="it has ended")
    assert navi(lab, "restart", f"{prefix}api").stdout == f"restarted {prefix}api in its conversation\n"
    assert conversation(there, "api") == api


TITLED = "#!/bin/sh\nprintf '\\033]2;%s\\007' \"$(cat ~/title)\"\nsleep 1000; :\n"
"""Sets the title of its pane, as OpenCode does."""


@HERE_AND_THERE
def test_a_title_proves_that_an_agent_has_its_conversation_unless_it_was_there_before(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    install(there)
    (there.bin / "opencode").write_text(TITLED)
    (there.bin / "opencode").chmod(0o755)
    (there.home / "title").write_text("OC | A name")
    line = f"PATH={there.bin}:$PATH; export PATH; opencode --session ses_1; exec sh"
    there.new_session("api", f"exec sh -c {shlex.quote(line)}")
    title = ("display-message", "-p", "-t", "=api:", "#{pane_title}")
    until(lambda: there.tmux(*title) == "OC | A name", what="it has its conversation")
    assert navi(lab, "restart", f"{prefix}api").stdout == f"restarted {prefix}api in its conversation\n"
    (there.home / "title").write_text("OpenCode")
    assert "does not say whether it has" in navi(lab, "restart", f"{prefix}api").stdout
    assert there.tmux(*title) == "OpenCode"


@HERE_AND_THERE
def test_an_agent_whose_conversation_is_not_known_is_not_ended(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    install(there)
    start(there, "api")
    process = agents(there, "api")[0].pid
    (there.home / ".claude" / "sessions" / f"{process}.json").write_text("{}")
    refused = navi(lab, "restart", f"{prefix}api", status=66).stderr
    assert "the conversation of claude in api is not known; nothing was ended" in refused
    assert [one.pid for one in agents(there, "api")] == [process]
    there.new_session("shell")
    assert "no agent is known that ran in shell" in navi(lab, "restart", f"{prefix}shell", status=66).stderr


@HERE_AND_THERE
def test_a_restart_that_fails_says_what_has_ended_and_can_be_repeated(lab: Lab, far: bool) -> None:
    box = lab.machine("box", shell="dash")  # fish begins with work in the background
    lab.remotes_yaml([box])
    there, prefix = (box, "box/") if far else (lab.local, "")
    install(there)
    api = start(there, "api")
    known = there.home / ".claude" / "known" / api
    known.unlink()
    failed = navi(lab, "restart", f"{prefix}api", status=1).stderr
    assert "claude was ended, and has ended again after its start; it printed: " in failed
    assert f"No conversation found with session ID: {api}" in failed
    known.touch()
    (there.bin / "claude").rename(there.home / "claude")
    failed = navi(lab, "restart", f"{prefix}api", status=69).stderr
    assert "can't find claude; claude has ended in api" in failed
    (there.home / "claude").rename(there.bin / "claude")
    navi(lab, "restart", f"{prefix}api")
    assert conversation(there, "api") == api


def test_a_session_stays_whose_agent_is_not_found_by_a_shell_that_ends_slowly(lab: Lab) -> None:
    box = lab.machine("box", shell="bash")
    lab.remotes_yaml([box])
    install(box)
    start(box, "api")
    (box.bin / "claude").rename(box.home / "claude")
    with (box.home / ".profile").open("a") as profile:
        profile.write('trap "sleep 1" EXIT\n')
    assert "can't find claude; claude has ended in api" in navi(lab, "restart", "box/api", status=69).stderr
    time.sleep(2)
    assert living(box) == {"api"}


def test_a_host_that_does_not_answer_is_not_one_without_lost_sessions(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    atlas.accept_no_more()
    for words in (["restore"], ["restore", "--all"]):
        done = navi(lab, *words, status=69)
        assert "atlas" in done.stderr
        assert "no session is lost" not in done.stdout


def test_what_else_runs_in_the_pane_is_not_ended(lab: Lab) -> None:
    install(lab.local)
    start(lab.local, "api", "sleep 1000 & claude")
    refused = navi(lab, "restart", "api", status=1).stderr
    assert "sleep (process " in refused
    assert "end it first; nothing was changed" in refused
    assert agents(lab.local, "api")


@pytest.mark.parametrize("program", ["sleep 1000", "exec env sleep 1000", "cat"])
def test_a_program_that_was_never_the_agent_is_not_ended(lab: Lab, program: str) -> None:
    install(lab.local)
    start(lab.local, "api")
    process = lab.local.tmux("split-window", "-d", "-P", "-F", "#{pane_pid}", "-t", "=api:", program)
    navi(lab, "ls")
    lab.local.tmux("kill-pane", "-t", "=api:")
    until(lambda: lab.local.tmux("list-panes", "-t", "=api:", "-F", "#{pane_pid}") == process, what="one pane is left")
    refused = navi(lab, "restart", "api", status=66).stderr
    assert "the pane in which claude ran in api is gone; nothing was changed" in refused
    assert lab.local.tmux("list-panes", "-t", "=api:", "-F", "#{pane_pid} #{pane_dead}") == f"{process} 0"


def test_what_took_the_place_of_the_agent_is_not_ended(lab: Lab) -> None:
    install(lab.local)
    start(lab.local, "api")
    navi(lab, "ls")
    lab.local.tmux("respawn-pane", "-k", "-t", "=api:", "exec sleep 1000")
    refused = navi(lab, "restart", "api", status=1).stderr
    assert "sleep (process " in refused
    assert "end it first; nothing was changed" in refused


@HERE_AND_THERE
def test_a_lost_session_that_is_dismissed_is_forgotten(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    lose(lab, there, "api", "web")
    assert navi(lab, "dismiss", f"{prefix}api").stdout == f"dismissed {prefix}api\n"
    listed = navi(lab, "restore").stdout
    assert f"{prefix}api" not in listed
    assert f"{prefix}web: lost" in listed


@HERE_AND_THERE
def test_dismissing_a_living_session_forgets_no_lost_one_of_its_name(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    lose(lab, there, "api")
    there.new_session("api")
    assert "has no status file" in navi(lab, "dismiss", f"{prefix}api", status=66).stderr
    there.write_status("api", status="permission")
    assert navi(lab, "dismiss", f"{prefix}api").stdout == f"dismissed {prefix}api\n"
    assert f"{prefix}api: lost" in navi(lab, "restore").stdout


@HERE_AND_THERE
def test_a_restore_whose_name_is_taken_leaves_nothing(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    lose(lab, there, "api")
    there.new_session("api")
    assert "there is a session api already" in navi(lab, "restore", f"{prefix}api", status=73).stderr
    state = there.sessions_dir / ".navi"
    assert [*state.glob("killed/*"), *state.glob("resume.*"), *state.glob("at/*/start.*")] == []
    there.tmux("kill-session", "-t", "=api:")
    navi(lab, "restore", f"{prefix}api")


def test_a_restore_that_is_refused_leaves_the_lock_of_the_other_process(lab: Lab) -> None:
    api = lose(lab, lab.local, "api")["api"]
    state = lab.local.sessions_dir / ".navi"
    place = next((state / "at").iterdir()).name
    lock = state / f"resume.{api}"
    lock.write_text(f"{os.getpid()}@{place}\n")
    for _ in range(2):
        refused = navi(lab, "restore", "api", status=75).stderr
        assert f"the conversation {api} is being resumed by another process" in refused
    assert lock.read_text().startswith(f"{os.getpid()}@")
    lock.unlink()
    navi(lab, "restore", "api")


@pytest.mark.parametrize("words", [["x", "--all"], ["x", "--host", "local"]])
def test_an_address_goes_with_nothing_else(lab: Lab, words: list[str]) -> None:
    assert "give either ADDR, or --host or --all" in navi(lab, "restore", *words, status=64).stderr
