"""The scripts end with the same statuses as verbs."""

from __future__ import annotations

import re

from navi.core import exits
from navi.ops.linker import link, read_source

NAMES = {
    "navi_usage": exits.WRONG_USAGE,
    "navi_none": exits.NO_SESSION,
    "navi_unavailable": exits.UNAVAILABLE,
    "navi_exists": exits.EXISTS,
    "navi_late": exits.TIMED_OUT,
    "navi_refused": exits.REFUSED,
    "navi_unusable": exits.CONFIGURATION,
}


def named(script: str) -> dict[str, int]:
    """Return the statuses that a script names itself."""
    text = read_source(script).text
    return {name: int(number) for name, number in re.findall(r"(navi_\w+)=(\d+)\b", text) if name in NAMES}


def test_each_name_has_the_same_number() -> None:
    assert named("lib/fail") == NAMES
    assert re.findall(r"^(?:navi_\w+=\d+ ?)+$", read_source("lib/fail").text, re.MULTILINE) == [
        " ".join(f"{name}={number}" for name, number in NAMES.items())
    ]


def test_the_runner_which_does_without_that_script_has_the_same() -> None:
    assert named("headless/runner") == {name: NAMES[name] for name in ("navi_none", "navi_exists")}


def test_a_foreign_socket_is_refused_with_it() -> None:
    text = link("lib/tmux")
    assert f"belongs to another user\" >&2; return {exits.REFUSED}; }}" in text
    assert f"{exits.REFUSED}) navi_word=foreign" in text
