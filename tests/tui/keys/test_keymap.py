"""Which keys are in force: how they are written, what config.yaml changes, and what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.settings import Rebinding
from navi.tui.keys.keymap import DIALOG, FORM, LIST, PAGE, PROMPT, SEARCH, Keymap, character, parse_key, rebind, shown
from navi.tui.keys.table import KEYS

WRITTEN = [
    ("X", "X"), (" ", " "), ("é", "é"), ("5", "5"), ("f8", "f8"), ("F12", "f12"), ("enter", "enter"),
    ("Enter", "enter"), ("return", "enter"), ("ctrl r", "ctrl r"), ("Ctrl-R", "ctrl r"), ("^R", "ctrl r"),
    ("^r", "ctrl r"), ("C-r", "ctrl r"), ("PgDn", "page down"), ("page down", "page down"),
    ("Page-Up", "page up"), ("Space", " "), ("escape", "esc"), ("shift-tab", "shift tab"), ("alt x", "meta x"),
    ("M-X", "meta X"), ("nope", None), ("", None), ("f13", None), ("f0", None), ("\t", None), ("ctrl", None),
    ("^i", None), ("ctrl m", None), ("ctrl 5", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), WRITTEN)
def test_keys_are_read_as_people_write_them(text: str, key: str | None) -> None:
    assert parse_key(text) == key


def test_every_key_of_the_table_can_be_written_as_it_is_shown() -> None:
    keys = {key for binding in KEYS for key in binding.keys}
    assert {key: parse_key(shown(key)) for key in keys} == {key: key for key in keys}
    assert {key: parse_key(key) for key in keys} == {key: key for key in keys}


CONTEXTS = [
    ((LIST,), "n", "new"),
    ((SEARCH, LIST), "n", "next_match"),
    ((SEARCH, LIST), "s", "sort"),
    ((LIST,), "N", None),
    ((PROMPT, SEARCH, LIST), "down", "search_down"),
    ((LIST,), "c", "clone"),
    (("details", PAGE), "c", "clone"),
    (("git", PAGE), "c", "comments"),
    (("comments", PAGE), "c", "comments"),
    ((LIST,), "q", "quit"),
    ((PAGE,), "q", "back"),
    ((PAGE,), "s", None),
    ((DIALOG,), "q", "decline"),
    ((DIALOG,), "x", None),
    ((FORM,), "tab", "next_field"),
    (("directory", FORM), "tab", "next_field"),
    (("directory", FORM), "shift tab", "previous_field"),
    (("directory", FORM), "ctrl space", "complete"),
    ((FORM,), "right", None),
    ((DIALOG,), "j", "down"),
    ((DIALOG,), "s", "stop"),
    (("directory", FORM), "down", "next_field"),
]


@pytest.mark.parametrize(("contexts", "key", "command"), CONTEXTS)
def test_the_topmost_context_that_binds_a_key_decides(contexts: tuple[str, ...], key: str, command: str | None) -> None:
    assert Keymap(KEYS).command(contexts, key) == command


def entry(command: str, *keys: str, line: int = 1) -> Rebinding:
    """Return an entry of `keys:`."""
    return Rebinding(command, keys, "config.yaml", line)


GOOD = [
    ([entry("kill", "X", "f8")], {"X": "kill", "f8": "kill", "x": None}),
    ([entry("attach", "ctrl o")], {"ctrl o": "attach", "enter": None}),
    ([entry("kill", "d"), entry("dismiss", "x")], {"d": "kill", "x": "dismiss"}),
    ([entry("next_match", "x")], {"x": "kill"}),
    ([entry("confirm", "x")], {"x": "kill"}),
]


@pytest.mark.parametrize(("entries", "expected"), GOOD)
def test_a_rebound_command_has_only_its_new_keys(entries: list[Rebinding], expected: dict[str, str | None]) -> None:
    keymap, problems = rebind(KEYS, entries)
    assert problems == ()
    assert {key: keymap.command((LIST,), key) for key in expected} == expected


BAD = [
    (
        [entry("kil", "X", line=3)],
        ["config.yaml:3: keys: unknown command `kil`; did you mean `kill`?"],
    ),
    (
        [entry("zzz", "X")],
        ["config.yaml:1: keys: unknown command `zzz`; KEYS in navi(1) lists the commands"],
    ),
    (
        [entry("kill", "X", "hyper x")],
        ["config.yaml:1: keys: unknown key `hyper x` for `kill`; write a character, or a name such as `enter`, `f8`, "
         "`ctrl r`, `page down`"],
    ),
    (
        [entry("kill", "n", line=2)],
        ["config.yaml:2: keys: `n` is the key of `new` in the context `list`; give `kill` or `new` another key"],
    ),
    (
        [entry("kill", "z", line=2), entry("rename", "z", line=3)],
        ["config.yaml:3: keys: `z` is the key of `kill` in the context `list`; give `rename` or `kill` another key"],
    ),
    (
        [entry("submit", "s")],
        ["config.yaml:1: keys: `s` can't be a key of `submit`: characters are typed there; write `f8` or `ctrl r`"],
    ),
    (
        [entry("search_keep", "space")],
        ["config.yaml:1: keys: `space` can't be a key of `search_keep`: characters are typed there; write `f8` or "
         "`ctrl r`"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "expected"), BAD, ids=[expected[0] for _, expected in BAD])
def test_a_bad_entry_is_reported_and_the_rest_counts(entries: list[Rebinding], expected: list[str]) -> None:
    keymap, problems = rebind(KEYS, [*entries, entry("quit", "f9", line=9)])
    assert [str(problem) for problem in problems] == expected
    assert keymap.command((LIST,), "f9") == "quit"
    assert keymap.name("rename") == "R"
    assert list(keymap.doubled()) == []


def test_a_default_that_comes_back_makes_others_bad_in_turn() -> None:
    keymap, problems = rebind(KEYS, [entry("kill", "d", line=1), entry("dismiss", "n", line=2)])
    assert [problem.line for problem in problems] == [2, 1]
    assert (keymap.name("kill"), keymap.name("dismiss"), keymap.name("new")) == ("x", "d", "n")


COMMANDS = st.sampled_from([binding.command for binding in KEYS])
WORDS = st.sampled_from([*"xdnsz?Q", "f8", "esc", "enter", "ctrl r", "bad key"])


@given(st.dictionaries(COMMANDS, st.lists(WORDS, min_size=1, max_size=3), max_size=8))
def test_whatever_is_rebound_every_key_means_one_thing(wanted: dict[str, list[str]]) -> None:
    entries = [entry(command, *keys, line=number) for number, (command, keys) in enumerate(wanted.items())]
    keymap, problems = rebind(KEYS, entries)
    assert list(keymap.doubled()) == []
    assert all(binding.keys for binding in keymap.bindings)
    lines = {problem.line for problem in problems}
    for one in entries:
        if one.line not in lines:
            assert keymap.name(one.command) == shown(parse_key(one.keys[0]) or "")


@pytest.mark.parametrize("key", "a \t\u00a0\u202f\u3000\u2028\u200dé漢\U0001f469")
def test_a_character_types_itself(key: str) -> None:
    assert character(key) == key


@pytest.mark.parametrize("key", ["", "tab", *"\x00\x1b\x0b\x1f\x85\u202e\u200b\U000e0041\udc80"])
def test_what_hides_or_turns_text_types_nothing(key: str) -> None:
    assert character(key) == ""
