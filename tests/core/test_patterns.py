"""A pattern means the same to every awk, or is refused."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navi.core.agents import AGENTS, AgentKind
from navi.core.agents.patterns import LONGEST_PATTERN, why_unusable

GOOD = [
    "^> [^ ]", "(a|b)+c*d?", "yes\\.", "\\(x\\)", "[{]3[}]", "[[:space:]]x", "[^a-z0-9_]",
    "^(\u2500\u2500\u2500)", "a|b$",
    "\u2190 for agents", "[?]", "\\?", "^\u276f 1\\. ",
]  # fmt: skip

BAD = [
    ("", "needs 1 to"), ("x" * (LONGEST_PATTERN + 1), "needs 1 to"), ("a\tb", "control character"),
    ("a\nb", "control character"),
    ("[\u2802\u2810]", "not ASCII"), ("[\\.]", "[\\.]"), ("[b-a]x[", "without"), ("[!-z]", "[!-z]"),
    ("[]a]", "without"), ("\\d", "\\d"), ("a\\b", "\\b"), ("(a)\\1", "\\1"), ("[a", "without its ]"),
    ("[^]", "without a character"),
    ("a{2}", "has { or }"), ("*a", "repeats nothing"), ("a**", "repeats nothing"), ("(?:a)", "repeats nothing"),
    ("()", "empty part"), ("a||b", "empty part"), ("|a", "empty part"), ("(a", "unterminated"), ("a)", "unbalanced"),
    ("a\\", "has \\"), ("a}", "has { or }"), ("a^", "in its middle"), ("$a", "in its middle"), ("[[=a=]]", "[[=a=]"),
]  # fmt: skip


@pytest.mark.parametrize("pattern", GOOD)
def test_a_good_pattern_is_accepted(pattern: str) -> None:
    assert why_unusable(pattern) == ""


@pytest.mark.parametrize(("pattern", "why"), BAD)
def test_a_bad_pattern_is_refused_with_the_reason(pattern: str, why: str) -> None:
    assert why in why_unusable(pattern)


@pytest.mark.parametrize("kind", AGENTS, ids=lambda kind: kind.name)
def test_the_patterns_of_known_agents_are_good(kind: AgentKind) -> None:
    patterns = [pattern for rule in kind.screens for _, pattern in rule.shows]
    patterns += [pattern for one in kind.asked for pattern in (one.line, one.cut, one.after)]
    patterns = [pattern for pattern in (*patterns, kind.prompt, kind.border) if pattern]
    assert {pattern: why for pattern in patterns if (why := why_unusable(pattern))} == {}


AWKS = [words.split() for words in ("mawk", "gawk", "original-awk", "busybox awk") if shutil.which(words.split()[0])]


@pytest.mark.parametrize("awk", AWKS, ids=" ".join)
@settings(max_examples=60)
@given(st.text("ab.*+?()|[]^$\\{}-: ", min_size=1, max_size=8))
def test_every_awk_accepts_what_is_accepted(awk: list[str], pattern: str) -> None:
    if why_unusable(pattern):
        return
    program = 'BEGIN { print (match("a text", ENVIRON["pattern"]) >= 0) }'
    variables = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "pattern": pattern}
    done = subprocess.run([*awk, program], env=variables, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
