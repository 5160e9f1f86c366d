"""The reader of command lines: what it reads, what it refuses, and that it gives every value to its argument."""

from __future__ import annotations

from importlib import import_module
from inspect import signature

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.cli.arguments import (
    COUNT,
    SECONDS,
    Argument,
    HelpRequested,
    Mistake,
    Options,
    flag,
    option,
    positional,
    read,
)
from navi.cli.verb_table import VERBS, Verb

BY_NAME = {verb.name: verb for verb in VERBS}


def reading(name: str, words: list[str]) -> Options:
    """Read the command line of a verb."""
    return read(BY_NAME[name].arguments, words)


READ = [
    ("send", ["api", "ls -l"], {"address": "api", "text": "ls -l"}),
    ("send", ["api", "ls", "--wait"], {"text": "ls", "wait": ""}),
    ("send", ["api", "--wait", ">>>", "ls", "--timeout", "2.5"], {"text": "ls", "wait": ">>>", "timeout": 2.5}),
    ("send", ["api"], {"address": "api", "text": None}),
    ("capture", ["--lines", "5", "api"], {"address": "api", "lines": 5}),
    ("kill", ["a", "box/b", "--dry-run"], {"addresses": ["a", "box/b"], "dry_run": True}),
    ("ls", ["--host", "a", "--host", "b", "--json"], {"host": ["a", "b"], "json": True}),
    ("new", ["x", "--python", "-c", "/tmp", "--env", "A=1", "--env", "B="], {"python": True, "env": ["A=1", "B="]}),
    ("send", ["api", "--", "-x"], {"address": "api", "text": "-x"}),
    ("send", ["--", "api", "--"], {"address": "api", "text": "--"}),
    ("send", ["api", "--wait=x"], {"address": "api", "wait": "x"}),
    ("send", ["api", "--wait=-x=y"], {"wait": "-x=y"}),
    ("send", ["api", "--keys", "C-c", "Up"], {"address": "api", "text": None, "keys": ["C-c", "Up"]}),
    ("send", ["--keys", "C-c", "Up", "--json", "api"], {"address": "api", "keys": ["C-c", "Up"], "json": True}),
    ("send", ["--keys=C-c", "api"], {"address": "api", "keys": ["C-c"]}),
    ("send", ["api", "-5"], {"text": "-5"}),
    ("send", ["api", "-x is a sentence"], {"text": "-x is a sentence"}),
    ("send", ["api", "-"], {"text": "-"}),
    ("send", ["-S/tmp/s", "-t", "%1", "text"], {"socket": "/tmp/s", "target": "%1", "address": "text"}),
    ("capture", ["--start", "-5", "api"], {"start": -5}),
    ("capture", ["--lines=1", "--lines=2", "api"], {"lines": 2}),
    ("new", ["x", "--agent"], {"agent": "", "name": "x"}),
    ("new", ["--agent", "--attach", "x"], {"agent": "", "attach": True, "name": "x"}),
    ("new", ["x", "--agent", "codex"], {"agent": "codex"}),
    ("new", ["x"], {"agent": None, "env": [], "timeout": 15.0, "host": "local", "wait": None}),
    ("health", [], {"addresses": [], "json": False}),
    ("undo", [], {"address": None}),
    ("tag", ["api", "+x", "-y", "--json", "-h"], {"address": "api", "changes": ["+x", "-y", "--json", "-h"]}),
    ("tag", ["api", "--", "-y"], {"changes": ["-y"]}),
    ("tag", ["api"], {"changes": []}),
]


@pytest.mark.parametrize(("name", "words", "wanted"), READ, ids=[f"{name} {words}" for name, words, _ in READ])
def test_command_lines_are_read(name: str, words: list[str], wanted: dict[str, object]) -> None:
    found = reading(name, words)
    assert {key: getattr(found, key) for key in wanted} == wanted


def test_a_default_is_never_changed() -> None:
    assert reading("new", ["x", "--env", "A=1"]).env == ["A=1"]
    assert reading("new", ["x"]).env == []


REFUSED = [
    ("send", ["api", "-x"], "unrecognized arguments: -x"),
    ("send", ["a", "b", "c"], "unrecognized arguments: c"),
    ("send", ["api", "--retries"], "--retries requires a value"),
    ("send", ["api", "--retries", "-x"], "--retries requires a value"),
    ("send", ["api", "--retries", "--", "x"], "--retries requires a value"),
    ("send", ["api", "--keys", "--json"], "--keys requires a value"),
    ("send", ["api", "--json=1"], "--json takes no value"),
    ("capture", ["--lines", "many"], "--lines: invalid number `many`"),
    ("capture", ["--lines", "-1"], "--lines: invalid number `-1`"),
    ("send", ["--timeout", "-1"], "--timeout: invalid number of seconds `-1`"),
    ("send", ["--timeout", "nan"], "--timeout: invalid number of seconds `nan`"),
    ("kill", [], "the following arguments are required: ADDR"),
    ("rename", [], "the following arguments are required: ADDR, NEW"),
    ("new", ["x", "--python", "--gdb"], "--gdb: not allowed with --python"),
    ("hooks", ["status", "--host", "a", "--all"], "--all: not allowed with --host"),
    ("ls", ["--filter", "nothing"], "--filter: invalid choice `nothing`; choose from all, local, remote"),
    ("registry", ["burn"], "backup|restore: invalid choice `burn`; choose from backup, restore"),
    ("ls", ["--hos", "x"], "unrecognized arguments: --hos"),
    ("ls", ["x"], "unrecognized arguments: x"),
    ("mcp", ["--"], ""),
]


@pytest.mark.parametrize(("name", "words", "wanted"), REFUSED, ids=[f"{name} {words}" for name, words, _ in REFUSED])
def test_mistakes_are_named(name: str, words: list[str], wanted: str) -> None:
    if not wanted:
        assert reading(name, words) == Options()
        return
    with pytest.raises(Mistake) as caught:
        reading(name, words)
    assert str(caught.value) == wanted


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["--json", "--help"], ["x", "-h", "--nonsense"]])
def test_help_is_requested_anywhere_before_a_mistake(words: list[str]) -> None:
    with pytest.raises(HelpRequested):
        reading("health", words)


def words_for(verb: Verb) -> st.SearchStrategy[list[str]]:
    """Generate words such as people type for a verb, right and wrong."""
    names = [name for one in verb.arguments for name in one.names if one.is_option]
    values = ["x", "5", "2.5", "-1", "", "a b", "A=1", "all", "plain", "install", "backup", "--", "-", "--json=1"]
    return st.lists(st.sampled_from([*names, *values]), max_size=6)


@given(st.sampled_from(VERBS).flatmap(lambda verb: st.tuples(st.just(verb), words_for(verb))))
def test_a_command_line_is_read_completely_or_refused(line: tuple[Verb, list[str]]) -> None:
    verb, words = line
    try:
        found = vars(read(verb.arguments, words))
    except Mistake:
        return
    assert found.keys() == {one.key for one in verb.arguments}
    assert all(_is_of(one, found[one.key]) for one in verb.arguments)


def _is_of(argument: Argument, value: object) -> bool:
    """Whether an argument can have a value."""
    if argument.is_list:
        return value == argument.default or isinstance(value, list)
    if not argument.value:
        return isinstance(value, bool)
    if value == argument.default or value == argument.bare:
        return True
    return isinstance(value, str | int | float) and (not argument.choices or value in argument.choices)


ROWS = (
    positional("first", "FIRST", help=""),
    positional("others", "OTHER", help="", many="*"),
    flag("-f", "--flag", help=""),
    option("-n", "--number", value="N", help="", kind=COUNT),
    option("--seconds", value="S", help="", kind=SECONDS, default=1.0),
    option("--each", value="E", help="", collects=True),
)

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, st.lists(texts), texts, st.integers(0, 10**9), st.booleans())
def test_nothing_behind_two_dashes_or_an_equals_sign_is_taken_for_an_option(
    first: str, others: list[str], each: str, number: int, given_flag: bool
) -> None:
    words = [*["-f"] * given_flag, f"--each={each}", f"--each={first}", "-n", str(number), "--", first, *others]
    found = read(ROWS, words)
    assert (found.first, found.others, found.each) == (first, others, [each, first])
    assert (found.number, found.flag, found.seconds) == (number, given_flag, 1.0)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_the_rows_of_a_verb_fit_together(verb: Verb) -> None:
    keys = [one.key for one in verb.arguments]
    names = [name for one in verb.arguments for name in one.names]
    assert (len(set(keys)), len(set(names))) == (len(keys), len(names))
    places = [one for one in verb.arguments if not one.is_option]
    assert all(one.many in ("", "?") for one in places[:-1]), "only the last place can take many words"
    assert all(one.help and not one.help.endswith(".") for one in verb.arguments)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_verb_has_a_function_that_takes_options_and_a_context(verb: Verb) -> None:
    module, _, function = verb.function.rpartition(".")
    parameters = signature(getattr(import_module(f"navi.{module}"), function)).parameters.values()
    assert [one.annotation for one in parameters] == ["Options", "Context"]
