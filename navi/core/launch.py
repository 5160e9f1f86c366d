"""What a new session runs: a shell, an agent, a command line, or what navi has a word for; and its first steps."""

import re
from typing import NamedTuple

from navi.core.agents import AgentKind

PROGRAM = re.compile(r"[A-Za-z0-9_./+@~-]+")
"""A word that every shell takes as it stands."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=", re.ASCII)
"""How a variable of the environment begins."""


class Step(NamedTuple):
    """Something that is done in a new session: `await` a pattern (grep -E) or `expect` a text for so many seconds,
    `send` a text and Enter, or press `keys`.
    """

    kind: str
    what: str
    seconds: float = 0.0


class Launch(NamedTuple):
    """What a new session runs: a line in the language of the user's shell there, "" for just the shell.

    `type` is what is noted of the session. Without `program` no session is to be made; "" is for none that must be
    found. `ends`: the session ends with the line, in place of going on as a shell. `keep`: its pane stays when it has
    died, for everybody to look at. `variables` are NAME=VALUE; `prompt` is the pattern that shows that it is ready.
    """

    type: str = "shell"
    line: str = ""
    program: str = ""
    ends: bool = False
    keep: bool = False
    window: str = ""
    variables: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    prompt: str = "[^ ]"


SHELL = Launch()
PYTHON = Launch(
    "python-repl", "exec env PYTHON_BASIC_REPL=1 python3 -q", "python3", ends=True, window="python", prompt="^>>>"
)
"""The plain prompt: Python's newer one redraws itself, which nobody can wait for."""
GDB = Launch("debugger", "exec gdb -q", "gdb", ends=True, window="gdb", prompt=r"^\(gdb\)")

PRESETS = {"shell": SHELL, "python": PYTHON, "gdb": GDB}
"""What a person asks for by one word."""


def command(line: str) -> Launch:
    """Run a command line of the user's shell there."""
    return Launch("command", line)


def agent(kind: AgentKind, skip_permissions: bool = False) -> Launch:
    """Run an agent."""
    skip = f" {kind.skip_permissions}" if skip_permissions and kind.skip_permissions else ""
    line = f"{kind.start or kind.name}{skip}"
    return Launch("agent", line, program_of(line))


def program_of(line: str) -> str:
    """Return the program that a line begins with, "" where that can't be said."""
    word = line.split(None, 1)[0] if line.strip() else ""
    return word if PROGRAM.fullmatch(word) else ""


def kept(launch: Launch) -> Launch:
    """Return the same with a pane that stays when its program has ended."""
    return launch._replace(keep=True, ends=launch.ends or bool(launch.line))


def ready(launch: Launch, pattern: str, seconds: float) -> Launch:
    """Return the same that counts as created when it shows a pattern, "" for its usual prompt."""
    step = Step("await", pattern or launch.prompt, seconds)
    return launch._replace(steps=(step, *launch.steps))
