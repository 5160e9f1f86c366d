"""pane/choices.sh: a number or a label means the same choice on a host as in core/question.py."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from navi.core.address import Named
from navi.core.question import AnswerMode, Choice, Question, Reply, UnsuitableReply, choice_for
from navi.ops.linker import link
from navi.ops.pane.question import answer, ask
from tests.agents.test_screens import recorded
from tests.support.dialogs import asks, asks_as
from tests.support.machines import Lab, program
from tests.support.scripts import BUSYBOX, DASH, KSH, SHELLS, Shell, every_shell, run
from tests.support.verbs import navi

SCRIPT = f'{link("pane/choices")}\nnavi_asked=$1\nnavi_match_choice "$2"\necho "$navi_choice"\n'

LABELS = st.text("12. ab*?[]\\é", min_size=1, max_size=6).map(str.strip).filter(bool)


def by_host(shell: Shell, labels: list[str], value: str) -> int:
    """Return the number of the choice that a host takes a value for, 0 for none."""
    asked = "\n".join(["q Which?", *(f"c {n} {label}\nd more" for n, label in enumerate(labels, 1))])
    command = [program(shell.words[0]), *shell.words[1:], "-c", SCRIPT, "sh", asked, value]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def by_navi(labels: list[str], value: str) -> int:
    """Return the same, as core/question.py finds it."""
    choices = tuple(Choice(n, label) for n, label in enumerate(labels, 1))
    try:
        return choice_for(Question("claude", "question", "Which?", choices), Reply(AnswerMode.CHOOSE, value)).n
    except UnsuitableReply:
        return 0


@given(labels=st.lists(LABELS, min_size=1, max_size=12), value=LABELS, shell=st.sampled_from(SHELLS))
@example(labels=["Python 2", "Python 3"], value="2", shell=BUSYBOX)
@example(labels=["2", "4"], value="2", shell=KSH)
@example(labels=["a"], value="", shell=DASH)
@settings(max_examples=150, deadline=None)
def test_a_host_means_the_same_choice(labels: list[str], value: str, shell: Shell) -> None:
    assert by_host(shell, labels, value) == by_navi(labels, value)


MEANT = {
    "a number wins over the end of a label before it": (["Python 2", "Python 3"], "2", 2),
    "and over a label that is one": (["2", "4"], "2", 2),
    "a label wins over the end of another": (["Keep SQLite and add Postgres", "Postgres"], "Postgres", 2),
    "and over the beginning of others": (["Yes, always", "Yes"], "Yes", 2),
    "the end of a label means nothing": (["Keep SQLite", "Postgres"], "SQLite", 0),
    "two equal labels mean none": (["Other", "Other"], "Other", 0),
    "a number of two digits": ([*"abcdefghij", "1"], "11", 11),
}


@pytest.mark.parametrize(("labels", "value", "number"), MEANT.values(), ids=MEANT)
def test_which_choice_is_meant(labels: list[str], value: str, number: int) -> None:
    assert by_navi(labels, value) == number
    assert {by_host(shell, labels, value) for shell in SHELLS} == {number}


@every_shell
def test_the_key_is_that_of_the_choice_that_was_announced(lab: Lab, shell: Shell) -> None:
    (lab.local.bin / "sh").symlink_to(program(shell.words[0]))
    taken = asks(lab.local, ["Python 2", "Python 3"])
    assert navi(lab, "answer", "api", "--choose", "2", "--dry-run").stdout == "would answer api: 2 Python 3\n"
    assert navi(lab, "answer", "api", "--choose", "2").stdout == "answered api: 2 Python 3\n"
    assert taken.read_text() == "2"


KEYS = [(AnswerMode.ALLOW, "", "y"), (AnswerMode.DENY, "", "n"), (AnswerMode.CHOOSE, "Deny", "n")]


@every_shell
@pytest.mark.parametrize(("how", "value", "key"), KEYS)
def test_the_key_before_a_choice_is_pressed(lab: Lab, shell: Shell, how: AnswerMode, value: str, key: str) -> None:
    screens = {one.name: one.screen for one in recorded()}
    asked, box = screens["cline/permission"], screens["cline/idle"]
    taken = asks_as(lab.local, "cline", asked, box, ["[y] Approve", "Auto-approve"])
    question = run(lab.local, shell, ask(Named("api")))
    assert [one.label for one in question.choices] == ["Approve", "Deny"]
    run(lab.local, shell, answer(Named("api"), question.digest, Reply(how, value), "0123", "me"))
    assert taken.read_text() == key
