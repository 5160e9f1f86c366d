"""What navi reads in the boxes on recorded screens, and of the answers above them: pane/box.awk. Only awk is needed."""

from __future__ import annotations

import os
import subprocess

import pytest

from navi.core.agents import AGENTS
from navi.ops.look.agents import describe
from tests.agents.record import SCREENS
from tests.agents.test_screens import ROOT, read
from tests.support.awks import awk_command, every_awk
from tests.support.machines import program

SCRIPT = ROOT / "navi/sh/pane/box.awk"

TOKEN = "=token="


def printed(name: str, text: str, awk: str, answer: bool = False, screen: str = "") -> list[str]:
    """Return the lines that the script prints for a text and the recorded screen of that name, or another one."""
    one = read(SCREENS / f"{name}.txt")
    box = next(line for line in describe(AGENTS).splitlines() if line.startswith(f"box\t{one.agent}\t"))
    variables = {"LC_ALL": "C", "navi_token": TOKEN, "navi_box": box, "navi_wants_answer": "yes" if answer else ""}
    done = subprocess.run(
        [*awk_command(awk, program(awk)), "-f", str(SCRIPT)], input=f"{text}\n{TOKEN}\n{screen or one.screen}".encode(),
        capture_output=True, env=os.environ | variables, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == b""
    return done.stdout.decode().rstrip("\n").split("\n")


ANSWERS = {
    "opencode/error": ("bad: x", ["The scripted service answers 400."]),
    "pi/error": (
        "bad: x",
        [
            'Error: 400: {"message":"The scripted service answers 400.","type":"invalid_request_error","code":400}',
            "If this looks like a pi bug, /bug sends a report to the developers.",
        ],
    ),
}


@every_awk
@pytest.mark.parametrize("name", ANSWERS)
def test_the_error_of_a_failed_turn_is_its_answer(awk: str, name: str) -> None:
    text, expected = ANSWERS[name]
    state, *answer = printed(name, text, awk, answer=True)
    assert state.split()[0] == "empty"
    assert state.split()[2:4] == ["1", "1"]
    assert [line.strip() for line in answer] == expected


@every_awk
@pytest.mark.parametrize("name", ["pi/typed-working", "kimi/typed-working"])
def test_a_draft_is_read_without_the_sides_of_its_box(awk: str, name: str) -> None:
    state, first, *_ = printed(name, "and then", awk)
    assert state.split()[:2] == ["draft", "same"]
    assert first == "and then"
    assert printed(name, "and then some", awk)[0].split()[:2] == ["draft", "part"]


TURN = """\
 {}

 {}

──────────────────────────────
{}
──────────────────────────────
~/work
0.1%/200k (auto)     scripted
"""


@every_awk
@pytest.mark.parametrize(("said", "answered"), [("hello", "hello"), ("hello", "say hello"), ("one two", "one\n two")])
def test_where_nothing_marks_a_prompt_its_text_does(awk: str, said: str, answered: str) -> None:
    state, *answer = printed("pi/idle", said, awk, answer=True, screen=TURN.format(said, answered, ""))
    assert state.split()[:4] == ["empty", "-", "1", "1"]
    assert answer == [line.strip() for line in answered.split("\n")]
    assert printed("pi/idle", "another", awk, screen=TURN.format(said, answered, ""))[0].split()[2] == "0"


PASTED = """\
> [Pasted 2340 characters]
──────────────────────────────

  many

                Paste the same text again to show it in full
──────────────────────── ask ─
>

──────────────────────────────
~/work        360/200k tokens (0%)
"""


@every_awk
def test_the_answer_to_a_long_text_is_found_below_its_placeholder(awk: str) -> None:
    text = "\n".join(f"line {number} of several" for number in range(60))
    state, *answer = printed("vibe/idle", text, awk, answer=True, screen=PASTED)
    assert state.split()[:4] == ["empty", "-", "1", "1"]
    assert answer == ["many"]
    assert printed("vibe/idle", "short", awk, screen=PASTED)[0].split()[2] == "0"


NOTED = """\
❯ say: two

● two

✻ Brewed for 0s · done 7:38 AM

{}
────────────────────────────────────────────────────────────
❯\u00a0
────────────────────────────────────────────────────────────
  ⏸ manual mode on · ? for shortcuts
"""


@every_awk
@pytest.mark.parametrize("above", ["38 AM\n\n", "38 AM\n"])
@pytest.mark.parametrize("note", ["◐ medium · /effort", "tmux focus-events off · add 'set -g focus-events on'"])
def test_a_note_at_the_right_edge_above_the_box_is_not_part_of_the_answer(awk: str, note: str, above: str) -> None:
    screen = NOTED.format(f"{note:>58}").replace("38 AM\n\n", above)
    state, *answer = printed("claude/idle", "say: two", awk, answer=True, screen=screen)
    assert state.split()[:4] == ["empty", "-", "1", "1"]
    assert answer == ["two"]


LAST = ["     ends before the edge", "  begins where a text does, and ends at the edge of the box."]


@every_awk
@pytest.mark.parametrize("last", LAST)
def test_other_lines_above_the_box_are_part_of_the_answer(awk: str, last: str) -> None:
    _, *answer = printed("claude/idle", "say: two", awk, answer=True, screen=NOTED.format(last))
    assert answer[-1].strip() == last.strip()


MARKED = """\
 * before

 ❯ {}

 * many                                                ▄
                                                       █
────────────────────────────────────────────────────────
❯ {}
────────────────────────────────────────────────────────
 scripted (100) $0.00            ○ Plan ● Act (Tab)
 work
"""

LINES = "one\ntwo\nthree\n\nsay: many"

MARK = "[one two three say: many... Pasted +5 lines]"

BROKEN_MARK = "[one two three say:\n   many... Pasted +5 lines]"


@every_awk
@pytest.mark.parametrize("mark", [MARK, BROKEN_MARK])
def test_a_placeholder_tells_a_short_text_by_its_first_words_and_its_lines(awk: str, mark: str) -> None:
    sent = MARKED.format(mark, "Ask anything...")
    state, *answer = printed("cline/idle", LINES, awk, answer=True, screen=sent)
    assert state.split()[:4] == ["empty", "-", "1", "1"]
    assert answer == ["many"]
    for other in (LINES.replace("one", "six"), f"{LINES}\n\n", f"{LINES[:-4]}less", "one", "two " * 50):
        assert printed("cline/idle", other, awk, screen=sent)[0].split()[2:4] == ["0", "0"]


@every_awk
@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (MARK, "pasted"),
        (BROKEN_MARK.replace("\n   ", "\n  "), "pasted"),
        (f"{MARK} and more", "glued"),
        (f"{MARK} {MARK}", "glued"),
        (MARK.replace("one", "six"), "glued"),
    ],
)
def test_a_draft_is_the_text_where_its_placeholder_is_alone_there(awk: str, draft: str, expected: str) -> None:
    screen = MARKED.format("say: before", draft)
    assert printed("cline/idle", LINES, awk, screen=screen)[0].split()[:2] == ["draft", expected]


@every_awk
@pytest.mark.parametrize("hint", ["Ask anything...", "Plan something...", "What can I do for you?"])
def test_an_empty_box_of_cline_has_a_hint_in_each_mode(awk: str, hint: str) -> None:
    assert printed("cline/idle", "say: many", awk, screen=MARKED.format("say: many", hint))[0].split()[0] == "empty"


@every_awk
def test_a_placeholder_without_words_tells_a_short_text_by_its_lines(awk: str) -> None:
    text = "\n".join("abcdefghijkl")
    screen = TURN.format("[paste #1 +12 lines]", "many", "")
    state, *answer = printed("pi/idle", text, awk, answer=True, screen=screen)
    assert (state.split()[2:4], answer) == (["1", "1"], ["many"])
    assert printed("pi/idle", f"{text}\nm\nn", awk, screen=screen)[0].split()[2] == "0"
