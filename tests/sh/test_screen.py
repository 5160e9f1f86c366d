"""screen.awk: which rule of an agent holds for the text of a pane, with every awk."""

from __future__ import annotations

import os
import subprocess

import pytest

from navi.core.agents import AGENTS
from navi.core.agents.kind import AgentKind, RequestLine, ScreenRule
from navi.ops.linker import read_source
from navi.ops.look.agents import describe
from tests.support.awks import awk_command, every_awk

TOKEN = "navi-0123456789abcdef01234567"

TEST = AgentKind(
    "test",
    ("test",),
    prompt="^> [^ ]",
    border="^(---)",
    screens=(
        ScreenRule("permission", "dialog", ((6, "^ *(> )?1\\. "), (2, "Esc to cancel"), (6, "Do you want .*\\?"))),
        ScreenRule("error", "failed turn", ((0, "^\u25cf API Error"),)),
        ScreenRule("working", "busy line", ((2, "esc to interrupt"),)),
        ScreenRule("idle", "prompt", ((2, "\\? for shortcuts|\u2190 for agents"),)),
    ),
)

ASKS = TEST._replace(
    asked=(
        RequestLine("wants to run ", "^  [$] ", "^  [$] | *\u2502$", after="^Bash command"),
        RequestLine("wants to read ", "^Read ", "^Read "),
    )
)

Record = tuple[str, str, str]
"""What a record has: process, status and rule, text."""


def judge(awk: str, text: bytes, kinds: tuple[AgentKind, ...] = (TEST, *AGENTS)) -> list[Record]:
    """Give awk what was captured; return its records."""
    rules = {"navi_token": TOKEN, "navi_rules": describe(kinds), "LC_ALL": "C", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [*awk_command(awk), read_source("look/screen.awk").text], input=text, capture_output=True, timeout=20, env=rules
    )
    assert (done.returncode, done.stderr) == (0, b"")
    records = []
    for part in done.stdout.decode("utf-8", "surrogateescape").split(f"{TOKEN} screen ")[1:]:
        header, _, body = part.partition("\n")
        process, _, rule = header.partition(" ")
        records.append((process, rule, body.removesuffix("\n")))
    return records


def capture(*lines: str, name: str = "test", process: int = 7) -> bytes:
    """Return what is captured of one pane."""
    return "".join(f"{line}\n" for line in (f"{TOKEN} capture {process} {name}", *lines)).encode()


def one(awk: str, *lines: str, name: str = "test") -> tuple[str, str]:
    """Return rule and text for one screen."""
    ((process, rule, text),) = judge(awk, capture(*lines, name=name))
    assert process == "7"
    return rule, text


DIALOG = ("Bash command", "  touch x", "Do you want to proceed?", "> 1. Yes", "  2. No", "Esc to cancel")
BOX = ("------", "> ", "------", "? for shortcuts")
MANY = tuple(f"line {number}" for number in range(200))

SCREENS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "nothing": ((), "-", ""),
    "only blanks": (("   ", "\t", ""), "-", ""),
    "idle": (("> say hello", "hello", *BOX), "idle prompt", "? for shortcuts"),
    "trailing blanks and lines": ((*BOX[:3], "? for shortcuts    \t ", "", "  ", ""), "idle prompt", "? for shortcuts"),
    "bytes of a character": (("  \u2190 for agents",), "idle prompt", "  \u2190 for agents"),
    "busy": (("x", "esc to interrupt"), "working busy line", "esc to interrupt"),
    "dialog": (DIALOG, "permission dialog", "Do you want to proceed?"),
    "the last question counts": (("Do you want a?", *DIALOG), "permission dialog", "Do you want to proceed?"),
    "a dialog in the text": ((*DIALOG, "said the model", *BOX), "idle prompt", "? for shortcuts"),
    "the end of a dialog alone": (("Esc to cancel",), "-", ""),
    "a question above": (("Do you want more?", *MANY, "1. x", "Esc to cancel"), "-", ""),
    "a dialog cut off at the top": (DIALOG[3:], "-", ""),
    "words too high": (("esc to interrupt", "a", "b"), "-", ""),
    "error": (("> go", "\u25cf API Error: 400 x", *BOX), "error failed turn", "\u25cf API Error: 400 x"),
    "error of an earlier turn": (("\u25cf API Error: 400", "> go on", "yes", *BOX), "idle prompt", "? for shortcuts"),
    "error without a prompt": (("\u25cf API Error: 400", *BOX), "error failed turn", "\u25cf API Error: 400"),
    "error before what is typed now": (
        ("> go", "\u25cf API Error: 400", "------", "> again", "------", "? for shortcuts"),
        "error failed turn",
        "\u25cf API Error: 400",
    ),
    "only one border": (
        ("> go", "\u25cf API Error: 400", "------", "> again", "? for shortcuts"),
        "idle prompt",
        "? for shortcuts",
    ),
    "a rule in the text above the box": (
        ("> go", "----", "\u25cf API Error: 400", "------", "> again", "------", "? for shortcuts"),
        "error failed turn",
        "\u25cf API Error: 400",
    ),
    "error not at the beginning of a line": (
        ("> go", "it printed \u25cf API Error", *BOX),
        "idle prompt",
        "? for shortcuts",
    ),
    "far above": (("\u25cf API Error: 400", *MANY, *BOX), "idle prompt", "? for shortcuts"),
    "in the last eighty lines": (
        ("> go", "\u25cf API Error: 1", *MANY[:70], *BOX),
        "error failed turn",
        "\u25cf API Error: 1",
    ),
    "long": (("x" * 5000 + " esc to interrupt",), "working busy line", "x" * 300),
    "in a frame": (("\u2502 esc to interrupt   \u2502",), "working busy line", "esc to interrupt"),
    "with a bar at the right": (("  esc to interrupt   \u2588",), "working busy line", "  esc to interrupt"),
    "with a side alone": (("esc to interrupt\u2502x",), "working busy line", "esc to interrupt\u2502x"),
    "a header in the text": ((f"x{TOKEN} capture 8 test", "esc to interrupt"), "working busy line", "esc to interrupt"),
    "sh and awk": (
        ("$(touch pwned) %s %d & \\1 esc to interrupt",),
        "working busy line",
        "$(touch pwned) %s %d & \\1 esc to interrupt",
    ),
}


@every_awk
@pytest.mark.parametrize("case", SCREENS)
def test_the_first_rule_that_holds_decides(awk: str, case: str) -> None:
    lines, rule, text = SCREENS[case]
    assert one(awk, *lines) == (rule, text)


@every_awk
def test_each_pane_is_judged_by_the_rules_of_its_agent(awk: str) -> None:
    text = (
        capture("esc to interrupt", process=1)
        + capture("esc to interrupt", process=2, name="nobody")
        + capture(process=3)
        + capture("esc to interrupt \u00b7 \u2190 for agents", name="other", process=4)
        + capture(*BOX, process=5, name="test")
        + f"{TOKEN} end 0\n".encode()
    )
    other = TEST._replace(name="other", screens=(ScreenRule("idle", "arrow", ((1, "\u2190"),)),))
    assert [(process, rule) for process, rule, _ in judge(awk, text, (TEST, other))] == [
        ("1", "working busy line"),
        ("2", "-"),
        ("3", "-"),
        ("4", "idle arrow"),
        ("5", "idle prompt"),
    ]


@every_awk
def test_what_comes_before_the_first_pane_and_behind_the_end_counts_nowhere(awk: str) -> None:
    text = b"esc to interrupt\n" + capture("x") + f"{TOKEN} end 0\nesc to interrupt\n".encode()
    assert judge(awk, text) == [("7", "-", "")]
    assert judge(awk, b"") == []


WANTED: dict[str, tuple[tuple[str, ...], str]] = {
    "a command": (("Bash command", "  $ touch x", "  it touches"), "wants to run touch x"),
    "in a frame": (("Bash command", "  $ touch x      \u2502"), "wants to run touch x"),
    "the first line of several": (("Bash command", "  $ touch x", "  $ touch y"), "wants to run touch x"),
    "not what is above": (("  $ touch a", "Bash command", "some words", "  $ touch x"), "wants to run touch x"),
    "the last dialog": (("Bash command", "  $ touch a", "Bash command", "  $ touch x"), "wants to run touch x"),
    "the second way": (("Bash command", "Read a", "Read b"), "wants to read b"),
    "no way": (("Bash command", "some words"), "Do you want to proceed?"),
    "a backslash and an ampersand": (("Bash command", "  $ echo \\\\& &"), "wants to run echo \\\\& &"),
    "a long one": (("Bash command", "  $ " + "x" * 400), "wants to run " + "x" * 287),
}


@every_awk
@pytest.mark.parametrize("case", WANTED)
def test_a_permission_says_what_it_is_for(awk: str, case: str) -> None:
    lines, text = WANTED[case]
    ((_, rule, found),) = judge(awk, capture(*lines, *DIALOG[2:]), (ASKS,))
    assert (rule, found) == ("permission dialog", text)


@every_awk
def test_only_a_permission_says_what_it_is_for(awk: str) -> None:
    assert judge(awk, capture("Read a", *BOX), (ASKS,)) == [("7", "idle prompt", "? for shortcuts")]


@every_awk
def test_bytes_that_are_no_text_do_no_harm(awk: str) -> None:
    text = capture("x") + b"\xff\xfe\x80 \x1b[31m \xe2\x97 esc to interrupt\n"
    ((_, rule, found),) = judge(awk, text)
    assert rule == "working busy line"
    assert found.encode("utf-8", "surrogateescape").endswith(b"\xe2\x97 esc to interrupt")


@every_awk
def test_an_agent_with_an_odd_name_has_its_own_rules(awk: str) -> None:
    kinds = (TEST._replace(name="my agent"), TEST._replace(name="my", screens=()))
    assert judge(awk, capture("esc to interrupt", name="my agent"), kinds)[0][1] == "working busy line"
    assert judge(awk, capture("esc to interrupt", name="my"), kinds)[0][1] == "-"
