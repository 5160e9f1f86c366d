"""What is personal goes out of a case, its layout and its meaning stay: properties, and what each kind becomes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from navi.core.agents import AGENTS
from tests.agents.case_file import Case, Node, PaneFacts
from tests.agents.case_privacy import Personal, Replacer, blanked, needed, width, without_personal
from tests.agents.case_replay import replay
from tests.agents.case_rules import lines_of_rules
from tests.agents.test_case_replay import cases

ZELDA = Personal(
    users=["zelda", "Zelda Fitzgerald", "Fitzgerald"],
    hosts=["thornfield", "thornfield.example.net"],
    homes=["/home/zelda"],
    folders=["/home/zelda/work/gatsby/src"],
)

KINDS = [
    ("user name", "who: zelda, Zelda's", "zelda"),
    ("user name in a path", "cd /home/zelda/work", "zelda"),
    ("another user in a path", "ls /home/nick/work", "nick"),
    ("folder", "gatsby | main, in gatsby/", "gatsby"),
    ("file below the home", "open ~/novels/draft9.txt", "draft9"),
    ("host", "zelda@thornfield:~$ ssh thornfield.example.net", "thornfield"),
    ("e-mail", "From: daisy.b+x@west-egg.org", "daisy"),
    ("OpenAI key", "export K=sk-proj-a1B2c3D4e5F6g7H8", "a1B2c3D4"),
    ("GitHub token", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghij"),
    ("AWS key", "AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    ("JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "hbGciOiJ"),
    ("bearer", "Authorization: Bearer abc.def-123", "abc.def"),
    ("password", "mysql password=hunter22 now", "hunter22"),
    ("URL", "git clone https://nick:hunter22@example.org/x", "hunter22"),
    ("hex", "digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "9f86d081"),
    ("base64", "blob QWxhZGRpbjpvcGVuIHNlc2FtZTEyMzQ1Njc4OTA=", "QWxhZGRp"),
    ("IPv4", "connect 203.0.113.77 port 22", "203.0.113"),
    ("IPv6", "connect 2001:db8:85a3::8a2e:370:7334 now", "85a3"),
    ("UUID", "claude --resume 3f2504e0-4f89-41d3-9a0c-0305e82c3301", "4f89-41d3"),
    ("private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----", "MIIEow"),
]


@pytest.mark.parametrize(("text", "secret"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_what_is_personal_goes_and_the_layout_stays(text: str, secret: str) -> None:
    replacer = Replacer(ZELDA)
    found = replacer.text(text)
    assert secret.lower() not in found.lower()
    assert [width(line) for line in found.split("\n")] == [width(line) for line in text.split("\n")]
    assert sum(replacer.counts.values()) >= 1


HARMLESS = [
    "Do you want to proceed?",
    " ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend",
    "12:30:45 v2.1.197 127.0.0.1:8000 ~ /usr/bin/node",
    "⠋ Thinking... (esc to cancel, 2s)",
    "commit 9f86d08 · 3 files · PR #12",
    "a=b; c::d std::vector<int> 1.2.3 12345678901",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_says_nothing_about_a_person_stays(text: str) -> None:
    replacer = Replacer(ZELDA)
    assert replacer.text(text) == text
    assert not replacer.counts


def test_a_word_that_goes_on_in_the_next_line_goes_whole() -> None:
    lines = ["│ export KEY=ghp_abcdefghijklmnop", "│ qrstuvwxyz012345 && make"]
    found = Replacer(ZELDA).text("\n".join(lines), columns=34)
    assert found.split("\n") == ["│ export KEY=ghp_xxxxxxxxxxxxxxxx", "│ xxxxxxxxxx000000 && make"]


def test_different_things_stay_different() -> None:
    found = Replacer(Personal(users=["anna", "bert"])).text("anna bert Anna bert")
    first, second, third, fourth = found.split(" ")
    assert (first, second) == (third, fourth)
    assert first != second


def test_different_ids_stay_different() -> None:
    one, other = (f"3f2504e0-4f89-41d3-9a0c-0305e82c330{number}" for number in (1, 2))
    found = Replacer(ZELDA).text(f"{one} {other} {one}").split(" ")
    assert found[0] == found[2] != found[1]


def test_a_name_that_is_a_word_of_an_agent_goes_only_where_it_is_a_name() -> None:
    replacer = Replacer(Personal(users=["claude"], homes=["/home/claude"]))
    assert replacer.text("claude in /home/claude/x by claude@box") != "claude in /home/claude/x by claude@box"
    assert replacer.text("● Claude Code") == "● Claude Code"
    assert list(replacer.spared) == ["claude"]


# ---- properties

names = st.text(st.characters(categories=("Ll", "Lu", "Lo", "Nd")), min_size=3, max_size=12)
texts = st.text(
    st.one_of(
        st.sampled_from(list("/.@:-_= \n│❯●✻")), st.characters(categories=("Ll", "Lu", "Lo", "Nd", "Po", "Sm", "Zs"))
    ),
    max_size=200,
)


@given(names, names, texts, texts, st.integers(0, 120))
def test_no_name_is_left_and_nothing_moves(user: str, host: str, before: str, behind: str, columns: int) -> None:
    assume(not {user.lower(), host.lower()} & needed())
    assume(not {user.lower(), host.lower()} & {"use", "user", "hos", "host"})
    text = f"{before} {user}@{host}:/home/{user}/x {behind} {host}.{user}"
    found = Replacer(Personal(users=[user], hosts=[host], homes=[f"/home/{user}"])).text(text, columns)
    assert [width(line) for line in found.split("\n")] == [width(line) for line in text.split("\n")]
    for name in (user, host):
        assert not re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", found, re.IGNORECASE)


@given(texts, st.integers(0, 120))
def test_to_replace_twice_is_to_replace_once(text: str, columns: int) -> None:
    text = f"{text} zelda@thornfield /home/zelda/work/gatsby/a.txt sk-abcdefgh12345678 daisy@west.org"
    replacer = Replacer(ZELDA)
    once = replacer.text(text, columns)
    assert replacer.text(once, columns) == once


# ---- cases

PERSONAL_CASE = Case(
    "claude", ("permission",), "❯ zelda asks gatsby\n", title="✳ gatsby", message="wants to run rm /home/zelda/x",
    states=('{"status": "busy", "cwd": "/home/zelda/work/gatsby"}', '{"status": "busy", "cwd": "/home/zelda/wor'),
    files=('{"status": "permission", "cwd": "/home/zelda", "message": "ask zelda"}',),
    processes=(Node(0, "S", "claude --resume zelda"),), comments=("navi says permission: zelda",),
)  # fmt: skip


def test_every_part_of_a_case_is_without_what_is_personal() -> None:
    found = repr(without_personal(PERSONAL_CASE, Replacer(ZELDA)))
    assert "zelda" not in found
    assert "gatsby" not in found


LAB = Personal(users=["home"], hosts=["navi-lab"], homes=["/tmp/navi-lab/home"], folders=["/tmp/navi-lab/home/work"])
"""What is personal in recorded cases."""


def blank(case: Case) -> Case:
    """Return a case without its conversation."""
    return blanked(case, lines_of_rules(case, AGENTS))


@cache
def without_events() -> Sequence[Case]:
    """Return all cases without what a hook reported."""
    return [case._replace(events=(), files=()) for case in cases()]


@cache
def words() -> Sequence[str]:
    """Return what navi says about them."""
    return [one.word for one in replay(without_events())]


@pytest.mark.parametrize("change", [lambda case: without_personal(case, Replacer(LAB)), blank], ids=["names", "blank"])
def test_navi_says_the_same_about_a_case_without_it(change: Callable[[Case], Case]) -> None:
    found = [one.word for one in replay(map(change, without_events()))]
    wrong = [case.name for case, old, new in zip(without_events(), words(), found, strict=True) if old != new]
    assert wrong == []


def test_the_conversation_is_blanked() -> None:
    case = Case(
        "claude", ("idle",), "❯ my secret plan\n\n● Born to run 99\n\n❯\u00a0\n────\n  ? for shortcuts\n",
        title="✳ My secret plan", pane=PaneFacts(columns=80),
        files=('{"status": "done", "message": "Born to run", "cwd": "/secret"}', '{"message": "secr'),
        processes=(Node(0, "S", "node /opt/claude --append secret"),),
    )  # fmt: skip
    found = blank(case)
    assert found.screen == "❯ xx xxxxxx xxxx\n\n● xxxx xx xxx 00\n\n❯\u00a0\n────\n  ? for shortcuts\n"
    assert found.title == "✳ xx xxxxxx xxxx"
    assert [json.loads(found.files[0])[name] for name in ("status", "message")] == ["done", "xxxx xx xxx"]
    assert found.files[1] == '{"xxxxxxx": "xxxx'
    assert found.processes[0].command == "node /opt/claude --xxxxxx xxxxxx"
