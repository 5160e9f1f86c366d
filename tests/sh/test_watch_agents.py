"""The watch tells what agents do as soon as their files, their output or their processes change, and else is quiet."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from navi.core.model import Frame, Pane, ScreenMatch
from navi.ops.look.frames import Heartbeat
from tests.support.agents import CLAUDE_ASKS, CLAUDE_BOX, CLAUDE_BUSY, Agent
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, Watching, every_watching_shell, names, stand_in
from tests.support.scripts import Shell as Sh

ASKS = ScreenMatch("permission", "permission dialog", "Do you want to proceed?")
IDLE = ScreenMatch("idle", "prompt", "? for shortcuts \u00b7 \u2190 for agents")


def the_pane(frame: Frame) -> Pane | None:
    """Return the pane of the only session."""
    return frame.sessions[0].pane if frame.sessions else None


def until_pane(watching: Watching, wanted: Callable[[Pane], object], timeout: float = 30) -> Pane:
    """Wait for a frame whose pane is as wanted; return the pane."""
    frame = watching.frame(lambda frame: (pane := the_pane(frame)) and wanted(pane), timeout)
    return frame.sessions[0].pane


def state_of(pane: Pane) -> object:
    """Return the state that the file of the pane's agent reports."""
    return pane.agents[0].file and pane.agents[0].file.get("status")


@every_watching_shell
def test_a_screen_that_changes_is_reported(lab: Lab, shell: Sh) -> None:
    agent = Agent(lab.local)
    agent.show(*CLAUDE_BOX)
    with Watching(lab.local, shell) as watching:
        until_pane(watching, lambda pane: pane.screen == IDLE)
        agent.show(*CLAUDE_ASKS)
        until_pane(watching, lambda pane: pane.screen == ASKS)
        agent.show("Something else")
        until_pane(watching, lambda pane: pane.screen == ScreenMatch())


@every_watching_shell
def test_a_state_file_that_changes_is_reported(lab: Lab, shell: Sh) -> None:
    agent = Agent(lab.local)
    agent.show(*CLAUDE_BOX)
    with Watching(lab.local, shell) as watching:
        until_pane(watching, lambda pane: pane.agents and state_of(pane) is None)
        agent.write_state(status="idle")
        until_pane(watching, lambda pane: state_of(pane) == "idle")
        agent.write_state(status="busy")
        until_pane(watching, lambda pane: (state_of(pane), pane.screen) == ("busy", None))
        agent.write_state(status="waiting")
        pane = until_pane(watching, lambda pane: state_of(pane) == "waiting")
        assert pane.screen == IDLE
        agent.write_state("{")
        agent.state_file().write_text("")
        agent.show(*CLAUDE_ASKS)
        pane = until_pane(watching, lambda pane: pane.screen == ASKS)
        assert state_of(pane) == "waiting"
        agent.state_file().unlink()
        until_pane(watching, lambda pane: state_of(pane) is None)


@every_watching_shell
def test_a_file_that_was_half_written_is_read_when_it_is_whole(lab: Lab, shell: Sh) -> None:
    agent = Agent(lab.local)
    agent.write_state(status="busy")
    with Watching(lab.local, shell) as watching:
        until_pane(watching, lambda pane: state_of(pane) == "busy")
        whole = agent.state(status="idle")
        with agent.state_file().open("w") as file:
            file.write(whole[:40])
            file.flush()
            time.sleep(0.4)
            file.write(whole[40:])
        until_pane(watching, lambda pane: state_of(pane) == "idle")


@every_watching_shell
def test_an_agent_that_begins_is_suspended_and_ends_is_reported(lab: Lab, shell: Sh) -> None:
    agent = Agent(lab.local, below=True)
    agent.write_state(status="busy")
    with Watching(lab.local, shell) as watching:
        until_pane(watching, lambda pane: pane.agents and not pane.agents[0].suspended)
        os.kill(agent.process, signal.SIGSTOP)
        until_pane(watching, lambda pane: pane.agents and pane.agents[0].suspended)
        os.kill(agent.process, signal.SIGCONT)
        until_pane(watching, lambda pane: pane.agents and not pane.agents[0].suspended)
        os.kill(agent.process, signal.SIGKILL)
        watching.frame(lambda frame: not frame.sessions or not frame.sessions[0].pane.agents, timeout=30)


def polled(watching: Watching, wanted: Callable[[Pane], object], times: int = 12) -> None:
    """Let the watch list what there is, up to so many times, until the pane is as wanted."""
    for _ in range(times):
        watching.say(b"poll\n")
        told = watching.next()
        pane = the_pane(told) if isinstance(told, Frame) else None
        if pane and wanted(pane):
            return
    raise AssertionError(f"no such pane after {times} listings; the last: {watching.told[-1]}")


@every_watching_shell
def test_of_an_agent_that_rests_nothing_is_missed(lab: Lab, shell: Sh) -> None:
    """Its processes are not looked for at each listing."""
    agent = Agent(lab.local, below=True)
    agent.write_state(status="idle")
    with Watching(lab.local, shell) as watching:
        polled(watching, lambda pane: pane.agents and state_of(pane) == "idle")
        with pytest.raises(AssertionError, match="no such pane"):
            polled(watching, lambda pane: not pane.agents, times=6)
        os.kill(agent.process, signal.SIGSTOP)
        polled(watching, lambda pane: pane.agents[0].suspended)
        os.kill(agent.process, signal.SIGCONT)
        polled(watching, lambda pane: not pane.agents[0].suspended)
        agent.do("""sh -c "bash -c 'exec -a claude sleep 1000'; true" &""")
        polled(watching, lambda pane: [one.parent for one in pane.agents] == [0, agent.process])


@every_watching_shell
def test_nothing_is_sent_while_only_the_title_is_animated_or_seconds_are_counted(lab: Lab, shell: Sh) -> None:
    agent = Agent(lab.local, "codex")
    work = "for n in 1 2 3 4; do "
    work += "printf '\\033]2;%s x\\033\\\\\\033[2J\\033[HWorking (%ss \u2022 esc to interrupt)' $C $n; sleep 0.6; done"
    work = work.replace("$C", "\u2810")
    agent.do(work.replace("sleep 0.6", "true"))
    with Watching(lab.local, shell) as watching:
        frame = watching.frame(lambda frame: frame.sessions)
        agent.do(work)
        agent.show("The end")
        agent.do("printf '\\033]2;the end\\033\\\\'")
        last = until_pane(watching, lambda pane: pane.title == "the end")
        assert frame.sessions[0].pane.title == "\u2802 x"
        told = [one for one in watching.told if isinstance(one, Frame) and one.sessions]
        assert (
            len({one.sessions[0].pane._replace(activity=0) for one in told if one.sessions[0].pane.title != "the end"})
            <= 3
        )
        assert last.activity > 1e9


def counted(account: Account, *names: str) -> Path:
    """Let programs note that they are started; return the log."""
    log = account.folder / "started"
    for name in names:
        stand_in(
            account,
            name,
            f'case $* in *capture-pane*) echo capture ;; *) echo {name} ;; esac >>{log}; exec "$real" "$@"',
        )
    return log


@every_watching_shell
def test_a_quiet_watch_captures_nothing_and_starts_no_program_between_listings(lab: Lab, shell: Sh) -> None:
    agents = [Agent(lab.local, session=f"a{number}") for number in range(3)]
    for agent in agents:
        agent.show(*CLAUDE_BOX)
        agent.write_state(status="idle")
    log = counted(lab.local, "tmux", "awk", "head", "tr", "grep", "ps", "cksum", "date")
    with Watching(lab.local, shell) as watching:
        until_all = watching.frame(lambda frame: len(frame.sessions) == 3)
        assert all(session.pane.screen for session in until_all.sessions)
        watching.next()
        time.sleep(3)  # what was put out last is looked at once more
        log.write_text("")
        time.sleep(12)
        started = log.read_text().splitlines()
    assert [line for line in started if line not in ("tmux", "date")] == []


def until_at_rest(watching: Watching, log: Path) -> None:
    """Wait until two signs of life follow each other and tmux was not asked meanwhile."""
    for _ in range(12):
        watching.next()
        log.write_text("")
        told = [watching.next(), watching.next()]
        if "tmux" not in log.read_text().split() and all(isinstance(one, Heartbeat) for one in told):
            return
    raise AssertionError("tmux is asked again and again")


@every_watching_shell
def test_servers_that_rest_are_not_asked_and_what_happens_in_them_is_seen_all_the_same(lab: Lab, shell: Sh) -> None:
    agent = Agent(lab.local, below=True)
    agent.show(*CLAUDE_BOX)
    agent.write_state(status="idle")
    log = counted(lab.local, "tmux")
    with Watching(lab.local, shell) as watching:
        until_pane(watching, lambda pane: pane.screen == IDLE)
        until_at_rest(watching, log)
        before = len(watching.told)
        lab.local.tmux("rename-session", "-t", "=api", "later")
        watching.frame(lambda frame: names(frame) == ["later"])
        assert sum(isinstance(one, Heartbeat) for one in watching.told[before:]) <= 2
        agent.write_state(status="waiting")
        agent.show(*CLAUDE_ASKS)
        until_pane(watching, lambda pane: (state_of(pane), pane.screen) == ("waiting", ASKS))
        until_at_rest(watching, log)
        before = len(watching.told)
        lab.local.tmux("-L", "other", "new-session", "-d", "-s", "elsewhere", "exec cat")
        watching.frame(lambda frame: names(frame) == ["elsewhere", "later"])
        assert sum(isinstance(one, Heartbeat) for one in watching.told[before:]) <= 2


@every_watching_shell
def test_the_screen_of_an_agent_that_reports_to_work_costs_nothing(lab: Lab, shell: Sh) -> None:
    agent = Agent(lab.local)
    agent.write_state(status="busy")
    log = counted(lab.local, "tmux")
    with Watching(lab.local, shell) as watching:
        until_pane(watching, lambda pane: state_of(pane) == "busy")
        for number in range(8):
            agent.show(str(number), *CLAUDE_BUSY)
            time.sleep(0.3)
        assert "capture\n" not in log.read_text()
        assert the_pane(watching.told[-1]).screen is None if isinstance(watching.told[-1], Frame) else True  # type: ignore[union-attr]


def test_all_panes_that_moved_are_captured_by_one_call(lab: Lab) -> None:
    agents = [Agent(lab.local, session=f"a{number}") for number in range(5)]
    for agent in agents:
        agent.show(*CLAUDE_BOX)
    log = counted(lab.local, "tmux")
    with Watching(lab.local, DASH) as watching:
        watching.frame(lambda frame: len(frame.sessions) == 5)
        assert log.read_text().split().count("capture") == 1


@pytest.mark.parametrize("text", ["\ufffd" * 3, "$(touch pwned)", "x" * 1000])
def test_the_text_of_a_screen_is_short_and_harmless(lab: Lab, text: str) -> None:
    agent = Agent(lab.local)
    agent.show("\u276f go", f"\u25cf API Error {text}", *CLAUDE_BOX)
    with Watching(lab.local, DASH) as watching:
        pane = until_pane(watching, lambda pane: pane.screen and pane.screen.status == "error")
        assert pane.screen
        assert len(pane.screen.text) <= 300
    assert not list(lab.folder.rglob("pwned"))
