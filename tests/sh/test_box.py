"""pane/box.sh, turn.sh, interrupt.sh: what becomes of a text in an agent's box. The agents are screens: fake_agent.py.

tests/agents/test_sends.py has the same with real agents.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from navi.core.address import Named
from navi.core.model import Pane, TmuxSession
from navi.ops.operation import Answer
from navi.ops.pane.read import ExpectedText
from navi.ops.pane.send import Sent, TextState, interrupt, send
from tests.support.agent_screens import shows, typed
from tests.support.machines import Account, Lab
from tests.support.processes import processes
from tests.support.scripts import DASH, Shell, answer, every_shell
from tests.support.waiting import until

API = Named("api")

RULE = "─" * 60

IDLE = f"❯ say: before\n\n● before\n\n✻ Worked for 0s\n\n{RULE}\n❯\u00a0\n{RULE}\n  ? for shortcuts\n"

UNKNOWN = IDLE.replace("?", "").replace("✻", "")

BUSY = IDLE.replace("✻ Worked for 0s", "✻ Working… (2s)").replace("? for shortcuts", "esc to interrupt")


def sent(account: Account, shell: Shell, text: str, expected: ExpectedText | None = None, force: bool = False) -> Sent:
    """Send a text that must be typed; return what became of it."""
    operation = send(API, text, expected=expected, force=force)
    found = answer(account, shell, operation)
    assert (found.status, found.errors) == (0, ""), found
    return operation.parse(found)


def refused(account: Account, found: Answer) -> str:
    """Return why nothing was typed."""
    assert found.status == 1, found
    assert typed(account) == ""
    return found.errors


@every_shell
@pytest.mark.parametrize("text", ["go on", "one\ntwo\n\nthree", "a'b\"c$d`e;", "é 日本 🚀", "word " * 17 + "end"])
def test_a_text_is_taken_once_and_whole(lab: Lab, shell: Shell, text: str) -> None:
    shows(lab.local, "claude", IDLE)
    assert sent(lab.local, shell, text).became is TextState.SUBMITTED
    assert typed(lab.local) == text + "\n"


@every_shell
def test_enter_is_pressed_again_only_while_the_box_shows_the_text(lab: Lab, shell: Shell) -> None:
    shows(lab.local, "claude", IDLE)
    (lab.local.home / "deaf").touch()
    assert sent(lab.local, shell, "once").became is TextState.SUBMITTED
    assert typed(lab.local) == "once\n"


@every_shell
def test_a_slow_agent_gets_a_text_once(lab: Lab, shell: Shell) -> None:
    shows(lab.local, "claude", IDLE)
    (lab.local.home / "slow").touch()
    assert sent(lab.local, shell, "once").became is TextState.SUBMITTED
    assert sent(lab.local, shell, "twice").became is TextState.SUBMITTED
    assert typed(lab.local) == "once\ntwice\n"


@every_shell
def test_a_draft_is_left_alone_unless_forced(lab: Lab, shell: Shell) -> None:
    account = lab.local
    shows(account, "claude", IDLE)
    account.tmux("send-keys", "-t", "=api:", "-l", "mine")
    until(lambda: "mine" in account.tmux("capture-pane", "-p", "-t", "=api:"), what="the draft is shown")
    words = refused(account, answer(account, shell, send(API, "theirs")))
    assert words.startswith("the box of claude in api holds a draft already (mine); nothing was sent; ")
    sent(account, shell, "theirs", force=True)
    assert typed(account) == "minetheirs\n"


@every_shell
def test_a_faint_text_in_the_box_is_a_hint(lab: Lab, shell: Shell) -> None:
    shows(lab.local, "claude", IDLE.replace("❯\u00a0", "❯\u00a0\033[7mr\033[0;2mun the tests\033[0m"))
    assert sent(lab.local, shell, "go on").became is TextState.SUBMITTED
    assert typed(lab.local) == "go on\n"


@every_shell
def test_a_proposal_in_another_colour_is_a_hint(lab: Lab, shell: Shell) -> None:
    proposed = "❯\u00a0\033[4m\033[39mr\033[0m\033[38;5;103m\033[49mun the tests\033[0m"
    shows(lab.local, "claude", IDLE.replace("❯\u00a0", proposed))
    assert sent(lab.local, shell, "go on").became is TextState.SUBMITTED
    assert typed(lab.local) == "go on\n"


@pytest.mark.parametrize("rest", ["\033[0mun", "\033[0m", "\033[0mu\033[38;5;103mn"], ids=["plain", "short", "behind"])
def test_a_draft_whose_first_letter_is_under_the_cursor_is_none(lab: Lab, rest: str) -> None:
    shows(lab.local, "claude", IDLE.replace("❯\u00a0", f"❯\u00a0\033[4mr{rest}\033[0m"))
    assert "holds a draft already (r" in refused(lab.local, answer(lab.local, DASH, send(API, "theirs")))


@every_shell
def test_what_nobody_confirms_is_reported_as_that(lab: Lab, shell: Shell) -> None:
    account = lab.local
    shows(account, "claude", IDLE, prefix="~ ")
    assert sent(account, shell, "go on").became is TextState.UNCONFIRMED


DIALOG = "Do you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel\n"


@every_shell
@pytest.mark.parametrize(
    ("before", "became"), [(BUSY, TextState.UNCONFIRMED), (IDLE, TextState.SUBMITTED)], ids=["busy", "idle"]
)
def test_a_question_proves_something_only_of_an_agent_that_was_idle(
    lab: Lab, shell: Shell, before: str, became: TextState
) -> None:
    shows(lab.local, "claude", before, after=DIALOG + "\n" * 10)
    assert sent(lab.local, shell, "go on").became is became


BETWEEN_TURNS = {"nothing that is known": UNKNOWN, "no box": f"{IDLE.partition(RULE)[0]}\n\n\n\n"}


@every_shell
@pytest.mark.parametrize("drawn", BETWEEN_TURNS.values(), ids=BETWEEN_TURNS)
def test_what_an_agent_draws_between_two_turns_is_read_again(lab: Lab, shell: Shell, drawn: str) -> None:
    shows(lab.local, "claude", IDLE, after=f"{drawn}\f{IDLE}")
    for text in ("one", "two"):
        found = answer(lab.local, shell, send(API, text))
        assert (found.status, found.errors) == (0, "")
    assert typed(lab.local) == "one\ntwo\n"


@every_shell
def test_a_state_file_that_is_late_is_read_again(lab: Lab, shell: Shell) -> None:
    shows(lab.local, "claude", IDLE)
    report(lab.local, status="waiting", waitingFor="permission prompt")
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(answer, lab.local, shell, send(API, "go on"))
        time.sleep(0.7)
        assert not sending.done()
        report(lab.local, status="idle")
        assert sending.result().status == 0
    assert typed(lab.local) == "go on\n"


ENDS = {
    "a text": ("go on", TextState.UNCONFIRMED), "a command": ("/exit", TextState.SUBMITTED),
    "exit": ("exit", TextState.SUBMITTED),
}  # fmt: skip


@pytest.mark.parametrize(("text", "became"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("stays", [False, True], ids=["session", "agent"])
def test_an_end_proves_that_a_command_was_taken_and_no_other_text(
    lab: Lab, text: str, became: TextState, stays: bool
) -> None:
    shows(lab.local, "claude", IDLE)
    if stays:
        lab.local.tmux("set-option", "-w", "-t", "=api:", "remain-on-exit", "on")
    (lab.local.home / "ends").touch()
    assert sent(lab.local, DASH, text).became is became


@every_shell
def test_the_answer_is_what_is_behind_the_text(lab: Lab, shell: Shell) -> None:
    shows(lab.local, "claude", IDLE)
    done = sent(lab.local, shell, "say: x", ExpectedText(""))
    assert done.answer == ("idle", ("before",))
    found = sent(lab.local, shell, "say: y before", ExpectedText("before"))
    assert found.found == "before"
    missing = answer(lab.local, shell, send(API, "say: z", expected=ExpectedText("z$")))
    assert (missing.status, "ended (idle), and no line of its answer matches" in missing.errors) == (1, True)


@every_shell
def test_the_end_of_a_turn_is_awaited_only_of_an_agent(lab: Lab, shell: Shell) -> None:
    lab.local.tmux("new-session", "-d", "-s", "api", "cat >typed")
    found = answer(lab.local, shell, send(API, "x", expected=ExpectedText("")))
    assert (found.status, "; nothing was sent; --wait RE waits for a pattern" in found.errors) == (64, True)
    assert typed(lab.local) == ""


def report(account: Account, **fields: object) -> None:
    """Let the agent write its state file."""
    process = next(one for one in processes() if one.words == f"/bin/sh {account.bin}/claude")
    path = account.home / ".claude" / "sessions" / f"{process.pid}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"pid": process.pid, "procStart": str(process.started)} | fields))


WAITS = [("permission prompt", "permission"), ("sandbox request", "permission"), ("input needed", "waiting")]


@every_shell
@pytest.mark.parametrize(("detail", "word"), WAITS)
def test_a_state_file_tells_what_is_asked_before_the_dialog_is_drawn(
    lab: Lab, shell: Shell, detail: str, word: str
) -> None:
    shows(lab.local, "claude", IDLE)
    report(lab.local, status="idle")
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(sent, lab.local, shell, "go on", ExpectedText(""))
        until(lambda: typed(lab.local), what="the text is sent")
        report(lab.local, status="waiting", waitingFor=detail)
        done = sending.result()
    assert done.answer
    assert done.answer.status == word


QUEUE = "\n" + BUSY.replace("❯\u00a0", "❯\u00a0Press up to edit queued messages")


@every_shell
def test_an_earlier_answer_to_an_equal_text_is_not_taken_for_the_new_one(lab: Lab, shell: Shell) -> None:
    history = "❯ go on\n\n● DONE\n\n✻ Worked for 0s\n" + "\n" * 200
    shows(lab.local, "claude", QUEUE, prefix="  ", history=history)
    found = answer(lab.local, shell, send(API, "go on", expected=ExpectedText("DONE", seconds=2)))
    assert (found.status, found.errors) == (75, "timed out after 2 s waiting for claude to show the pattern")
    assert " outcome queued claude\n" in found.output.decode()


def answers(*texts: str, at_work: bool = False) -> str:
    """Return a screen with equal prompts and these answers, of an agent that rests or is at work."""
    turns = "".join(f"❯ go on\n\n● {text}\n\n" if text else "❯ go on\n\n" for text in texts)
    return turns + (BUSY if at_work else IDLE).partition("before\n\n● before\n\n")[2]


@every_shell
def test_an_equal_text_that_pushes_another_off_the_screen_begins_a_turn(lab: Lab, shell: Shell) -> None:
    after = "\f".join([answers("two", "", at_work=True), answers("two", "", at_work=True), answers("two", "three")])
    shows(lab.local, "claude", answers("one", "two"), after=after)
    done = sent(lab.local, shell, "go on", ExpectedText(""))
    assert (done.became, done.answer) == (TextState.SUBMITTED, ("idle", ("three",)))


OPENCODE = """\

{}
  ┃
  ┃
  ┃
  ┃  Build · Scripted Scripted
  ╹▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
   /work                      120 (0%)  ctrl+p commands
"""

WITH_COMMAND = """\
  ┃
  ┃  {}
  ┃

     I will do that.

  ┃
  ┃  {} seq 2
  ┃
  ┃  1
  ┃  2
  ┃

     All done.

     ▣  Build · Scripted · 8.3s
"""


@every_shell
@pytest.mark.parametrize(("sign", "text"), [("$", "go on"), ("#", "$ seq 3"), ("⠼", "# Go on")])
def test_an_answer_of_opencode_goes_on_behind_a_command(lab: Lab, shell: Shell, sign: str, text: str) -> None:
    after = OPENCODE.format(WITH_COMMAND.format(text, sign))
    shows(lab.local, "opencode", OPENCODE.format(WITH_COMMAND.format("before", "$")), after=after)
    done = sent(lab.local, shell, text, ExpectedText(""))
    assert done.became is TextState.SUBMITTED
    assert done.answer
    assert [line for line in done.answer.lines if line] == ["I will do that.", "All done."]


# ---- interruptions


@pytest.fixture
def busy(lab: Lab) -> Account:
    """Have an agent that is always at work."""
    shows(lab.local, "claude", BUSY)
    return lab.local


@every_shell
def test_an_interruption_that_ends_nothing_is_reported(busy: Account, shell: Shell) -> None:
    operation = interrupt(API, wait=1)
    done = operation.parse(answer(busy, shell, operation))
    assert (done.agent, done.ended) == ("claude", False)


WORDS = {
    "idle": (IDLE, "claude in api is not at work; nothing was sent"),
    "unknown": (UNKNOWN, "navi can't tell whether claude in api has a dialog open; nothing"),
    "dialog": ("Do you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel\n", "shows a permission dialog"),
}


@pytest.mark.parametrize("case", WORDS)
def test_nothing_is_interrupted_where_no_turn_runs(lab: Lab, case: str) -> None:
    screen, words = WORDS[case]
    shows(lab.local, "claude", screen)
    errors = answer(lab.local, DASH, interrupt(API)).errors
    assert words in errors
    lab.local.tmux("kill-session", "-t", "=api")
    lab.local.tmux("new-session", "-d", "-s", "api", "cat")
    assert "no agent whose turns navi knows" in answer(lab.local, DASH, interrupt(API)).errors


def test_another_session_in_the_place_of_one_gets_nothing(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    pane = lab.local.tmux("display-message", "-p", "-t", "=api:", "#{pane_id}")
    server = int(lab.local.tmux("display-message", "-p", "#{pid}"))
    gone = TmuxSession("$9", "api", 1.0, 0, (Pane(pane, "0.0", 1, "claude", "", "/"),), "", server)
    for found in (answer(lab.local, DASH, send(gone, "x")), answer(lab.local, DASH, interrupt(gone))):
        assert (found.status, "another one is in its place; nothing was sent" in found.errors) == (66, True)
    assert typed(lab.local) == ""
