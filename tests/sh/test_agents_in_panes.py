"""agents.sh finds agents by their programs among the real processes of real panes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from navi.core.agents import AGENTS
from navi.ops import Answer, Operation
from navi.ops.linker import link
from navi.ops.look.agents import describe
from tests.support.machines import Account, Lab
from tests.support.processes import Process, processes, read
from tests.support.scripts import DASH, Shell, every_shell, run, stand_in
from tests.support.waiting import until

FIND = 'navi_describe_agents "$2"; navi_find_agents "$1"; printf "%s---%s" "$navi_agents" "$navi_helpers"'

WITHOUT_PROC = "navi_proc=/nowhere\n"
"""Makes the script ask ps."""


class Found(NamedTuple):
    """An agent as a line of the script describes it."""

    process: int
    parent: int
    started: int
    state: str
    name: str


class Agents(NamedTuple):
    """What the script found: the agents, and the processes that are the same agent."""

    agents: tuple[Found, ...]
    helpers: dict[int, int]

    @property
    def names(self) -> list[str]:
        """The names of all that was found."""
        return [one.name for one in self.agents]


def read_agents(answer: Answer) -> Agents:
    """Parse what FIND prints."""
    lines, _, helpers = answer.output.decode().partition("---")
    found = [line.split(" ", 4) for line in lines.splitlines()]
    agents = tuple(Found(int(one[0]), int(one[1]), int(one[2]), one[3], one[4]) for one in found)
    pairs = (word.split(":") for word in helpers.split())
    return Agents(agents, {int(process): int(agent) for agent, process in pairs})


def find(account: Account, process: int, shell: Shell = DASH, before: str = "") -> Agents:
    """Look for agents at and below a process."""
    script = link("look/agents") + before + FIND
    operation = Operation("agents", script, (str(process), describe(AGENTS)), read_agents)
    return run(account, shell, operation)


def pane(account: Account, command: str) -> int:
    """Run a command in a pane; return the pane's process."""
    account.new_session("api", command)
    return int(account.tmux("display-message", "-p", "-t", "=api:", "#{pane_pid}"))


def program(path: Path, text: str) -> Path:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


STAY_IN_NODE = "setTimeout(() => {}, 1e6)\n"
STAY_IN_PYTHON = "import time\ntime.sleep(1000)\n"


@pytest.fixture
def tools(lab: Lab) -> Path:
    """A folder of programs that have agents' names, or almost."""
    folder = lab.local.home / "tools"
    node = f"#!/usr/bin/env node\n{STAY_IN_NODE}"
    python = f"#!{sys.executable}\n{STAY_IN_PYTHON}"
    program(folder / "codex", node)
    program(folder / "gemini.js", STAY_IN_NODE)
    program(folder / "tool.js", STAY_IN_NODE)
    program(folder / "claude", "#!/bin/sh\nsleep 1000\ntrue\n")
    program(folder / "wrapped" / "claude", "#!/bin/sh\nbash -c 'exec -a claude sleep 1000'\ntrue\n")
    program(folder / "aider", python)
    program(folder / "mod" / "aider" / "__main__.py", STAY_IN_PYTHON)
    (folder / "2.1.197").symlink_to("/usr/bin/sleep")
    parent = "require('child_process').spawn('bash', ['-c', 'exec -a codex sleep 1000'])\n"
    program(folder / "npm" / "codex.js", parent + STAY_IN_NODE)
    program(folder / "evil\ncodex\t$(touch pwned)", "#!/bin/sh\nsleep 1000\n")
    return folder


SHOWN: dict[str, tuple[str, list[str]]] = {
    "argv0": ("exec bash -c 'exec -a claude sleep 1000'", ["claude"]),
    "login shell's dash": ("exec bash -c 'exec -a -codex sleep 1000'", ["codex"]),
    "path": ("exec bash -c 'exec -a /opt/x/bin/opencode sleep 1000'", ["opencode"]),
    "version": ("exec {tools}/2.1.197 1000", ["claude"]),
    "below a shell": ("bash -c 'bash -c \"exec -a goose sleep 1000\"; true'; true", ["goose"]),
    "node": ("exec node {tools}/codex", ["codex"]),
    "node with options": ("exec node --no-warnings -r fs {tools}/gemini.js", ["gemini"]),
    "shebang with env": ("exec {tools}/codex", ["codex"]),
    "python": ("exec {tools}/aider", ["aider"]),
    "python -m": ("cd {tools}/mod && exec {python} -W ignore -m aider", ["aider"]),
    "shell script": ("exec sh {tools}/claude", ["claude"]),
    "sh -c": ("exec sh -c '{tools}/codex; true'", ["codex"]),
    "env": ("env A=b {tools}/codex; true", ["codex"]),
    "native below node": ("exec node {tools}/npm/codex.js", ["codex"]),
    "two": ("sh {tools}/claude & node {tools}/codex; true", ["claude", "codex"]),
    "a script of its name": ("exec {tools}/wrapped/claude", ["claude"]),
    "text of a program": ("exec sh -c 'sleep 1000; : /claude'", []),
    "text of node": ("exec node -e 'setTimeout(() => 0, 1e6) // /codex'", []),
    "only an argument": ("exec tail -f {tools}/claude", []),
    "other script": ("exec node {tools}/tool.js {tools}/codex", []),
    "odd name": ("exec sh {tools}/evil*", []),
    "shell alone": ("exec sh -c 'sleep 1000; true'", []),
}


@every_shell
def test_an_agent_is_recognized_by_its_program(lab: Lab, tools: Path, shell: Shell) -> None:
    panes = open_all(lab, tools)
    found = {case: find(lab.local, process, shell) for case, process in panes.items()}
    assert {case: one.names for case, one in found.items()} == {case: wanted for case, (_, wanted) in SHOWN.items()}
    for one in (one for case in found.values() for one in case.agents):
        assert (one.parent, one.started) == (0, started(one.process))
    assert not list(lab.folder.rglob("pwned"))


@every_shell
def test_an_agent_is_recognized_where_only_ps_lists_processes(lab: Lab, tools: Path, shell: Shell) -> None:
    panes = open_all(lab, tools)
    found = {case: find(lab.local, process, shell, WITHOUT_PROC) for case, process in panes.items()}
    assert {case: one.names for case, one in found.items()} == {case: wanted for case, (_, wanted) in SHOWN.items()}
    assert {one.started for case in found.values() for one in case.agents} == {0}


def open_all(lab: Lab, tools: Path) -> Mapping[str, int]:
    """Open a pane for each case, and wait until everything has been started and waits; return their processes."""
    for case, (command, _) in SHOWN.items():
        lab.local.new_session(case.replace(".", "_"), command.format(tools=tools, python=sys.executable))
    listed = lab.local.tmux("list-panes", "-a", "-F", "#{pane_pid} #{session_name}").splitlines()
    by_name = {line.partition(" ")[2]: int(line.partition(" ")[0]) for line in listed}
    panes = {case: by_name[case.replace(".", "_")] for case in SHOWN}
    until(lambda: all(map(has_settled, panes.values())), timeout=60, what="everything waits", interval=0.5)
    return panes


LAST = ("sleep", "2.1.197", "tail", "node", "MainThread", "python3", os.path.basename(sys.executable), "aider")
"""Names of programs that stay until the test ends."""


def has_settled(process: int) -> bool:
    """Return whether all programs in a pane have been started, and wait."""
    found = below(process)
    leaves = {one.pid for one in found} - {one.parent for one in found}
    return all(one.state == "S" and one.name in LAST for one in found if one.pid in leaves)


def below(process: int) -> list[Process]:
    """Return a process and all that is below it."""
    everything = processes()
    found = {process}
    for one in everything:
        if one.parent in found:
            found.add(one.pid)
    return [one for one in everything if one.pid in found]


def started(process: int) -> int:
    """Return when a process was started, in ticks since boot."""
    found = read(process)
    assert found
    return found.started


def named(process: int, words: str) -> int:
    """Return the process at or below this one whose command line begins with these words."""
    return until(lambda: next((one.pid for one in below(process) if one.words.startswith(words)), 0), timeout=20)


@every_shell
def test_an_agent_that_starts_its_own_program_is_one_and_the_program_is_known(
    lab: Lab, tools: Path, shell: Shell
) -> None:
    process = pane(lab.local, f"exec node {tools}/npm/codex.js")
    native = named(process, "codex ")
    found = find(lab.local, process, shell)
    assert [(one.process, one.name) for one in found.agents] == [(process, "codex")]
    assert found.helpers == {native: process}


@every_shell
def test_of_a_script_that_starts_the_agent_only_the_agent_counts(lab: Lab, tools: Path, shell: Shell) -> None:
    process = pane(lab.local, f"exec {tools}/wrapped/claude")
    agent = named(process, "claude ")
    assert [(one.process, one.parent) for one in find(lab.local, process, shell).agents] == [(agent, 0)]


@every_shell
def test_a_copy_that_a_script_makes_of_itself_is_no_agent(lab: Lab, tools: Path, shell: Shell) -> None:
    """A script of the agent's name makes one for each program that it starts, and for parentheses."""
    copies = program(tools / "copies" / "claude", "#!/bin/bash\n(sleep 1000; true) &\nread -r line <fifo\n")
    fifo = lab.local.home / "fifo"
    os.mkfifo(fifo)
    process = pane(lab.local, f"cd {lab.local.home} && exec {copies}")
    named(process, "sleep ")
    found = find(lab.local, process, shell)
    assert [(one.process, one.parent) for one in found.agents] == [(process, 0)]
    assert found.helpers == {}


@every_shell
def test_an_agent_in_the_tool_of_another_has_it_as_its_parent(lab: Lab, tools: Path, shell: Shell) -> None:
    tool = program(tools / "tool", f"#!/bin/sh\nbash -c 'exec -a codex sleep 1000'\nexec sh {tools}/claude\n")
    start = f"require('child_process').spawn('sh', ['-c', '{tool}; true'])\n{STAY_IN_NODE}"
    outer = program(tools / "outer" / "claude.js", start)
    process = pane(lab.local, f"exec node {outer}")
    inner = named(process, "codex ")
    found = find(lab.local, process, shell)
    assert [(one.process, one.parent, one.name) for one in found.agents] == [
        (process, 0, "claude"),
        (inner, process, "codex"),
    ]
    assert found.helpers == {}


@every_shell
def test_a_child_of_any_thread_is_found(lab: Lab, tools: Path, shell: Shell) -> None:
    text = "import subprocess, threading\n"
    text += "subprocess_of = lambda: subprocess.run(['bash', '-c', 'exec -a amp sleep 1000'])\n"
    path = program(tools / "threads.py", f"{text}threading.Thread(target=subprocess_of).start()\n{STAY_IN_PYTHON}")
    process = pane(lab.local, f"exec {sys.executable} {path}")
    named(process, "amp ")
    assert find(lab.local, process, shell).names == ["amp"]


@every_shell
def test_an_agent_that_was_stopped_is_suspended_until_it_goes_on(lab: Lab, shell: Shell) -> None:
    process = pane(lab.local, "bash -c 'exec -a claude sleep 1000'; true")
    agent = named(process, "claude ")
    for number, state in ((signal.SIGSTOP, "suspended"), (signal.SIGCONT, "runs")):
        os.kill(agent, number)
        until(lambda state=state: [one.state for one in find(lab.local, process, shell).agents] == [state])  # type: ignore[misc]


@every_shell
def test_what_has_ended_and_was_not_waited_for_is_no_agent(lab: Lab, tools: Path, shell: Shell) -> None:
    program(tools / "codex", f"#!{sys.executable}\n")
    text = f"import subprocess\nchild = subprocess.Popen(['{tools}/codex'])\n{STAY_IN_PYTHON}"
    process = pane(lab.local, f"exec {sys.executable} {program(tools / 'leave.py', text)}")

    def has_zombie() -> bool:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return any(") Z " in Path(f"/proc/{child}/stat").read_text() for child in children)

    until(has_zombie, what="a zombie")
    assert find(lab.local, process, shell).names == []
    assert find(lab.local, process, shell, WITHOUT_PROC).names == []


@every_shell
def test_a_process_that_runs_another_program_by_now_is_judged_anew(lab: Lab, tools: Path, shell: Shell) -> None:
    go = lab.local.home / "go"
    text = f"#!/bin/sh\nuntil [ -e {go} ]; do sleep 0.1; done\nexec bash -c 'exec -a sleep sleep 1000'\n"
    process = pane(lab.local, f"exec {program(tools / 'claude', text)}")
    named(process, "/bin/sh ")
    middle = f'touch {go}; until grep -q "^sleep" /proc/$1/cmdline; do sleep 0.1; done'
    script = f"{link('look/agents')}{FIND}\n{middle}\nnavi_forget_processes\n{FIND}"
    operation: Operation[str] = Operation(
        "agents", script, (str(process), describe(AGENTS)), lambda answer: answer.output.decode()
    )
    first, _, second = run(lab.local, shell, operation).partition("---")
    assert (first.count(" claude\n"), second.strip("-")) == (1, "")


@every_shell
@pytest.mark.parametrize(("depth", "wanted"), [(8, ["claude"]), (9, [])])
def test_only_a_few_levels_are_searched(lab: Lab, tools: Path, shell: Shell, depth: int, wanted: list[str]) -> None:
    text = f'[ "$1" -gt 1 ] || bash -c "exec -a claude sleep 1000"\nsh {tools}/deep $(($1 - 1))\ntrue\n'
    process = pane(lab.local, f"exec sh {program(tools / 'deep', text)} {depth}")
    named(process, "claude ")
    assert find(lab.local, process, shell).names == wanted


def test_a_pane_with_very_many_processes_takes_no_more_than_two_hundred(lab: Lab, tools: Path) -> None:
    text = "for number in $(seq 260); do sleep 1000 & done\nwait\n"
    process = pane(lab.local, f"exec sh {program(tools / 'many', text)}")
    until(lambda: len(below(process)) == 261, timeout=30)
    script = link("look/agents") + f"{FIND}; echo; echo $navi_visited"
    operation: Operation[str] = Operation(
        "agents", script, (str(process), describe(AGENTS)), lambda answer: answer.output.decode()
    )
    assert run(lab.local, DASH, operation).splitlines()[-1] == "200"


@pytest.mark.parametrize("process", ["", "x", "1;touch pwned", "99999999"])
def test_what_is_no_process_has_no_agents(lab: Lab, process: str) -> None:
    operation = Operation("agents", link("look/agents") + FIND, (process, describe(AGENTS)), read_agents)
    assert run(lab.local, DASH, operation) == Agents((), {})
    assert not list(lab.folder.rglob("pwned"))


def test_a_process_that_is_known_costs_no_program(lab: Lab, tools: Path) -> None:
    process = pane(lab.local, f"exec node {tools}/npm/codex.js")
    named(process, "codex ")
    log = lab.folder / "started"
    for name in ("head", "tr", "ps", "awk", "sed"):
        wrap(lab.local, name, log)
    for before, programs in (("", []), (WITHOUT_PROC, ["ps", "awk"])):
        script = f"{link('look/agents')}{before}{FIND}\n: >{log}\nnavi_forget_processes\n{FIND}"
        operation: Operation[str] = Operation(
            "agents", script, (str(process), describe(AGENTS)), lambda answer: answer.output.decode()
        )
        assert run(lab.local, DASH, operation).count(" codex\n") == 2
        assert sorted(log.read_text().split()) == sorted(programs)


def wrap(account: Account, name: str, log: Path) -> None:
    """Let a program note that it was started."""
    stand_in(account, name, f'echo {name} >>{log}; exec "$real" "$@"')
