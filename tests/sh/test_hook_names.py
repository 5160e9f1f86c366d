"""Scripts, operations and the verb know the same agents with hooks, and the scripts rank statuses as core does."""

from __future__ import annotations

import re

from navi.cli.verb_table import HOOKS
from navi.core.status import PRIORITY
from navi.ops.hooks.files import OTHER_AGENTS
from navi.ops.hooks.plans import HOOKED_AGENTS
from navi.ops.linker import read_file

NAMES = re.compile(r"^navi_hook_names='(.*)'$", re.MULTILINE)
RANKED = re.compile(r'index\(" ([a-z ]+) ", " " decode')


def test_the_scripts_have_a_file_of_each_agent() -> None:
    names = NAMES.findall(read_file("hooks/places.sh"))
    assert [one.split() for one in names] == [["hook", "plugin", "settings", *OTHER_AGENTS]]


def test_each_name_has_a_path() -> None:
    text = read_file("hooks/places.sh")
    assert re.findall(r"^    (\w+)\) navi_file=", text, re.MULTILINE) == NAMES.findall(text)[0].split()


def test_the_verb_takes_each_agent() -> None:
    assert [one.choices for one in HOOKS if "agents" in one.names] == [HOOKED_AGENTS]


def test_agents_are_looked_for_by_these_names() -> None:
    found = re.findall(r'"(\w+)=\$', read_file("hooks/read.sh"))
    assert ("claude", *found) == HOOKED_AGENTS


def test_conversations_are_ranked_by_the_same_statuses() -> None:
    ranked = RANKED.findall(read_file("hooks/conversations.awk"))
    assert [tuple(one.split()) for one in ranked] == [PRIORITY]
