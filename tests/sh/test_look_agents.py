"""A look tells which agents run in panes, what they write of their state, and what their screens show."""

from __future__ import annotations

import json
import os
import signal

import pytest

from navi.core.model import AgentProcess, Frame, Pane, ScreenMatch
from navi.ops.look.agent_records import TICKS
from navi.ops.look.snapshot import snapshot
from tests.support.agents import CLAUDE_ASKS, CLAUDE_BOX, CLAUDE_BUSY, Agent
from tests.support.machines import Lab
from tests.support.scripts import BASH, DASH, NO_TIMEOUT, Shell, every_shell, look, run, stand_in
from tests.support.waiting import until

ASKS = ScreenMatch("permission", "permission dialog", "Do you want to proceed?")
IDLE = ScreenMatch("idle", "prompt", "? for shortcuts \u00b7 \u2190 for agents")
BUSY = ScreenMatch("working", "busy line", "esc to interrupt \u00b7 \u2190 for agents")


def pane(frame: Frame, session: str = "api") -> Pane:
    """Return the pane of a session."""
    return next(one.pane for one in frame.sessions if one.name == session)


@every_shell
def test_an_agent_its_state_and_its_screen_are_reported(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local, below=True)
    agent.write_state(status="waiting", waitingFor="permission prompt")
    agent.show(*CLAUDE_ASKS)
    frame = look(lab.local, shell)
    found = pane(frame)
    file = json.loads(agent.state(status="waiting", waitingFor="permission prompt"))
    began = frame.clock - (frame.ticks - agent.started) / TICKS
    (process,) = found.agents
    assert process._replace(began=None) == AgentProcess("claude", agent.process, 0, agent.started, False, file)
    assert process.began == pytest.approx(began)
    assert frame.clock - 60 < began < frame.clock + 1
    assert found.screen == ASKS
    assert found.activity > 1e9


@every_shell
def test_the_registry_comes_with_agents_too_unless_only_registered_sessions_are_wanted(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local)
    agent.write_state(status="idle")
    agent.show(*CLAUDE_BOX)
    found = pane(run(lab.local, shell, snapshot()).frame)
    assert ([one.file is not None for one in found.agents], found.screen) == ([True], IDLE)
    assert found.activity > 1e9
    assert pane(run(lab.local, shell, snapshot(registered=True)).frame).agents == ()


@every_shell
def test_the_screen_of_an_agent_that_reports_to_work_is_not_looked_at(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local)
    agent.show(*CLAUDE_BUSY)
    assert pane(look(lab.local, shell)).screen == BUSY
    agent.write_state(status="busy")
    assert pane(look(lab.local, shell)).screen is None
    agent.write_state(status="busy", procStart="7")  # of another process, which had this number before
    assert pane(look(lab.local, shell)).screen == BUSY


STATES: dict[str, tuple[str, bool]] = {
    "whole": ("{state}", True),
    "with a line end": ("{state}\n", True),
    "empty": ("", False),
    "cut": ('{{"pid":1,"status":"bu', False),
    "no object": ("[]", False),
    "nonsense": ("{{x}}", False),
    "binary": ("{{\x00\x01\x02}}", False),
    "of another process": ('{{"pid":1,"procStart":"{started}","status":"idle"}}', False),
    "of an earlier process": ('{{"pid":{process},"procStart":"1","status":"idle"}}', False),
    "without a start": ('{{"pid":{process},"status":"idle"}}', False),
    "several lines": ('{{\n"pid":{process},"procStart":"{started}"}}', False),
    "deep": ("{{" + '"a":{{' * 900 + "}}" * 901, False),
    "large": ('{{"pid":{process},"procStart":"{started}","x":"' + "x" * 8100 + '"}}', True),
    "too large": ('{{"pid":{process},"procStart":"{started}","x":"' + "x" * 8200 + '"}}', False),
    "huge": ('{{"pid":{process},"procStart":"{started}","x":"' + "x" * 3_000_000 + '"}}', False),
}


@every_shell
def test_only_a_whole_state_file_of_the_same_process_counts(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local)
    found = {}
    for case, (text, _) in STATES.items():
        agent.write_state(" ")
        text = text.replace("{state}", agent.state().replace("{", "{{").replace("}", "}}"))
        agent.state_file().write_text(text.format(process=agent.process, started=agent.started))
        found[case] = pane(look(lab.local, shell)).agents[0].file is not None
    assert found == {case: counts for case, (_, counts) in STATES.items()}


@every_shell
def test_what_is_no_regular_file_is_no_state_file(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local)
    folder = agent.state_file().parent
    folder.mkdir(parents=True)
    os.mkfifo(agent.state_file())
    assert pane(look(lab.local, shell)).agents[0].file is None
    agent.state_file().unlink()
    agent.state_file().mkdir()
    assert pane(look(lab.local, shell)).agents[0].file is None


@every_shell
@pytest.mark.parametrize(
    ("value", "place"), [("{home}/else where", "else where"), ("", ".claude"), ("relative", ".claude")]
)
def test_a_state_file_is_where_the_variable_of_the_process_says(lab: Lab, shell: Shell, value: str, place: str) -> None:
    value = value.format(home=lab.local.home)
    lab.local.tmux(
        "start-server", ";", "set-environment", "-g", "CLAUDE_CONFIG_DIR", value, ";", "set", "-s", "exit-empty", "off"
    )
    agent = Agent(lab.local)
    path = lab.local.home / place / "sessions" / f"{agent.process}.json"
    path.parent.mkdir(parents=True)
    path.write_text(agent.state(sessionId="here"))
    file = pane(look(lab.local, shell)).agents[0].file
    assert file
    assert file["sessionId"] == "here"


@every_shell
def test_a_file_that_is_being_written_is_read_again(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local)
    agent.write_state('{"pid"')
    stand_in(
        lab.local,
        "sleep",
        f'[ "$1" != 0.1 ] || printf \'%s\' \'{agent.state()}\' >{agent.state_file()}; exec "$real" "$@"',
    )
    builtin = shell.name == "ksh"
    assert builtin or pane(look(lab.local, shell)).agents[0].file


@every_shell
def test_a_suspended_agent_is_reported_and_its_screen_is_that_of_the_shell(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local, below=True)
    agent.show(*CLAUDE_ASKS)
    os.kill(agent.process, signal.SIGSTOP)
    until(lambda: pane(look(lab.local, shell)).agents[0].suspended, what="it is suspended")
    assert pane(look(lab.local, shell)).screen is None
    os.kill(agent.process, signal.SIGCONT)
    until(lambda: not pane(look(lab.local, shell)).agents[0].suspended, what="it goes on")
    assert pane(look(lab.local, shell)).screen == ASKS


SCREENS: dict[str, tuple[tuple[str, ...], ScreenMatch]] = {
    "idle": (CLAUDE_BOX, IDLE),
    "asks": (CLAUDE_ASKS, ASKS),
    "a dialog in the text": ((*CLAUDE_ASKS, "That was it.", *CLAUDE_BOX), IDLE),
    "nothing known": (("Loading...",), ScreenMatch()),
    "empty": ((), ScreenMatch()),
    "failed": (
        ("\u276f go", "\u25cf API Error: 400 $(touch pwned) ", *CLAUDE_BOX),
        ScreenMatch("error", "failed turn", "\u25cf API Error: 400 $(touch pwned)"),
    ),
    "like a record": (("navi-0 screen 1 permission dialog", *CLAUDE_BOX), IDLE),
}


@every_shell
def test_the_screen_is_judged_by_its_bottom(lab: Lab, shell: Shell) -> None:
    agent = Agent(lab.local)
    found = {}
    for case, (lines, _) in SCREENS.items():
        agent.show(*lines)
        found[case] = pane(look(lab.local, shell)).screen
    assert found == {case: screen for case, (_, screen) in SCREENS.items()}
    assert not list(lab.folder.rglob("pwned"))


def test_a_narrow_pane_wraps_and_is_judged_all_the_same(lab: Lab) -> None:
    agent = Agent(lab.local)
    lab.local.tmux("resize-window", "-t", "=api:", "-x", "40", "-y", "30")
    agent.show(*CLAUDE_ASKS)
    assert pane(look(lab.local, DASH)).screen == ASKS


def test_the_alternate_screen_is_what_is_looked_at(lab: Lab) -> None:
    agent = Agent(lab.local)
    agent.show(*CLAUDE_ASKS)
    agent.do("printf '\\033[?1049h'")
    agent.show(*CLAUDE_BOX)
    assert pane(look(lab.local, DASH)).screen == IDLE
    agent.do("printf '\\033[?1049l'")
    assert pane(look(lab.local, DASH)).screen == ASKS


def test_somebody_who_scrolls_back_hides_no_dialog(lab: Lab) -> None:
    agent = Agent(lab.local)
    agent.do("seq 200")
    agent.show(*CLAUDE_ASKS)
    lab.local.tmux("copy-mode", "-t", "=api:", ";", "send-keys", "-t", "=api:", "-X", "history-top")
    assert pane(look(lab.local, DASH)).screen == ASKS


def test_screens_of_several_servers_and_panes_go_to_their_panes(lab: Lab) -> None:
    agents = [Agent(lab.local, session=f"a{number}") for number in range(45)]
    for number, agent in enumerate(agents):
        agent.show(*(CLAUDE_ASKS if number % 2 else CLAUDE_BOX))
    lab.local.tmux("-L", "other", "new-session", "-d", "-s", "there", "stty -echo; exec bash -c 'exec -a claude cat'")
    lab.local.tmux("-L", "other", "send-keys", "-t", "=there:", "-l", "\u276f\u00a0\n  esc to interrupt\n")
    until(lambda: "esc" in lab.local.tmux("-L", "other", "capture-pane", "-p", "-t", "=there:"))
    for shell in (DASH, BASH, NO_TIMEOUT):
        frame = look(lab.local, shell)
        assert [pane(frame, f"a{number}").screen for number in range(45)] == [
            ASKS if number % 2 else IDLE for number in range(45)
        ]
        assert pane(frame, "there").screen == ScreenMatch("working", "busy line", "esc to interrupt")


def test_two_panes_of_a_session_have_agents_of_their_own(lab: Lab) -> None:
    agent = Agent(lab.local)
    agent.show(*CLAUDE_ASKS)
    lab.local.tmux("split-window", "-t", "=api:", "exec bash -c 'exec -a codex sleep 1000'")
    until(lambda: look(lab.local, DASH).sessions[0].panes[1].agents, what="the second agent runs")
    (session,) = look(lab.local, DASH).sessions
    assert [[one.name for one in found.agents] for found in session.panes] == [["claude"], ["codex"]]
    assert session.panes[0].screen == ASKS


@every_shell
def test_an_animated_title_stays_as_it_is(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api", "exec sleep 1000")
    for title, told in {
        "\u2810 working": "\u2802 working",
        "\u28ff x": "\u2802 x",
        "\u2733 idle \u2810": "\u2733 idle \u2810",
        "[ ! ] Action Required": "[ . ] Action Required",
        "x [ ! ]": "x [ ! ]",
        "\u27ff \u2900": "\u27ff \u2900",
    }.items():
        lab.local.tmux("select-pane", "-t", "=api:", "-T", title)
        assert pane(look(lab.local, shell)).title == told


@every_shell
def test_hostile_names_are_no_agents_and_break_nothing(lab: Lab, shell: Shell) -> None:
    folder = lab.local.home / "navi-0 agent 1 1 0 0 runs claude\n$(touch pwned)"
    folder.mkdir()
    tool = folder / "claude\ttab"
    tool.write_text("#!/bin/sh\nexec sleep 1000\n")
    tool.chmod(0o755)
    lab.local.tmux("new-session", "-d", "-s", "odd", "-c", str(folder), "exec sh './claude\ttab'")
    Agent(lab.local)
    frame = look(lab.local, shell)
    assert (pane(frame, "odd").agents, len(pane(frame).agents)) == ((), 1)
    assert not list(lab.folder.rglob("pwned"))


def test_without_a_description_nothing_is_looked_for(lab: Lab) -> None:
    from navi.ops.look.frames import look as look_operation
    from tests.support.scripts import settings_of

    Agent(lab.local)
    frame = run(lab.local, DASH, look_operation(), settings=settings_of(lab.local)._replace(agents=""))
    assert pane(frame).agents == ()
