"""The harnesses with the command lines that config.yaml has for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from navi.config.settings import HarnessCommand, Problem
from navi.headless.harness import HARNESSES, Harness


def configured(commands: Sequence[HarnessCommand]) -> tuple[Mapping[str, Harness], tuple[Problem, ...]]:
    """Return all harnesses by their ids, and the problems of entries that name none, or one a second time."""
    found, problems = dict(HARNESSES), list[Problem]()
    seen: set[str] = set()
    for one in commands:
        if one.name not in HARNESSES:
            words = f"harnesses: there is no harness `{one.name}`; known are {', '.join(HARNESSES)}"
            problems.append(Problem(one.file, one.line, words))
        elif one.name in seen:
            words = f"harnesses: `{one.name}` is given a second time; the first one counts"
            problems.append(Problem(one.file, one.line, words))
        else:
            seen.add(one.name)
            found[one.name] = with_command(HARNESSES[one.name], one)
    return found, tuple(problems)


def programs(commands: Sequence[HarnessCommand]) -> tuple[str, ...]:
    """Return the programs that hosts need for agents without a terminal, each once; sh, which all have, is left out."""
    found, _ = configured(commands)
    return tuple(dict.fromkeys(one.words[0] for one in found.values() if one.words[0] != "sh"))


def with_command(harness: Harness, command: HarnessCommand) -> Harness:
    """Return a harness with the command line of an entry. What a launch needs is added behind it as before."""
    words = command.command or (*(command.program or harness.words[:1]), *harness.words[1:])
    return replace(harness, words=(*words, *command.options))
