"""pane/guard.sh: tmux itself presses a key only if the pane is as it was seen, whatever it shows, and in no mode."""

from __future__ import annotations

import subprocess

import pytest

from navi.core.address import Named
from navi.core.question import AnswerMode, Reply
from navi.ops.linker import link
from navi.ops.pane.question import answer as answering
from navi.ops.pane.question import ask
from navi.ops.pane.send import send
from tests.sh.test_box import IDLE
from tests.support.agent_screens import shows, typed
from tests.support.dialogs import asks
from tests.support.machines import Account, Lab, program
from tests.support.scripts import DASH, Shell, answer, every_shell, run, stand_in
from tests.support.waiting import until

API = Named("api")

SCRIPT = f'{link("pane/guard")}\nnavi_guards=$1 navi_cursor=$2\nnavi_set_guard "$3"\nprintf %s "$navi_condition"\n'

PLACE = "#{history_size} #{cursor_x} #{cursor_y}"


def condition(shell: Shell, guards: str, place: str, kind: str = "c") -> str:
    """Return the condition for lines of guards."""
    command = [program(shell.words[0]), *shell.words[1:], "-c", SCRIPT, "sh", guards, place, kind]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def holds(account: Account, condition: str) -> bool:
    """Return whether tmux would press the key."""
    return account.tmux("if-shell", "-F", "-t", "=api:", condition, "display-message -p yes") == "yes"


def lines(account: Account, number: int) -> str:
    """Show so many lines, and return guards for them: the last one is of a choice."""
    account.tmux("new-session", "-d", "-s", "api", "-x", "80", "-y", "220", f"seq -f 'line-%g.' {number}; exec cat")
    until(lambda: f"line-{number}." in account.tmux("capture-pane", "-p", "-t", "=api:"), what="all lines")
    return "\n".join([*(f"q line-{one}." for one in range(1, number)), f"c line-{number}."])


@pytest.mark.parametrize("number", [1, 8, 9, 10, 98, 99, 100, 101, 200])
def test_every_line_counts_however_many_there_are(lab: Lab, number: int) -> None:
    guards = lines(lab.local, number)
    place = lab.local.tmux("display-message", "-p", "-t", "=api:", PLACE)
    assert holds(lab.local, condition(DASH, guards, place))
    assert not holds(lab.local, condition(DASH, guards, f"{place}1"))
    for other in ("line-1.", f"line-{number}.", f"line-{number // 2 + 1}."):
        assert not holds(lab.local, condition(DASH, guards.replace(other, "another."), place))
    assert holds(lab.local, condition(DASH, guards.replace(f"c line-{number}.", "c another."), place, "q"))


@every_shell
def test_a_mode_of_tmux_counts(lab: Lab, shell: Shell) -> None:
    guards = lines(lab.local, 3)
    found = condition(shell, guards, lab.local.tmux("display-message", "-p", "-t", "=api:", PLACE))
    assert holds(lab.local, found)
    lab.local.tmux("copy-mode", "-t", "=api:")
    assert not holds(lab.local, found)


@pytest.mark.parametrize("number", [8, 90, 150])
def test_a_long_dialog_is_answered(lab: Lab, number: int) -> None:
    above = "\n".join(f"It may be {one}" for one in range(number))
    taken = asks(lab.local, ["Yes", "No"], above, rows=number + 20)
    question = run(lab.local, DASH, ask(API))
    assert question.text.count("\n") >= number
    done = run(lab.local, DASH, answering(API, question.digest, Reply(AnswerMode.CHOOSE, "No"), "0123", "me"))
    assert (done.n, done.gone, taken.read_text()) == (2, True, "2")


ENTERS_MODE = """\
case $* in *load-buffer* | *'send-keys -t %0 2 '*) "$real" -u copy-mode -t =api: ;; esac
exec "$real" "$@"
"""


def test_a_mode_that_is_entered_at_the_last_moment_gets_nothing(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    stand_in(lab.local, "tmux", ENTERS_MODE)
    found = answer(lab.local, DASH, send(API, "go"))
    assert found.errors == "the pane of api has entered copy mode; nothing was sent; --force sends it anyway"
    assert typed(lab.local) == ""


def test_nor_does_a_question_below_it(lab: Lab) -> None:
    taken = asks(lab.local, ["Yes", "No"])
    question = run(lab.local, DASH, ask(API))
    stand_in(lab.local, "tmux", ENTERS_MODE)
    done = answer(lab.local, DASH, answering(API, question.digest, Reply(AnswerMode.CHOOSE, "2"), "0123", "me"))
    assert (done.status, done.errors) == (75, (
        "the pane of api has entered copy mode before the key was pressed; nothing was answered; "
        "navi answer shows what it asks now"
    ))  # fmt: skip
    assert taken.read_text() == ""


MODES = {"copy": "copy-mode", "tree": "choose-tree", "clock": "clock-mode"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shell", [DASH], ids=["dash"])
def test_force_leaves_every_mode(lab: Lab, shell: Shell, mode: str) -> None:
    lab.local.tmux("new-session", "-d", "-s", "api", "exec cat >typed")
    lab.local.tmux(MODES[mode], "-t", "=api:")
    assert f"is in {mode} mode; nothing was sent" in answer(lab.local, shell, send(API, "one")).errors
    run(lab.local, shell, send(API, "one", force=True))
    until(lambda: typed(lab.local) == "one\n", what="it has got the line")
    stand_in(lab.local, "tmux", 'case $* in *" -X cancel"* | *copy-mode\\ -q*) exit 1 ;; esac\nexec "$real" "$@"')
    lab.local.tmux(MODES[mode], "-t", "=api:")
    found = answer(lab.local, shell, send(API, "two", force=True))
    words = (
        f"the pane of api is still in a mode of tmux ({mode} mode); nothing was sent; attach and leave it with q"
    )
    assert (found.status, found.errors) == (1, words)
    assert typed(lab.local) == "one\n"
