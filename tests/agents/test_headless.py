"""Real agents without a terminal, through the runner, with a scripted model: here and on a remote."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from navi.core.headless import HeadlessStatus
from navi.headless.client import HubClient
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import (
    AgentLaunch,
    Asked,
    GivenAnswer,
    Harness,
    Mode,
    SessionNamed,
    Taken,
    ToolCall,
    ToolResult,
    TurnEnded,
    Withdrawn,
)
from navi.headless.state import Exited, after
from navi.hosts.sockets import runtime_folder
from navi.ops.headless import runs as headless
from navi.ops.headless.runs import Exit
from tests.agents import homes
from tests.agents.agent import install
from tests.agents.claude import planning
from tests.agents.service import Service
from tests.agents.versions import needs
from tests.support.headless import Driven, here_or_there, process
from tests.support.machines import Account, Lab, Machine
from tests.support.serving import serving
from tests.support.terminal import Terminal
from tests.support.verbs import living, navi, pane
from tests.support.waiting import until

CLAUDE = HARNESSES["claude-code"]

HERE_AND_THERE = pytest.mark.parametrize("far", [False, True], ids=["here", "there"])


HOMES = {"claude-code": homes.claude, "gemini": homes.gemini, "opencode": homes.opencode, "qwen": homes.qwen}


@contextmanager
def claude(lab: Lab, far: bool, **options: object) -> Iterator[Driven]:
    """Have a Claude Code that has answered the handshake."""
    with driven(lab, far, CLAUDE, **options) as agent:
        yield agent


@contextmanager
def driven(lab: Lab, far: bool, harness: Harness, **options: object) -> Iterator[Driven]:
    """Have an agent that has answered the handshake."""
    with Service() as service, here_or_there(lab, far) as (account, host):
        work = account.home / "work"
        work.mkdir()
        install(account, harness.words[0])
        variables = HOMES[harness.id](account.home, work, service.url)
        launch = AgentLaunch(str(work), str(uuid.uuid4()), **options)  # type: ignore[arg-type]
        with Driven(host, account, harness, launch, variables) as agent:
            agent.start()
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the handshake")
            yield agent


@contextmanager
def real_claude(lab: Lab, far: bool) -> Iterator[tuple[Account, str, Mapping[str, str]]]:
    """Have a machine with Claude Code and a scripted model: its account, its name, and the agent's variables."""
    there: Account = lab.local
    if far:
        there = lab.machine("atlas", shell="fish")
        lab.remotes_yaml([there])
    (there.home / "work").mkdir()
    install(there, "claude")
    with Service() as service:
        yield there, "atlas" if far else "local", homes.claude(there.home, there.home / "work", service.url)


def in_terminal(there: Account, variables: Mapping[str, str], options: str) -> str:
    """Return the command line of a session that runs Claude Code."""
    words = " ".join(f"{name}={value}" for name, value in variables.items())
    return f"cd {there.home}/work && env {words} claude {options}"


def takes_mode(lab: Lab, address: str, mode: str) -> None:
    """Change the permission mode of an agent, and wait until it has taken that up."""
    navi(lab, "mode", address, mode)
    until(lambda: navi(lab, "mode", address).stdout == f"{mode}\n", timeout=60, what=f"it has the mode {mode}")


def turn(agent: Driven, text: str) -> str:
    """Send a prompt, and wait for the end of its turn."""
    before = len(agent.of(TurnEnded))
    id = agent.prompt(text)
    agent.until(lambda: len(agent.of(TurnEnded)) > before, f"the end of {text}")
    return id


def until_written(account: Account, conversation: str, words: str) -> None:
    """Wait until Claude Code has written words into a conversation's transcript: it does so after it prints them."""

    def written() -> bool:
        transcripts = (account.home / ".claude" / "projects").rglob(f"{conversation}.jsonl")
        return any(words in path.read_text() for path in transcripts)

    until(written, timeout=60, what=f"{words} in the transcript of {conversation}")


def asks(agent: Driven, text: str, status: HeadlessStatus) -> None:
    """Send a prompt, and wait for what it asks."""
    agent.prompt(text)
    agent.until(lambda: agent.state.status is status, f"the question of {text}")


class TestClaude:
    """Claude Code."""

    pytestmark = needs("claude")

    def test_a_conversation_goes_on_in_a_terminal_in_its_mode(self, lab: Lab) -> None:
        work = lab.local.home / "work"
        work.mkdir()
        install(lab.local, "claude")
        with Service() as service:
            variables = homes.claude(lab.local.home, work, service.url)
            with serving(lab, variables):
                done = navi(lab, "spawn", "--json", "-c", str(work), "say: the first answer")
                address = json.loads(done.stdout)["address"]
                navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
                takes_mode(lab, address, "plan")
                words = [sys.executable, "-m", "navi", "attach", address]
                with Terminal(words, lab.environment() | dict(variables)) as terminal:
                    terminal.wait_for("the first answer", timeout=60)
                    terminal.wait_for("plan mode on", timeout=60)
                    (name,) = living(lab.local)
                    assert address not in navi(lab, "ls").stdout
                    navi(lab, "send", name, "say: the second answer", "--wait", "--timeout", "60")
                    terminal.wait_for("the second answer")
                navi(lab, "resume", address, status=1)

    @HERE_AND_THERE
    @pytest.mark.parametrize("hooked", [True, False], ids=["hook", "no hook"])
    def test_a_terminal_that_somebody_opens_by_hand_ends_the_run_without_one(
        self, lab: Lab, far: bool, hooked: bool
    ) -> None:
        with real_claude(lab, far) as (there, host, variables), serving(lab, variables):
            if hooked:
                navi(lab, "hooks", "install", "claude", "--yes", "--host", host)
            words = ("spawn", "--json", "--host", host, "-c", str(there.home / "work"), "say: the first answer")
            address = json.loads(navi(lab, *words).stdout)["address"]
            navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
            with HubClient(runtime_folder(lab.environment())) as hub:
                path = f"/api/sessions/{address.rpartition('/')[2]}"
                conversation = hub.ask("GET", path)["agent_session_id"]
                until_written(there, conversation, "the first answer")
                there.new_session("by-hand", in_terminal(there, variables, f"--resume {conversation}"))
                until(lambda: not hub.ask("GET", path)["remote"], timeout=60, what="the hub knows")
                until(lambda: hub.ask("GET", path)["ended_at"], timeout=60, what="the other agent has ended")
                name = "by-hand" if hooked else ""
                until(lambda: hub.ask("GET", path)["tmux_name"] == name, what="its name, which a hook tells later")
            until(lambda: "the first answer" in pane(there, "by-hand"), timeout=60, what="it shows the conversation")
            agents = [line for line in there.sh("ps -eo args").splitlines() if conversation in line]
            assert not [line for line in agents if "--input-format" in line]

    @HERE_AND_THERE
    def test_its_permission_mode_is_changed_in_mid_run_and_kept(self, lab: Lab, far: bool) -> None:
        with real_claude(lab, far) as (there, host, variables), serving(lab, variables):
            words = ("spawn", "--json", "--host", host, "-c", str(there.home / "work"), "say: the first answer")
            address = json.loads(navi(lab, *words).stdout)["address"]
            navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
            assert navi(lab, "mode", address).stdout == "default\n"
            takes_mode(lab, address, "plan")
            refused = navi(lab, "mode", address, "bypassPermissions", status=1).stderr
            assert "its agent refused the permission mode bypassPermissions: " in refused
            navi(lab, "send", address, "say: the second answer")
            until(lambda: "the second answer" in navi(lab, "capture", address).stdout, timeout=60, what="it goes on")
            assert navi(lab, "mode", address).stdout == "plan\n", "as the agent itself reports at each turn"
            navi(lab, "kill", address)
            navi(lab, "resume", address, "say: the third answer")
            until(lambda: "the third answer" in navi(lab, "capture", address).stdout, timeout=60, what="it goes on")
            assert navi(lab, "mode", address).stdout == "plan\n"

    @HERE_AND_THERE
    def test_a_conversation_that_it_has_lost_goes_on_anew(self, lab: Lab, far: bool) -> None:
        with real_claude(lab, far) as (there, host, variables), serving(lab, variables):
            words = ("spawn", "--json", "--host", host, "-c", str(there.home / "work"), "say: the first answer")
            address = json.loads(navi(lab, *words).stdout)["address"]
            navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")
            navi(lab, "kill", address)
            there.sh("rm -r ~/.claude/projects")
            refused = navi(lab, "resume", address, status=69).stderr
            assert "No conversation found" in refused
            offer = f"navi resume --anew {address} begins a new conversation with what is stored of this one"
            assert offer in refused
            navi(lab, "resume", "--anew", address, "say: the second answer")
            until(lambda: "the second answer" in navi(lab, "capture", address).stdout, timeout=60, what="it goes on")

    @HERE_AND_THERE
    def test_feedback_is_delivered_at_the_end_of_a_turn_in_a_terminal(self, lab: Lab, far: bool) -> None:
        with real_claude(lab, far) as (there, host, variables), serving(lab, variables):
            navi(lab, "hooks", "install", "claude", "--yes", "--host", host)
            there.new_session("api", in_terminal(there, variables, ""))
            address = "api" if host == "local" else f"{host}/api"
            navi(lab, "wait", address, "--until", "idle", "--timeout", "60")
            until(lambda: "❯" in pane(there, "api"), timeout=60, what="its prompt")
            navi(lab, "send", address, "say: the first answer", "--wait", "--timeout", "60")
            navi(lab, "collaborate", address)
            navi(lab, "send", "--feedback", address, 'use "tabs", not spaces')
            folders = there.sessions_dir / ".headless/.conversations"
            until(lambda: list(folders.glob("*/feedback/*")), what="it is on the host")
            navi(lab, "send", address, "say: the second answer", "--wait", "--timeout", "60")
            until(lambda: 'writes: use "tabs", not spaces' in pane(there, "api"), timeout=60, what="the agent got it")
            (given,) = folders.glob("*/feedback/*")
            assert given.stat().st_size == 0
            navi(lab, "wait", address, "--until", "done", "--until", "idle", "--timeout", "60")
            navi(lab, "send", address, "say: the third answer", "--wait", "--timeout", "60")
            assert pane(there, "api").count('writes: use "tabs"') == 1

    @HERE_AND_THERE
    def test_prompts_questions_and_the_end(self, lab: Lab, far: bool) -> None:
        with claude(lab, far) as agent:
            work = Path(agent.launch.cwd)
            first = turn(agent, "say: hello")
            assert agent.texts() == ["hello"]
            assert agent.state.conversation == agent.launch.conversation
            assert Taken(first) in agent.events
            asks(agent, "bash: touch allowed ;; say: done", HeadlessStatus.PERMISSION)
            agent.answer(GivenAnswer(allow=True))
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
            assert (work / "allowed").exists()
            asks(agent, "bash: touch changed", HeadlessStatus.PERMISSION)
            agent.answer(GivenAnswer(allow=True, input={"command": "touch other", "description": "d"}))
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
            asks(agent, "bash: touch denied", HeadlessStatus.PERMISSION)
            agent.answer(GivenAnswer(allow=False, message="not now"))
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
            assert sorted(path.name for path in work.iterdir()) == ["allowed", "other"]
            assert agent.of(ToolResult)[-1].text == "not now"  # type: ignore[union-attr]
            ended = agent.host.run(headless.end_run(agent.id, 20))
            assert ended.exit == Exit(0, agent.offset, "asked")

    def test_what_it_proposes_to_allow_is_allowed_from_then_on(self, lab: Lab) -> None:
        with claude(lab, far=False) as agent:
            command = "bash: touch allowed"
            asks(agent, f"{command} ;; say: done", HeadlessStatus.PERMISSION)
            options = {option.label: option.id for option in agent.state.questions[0].options}
            (words,) = [label for label in options if label.startswith("Yes, and always allow Bash(touch allowed")]
            assert words.endswith(" for you in this project")
            agent.answer(GivenAnswer(allow=True, option=options[words]))
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
            turn(agent, f"{command} ;; say: again")
            assert agent.texts()[-1] == "again"
            assert len(agent.of(Asked)) == 1, "it is not asked again"
            assert "touch allowed" in (Path(agent.launch.cwd) / ".claude/settings.local.json").read_text()

    def test_a_question_and_a_plan(self, lab: Lab) -> None:
        with claude(lab, far=False, mode="plan") as agent:
            asks(agent, "ask: Which colour", HeadlessStatus.QUESTION)
            agent.answer(GivenAnswer(allow=True, answers={"Which colour?": "Blue"}))
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
            assert "Blue" in agent.of(ToolResult)[0].text  # type: ignore[union-attr]
            asks(agent, planning("# do it"), HeadlessStatus.QUESTION)
            assert agent.state.questions[0].kind == "plan"
            agent.answer(GivenAnswer(allow=True))
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
            assert agent.of(Mode)

    def test_an_interrupt_withdraws_the_question_and_ends_no_process(self, lab: Lab) -> None:
        with claude(lab, far=False) as agent:
            asks(agent, "bash: touch x", HeadlessStatus.PERMISSION)
            asked = agent.state.questions[0]
            agent.interrupt()
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the interrupt")
            assert agent.state.reason == "interrupted"
            assert Withdrawn(asked.request_id) in agent.events
            agent.answer(GivenAnswer(allow=True), asked)  # too late, and does nothing
            agent.prompt("slow: 30 word")
            agent.until(lambda: agent.state.status is HeadlessStatus.RUNNING, "the next turn")
            time.sleep(1)
            agent.interrupt()
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the second interrupt")
            turn(agent, "say: alive")
            assert agent.texts()[-1] == "alive"
            assert not (Path(agent.launch.cwd) / "x").exists()

    def test_inputs_that_are_merged_have_a_receipt_each(self, lab: Lab) -> None:
        with claude(lab, far=False) as agent:
            ids = [agent.prompt("slow: 3 word"), agent.prompt("say: one"), agent.prompt("say: two")]
            agent.until(lambda: {Taken(id) for id in ids} <= set(agent.of(Taken)), "all receipts")
            again = agent.harness.codec.prompt(None, ids[0], "slow: 3 word")
            ended = len(agent.of(TurnEnded))
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end")
            requests = len(agent.of(ToolCall)), len(agent.texts())
            agent.post(again)
            turn(agent, "say: last")
            assert (len(agent.of(ToolCall)), len(agent.texts())) == (requests[0], requests[1] + 1)
            assert ended

    @HERE_AND_THERE
    def test_a_killed_agent_is_resumed_in_its_conversation(self, lab: Lab, far: bool) -> None:
        with claude(lab, far, model="sonnet") as agent:
            turn(agent, "say: first")
            model = agent.state.model
            asks(agent, "bash: touch x", HeadlessStatus.PERMISSION)
            until_written(agent.account, agent.launch.conversation, "first")
            os.kill(process(agent.account, agent.id), signal.SIGKILL)
            agent.until(lambda: agent.ended, "its end")
            assert agent.ended
            assert agent.ended.exit.status == 137
            agent.start(resume=True)
            agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the handshake")
            turn(agent, "say: second")
            found = agent.of(SessionNamed)[-1]
            assert isinstance(found, SessionNamed)
            assert (found.conversation, found.model) == (agent.launch.conversation, model)

    def test_a_conversation_that_is_not_there_fails_with_its_reason(self, lab: Lab) -> None:
        with claude(lab, far=False) as agent:
            agent.host.run(headless.end_run(agent.id, 0))
            agent.until(lambda: agent.ended, "its end")
            agent.start(resume=True)
            agent.until(lambda: agent.ended, "its end")
            assert agent.ended
            state = after(agent.state, Exited(agent.ended.exit.status, agent.ended.exit.reason))
            assert (state.status, "No conversation found" in state.reason) == (HeadlessStatus.FAILED, True)

    def test_its_hooks_do_nothing_of_ours(self, lab: Lab) -> None:
        """They run, in a pane of tmux, and leave status files alone."""
        navi(lab, "hooks", "install", "claude", "--yes")
        status = lab.local.write_status("spawn_1-1", status="idle", message="mine")
        before = status.read_bytes()
        with claude(lab, far=False) as agent:
            turn(agent, "say: hello")
            agent.host.run(headless.end_run(agent.id, 20))
            assert any(b'"hook_started"' in line for line in agent.lines)
        assert status.read_bytes() == before
        assert [path.name for path in lab.local.sessions_dir.glob("*.json")] == [status.name]
        assert not list((lab.local.sessions_dir / ".navi").glob("event.*"))

    def test_nothing_is_lost_when_ssh_is_cut(self, lab: Lab) -> None:
        with claude(lab, far=True, partial=True) as agent:
            machine = agent.account
            assert isinstance(machine, Machine)
            done = threading.Event()

            def cut() -> None:
                while not done.wait(1):
                    machine.break_connections()

            thread = threading.Thread(target=cut)
            thread.start()
            try:
                agent.post_surely(agent.harness.codec.prompt(None, str(uuid.uuid4()), "slow: 8 word"))
                agent.until(lambda: agent.of(TurnEnded), "the end of the turn")
            finally:
                done.set()
                thread.join()
            until(lambda: agent.offset == (agent.folder / "log").stat().st_size, what="all lines have come")
            assert b"".join(line + b"\n" for line in agent.lines) == (agent.folder / "log").read_bytes()
            assert agent.reopened > 2


ACP = [pytest.param(HARNESSES[name], id=name, marks=needs(name)) for name in ("gemini", "opencode", "qwen")]


@pytest.mark.parametrize("harness", ACP)
@HERE_AND_THERE
def test_an_agent_of_the_client_protocol(lab: Lab, harness: Harness, far: bool) -> None:
    with driven(lab, far, harness) as agent:
        assert agent.state.conversation not in ("", agent.launch.conversation)
        turn(agent, "say: hello there")
        assert "hello there" in "".join(agent.texts())
        asks(agent, "bash: touch allowed ;; say: done", HeadlessStatus.PERMISSION)
        agent.answer(GivenAnswer(allow=True))
        agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the end of the turn")
        assert (Path(agent.launch.cwd) / "allowed").exists()
        asks(agent, "bash: touch denied", HeadlessStatus.PERMISSION)
        agent.interrupt()
        agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the interrupt")
        assert not (Path(agent.launch.cwd) / "denied").exists()
        ended = agent.host.run(headless.end_run(agent.id, 1))
        assert ended.state.over


@pytest.mark.parametrize("harness", ACP[1:2])
def test_its_history_does_not_come_again_when_it_is_resumed(lab: Lab, harness: Harness) -> None:
    with driven(lab, False, harness) as agent:
        turn(agent, "say: something old")
        conversation = agent.state.conversation
        agent.host.run(headless.end_run(agent.id, 0))
        agent.until(lambda: agent.ended, "its end")
        agent.start(resume=True)
        agent.until(lambda: agent.state.status is HeadlessStatus.WAITING, "the handshake")
        turn(agent, "say: something new")
        assert agent.state.conversation == conversation
        assert "something new" in "".join(agent.texts())
        assert "old" not in "".join(agent.texts())


@pytest.mark.parametrize("harness", ACP[:2])
def test_a_conversation_that_is_not_there_is_a_refusal_with_its_reason(lab: Lab, harness: Harness) -> None:
    with driven(lab, False, harness) as agent:
        agent.host.run(headless.end_run(agent.id, 0))
        agent.until(lambda: agent.ended, "its end")
        agent.state = agent.state._replace(conversation="ses_0badc0de")
        agent.start(resume=True)
        agent.until(lambda: agent.state.status is HeadlessStatus.FAILED, "the refusal")
        assert agent.state.reason


@pytest.mark.parametrize("harness", ACP[1:2])
def test_its_texts_are_stored_whole_and_survive_the_hub(lab: Lab, harness: Harness) -> None:
    work = lab.local.home / "work"
    work.mkdir()
    install(lab.local, harness.words[0])
    with Service() as service:
        variables = HOMES[harness.id](lab.local.home, work, service.url)
        shown = "hello there, and more"
        with serving(lab, variables), HubClient(runtime_folder(lab.environment())) as hub:
            asked = {"prompt": f"say: {shown}", "cwd": str(work), "harness": harness.id}
            address = hub.ask("POST", "/api/sessions/spawn", **asked)["session_id"]
            until(lambda: navi(lab, "capture", address).stdout.count(shown) == 2, timeout=200, what="its text")
        with serving(lab, variables):
            assert navi(lab, "capture", address).stdout.count(shown) == 2, "the prompt, and the answer"


@pytest.mark.parametrize("harness", ACP)
def test_an_agent_of_the_client_protocol_changes_its_mode(lab: Lab, harness: Harness) -> None:
    work = lab.local.home / "work"
    work.mkdir()
    install(lab.local, harness.words[0])
    with Service() as service:
        variables = HOMES[harness.id](lab.local.home, work, service.url)
        with serving(lab, variables), HubClient(runtime_folder(lab.environment())) as hub:
            asked = {"prompt": "say: hello", "cwd": str(work), "harness": harness.id}
            id = str(hub.ask("POST", "/api/sessions/spawn", **asked)["session_id"])
            navi(lab, "wait", id, "--until", "waiting", "--timeout", "60")
            modes = hub.ask("GET", f"/api/sessions/{id}")["modes"]
            first, other = navi(lab, "mode", id).stdout.strip(), modes[-1]
            assert first in modes
            other = other if other != first else modes[0]
            takes_mode(lab, id, other)
            navi(lab, "kill", id)
            navi(lab, "resume", id)
            until(lambda: navi(lab, "mode", id).stdout == f"{other}\n", timeout=60, what="the next run has it, too")
            assert "there is no permission mode none;" in navi(lab, "mode", id, "none", status=1).stderr
