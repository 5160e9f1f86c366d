"""Real agents get answers from `navi answer`, here and on a remote: the file that a command makes tells the truth."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from tests.agents.agent import Agent
from tests.agents.cases import Setup, Watched
from tests.agents.claude import Claude
from tests.agents.cline import Cline
from tests.agents.codex import Codex
from tests.agents.copilot import Copilot
from tests.agents.gemini import Gemini
from tests.agents.kimi import Kimi
from tests.agents.opencode import OpenCode
from tests.agents.pi import Pi
from tests.agents.qwen import Qwen
from tests.agents.versions import needs
from tests.agents.vibe import Vibe
from tests.agents.ways import TAKES_KEYS
from tests.support.verbs import navi
from tests.support.waiting import until

KINDS: list[tuple[type[Agent], bool]] = [
    (Claude, False), (Claude, True), (Codex, True), (Gemini, False), (OpenCode, False), (Qwen, False), (Qwen, True),
    (Copilot, False), (Copilot, True), (Vibe, False), (Vibe, True), (Pi, False),
    (Pi, True), (Kimi, False), (Kimi, True), (Cline, False), (Cline, True),
]  # fmt: skip


def each(*kinds: tuple[type[Agent], bool]) -> pytest.MarkDecorator:
    """Return the mark of a class for these agents, here or on a remote."""
    rows = [
        pytest.param(
            (kind, Setup(far, hooks=False)), id=f"{kind.name}-{'remote' if far else 'local'}", marks=needs(kind.name)
        )
        for kind, far in kinds
    ]
    return pytest.mark.parametrize("watched", rows, indirect=True, scope="class")


def address(watched: Watched) -> str:
    """Return the address of the agent's session."""
    far = watched.agent.account is not watched.lab.local
    return f"atlas/{watched.agent.session}" if far else watched.agent.session


def answer(watched: Watched, *words: str, status: int = 0) -> str:
    """Answer what the agent asks; return what navi says."""
    done = navi(watched.lab, "answer", address(watched), *words, status=status)
    return done.stdout + done.stderr


def digest(watched: Watched) -> str:
    """Return the digest of what the agent asks."""
    return str(json.loads(answer(watched, "--json"))["digest"])


def asks(watched: Watched, prompt: str, truth: str) -> None:
    """Let the agent ask something."""
    watched.agent.ready()
    watched.agent.enter(prompt)
    watched.agent.until(truth)


@each(*KINDS)
class TestPermissions:
    """Yes once, no, and nothing where another question was seen."""

    def test_yes_runs_the_command_once(self, watched: Watched) -> None:
        asks(watched, "bash: echo ran >>allowed", "permission")
        seen = digest(watched)
        answer(watched, "--allow", "--seen", seen)
        made = watched.agent.work / "allowed"
        until(made.exists, timeout=60, what="the command has run")
        watched.agent.until("idle")
        answer(watched, "--allow", "--seen", seen, status=75)
        assert made.read_text() == "ran\n"

    def test_no_does_not_run_it(self, watched: Watched) -> None:
        asks(watched, "bash: touch refused", "permission")
        answer(watched, "--deny")
        watched.agent.until("idle")
        assert not (watched.agent.work / "refused").exists()

    def test_another_question_is_not_answered(self, watched: Watched) -> None:
        asks(watched, "bash: touch first", "permission")
        seen = digest(watched)
        asks(watched, "bash: touch second", "permission")
        answer(watched, "--allow", "--seen", seen, status=75)
        assert watched.agent.truth() == "permission"
        assert not {"first", "second"} & {path.name for path in watched.agent.work.iterdir()}


def submit_reviewed(watched: Watched) -> None:
    """Submit an answer that Kimi Code lets its user review: that is a question of its own."""
    if watched.agent.name == "kimi":
        watched.agent.shows("Ready to submit your answers")
        assert "Submit" in answer(watched)
        answer(watched, "--choose", "Submit")


QUESTIONS: list[tuple[type[Agent], bool]] = [
    (Claude, True), (Gemini, True), (OpenCode, True), (Qwen, False), (Qwen, True), (Copilot, False), (Copilot, True),
    (Vibe, False), (Pi, False), (Kimi, True), (Cline, False),
]  # fmt: skip


@each(*QUESTIONS)
class TestQuestions:
    """A choice by its label."""

    def test_a_choice_is_chosen(self, watched: Watched) -> None:
        asks(watched, "ask: Which colour", "question")
        answer(watched, "--choose", "Blue")
        submit_reviewed(watched)
        watched.agent.until("idle")
        assert "Blue" in watched.agent.screen()


@each(
    (Claude, False), (Gemini, False), (OpenCode, False), (Qwen, False), (Qwen, True), (Copilot, False), (Copilot, True),
    (Kimi, False), (Cline, True),
)  # fmt: skip
class TestTexts:
    """A text of the user's own."""

    def test_a_text_is_typed_whole(self, watched: Watched) -> None:
        asks(watched, "ask: Which size", "question")
        answer(watched, "--text", "green tea, 2 cups; #{pane_id}")
        submit_reviewed(watched)
        watched.agent.until("idle")
        assert "green tea, 2 cups; #{pane_id}" in watched.agent.screen()


@each((Claude, False), (Claude, True))
class TestNewDialogs:
    """Claude Code after 2.1.197 ignores keys that come within 0.2 seconds."""

    def test_a_dialog_is_answered_as_soon_as_it_is_seen(self, watched: Watched) -> None:
        for number in range(4):
            watched.agent.ready()
            watched.agent.enter(f"bash: echo {number} >>at-once")
            until(lambda: "Do you want to proceed" in watched.agent.screen(), timeout=60, interval=0.01, what="it asks")
            answer(watched, "--allow")
            watched.agent.until("idle")
        assert (watched.agent.work / "at-once").read_text() == "0\n1\n2\n3\n"


@each((Claude, False), (Claude, True), (Qwen, False), (Qwen, True))
class TestTicks:
    """Several choices of one question."""

    def test_exactly_the_wanted_choices_are_ticked(self, watched: Watched) -> None:
        asks(watched, "pick: Which ones", "question")
        time.sleep(TAKES_KEYS)
        watched.agent.keys("1" if watched.agent.name == "claude" else "Space")  # somebody has ticked Red
        watched.agent.shows(TICKED)
        assert "1  [x] Red" in answer(watched)
        assert "answered" in answer(watched, "--choose", "Blue")
        self.submit(watched)
        assert re.search(r"(→|Choice\*\*:) Blue$", shown(watched), re.MULTILINE)

    def test_numbers_and_labels_name_several(self, watched: Watched) -> None:
        asks(watched, "pick: Which ones", "question")
        assert "1 Red, 2 Blue" in answer(watched, "--choose", "1,Blue")
        self.submit(watched)
        assert re.search(r"(→|Choice\*\*:) Red, Blue$", shown(watched), re.MULTILINE)

    def test_what_can_not_be_ticked_is_refused_and_nothing_is_typed(self, watched: Watched) -> None:
        asks(watched, "pick: Which ones", "question")
        seen = digest(watched)
        for words in (["--allow"], ["--text", "tea"], ["--choose", "1,3"], ["--choose", "1,9"], ["--choose", "1,"]):
            assert "nothing was typed" in answer(watched, *words, status=64)
        assert digest(watched) == seen

    def submit(self, watched: Watched) -> None:
        """Claude Code lets its user review the answers."""
        if watched.agent.name == "claude":
            assert "Submit answers" in answer(watched)
            answer(watched, "--choose", "Submit answers")
        watched.agent.until("idle")


TICKED = r"\[[x✔✓]\] (1\. )?Red"


def shown(watched: Watched) -> str:
    """Return the screen without the bar of a conversation that is higher than the pane."""
    return "\n".join(line.rstrip(" █│") for line in watched.agent.screen().splitlines())


@each((Claude, True))
class TestClaude:
    """What only Claude Code asks."""

    def test_each_of_several_questions_is_one_of_its_own(self, watched: Watched) -> None:
        asks(watched, "both: Which colour | Which size", "question")
        for choice in ("Blue", "1"):
            answer(watched, "--choose", choice)
        assert "Submit answers" in answer(watched)
        answer(watched, "--choose", "Submit answers")
        watched.agent.until("idle")
        assert "Which colour? → Blue" in watched.agent.screen()

    def test_a_killed_agent_gets_no_answer(self, watched: Watched) -> None:
        asks(watched, "bash: touch killed", "permission")
        seen = digest(watched)
        process = watched.agent.process()
        assert process
        watched.agent.account.run("kill", "-9", str(process.pid))
        watched.agent.until("ended")
        answer(watched, "--allow", "--seen", seen, status=75)
        assert not Path(watched.agent.work / "killed").exists()
