"""What a hook does for conversations that navi knows, below every shell: it notes terminals, and gives feedback."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from navi.ops.headless.conversations import forget_feedback, give_feedback, know_conversation
from navi.ops.headless.runs import RunId
from navi.ops.hooks.install import hook_text
from navi.ops.operation import OperationError
from tests.support.machines import Lab
from tests.support.scripts import DASH, Shell, environment, every_shell, run

CONVERSATION = "0badc0de-1"


class Hooked:
    """A session in tmux, and the hook of its agent below a shell."""

    def __init__(self, lab: Lab, shell: Shell = DASH) -> None:
        self.account = lab.local
        self.shell = shell
        self.account.new_session("my work")
        self.account.sessions_dir.mkdir(exist_ok=True)
        self._hook = self.account.folder / "hook"
        self._hook.write_text(hook_text())
        self.place = self.account.sessions_dir / ".headless"

    def tells(self, name: str, agent: str = "claude", tmux: bool = True, **more: str) -> str:
        """Run the hook with an event; return what it prints."""
        around = self.account.in_pane() if tmux else {}
        event = {"session_id": CONVERSATION, "cwd": "/work", "hook_event_name": name, "last_assistant_message": "x"}
        done = subprocess.run(
            [*self.shell.words, str(self._hook), agent], input=json.dumps(event), capture_output=True, text=True,
            timeout=60, env=environment(self.account, self.shell) | around | more, cwd=self.account.home, check=True,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout

    def give(self, number: int, text: str) -> bool:
        """Give the agent feedback."""
        return run(self.account, self.shell, give_feedback(CONVERSATION, "sess_1", number, text))

    @property
    def noted(self) -> list[str]:
        """What was noted of terminals."""
        return (self.place / ".terminals").read_text().splitlines()


@every_shell
def test_feedback_is_printed_at_the_end_of_a_turn_and_noted(lab: Lab, shell: Shell) -> None:
    hook = Hooked(lab, shell)
    assert hook.tells("Stop") == ""
    texts = ['first "quoted" \\ back', "two\nlines \t \x1b[0m ü \U0001f600 ' $x `y` %s"]
    for number, text in enumerate(texts, 9):
        assert hook.give(number, text) is False
        assert hook.give(number, text) is False
    assert hook.tells("UserPromptSubmit") == ""
    answer = json.loads(hook.tells("Stop"))
    assert answer == {"decision": "block", "reason": "\n\n".join(texts)}
    assert [hook.give(number, "again") for number in (9, 10)] == [True, True]
    assert hook.tells("Stop") == ""
    assert hook.noted == [
        f"opened {CONVERSATION} my work", f"delivered {CONVERSATION} 000000000009",
        f"delivered {CONVERSATION} 000000000010",
    ]  # fmt: skip
    status = json.loads((hook.account.sessions_dir / "my work.json").read_text())
    assert status["status"] == "done"


@every_shell
def test_a_terminal_is_noted_once_and_the_run_without_one_gets_no_more_input(lab: Lab, shell: Shell) -> None:
    hook = Hooked(lab, shell)
    run(lab.local, shell, know_conversation(CONVERSATION, "spawn_1", RunId("spawn_1", 2)))
    files = hook.place / "spawn_1" / "2"
    (files / "in.d").mkdir(parents=True)
    hook.tells("SessionStart", CLAUDE_CODE_ENTRYPOINT="sdk-cli")
    assert (hook.noted, list((files / "in.d").iterdir())) == ([], [])
    for event in ("SessionStart", "UserPromptSubmit", "Stop"):
        hook.tells(event, CLAUDE_CODE_ENTRYPOINT="cli")
    assert hook.noted == [f"opened {CONVERSATION} my work"]
    assert [path.name for path in (files / "in.d").iterdir()] == ["end"]
    assert (files / "reason").read_text() == "terminal\n"
    hook.tells("SessionEnd")
    assert hook.noted[1:] == [f"left {CONVERSATION}"]


def test_a_terminal_that_is_not_in_tmux_is_noted_and_gets_feedback(lab: Lab) -> None:
    hook = Hooked(lab)
    hook.give(1, "use tabs")
    assert "use tabs" in hook.tells("Stop", tmux=False)
    assert hook.noted[0] == f"opened {CONVERSATION}"


@pytest.mark.parametrize("agent", ["gemini", "qwen", "copilot", "opencode"])
def test_another_agent_is_given_nothing(lab: Lab, agent: str) -> None:
    hook = Hooked(lab)
    hook.give(1, "use tabs")
    assert hook.tells("Stop", agent) == ""
    assert hook.give(1, "use tabs") is False


def test_more_than_an_agent_reads_at_once_waits_for_the_next_end(lab: Lab) -> None:
    hook = Hooked(lab)
    for number in (1, 2, 3):
        hook.give(number, f"{number}" * 5000)
    found = [json.loads(hook.tells("Stop"))["reason"] for _ in range(3)]
    assert found == ["1" * 5000, "2" * 5000, "3" * 5000]


def test_what_was_taken_back_is_not_printed(lab: Lab) -> None:
    hook = Hooked(lab)
    hook.give(1, "old")
    assert "old" in hook.tells("Stop")
    hook.give(2, "new")
    run(lab.local, DASH, forget_feedback(CONVERSATION, "sess_1"))
    assert hook.tells("Stop") == ""
    assert hook.give(1, "old") is True, "it is still known"


@pytest.mark.parametrize("conversation", ["", "../x", "a/b", ".hidden", "a b", "x" * 101, "-"])
def test_an_id_that_can_not_name_a_folder_is_refused(lab: Lab, conversation: str) -> None:
    with pytest.raises(OperationError):
        run(lab.local, DASH, give_feedback(conversation, "sess_1", 1, "x"))
    assert not list(Path(lab.local.sessions_dir).glob(".headless/.conversations/*"))


@pytest.mark.parametrize(("number", "text"), [(0, "x"), (-1, "x"), (1, ""), (1, "x" * 70_000)])
def test_feedback_that_can_not_be_is_refused(number: int, text: str) -> None:
    with pytest.raises(OperationError):
        give_feedback(CONVERSATION, "sess_1", number, text)
