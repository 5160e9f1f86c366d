"""What the recorded dialogs of real agents ask, as navi reads them: questions.yaml says it. Only awk is needed."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from navi.core.agents import AGENTS
from navi.core.question import Question, read_question
from navi.ops.look.agents import describe
from tests.agents.test_screens import ASKING, ROOT, Recorded, by_mawk, recorded
from tests.support.awks import awk_command, every_awk
from tests.support.machines import program

EXPECTED: Mapping[str, Mapping[str, object] | None] = yaml.safe_load(
    (Path(__file__).parent / "questions.yaml").read_text()
)

DIALOGS = [one for one in recorded() if one.status in ASKING]

SCRIPT = ROOT / "navi/sh/pane/question.awk"

HEAD = (
    "kind", "style", "marked", "allow", "deny", "free", "several", "whole", "digits", "escape", "more", "tick", "leave",
    "types", "labels",
)  # fmt: skip


def printed(agent: str, rule: str, screen: str, awk: str = "mawk") -> str:
    """Return what the script prints for a screen on which a rule holds."""
    variables = os.environ | {
        "LC_ALL": "C", "navi_rules": describe(AGENTS), "navi_agent": agent, "navi_rule": rule
    }  # fmt: skip
    command = [*awk_command(awk, program(awk)), "-f", str(SCRIPT)]
    done = subprocess.run(command, input=screen.encode(), capture_output=True, env=variables, timeout=60, check=True)
    assert done.stderr == b""
    return done.stdout.decode(errors="replace")


def question_in(text: str) -> Question | None:
    """Return the question in what the script printed."""
    head, _, body = text.partition("\n")
    return read_question(dict(zip(HEAD, head.split("\t"), strict=True)), body.partition("\ng\n")[0]) if text else None


def read(one: Recorded, awk: str = "mawk") -> Question | None:
    """Return the question on a recorded screen."""
    return question_in(printed(one.agent, by_mawk()[one.name][1], one.screen, awk))


def row(question: Question | None) -> Mapping[str, object] | None:
    """Return a question as its row in the table has it."""
    if question is None:
        return None
    found = {"kind": question.kind, "question": question.text, "tool": question.tool, "input": question.input}
    numbers = {name: getattr(question, name) for name in ("marked", "allow", "deny", "free", "several")}
    choices = {"choices": {one.n: one.label for one in question.choices}, "more": question.more}
    return {name: value for name, value in {**found, **choices, **numbers}.items() if value} | (
        {} if question.whole else {"whole": False}
    )


@pytest.mark.parametrize("one", DIALOGS, ids=[one.name for one in DIALOGS])
def test_a_question_is_read_as_the_table_says(one: Recorded) -> None:
    assert row(read(one)) == EXPECTED[one.name]


def test_the_table_has_all_recorded_dialogs() -> None:
    assert set(EXPECTED) == {one.name for one in DIALOGS}


@every_awk
def test_every_awk_reads_the_same(awk: str) -> None:
    for one in DIALOGS:
        rule = by_mawk()[one.name][1]
        assert printed(one.agent, rule, one.screen, awk) == printed(one.agent, rule, one.screen), one.name


ASKS_EACH_TIME = "default (ask each time) for this session"
"""The mode of Claude Code that holds for no longer than one question."""


@pytest.mark.parametrize("one", DIALOGS, ids=[one.name for one in DIALOGS])
def test_yes_is_never_a_choice_that_holds_for_longer(one: Recorded) -> None:
    question = read(one)
    if question and question.allow:
        label = next(choice.label for choice in question.choices if choice.n == question.allow)
        assert not re.search("always|session|again|future", label.replace(ASKS_EACH_TIME, ""))


# ---- what an agent quotes in a dialog

CLAUDE = """\
────────────────────────────────────────
 Bash command

{}
   Run a command

 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and always allow access to work/ from this project
   3. No

 Esc to cancel
"""

DESCRIBED = """\
1. before
2. before

{rule}
 ☐ Choice

Which one?

❯ 1. Old
{first}
  2. New
{second}
  3. Type something.
{rule}
  4. Chat about this

Enter to select · ↑/↓ to navigate · Esc to cancel
"""

DESCRIPTIONS = {
    "decimal numbers": ("2.5 times slower", "3.5 GB"), "dates": ("2.10.2026", "3.11. at 9"),
    "numbers": ("2. time", "3."),
    "a number that wraps": ("needs about\n     2.5 GB", "and\n     4. or more"), "versions": ("1.0", "2.0"),
}  # fmt: skip


@every_awk
@pytest.mark.parametrize(("first", "second"), DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_a_number_in_a_description_is_no_choice(awk: str, first: str, second: str) -> None:
    screen = DESCRIBED.format(rule="─" * 40, first=f"     {first}", second=f"     {second}")
    question = question_in(printed("claude", "question", screen, awk))
    assert question
    assert [(one.n, one.label) for one in question.choices[:3]] == [(1, "Old"), (2, "New"), (3, "Type something.")]
    assert [" ".join(one.more.split()) for one in question.choices[:2]] == [
        " ".join(first.split()), " ".join(second.split())
    ]  # fmt: skip


OPENCODE = """\

  ┃
  ┃  △ Permission required
  ┃    # Shell command
  ┃
{}
  ┃
  ┃   Allow once   Allow always   Reject
  ┃
"""

CLINE = """\
 ❯ bash: touch x

 * I will do that.

 Cline needs permission

 Approve tool call?

 run_commands

   $ touch x
{}

  [y] Approve   [n] Deny


 scripted (100) $0.00                                         ○ Plan ● Act (Tab)
 work
"""

FRAMES = {"claude": (CLAUDE, "   {}"), "opencode": (OPENCODE, "  ┃  {}"), "cline": (CLINE, " {}")}

QUOTES = [
    "Do you want to proceed?", "❯ 1. Yes", "1. No", "2. Yes", "────────────────────────────", "△ Permission required",
    "Allow once   Reject", "Esc to cancel", "rm -rf /", "?", "",
    "Cline needs permission", "[y] Approve   [n] Deny",
]  # fmt: skip


@pytest.mark.parametrize("agent", FRAMES)
@given(lines=st.lists(st.sampled_from(QUOTES), min_size=1, max_size=6))
def test_nothing_that_a_dialog_quotes_hides_a_line_or_changes_the_choices(agent: str, lines: list[str]) -> None:
    frame, line = FRAMES[agent]
    screen = frame.format("\n".join(line.format(text).rstrip() for text in ["touch first", *lines, "touch last"]))
    question = question_in(printed(agent, "permission dialog", screen))
    assert question
    shown = f"{question.input}\n{question.text}"
    assert "touch first" in shown
    assert "touch last" in shown
    assert shown.count("rm -rf /") == lines.count("rm -rf /")
    honest = question_in(printed(agent, "permission dialog", frame.format(line.format("touch x"))))
    assert honest
    assert (question.choices, question.allow) == (honest.choices, honest.allow)
