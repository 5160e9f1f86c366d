"""The agents that navi knows: how to recognize them in a pane, and how to start them."""

from fnmatch import fnmatchcase
from typing import NamedTuple

from navi.core.model import Pane


class AgentKind(NamedTuple):
    """How to recognize an agent in a pane: globs for its command, and for the pane's title by status.

    `animated` agents redraw at least every few seconds while they work. `start` is the command line that starts the
    agent ("" for its name), `resume` the arguments that continue a conversation, with {session_id} in them, and
    `skip_permissions` the option that turns its permission prompts off.
    """

    name: str
    commands: tuple[str, ...]
    titles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    animated: bool = True
    start: str = ""
    resume: str = ""
    skip_permissions: str = ""

    def runs_in(self, pane: Pane) -> bool:
        """Whether this agent is the pane's foreground command or a child of its shell."""
        names = (base_name(pane.command), *pane.children)
        return not pane.dead and any(fnmatchcase(name, glob) for name in names for glob in self.commands)

    def status_in_title(self, pane: Pane) -> str:
        """Return the status that the pane's title shows, or ""."""
        for status, globs in self.titles:
            if any(fnmatchcase(pane.title, glob) for glob in globs):
                return status
        return ""


def base_name(command: str) -> str:
    """Return a command's name without its folder and without the dash of a login shell."""
    return command.removeprefix("-").rpartition("/")[2]


CLAUDE = AgentKind(
    "claude",
    commands=("claude", "claude-code", "[0-9]*.[0-9]*.[0-9]*"),
    titles=(("working", ("[\u2800-\u28ff]*",)), ("idle", ("\u2733*",))),
    resume="--resume {session_id}",
    skip_permissions="--dangerously-skip-permissions",
)
"""Claude Code. The native build's process is named after its version; its title begins with a spinner or a star."""

AGENTS = (
    CLAUDE,
    AgentKind("opencode", ("opencode",)),
    AgentKind("codex", ("codex", "codex-*")),
    AgentKind(
        "gemini",
        ("gemini",),
        titles=(("permission", ("\u270b*",)), ("working", ("\u2726*", "\u23f2*")), ("idle", ("\u25c7*",))),
    ),
    AgentKind("aider", ("aider",), animated=False),
    AgentKind("goose", ("goose",), animated=False),
    AgentKind("amp", ("amp",)),
    AgentKind("copilot", ("copilot",)),
    AgentKind("cursor-agent", ("cursor-agent",)),
)
"""The agents that navi knows without configuration."""
