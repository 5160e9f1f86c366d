"""What the symbols and words of the list mean, for the page of help. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from navi.core.failure import HostState
from navi.tui.style.paint import Line
from navi.tui.style.theme import HOST_STYLES, Glyphs, status_style

STATUSES: Mapping[str, str] = {
    "permission": "the agent asks for permission",
    "waiting": "the agent waits for an answer",
    "working": "the agent is working",
    "error": "the agent met an error",
    "idle": "the agent does nothing",
    "stopped": "the agent has ended, the session has not",
    "done": "the agent has finished its task",
    "offline": "the tmux session no longer exists",
    "unknown": "the status cannot be determined",
}
"""The statuses, as in navi(1), Status symbols."""

STATES: Mapping[HostState, str] = {
    HostState.CONNECTED: "the host's data is current",
    HostState.CONNECTING: "the first attempt is in progress",
    HostState.DISCONNECTED: "not tried yet",
    HostState.UNREACHABLE: "it cannot be reached",
    HostState.AUTH: "ssh needs your input to log in",
    HostState.HOSTKEY: "its host key is not known, or has changed",
    HostState.NO_TMUX: "tmux is not installed there, or is too old",
    HostState.ERROR: "another problem",
}
"""The states of hosts, as in navi(1), Host symbols."""

WORDS: Sequence[tuple[str, str, str]] = (
    ("idle", "~", "before a status: neither a hook nor the agent's own state file reports it, so navi derived it"),
    ("notice", "unseen", "it has finished, and you have not looked at it since"),
    ("key", "Remote", "a session without a terminal, wherever it runs"),
    ("key", "Interactive", "its agent takes feedback at the end of its turn"),
    ("dim", "(stale)", "its host does not answer; this is what was known last"),
    ("dim", "2 local, 3 remote", "sessions on the list: of this machine, and of others"),
    ("permission", "(1!)", "behind a host: how many of its sessions ask you something"),
)
"""Other words of the list and of the header."""


def legend_lines(glyphs: Glyphs) -> list[list[Line]]:
    """Return groups of lines: the statuses, the words, the states of hosts."""
    statuses = [(status_style(word), f"{glyphs.of_status(word)} {word}", text) for word, text in STATUSES.items()]
    states = [(HOST_STYLES[state], f"{glyphs.hosts[state]} {state}", text) for state, text in STATES.items()]
    parts = (("Statuses", statuses), ("Words of the list", WORDS), ("States of hosts", states))
    return [[[("title", f" {title}")], *map(_line, rows), []] for title, rows in parts]


def _line(row: tuple[str, str, str]) -> Line:
    style, word, text = row
    return [(style, f"  {word:<17} "), ("", text)]
