"""Case and story files: what is wrong with one is reported, and trees of processes are read as they are shown."""

from __future__ import annotations

import pytest

from tests.agents.case_file import CaseError, Node, PaneFacts, parents, parse_case, processes_text
from tests.agents.case_story import cases_of, parse_story

HEAD = "agent: claude\nstatus: idle\n"

BROKEN = [
    ("agent: claude\n", "missing: status"),
    (f"{HEAD}mood: good\n", "unknown: mood"),
    (f"{HEAD}event: something\n", "no event"),
    (f'{HEAD}event: 1 s ago Stop {{"a": \n', "has no JSON object"),
    (f"{HEAD}processes: claude\n", "the letter of its state"),
    (f"{HEAD}processes: S claude\n  S sleep\n", "either in the first line or below"),
]


@pytest.mark.parametrize(("text", "complaint"), BROKEN, ids=[complaint for _, complaint in BROKEN])
def test_what_is_wrong_with_a_case_is_reported(text: str, complaint: str) -> None:
    with pytest.raises(CaseError, match=complaint):
        parse_case(text)


BROKEN_STORIES = [
    ("agent: claude\n\nat: 1 s\n", "missing: statuses, story, version"),
    ("agent: a\nversion: 1\nstory: x\nstatuses: idle\n\ntitle: x\n", "begins with its time"),
]


@pytest.mark.parametrize(("text", "complaint"), BROKEN_STORIES, ids=[complaint for _, complaint in BROKEN_STORIES])
def test_what_is_wrong_with_a_story_is_reported(text: str, complaint: str) -> None:
    with pytest.raises(CaseError, match=complaint):
        parse_story(text)


TREE = "processes:\n  S claude\n    S sh -c make > log\n      R make\n    S sleep 9\n  S vim\n"


def test_a_tree_of_processes_is_read() -> None:
    nodes = parse_case(HEAD + TREE).processes
    assert [(node.depth, node.command) for node in nodes] == [
        (0, "claude"), (1, "sh -c make > log"), (2, "make"), (1, "sleep 9"), (0, "vim"),
    ]  # fmt: skip
    assert parents(nodes) == [-1, 0, 1, 0, -1]
    assert f"processes:{processes_text(nodes)}\n" == TREE


def test_a_chain_of_processes_is_read() -> None:
    nodes = parse_case(f"{HEAD}processes: S node /a/codex > R codex > S sh -c x > y\n").processes
    assert nodes == (Node(0, "S", "node /a/codex"), Node(1, "R", "codex"), Node(2, "S", "sh -c x > y"))


def test_facts_of_a_pane_are_read() -> None:
    pane = parse_case(f"{HEAD}pane: command node, silent for 12.5 s, 40 by 20, copy mode\n").pane
    assert pane == PaneFacts("node", 12.5, 40, 20, copy_mode=True)


STORY = """\
agent: claude
version: 1
story: x
statuses: idle, working or working

at: 0.5 s
title: one
state file: {"status": "idle", "statusUpdatedAt": "at -1.0 s"}
processes: S claude
|a screen

at: 2.0 s
title: two

at: 3.0 s
event: Stop {}

at: 4.0 s
state file:
"""


def test_a_story_says_only_what_is_new() -> None:
    story = parse_story(STORY)
    assert story.statuses == (("idle", "working"), ("working",))
    assert [(at, case.title, case.screen) for at, case in cases_of(story)] == [
        (0.5, "one", "a screen\n"), (2.0, "two", "a screen\n"), (3.0, "two", "a screen\n"), (4.0, "two", "a screen\n"),
    ]  # fmt: skip
    ages = [case.states[0].partition('At": ')[2] for _, case in cases_of(story) if case.states]
    assert ages == ['"1.5 s ago"}', '"3.0 s ago"}', '"4.0 s ago"}']
    assert [len(case.states) for _, case in cases_of(story)] == [1, 1, 1, 0]
