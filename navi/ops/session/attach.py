"""Attaching a terminal to a session, with the tmux that the scripts use."""

from __future__ import annotations

from collections.abc import Mapping

from navi.core.model import Session
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Interactive, OperationError
from navi.ops.session.background import attach_command

SENT = ("navi_find_tmux()", "navi_refuse_foreign()")
"""The functions of lib/tmux.sh that are sent: each is one line."""

KNOWN_TERMINAL = (
    "command -v infocmp >/dev/null && { infocmp >/dev/null 2>&1 || for navi_term in xterm-256color xterm vt100; do"
    " infocmp $navi_term >/dev/null 2>&1 && TERM=$navi_term && export TERM && break; done; }"
)
"""Replaces a terminal type that the machine does not know, which tmux would refuse, by a plainer one."""

ENTER = "; ".join(line for line in link("lib/tmux").splitlines() if line.startswith(SENT))
ENTER += '; case $1 in -S) navi_refuse_foreign "$2" || exit ;; esac; navi_find_tmux; '
ENTER += f'{KNOWN_TERMINAL}; exec tmux -u "$@"'
"""What sh runs: constant, one line, and without characters that login shells read in their own ways: quote, backslash,
bang.
"""

_AGENTS = link("session/agent_path").splitlines()

ENTER_BACKGROUND = next(line for line in _AGENTS if line.startswith("navi_find_programs"))
ENTER_BACKGROUND += f'; navi_find_programs; {KNOWN_TERMINAL}; exec "$@"'
"""What sh runs for a session without a terminal, which its agent opens."""


def inside_server(environment: Mapping[str, str], server: int | str) -> str:
    """Return the TMUX of the environment if it is that of a pane of this tmux server, given by its process; else ""."""
    # SOCKET,PROCESS,SESSION, and the socket's path may have commas.
    inside = environment.get("TMUX", "")
    return inside if inside.rsplit(",", 2)[1:2] == [str(server)] else ""


def attach(session: Session, inside: str = "") -> Interactive:
    """Attach to a session. `inside` is the TMUX of the environment if the terminal is a pane of the same server, which
    then switches to the session instead of attaching a terminal within a terminal.
    """
    if session.background:
        return Interactive(("sh", "-c", ENTER_BACKGROUND, "sh", *attach_command(session)))
    if session.tmux is None:
        raise OperationError(f"{clean(session.name)} has no tmux session to attach to; it has ended")
    return attach_to(session.tmux.socket, session.tmux.id, inside)


def attach_to(socket: str, id: str, inside: str = "") -> Interactive:
    """Attach to the session with tmux's id on the server with this socket ("" for the default one)."""
    server = ("-S", socket) if socket else ()
    verb = "switch-client" if inside else "attach-session"
    return Interactive(("sh", "-c", ENTER, "sh", *server, verb, "-t", id))
