"""Hosts that are one machine under several names."""

from __future__ import annotations

from navi.core.model import Frame, Machine, Origin, Pane, Session, StatusFile, Tmux, TmuxSession
from navi.core.same_machine import distinct_sessions, duplicate_hosts
from navi.core.status import sessions_of

HERE = Machine("vm:1", "k1.5", "/tmp/tmux-0/default")
API = TmuxSession("$1", "api", 1.0, 0, (Pane("%1", "0.0", 7, "claude", "", "/w"),), "", 50)
GONE = StatusFile("gone", status="permission", timestamp=1.0, origin=Origin(*HERE, server=50, session="$7", pane="%1"))


def test_a_machine_under_two_names_counts_once() -> None:
    same = Frame(100.0, "b", Tmux.OK, proven=True, sessions=(API,), files=(GONE,), machine=HERE)
    frames = {"local": same, "again": same, "other": same._replace(machine=HERE._replace(host="other:2"))}
    sessions: list[Session] = [one for name, it in frames.items() for one in sessions_of(name, it, ())]
    assert [(one.host, one.name) for one in distinct_sessions(sessions, frames) if one.name == "api"] == [
        ("local", "api"), ("other", "api"),
    ]  # fmt: skip
    assert duplicate_hosts(frames) == {"again": "local"}
    assert len(distinct_sessions(sessions, {})) == len(sessions)
