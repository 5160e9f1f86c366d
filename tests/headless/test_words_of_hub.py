"""The words of the hub have one home; the page, which can't import it, has the same ones."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from navi.core.headless import INTERRUPTIBLE, OVER, HeadlessStatus, InputState, StoredStatus

ROOT = Path(__file__).parents[2] / "navi"
PAGE = "\n".join(path.read_text() for path in sorted((ROOT / "headless/web/page").glob("*.js")))

OWN = {HeadlessStatus.DISCONNECTED, InputState.HANDED, InputState.EXPIRED, StoredStatus.LIVE}
"""Words that mean nothing else in what has to do with the hub."""


def strings(path: Path) -> set[str]:
    """Return the values of a module that are spelled there."""
    found = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return {one for one in found if isinstance(one, str)}


def test_no_module_spells_a_word_of_the_hub() -> None:
    modules = [path for folder in ("headless", "tui", "cli") for path in (ROOT / folder).rglob("*.py")]
    assert not {(str(path), word) for path in modules for word in strings(path) & OWN}
    assert len(modules) > 100


def compared(name: str) -> set[str]:
    """Return the words with which the page compares a member."""
    return set(re.findall(rf'\b{name} [!=]== "([^"]*)"', PAGE))


def test_the_page_compares_with_the_same_words() -> None:
    assert compared("status")
    assert compared("status") <= {*HeadlessStatus}
    assert compared("state") - {"open", "answered", "withdrawn"} <= {*InputState}
    (over,) = re.findall(r"const OVER = \[(.*)\];", PAGE)
    assert set(re.findall(r'"(\w+)"', over)) == set(OVER)


def test_what_is_stored_of_a_session_that_is_over_is_what_it_is_shown_as() -> None:
    assert {*StoredStatus} == {*OVER, StoredStatus.LIVE}
    assert not INTERRUPTIBLE & OVER
    assert {one for one in HeadlessStatus if not one.live} == OVER
