"""What is noted of sessions while they live, and which of them are reported as lost, in every shell."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from navi.core.model import LostSession
from navi.ops.hooks.install import hook_text
from navi.ops.look.lost_sessions import read_note
from navi.ops.session.restore import restorable
from tests.support.agents import Agent
from tests.support.machines import Lab
from tests.support.processes import processes
from tests.support.scripts import DASH, Shell, Watching, every_shell, every_watching_shell, look, run
from tests.support.waiting import until


def folder(lab: Lab) -> Path:
    """Return the folder of notes of this start of the machine; the folder of status files is made."""
    lab.local.sessions_dir.mkdir(mode=0o700, exist_ok=True)
    found = list((lab.local.sessions_dir / ".navi" / "at").glob("*"))
    return found[0] if found else lab.local.sessions_dir


def notes(lab: Lab) -> dict[str, LostSession]:
    """Return the notes by the name of the session, with the state of each as `how`."""
    found = {}
    for path in folder(lab).glob("*.*.*"):
        if path.name.startswith(("session.", "left.", "ended.")):
            note = read_note(f"h@b/{path.name}", path.read_bytes(), look(lab.local, DASH).machine)
            assert note
            found[note.name] = note._replace(how=path.name.partition(".")[0])
    return found


def end_server(lab: Lab) -> None:
    """End the tmux server."""
    server = int(lab.local.tmux("display-message", "-p", "#{pid}"))
    lab.local.tmux("kill-server")
    until(lambda: not Path(f"/proc/{server}").exists(), what="the server has ended")


@every_shell
def test_a_session_with_an_agent_is_noted_and_lost_with_its_server(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, below=True)
    agent.write_state(sessionId="c-1")
    lab.local.new_session("plain")
    assert look(lab.local, shell).lost_sessions == ()
    path = next(folder(lab).glob("session.*"))
    assert path.stat().st_mode & 0o777 == 0o600
    end_server(lab)
    (lost,) = look(lab.local, shell).lost_sessions
    assert (lost.name, lost.how, lost.agent, lost.conversation) == ("api", "server", "claude", "c-1")
    assert lost.directory == str(lab.local.home)
    assert {"HOME", "PATH"} <= set(lost.environment)
    assert not any("=" in name for name in lost.environment)


@every_shell
def test_sessions_of_an_earlier_start_of_the_machine_are_lost(lab: Lab, shell: Shell) -> None:
    folder(lab)
    Agent(lab.local, below=True).write_state(sessionId="c-1")
    look(lab.local, shell)
    end_server(lab)
    here = folder(lab)
    here.rename(here.with_name(f"{here.name.partition('@')[0]}@0a0b0c0d.7"))
    (lost,) = look(lab.local, shell).lost_sessions
    assert (lost.name, lost.how, lost.conversation) == ("api", "reboot", "c-1")
    here.with_name(f"{here.name.partition('@')[0]}@0a0b0c0d.7").rename(here.with_name("other:01234567@0a0b0c0d.7"))
    assert look(lab.local, shell).lost_sessions == ()  # another machine's


@every_shell
def test_what_a_person_has_ended_is_not_lost(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, below=True)
    agent.write_state(sessionId="c-1")
    Agent(lab.local, session="web")
    look(lab.local, shell)
    lab.local.sh(f"kill {agent.process}")
    until(lambda: not Path(f"/proc/{agent.process}").exists(), what="the agent has ended")
    lab.local.new_session("other")
    lab.local.tmux("kill-session", "-t", "=web")
    assert look(lab.local, shell).lost_sessions == ()
    end_server(lab)
    assert look(lab.local, shell).lost_sessions == ()
    ended = {one.name: one.conversation for one in run(lab.local, shell, restorable()).ended}
    assert ended.get("web") == ""


@every_watching_shell
def test_a_watch_sees_that_a_note_is_removed_when_nothing_else_changes(lab: Lab, shell: Shell) -> None:
    """A restore removes it last, when the session that is back has been listed already."""
    folder(lab)
    Agent(lab.local, below=True)
    with Watching(lab.local, shell) as watching:
        watching.frame(lambda frame: frame.sessions)
        until(lambda: list(folder(lab).glob("session.*")), what="it is noted")
        end_server(lab)
        watching.frame(lambda frame: frame.lost_sessions)
        next(folder(lab).glob("session.*")).unlink()
        watching.frame(lambda frame: not frame.lost_sessions, timeout=20)


@every_watching_shell
def test_a_watch_reports_what_is_lost_at_once(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, below=True)
    agent.write_state(sessionId="c-1")
    with Watching(lab.local, shell) as watching:
        watching.frame(lambda frame: frame.sessions)
        until(lambda: list(folder(lab).glob("session.*")), what="it is noted")
        end_server(lab)
        frame = watching.frame(lambda frame: frame.lost_sessions)
        assert [one.conversation for one in frame.lost_sessions] == ["c-1"]


@every_shell
def test_the_conversation_comes_from_a_file_that_names_the_process(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, "copilot", below=True)
    for id, process in (("c-1", 7), ("c-2", agent.process)):
        (lab.local.home / ".copilot" / "session-state" / id).mkdir(parents=True)
        (lab.local.home / ".copilot" / "session-state" / id / f"inuse.{process}.lock").touch()
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "c-2"


def write_runtime(lab: Lab, id: str, process: int, started: float) -> Path:
    """Write the file in which Qwen Code says which process has a conversation."""
    chats = lab.local.home / ".qwen" / "projects" / "-tmp" / "chats"
    chats.mkdir(parents=True, exist_ok=True)
    path = chats / f"{id}.runtime.json"
    path.write_text(json.dumps({"pid": process, "session_id": id, "started_at": started}, indent=2))
    return path


@every_shell
def test_the_conversation_comes_from_the_newest_file_with_the_process_in_it(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, "qwen", below=True)
    now = time.time()
    write_runtime(lab, "c-9", agent.process, now - 9000)  # of an earlier process with this number
    write_runtime(lab, "c-8", agent.process * 10, now)
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == ""
    os.utime(write_runtime(lab, "c-2", agent.process, now), (now - 9, now - 9))
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "c-2"
    write_runtime(lab, "c-1", agent.process, now)
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "c-1"


def write_session(lab: Lab, id: str, process: int, started: datetime) -> None:
    """Write the file in which Cline says which process began a conversation."""
    session = lab.local.home / ".cline" / "data" / "sessions" / id
    session.mkdir(parents=True)
    when = f"{started:%Y-%m-%dT%H:%M:%S}.016Z"
    found = {"session_id": id, "pid": process, "started_at": when, "status": "idle"}
    (session / f"{id}.json").write_text(json.dumps(found, indent=2))


@every_shell
def test_an_earlier_process_with_the_same_number_had_another_conversation(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, "cline", below=True)
    now = datetime.now(UTC)
    write_session(lab, "1_before", agent.process, now - timedelta(hours=1))
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == ""
    write_session(lab, "2_now", agent.process, now)
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "2_now"


@every_shell
def test_the_conversation_comes_from_a_file_with_a_process_below_the_agent_in_it(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, "qwen", below=True)
    agent.do('bash -c "sleep 1000 & wait" & echo $! >~/child')
    child = int((lab.local.home / "child").read_text())
    until(lambda: any(one.parent == child for one in processes()), what="a process is below that")
    (grandchild,) = (one.pid for one in processes() if one.parent == child)
    write_runtime(lab, "c-1", grandchild, time.time())
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "c-1"
    write_runtime(lab, "c-2", child, time.time())
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "c-2"


def write_rollout(lab: Lab, id: str, cwd: Path, mark: str = "codex-tui", time: datetime | None = None) -> None:
    """Write the file of a conversation of Codex."""
    day = lab.local.home / ".codex" / "sessions" / "2026" / "11" / "29"
    day.mkdir(parents=True, exist_ok=True)
    when = (time or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.001Z")
    line = json.dumps({"timestamp": when, "payload": {"cwd": str(cwd), "originator": mark}}, separators=(",", ":"))
    (day / f"rollout-2026-11-29T23-28-57-{id}.jsonl").write_text(f"{line}\n{{}}\n")


@every_shell
def test_the_newest_conversation_counts_only_for_the_one_agent_of_its_folder(lab: Lab, shell: Shell) -> None:
    folder(lab)
    write_rollout(lab, "c-0", lab.local.home, time=datetime(2026, 1, 1, tzinfo=UTC))
    Agent(lab.local, "codex", below=True)
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == ""  # that one is older than the agent
    write_rollout(lab, "c-1", lab.local.home)
    write_rollout(lab, "c-2", lab.local.home / "other")
    write_rollout(lab, "c-3", lab.local.home, mark="codex_exec")
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "c-1"
    Agent(lab.local, "codex", session="web", below=True)
    look(lab.local, shell)
    assert notes(lab)["web"].conversation == ""  # two agents: it may be of either


@every_shell
def test_the_newest_conversation_is_found_among_many_folders_and_by_the_name_of_its_own(lab: Lab, shell: Shell) -> None:
    folder(lab)
    Agent(lab.local, "pi", below=True)
    Agent(lab.local, "kimi", session="web", below=True)
    now = datetime.now(UTC)
    stem = now.strftime("%Y-%m-%dT%H-%M-%S-001Z")
    line = {"type": "session", "id": "p-1", "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.001Z")}
    for place, numbers, cwd in (("--zzz--", range(50), "/zzz"), ("--aaa--", [99], str(lab.local.home))):
        sessions = lab.local.home / ".pi" / "agent" / "sessions" / place
        sessions.mkdir(parents=True)
        for number in numbers:
            path = sessions / f"{stem}_p-{number}.jsonl"
            path.write_text(json.dumps(line | {"cwd": cwd}, separators=(",", ":")) + "\n")
            os.utime(path, (number + 1, number + 1) if number < 99 else None)
    state = lab.local.home / ".kimi-code" / "sessions" / "wd_u_1" / "session_k-1" / "state.json"
    state.parent.mkdir(parents=True)
    found = {"id": "session_k-1", "version": 2, "cwd": str(lab.local.home), "createdAt": int(now.timestamp() * 1000)}
    state.write_text(json.dumps(found, separators=(",", ":")))
    look(lab.local, shell)
    assert {name: note.conversation for name, note in notes(lab).items()} == {"api": "p-99", "web": "session_k-1"}


@every_shell
def test_where_an_agent_hides_its_arguments_the_line_that_navi_gave_its_shell_counts(lab: Lab, shell: Shell) -> None:
    folder(lab)
    hides = "bash -c 'exec -a kimi-code sleep 1000' --session c-9"
    lab.local.new_session("api", f"unset NAVI_MARK\n{hides}\ntrue")
    lab.local.new_session("web", f"{hides}\ntrue")
    until(lambda: (look(lab.local, shell), len(notes(lab)) == 2)[1], what="they are noted")
    assert {name: note.conversation for name, note in notes(lab).items()} == {"api": "c-9", "web": ""}


@every_shell
def test_the_conversation_comes_from_hooks(lab: Lab, shell: Shell) -> None:
    folder(lab)
    agent = Agent(lab.local, "qwen", below=True)
    (lab.local.home / "hook").write_text(hook_text())
    for id, entry in (("c-1", ""), ("c-2", "")):
        event = {"hook_event_name": "UserPromptSubmit", "session_id": id, "cwd": "/tmp", "prompt": entry}
        agent.do(f"printf '%s' '{json.dumps(event)}' | sh {lab.local.home}/hook qwen")
    until(lambda: (lab.local.sessions_dir / "api.json").exists(), what="the hook has written")
    look(lab.local, shell)
    assert notes(lab)["api"].conversation == "c-2"


@every_shell
def test_options_that_an_agent_is_to_get_again_are_noted(lab: Lab, shell: Shell) -> None:
    folder(lab)
    options = "--permission-mode plan --model=x --dangerously-skip-permissions --model 'a b' --add-dir /x 'a prompt'"
    script = lab.local.home / "claude"
    script.write_text("#!/bin/sh\nsleep 1000; :\n")
    script.chmod(0o755)
    lab.local.new_session("api", f"{script} {options}; true")
    until(lambda: (look(lab.local, shell), notes(lab))[1], what="it is noted")
    assert notes(lab)["api"].options == "--permission-mode plan --model=x --dangerously-skip-permissions --add-dir /x"
