"""What navi's rules find on the recorded screens of real agents: see record.py. No agent is needed, only awk."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from navi.core.agents import AGENTS, AgentKind
from navi.core.model import Pane
from navi.ops.look.agents import describe
from tests.agents.record import SCREENS, neutral
from tests.agents.scenes import UNSEEN
from tests.support.awks import AWKS, awk_command
from tests.support.machines import program

ROOT = Path(__file__).parent.parent.parent

SCRIPT = ROOT / "navi/sh/look/screen.awk"


KINDS: Mapping[str, AgentKind] = {kind.name: kind for kind in AGENTS}

TOKEN = "=token="


class Recorded(NamedTuple):
    """A screen of an agent, and the words of its header."""

    name: str
    agent: str
    title: str
    status: str
    screen: str


@cache
def recorded() -> Sequence[Recorded]:
    """Return all recorded screens."""
    return [read(path) for path in sorted(SCREENS.glob("*/*.txt"))]


def read(path: Path) -> Recorded:
    """Return what one file has."""
    head, _, screen = path.read_text().partition("\n\n")
    words = {name: value.strip() for name, _, value in (line.partition(":") for line in head.splitlines())}
    name = str(path.relative_to(SCREENS)).removesuffix(".txt")
    return Recorded(name, words["agent"], words["title"], words["status"], screen)


def found(screens: Iterable[Recorded], awk: str = AWKS[0]) -> Mapping[str, tuple[str, str, str]]:
    """Return the status, the rule and the text that an awk finds on each screen, by its name."""
    sources = list(screens)
    texts = [f"{TOKEN} capture {number} {one.agent}\n{one.screen}" for number, one in enumerate(sources)]
    variables = os.environ | {"LC_ALL": "C", "navi_token": TOKEN, "navi_rules": describe(AGENTS)}
    command = [*awk_command(awk, program(awk)), "-f", str(SCRIPT)]
    text = "".join([*texts, f"{TOKEN} end\n"])
    done = subprocess.run(command, input=text.encode(), capture_output=True, env=variables, timeout=60, check=True)
    assert done.stderr == b""
    return {sources[number].name: record for number, record in records(done.stdout.decode(errors="replace"))}


def records(output: str) -> Iterable[tuple[int, tuple[str, str, str]]]:
    """Yield the number of each screen, and what was found on it."""
    for record in output.split(f"{TOKEN} screen ")[1:]:
        head, _, text = record.rstrip("\n").partition("\n")
        number, status, rule = [*head.split(" ", 2), ""][:3]
        yield int(number), (status, rule, text)


def in_title(one: Recorded) -> str:
    """Return the status in the title of a screen's pane."""
    return KINDS[one.agent].status_in_title(Pane("%1", "0.0", 1, one.agent, one.title, "/"))


every_screen = pytest.mark.parametrize("one", recorded(), ids=[one.name for one in recorded()])


@cache
def by_mawk() -> Mapping[str, tuple[str, str, str]]:
    """Return what mawk finds on all screens."""
    return found(recorded())


@every_screen
def test_a_screen_or_its_title_shows_the_status(one: Recorded) -> None:
    if one.status == UNSEEN:
        return
    status, rule, text = by_mawk()[one.name]
    title = in_title(one)
    if status == "-":
        assert title == one.status, "neither the screen nor the title shows it"
    else:
        assert status == one.status, f"the rule {rule!r} found {text!r}"


ASKING = ("permission", "waiting")


@every_screen
def test_a_title_does_not_contradict(one: Recorded) -> None:
    if one.status == UNSEEN:
        return
    title = in_title(one)
    asks = one.status in ASKING
    assert (
        title in ("", one.status) or (asks and title in (*ASKING, "idle")) or (one.status, title) == ("error", "idle")
    )


@pytest.mark.parametrize("awk", AWKS[1:])
def test_every_awk_finds_the_same(awk: str) -> None:
    assert found(recorded(), awk) == by_mawk()


@every_screen
def test_a_screen_has_no_random_ids(one: Recorded) -> None:
    text = (SCREENS / f"{one.name}.txt").read_text()
    assert neutral(text) == text


def test_every_rule_but_those_below_was_seen() -> None:
    seen = {(one.agent, by_mawk()[one.name][1]) for one in recorded()}
    known = {(kind.name, rule.name) for kind in AGENTS for rule in kind.screens}
    assert known - seen == UNRECORDED


UNRECORDED = {
    *((agent, "other question") for agent in ("codex", "gemini", "qwen", "copilot", "vibe")),
    ("qwen", "dialog"),
    ("copilot", "dialog"),
    ("opencode", "interrupted command"),
    ("cline", "end of a permission dialog"),
    ("cline", "end of a question"),
    ("pi", "list of conversations"),
    ("pi", "long line of a failed turn"),
}
"""Rules for screens that the scripted model does not bring about, such as a question without a question mark, or that
pass within a second and are in a story.
"""
