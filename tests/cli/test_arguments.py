"""The quick reader of command lines: what it reads, argparse reads the same."""

from __future__ import annotations

import contextlib
import io
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.cli.arguments import arguments_of, read_simple
from navi.cli.parser import read
from navi.cli.verbs import VERBS, Verb

BY_NAME = {verb.name: verb for verb in VERBS}

SIMPLE = [
    ("send", ["api", "ls -l"], {"address": "api", "text": "ls -l"}),
    ("send", ["api", "--wait", ">>>", "ls", "--timeout", "2.5"], {"text": "ls", "wait": ">>>", "timeout": 2.5}),
    ("send", ["api"], {"address": "api", "text": None}),
    ("capture", ["--lines", "5", "api"], {"address": "api", "lines": 5}),
    ("kill", ["a", "box/b", "--dry-run"], {"addresses": ["a", "box/b"], "dry_run": True}),
    ("ls", ["--host", "a", "--host", "b", "--json"], {"host": ["a", "b"], "json": True}),
    ("new", ["x", "--python", "-c", "/tmp", "--env", "A=1", "--env", "B="], {"python": True, "env": ["A=1", "B="]}),
]


@pytest.mark.parametrize(("name", "words", "wanted"), SIMPLE, ids=[" ".join(words) for _, words, _ in SIMPLE])
def test_simple_lines_are_read(name: str, words: list[str], wanted: dict[str, object]) -> None:
    found = read_simple(BY_NAME[name], words)
    assert found is not None
    assert {key: getattr(found, key) for key in wanted} == wanted


NOT_SIMPLE = [
    ("send", ["api", "--", "-x"]),
    ("send", ["api", "-x"]),
    ("send", ["api", "--wait"]),
    ("send", ["api", "--wait", "-x"]),
    ("send", ["api", "--wait=x"]),
    ("send", ["api", "--keys", "C-c"]),
    ("send", ["a", "b", "c"]),
    ("capture", ["--lines", "many"]),
    ("capture", ["--lines", "-1"]),
    ("kill", []),
    ("new", ["x", "--python", "--gdb"]),
    ("ls", ["--filter", "nothing"]),
    ("tag", ["api", "+x"]),
    ("ls", ["--help"]),
    ("ls", ["--hos", "x"]),
]


@pytest.mark.parametrize(("name", "words"), NOT_SIMPLE, ids=[" ".join(words) or name for name, words in NOT_SIMPLE])
def test_what_is_not_simple_is_left_to_argparse(name: str, words: list[str]) -> None:
    assert read_simple(BY_NAME[name], words) is None


def words_for(verb: Verb) -> st.SearchStrategy[list[str]]:
    """Generate words such as people type for a verb, right and wrong."""
    names = [name for one in arguments_of(verb) for name in one.names if one.is_option]
    values = ["x", "5", "2.5", "-1", "", "a b", "A=1", "all", "plain", "install", "backup", "--", "-", "--json=1"]
    return st.lists(st.sampled_from([*names, *values]), max_size=6)


@given(st.sampled_from(VERBS).flatmap(lambda verb: st.tuples(st.just(verb), words_for(verb))))
def test_whatever_is_read_quickly_argparse_reads_the_same(line: tuple[Verb, list[str]]) -> None:
    verb, words = line
    found = read_simple(verb, words)
    if found is not None:
        assert vars(found) == vars(carefully(verb, words))


def carefully(verb: Verb, words: list[str]) -> SimpleNamespace:
    """Read words with argparse; a mistake fails the test with argparse's own words."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            return SimpleNamespace(**vars(read(verb, words)))
    except SystemExit:
        raise AssertionError(f"{verb.name} {words}: {said.getvalue()}") from None
