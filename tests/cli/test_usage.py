"""Help texts: every row of the table of verbs is in them."""

from __future__ import annotations

import re

import pytest

from navi.cli.usage import WIDTH, help_of, overview, unknown_verb, usage_of
from navi.cli.verb_table import VERBS, Verb
from tests.support.machines import Lab
from tests.support.verbs import navi

verbs = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)


def test_the_overview_has_every_verb_with_its_help() -> None:
    rows = re.findall(r"^  (\w+) {2,}(.*)$", overview(), re.MULTILINE)
    assert rows == [(verb.name, verb.help) for verb in VERBS]


@verbs
def test_the_help_of_a_verb_has_all_its_arguments(verb: Verb) -> None:
    rows = re.findall(r"^  (\S.*?)  +(\S.*)$", help_of(verb), re.MULTILINE)
    found = {
        name: help_text for names, help_text in rows for name in re.sub(r" [^-,]\S*( \.\.\.)?", "", names).split(", ")
    }
    wanted = {name: one.help for one in verb.arguments for name in (one.names if one.is_option else [one.value])}
    assert found == wanted | {"-h": found["-h"], "--help": found["-h"]}


@verbs
def test_the_usage_of_a_verb_has_all_its_arguments_and_fits(verb: Verb) -> None:
    lines = usage_of(verb).splitlines()
    assert max(map(len, lines)) <= WIDTH
    words = " ".join(line.strip() for line in lines)
    assert words.startswith(f"usage: navi {verb.name} [-h]")
    for one in verb.arguments:
        assert (f"[{one.names[0]}" in words) if one.is_option else (one.value in words)


USAGE = [
    ("rename", "usage: navi rename [-h] [-S SOCKET] ADDR NEW"),
    ("kill", "usage: navi kill [-h] [--withdraw] [--dry-run] [-S SOCKET] [--json] ADDR ..."),
    ("undo", "usage: navi undo [-h] [ADDR]"),
    ("tool", "usage: navi tool [-h] NAME [-- WORD ...]"),
    ("status", "usage: navi status [-h] [--format plain|tmux] [--json]"),
    ("tag", "usage: navi tag [-h] [-S SOCKET] ADDR [+tag|-tag ...]"),
]


@pytest.mark.parametrize(("name", "wanted"), USAGE)
def test_the_usage_line_of_a_verb_follows_its_row(name: str, wanted: str) -> None:
    assert usage_of(next(verb for verb in VERBS if verb.name == name)) == wanted


UNKNOWN = [
    ("dismis", "unknown command `dismis`; did you mean `dismiss`? See `navi --help`"),
    ("caputre", "unknown command `caputre`; did you mean `capture`? See `navi --help`"),
    ("", "unknown command ``; see `navi --help`"),
    ("frobnicate", "unknown command `frobnicate`; see `navi --help`"),
]


@pytest.mark.parametrize(("name", "wanted"), UNKNOWN)
def test_a_similar_verb_is_suggested(name: str, wanted: str) -> None:
    assert unknown_verb(name) == wanted


def test_help_is_printed_and_a_mistake_is_followed_by_the_usage(lab: Lab) -> None:
    rename = next(verb for verb in VERBS if verb.name == "rename")
    assert navi(lab, "rename", "--help").stdout == help_of(rename)
    wrong = navi(lab, "rename", "api", status=64)
    assert wrong.stdout == ""
    assert wrong.stderr == f"navi: the following arguments are required: NEW\n{usage_of(rename)}\n"


HINTS = [
    (["ls", "atlas"], "unrecognized arguments: atlas; did you mean `--host atlas`?"),
    (["ls", "local"], "unrecognized arguments: local; did you mean `--host local`?"),
    (["cleanup", "atlas"], "did you mean `--host atlas`?"),
    (["ls", "nobody"], "unrecognized arguments: nobody\n"),
    (["status", "atlas"], "unrecognized arguments: atlas\n"),
    (["ls", "--atlas"], "unrecognized arguments: --atlas\n"),
]


@pytest.mark.parametrize(("words", "said"), HINTS, ids=[" ".join(words) for words, _ in HINTS])
def test_the_name_of_a_host_in_the_wrong_place_is_noticed(lab: Lab, words: list[str], said: str) -> None:
    lab.remotes_yaml([{"name": "atlas", "host": "127.0.0.1"}])
    assert said in navi(lab, *words, status=64).stderr
