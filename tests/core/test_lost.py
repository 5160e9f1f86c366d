"""Lost sessions: which hosts have lost them, what is said of them, and which nobody can have closed."""

from __future__ import annotations

import pytest

from navi.core.failure import HostState
from navi.core.lost import lost_sessions, surely_lost, words_for
from navi.core.model import Frame, HostView, HowLost, LostSession, Tmux

REBOOT, SERVER = HowLost.REBOOT, HowLost.SERVER


def host(name: str, *lost: LostSession, state: HostState = HostState.CONNECTED) -> HostView:
    """Return a host that has lost sessions."""
    return HostView(name, state=state, frame=Frame(0.0, "", Tmux.NONE, proven=True, lost_sessions=lost))


def one(key: str, how: HowLost, time: float = 0.0) -> LostSession:
    """Return a lost session."""
    return LostSession(key, "api", how, time=time)


def test_sessions_lost_last_come_first_and_those_of_a_machine_with_two_names_once() -> None:
    old, new = one("a", SERVER, 1.0), one("b", REBOOT, 2.0)
    views = [host("atlas", old, new), host("alias", new), host("away", one("c", SERVER), state=HostState.UNREACHABLE)]
    assert lost_sessions(views) == [("atlas", new), ("atlas", old)]


@pytest.mark.parametrize(
    ("lost", "sure"),
    [
        ([("atlas", SERVER)], 0),
        ([("atlas", SERVER), ("boreas", SERVER)], 0),
        ([("atlas", SERVER), ("atlas", SERVER), ("boreas", SERVER)], 2),
        ([("atlas", REBOOT)], 1),
        ([("atlas", REBOOT), ("atlas", SERVER)], 1),
    ],
)
def test_the_last_session_of_a_server_may_have_been_closed(lost: list[tuple[str, HowLost]], sure: int) -> None:
    sessions = [(name, one(str(number), how)) for number, (name, how) in enumerate(lost)]
    assert len(surely_lost(sessions)) == sure


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ([REBOOT], "1 session lost by a reboot"),
        ([SERVER], "1 session lost with a tmux server"),
        ([SERVER, REBOOT], "2 sessions lost by a reboot or with a tmux server"),
    ],
)
def test_what_took_them_is_named(how: list[HowLost], words: str) -> None:
    assert words_for([one(str(number), word) for number, word in enumerate(how)]) == words
