"""Which lines of a screen navi's rules need: those that a pattern of the agent matches only as they are written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence

from navi.core.agents import AgentKind
from tests.agents.case_file import Case
from tests.agents.case_privacy import crossed

MATCH = """
BEGIN { count = split(ENVIRON["patterns"], pattern, "\\n") }
{
    found = ""
    for (i = 1; i <= count; i++) if (pattern[i] != "" && $0 ~ pattern[i]) found = found " " i
    print found
}
"""
"""Prints for each line the numbers of the patterns that match it."""


def lines_of_rules(case: Case, kinds: Iterable[AgentKind]) -> frozenset[int]:
    """Return the numbers (from 0) of the lines that other patterns of the agent match once their letters are x."""
    patterns = [pattern for kind in kinds if kind.name == case.agent for pattern in patterns_of(kind)]
    lines = case.screen.split("\n")
    matches = zip(matching(lines, patterns), matching(list(map(crossed, lines)), patterns), strict=True)
    return frozenset(number for number, (before, behind) in enumerate(matches) if before != behind)


def matching(lines: Sequence[str], patterns: Sequence[str]) -> list[bytes]:
    """Return which patterns match each line, as awk understands them."""
    variables = os.environ | {"patterns": "\n".join(patterns), "LC_ALL": "C"}
    text = "".join(f"{line}\n" for line in lines).encode()
    done = subprocess.run(["awk", MATCH], input=text, capture_output=True, env=variables, check=True, timeout=20)
    return done.stdout.split(b"\n")


def patterns_of(kind: AgentKind) -> Iterator[str]:
    """Yield the patterns of an agent's rules, of its prompt, and of the border around it."""
    yield from (pattern for rule in kind.screens for _, pattern in rule.shows)
    yield from (kind.prompt, kind.border)
