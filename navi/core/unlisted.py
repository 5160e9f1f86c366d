"""Why some sessions of a host are unknown: what it means if a tmux server did not list its sessions. Pure.

Every face asks here, so that none takes "can't be asked" for "has none".
"""

from __future__ import annotations

from typing import NamedTuple

from navi.core.address import LOCAL
from navi.core.exits import TIMED_OUT, UNAVAILABLE
from navi.core.failure import Failure, HostState
from navi.core.model import Frame, Tmux
from navi.core.text import clean

TMUX_FAILURES = {
    Tmux.MISSING: (
        HostState.NO_TMUX, "tmux is not installed{there}", "install tmux, or link it in ~/.local/bin", UNAVAILABLE,
    ),
    Tmux.OLD: (HostState.NO_TMUX, "its tmux is older than 2.6", "install a newer tmux{there}", UNAVAILABLE),
    Tmux.HUNG: (
        HostState.ERROR, "its tmux server does not answer", "check the server; nothing is deleted until then",
        TIMED_OUT,
    ),
    Tmux.LOST: (
        HostState.ERROR, "its tmux server (process {lost}) is out of reach: its socket was moved or removed",
        "kill -USR1 {lost}{there} lets the server make its socket again", UNAVAILABLE,
    ),
    Tmux.FAILED: (
        HostState.ERROR, "tmux reports: {error}", "fix this on the host; nothing is deleted until then", UNAVAILABLE,
    ),
}  # fmt: skip
"""For each reason why the default server did not list its sessions: the host's state, cause, remedy, exit status."""

NAMELESS = "-"
"""The position of sockets whose names have a line end."""


class Unlisted(NamedTuple):
    """Why sessions of a host are unknown, and the exit status for it."""

    failure: Failure
    status: int


def unlisted(frame: Frame, host: str) -> Unlisted | None:
    """Return why not all sessions of a host are known, None if every tmux server that was asked listed its own."""
    if frame.proven:
        return None
    if frame.tmux not in TMUX_FAILURES:
        return Unlisted(Failure(HostState.CONNECTED, *_others(frame)), TIMED_OUT)
    state, cause, remedy, status = TMUX_FAILURES[frame.tmux]
    words = {
        "{there}": "" if host == LOCAL else " there",
        "{error}": frame.tmux_error or "nothing",
        "{lost}": str(min(frame.lost, default="?")),
    }
    for word, text in words.items():
        cause, remedy = cause.replace(word, text), remedy.replace(word, text)
    return Unlisted(Failure(state, cause, remedy), status)


def _others(frame: Frame) -> tuple[str, str]:
    """Return the cause and the remedy if only servers other than the default one did not list their sessions."""
    from shlex import quote

    sockets = [clean(socket) for socket in sorted(frame.silent - {NAMELESS})]
    if frame.lost:
        process = min(frame.lost)
        cause = f"a tmux server (process {process}) is out of reach: its socket was moved or removed"
        return cause, f"on that machine, kill -USR1 {process} lets the server make its socket again"
    if not sockets:
        return frame.tmux_error or "a tmux server can't be asked", "give its socket a name without line ends"
    cause = f"the tmux server on {sockets[0]} did not list its sessions"
    if len(sockets) > 1:
        cause = f"the tmux servers on {', '.join(sockets)} did not list their sessions"
    return cause, f"check it on that machine: tmux -S {quote(sockets[0])} list-sessions"
