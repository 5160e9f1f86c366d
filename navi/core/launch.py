"""What a new session runs (a shell, an agent, a command line, a preset), and its first steps."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from navi.core.agents import AgentKind

CALLERS = ("PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV")
"""Variables that decide which programs are found. A session on the caller's own machine gets the caller's values."""

PROGRAM = re.compile(r"[A-Za-z0-9_./+@~-]+")
"""A word that needs no quoting in any shell."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=", re.ASCII)
"""The beginning of an environment variable's assignment."""


ANYTHING = "[^ ]"
"""The pattern for an unknown program: it shows something."""


class Step(NamedTuple):
    """A step in a new session: `await` a pattern (grep -E) or `expect` a string for `seconds`, wait so long until an
    agent is `ready` for input, `send` a text and Enter, or press `keys`.
    """

    kind: str
    what: str
    seconds: float = 0.0


class Launch(NamedTuple):
    """What a new session runs: a line for the user's shell on that host, or "" for just the shell.

    `type` is recorded with the session. `program` must exist, or no session is created ("" skips the check). With
    `ends`, the session ends when the line does instead of leaving a shell. With `keep`, its pane stays after the
    program has died. `variables` are NAME=VALUE; `prompt` is the pattern that shows that it is ready for input, "" for
    an agent that navi knows.
    """

    type: str = "shell"
    line: str = ""
    program: str = ""
    ends: bool = False
    keep: bool = False
    window: str = ""
    variables: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    prompt: str = ANYTHING


SHELL = Launch()
PYTHON = Launch(
    "python-repl", "exec env PYTHON_BASIC_REPL=1 python3 -q", "python3", ends=True, window="python", prompt="^>>>"
)
"""Python with its basic prompt: the newer one redraws itself, so its output can't be waited for."""
GDB = Launch("debugger", "exec gdb -q", "gdb", ends=True, window="gdb", prompt=r"^\(gdb\)")

PRESETS = {"shell": SHELL, "python": PYTHON, "gdb": GDB}
"""Launches that have a name."""


def command(line: str) -> Launch:
    """Return the launch of a command line in the user's shell; the session ends with it."""
    return Launch("command", line, ends=True)


def agent(kind: AgentKind, skip_permissions: bool = False) -> Launch:
    """Return the launch of an agent, with its permission prompts turned off if asked."""
    skip = f" {kind.skip_permissions}" if skip_permissions and kind.skip_permissions else ""
    line = f"{kind.start or kind.name}{skip}"
    return Launch("agent", line, program_of(line), prompt="" if kind.box else ANYTHING)


def program_of(line: str) -> str:
    """Return the program at the start of a command line, or "" if that is unknown."""
    word = line.split(None, 1)[0] if line.strip() else ""
    return word if PROGRAM.fullmatch(word) else ""


def keeping_pane(launch: Launch) -> Launch:
    """Return the launch with a pane that stays after its program has ended."""
    return launch._replace(keep=True, ends=launch.ends or bool(launch.line))


def variables_of_caller(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that a session on the caller's own machine gets, so that it finds the same programs."""
    return tuple(f"{name}={environment[name]}" for name in CALLERS if environment.get(name))


def ready(launch: Launch, pattern: str, seconds: float) -> Launch:
    """Return the launch with a first step that waits up to `seconds` for a pattern.

    "" means the usual prompt of the launch or, for an agent that navi knows, that the agent accepts input.
    """
    awaited = pattern or launch.prompt
    step = Step("await", awaited, seconds) if awaited else Step("ready", "", seconds)
    return launch._replace(steps=(step, *launch.steps))
