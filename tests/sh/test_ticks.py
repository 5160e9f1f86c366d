"""pane/ticks.sh: exactly the wanted choices are ticked, each key is seen, and the question is left only then."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from navi.core.address import Named
from navi.core.question import AnswerMode, Reply
from navi.ops.operation import Answer
from navi.ops.pane.question import answer as answering
from navi.ops.pane.question import ask
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, Shell, answer, every_shell
from tests.support.waiting import until

PROGRAM = r'''#!{python} -IS
import os, sys, tty
ticked, keys, deaf = {{"2"}}, "", sys.argv[2:]
RULE = "\u2500" * 60

def draw():
    boxes = ["\u2714" if n in ticked else " " for n in "123"]
    asked = f"""{{RULE}}
\u2190  \u2610 Choice  \u2714 Submit  \u2192

Which ones?

\u276f 1. [{{boxes[0]}}] Red
  the red one
  2. [{{boxes[1]}}] Blue
  3. [{{boxes[2]}}] Type something
     Submit
{{RULE}}
  4. Chat about this

Enter to select \u00b7 \u2191/\u2193 to navigate \u00b7 Esc to cancel
"""
    shown = f"{{RULE}}\n\u276f\u00a0\n{{RULE}}\n  ? for shortcuts\n" if "\t" in keys else asked
    sys.stdout.write("\x1b[H\x1b[2J\x1b[?25l" + shown.replace("\n", "\r\n"))
    sys.stdout.flush()

tty.setraw(0)
while True:
    draw()
    for key in os.read(0, 100).decode():
        keys += key
        with open(sys.argv[1], "a") as file:
            file.write(key)
        if key in "123" and key not in deaf:
            ticked ^= {{key}}
'''
"""Draws a question of Claude Code of which several choices can be ticked; 2 is. Digits tick, Tab leaves it."""

API = Named("api")


def asks(account: Account, *deaf: str) -> Path:
    """Start the stand-in, which does nothing for the keys `deaf`; return the file of the keys that it gets."""
    program = account.bin / "claude"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    taken = account.home / "taken"
    account.tmux("new-session", "-d", "-s", "api", f"exec {program} {taken} {' '.join(deaf)}")
    until(lambda: "Which ones?" in account.tmux("capture-pane", "-p", "-t", "=api:"), what="it asks")
    return taken


def chosen(account: Account, shell: Shell, value: str) -> Answer:
    """Choose in the question that is asked now."""
    asking = ask(API)
    question = asking.parse(answer(account, shell, asking))
    operation = answering(API, question.digest, Reply(AnswerMode.CHOOSE, value), "0123", "me")
    return answer(account, shell, operation)


@every_shell
def test_what_is_wanted_is_ticked_and_what_is_not_is_unticked(lab: Lab, shell: Shell) -> None:
    taken = asks(lab.local)
    done = chosen(lab.local, shell, "Red")
    assert (done.status, done.errors) == (0, "")
    assert done.output.decode().rstrip().endswith("gone no 0\n1 Red")
    assert taken.read_text() == "12\t"


def test_what_is_ticked_already_needs_no_key(lab: Lab) -> None:
    taken = asks(lab.local)
    assert chosen(lab.local, DASH, "2").status == 0
    assert taken.read_text() == "\t"


def test_a_key_without_effect_is_not_pressed_again_and_the_question_stays(lab: Lab) -> None:
    taken = asks(lab.local, "1")
    done = chosen(lab.local, DASH, "1,2")
    assert done.status == 75
    assert "the question was not left (keys pressed: 1)" in done.errors
    assert taken.read_text() == "1"


@pytest.mark.parametrize("value", ["3", "4", "1,4", "1,", "Green"])
def test_what_can_not_be_ticked_gets_no_key(lab: Lab, value: str) -> None:
    taken = asks(lab.local)
    done = chosen(lab.local, DASH, value)
    assert (done.status, "nothing was typed" in done.errors) == (64, True)
    assert not taken.exists()
