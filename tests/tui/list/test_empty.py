"""What the list says when it is empty: "no sessions" only as far as hosts have proven it."""

from __future__ import annotations

import pytest

from navi.core.failure import Failure, HostState
from navi.core.listing import ListFilter
from navi.core.model import Frame, HostView, HowLost, LostSession, Tmux
from navi.core.unlisted import unlisted
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.list.commands import empty_lines

PROVEN = HostView("atlas", state=HostState.CONNECTED, frame=Frame(0.0, "", Tmux.NONE, proven=True))
LOST = HostView(
    "atlas", state=HostState.CONNECTED,
    frame=Frame(0.0, "", Tmux.NONE, proven=True, lost_sessions=(LostSession("k", "api", HowLost.REBOOT),)),
)  # fmt: skip
NEW = HostView("atlas")
CONNECTING = HostView("atlas", state=HostState.CONNECTING)
REFUSED = HostView("dead", state=HostState.UNREACHABLE, failure=Failure(HostState.UNREACHABLE, "refused", "start sshd"))
STALE = REFUSED._replace(frame=PROVEN.frame)
HUNG_OTHER = HostView(
    "box", state=HostState.CONNECTED, frame=Frame(0.0, "", Tmux.OK, silent=frozenset({"/s/work"}))
)  # fmt: skip


def without_tmux(name: str) -> HostView:
    """Return a host without tmux as the fleet shows it."""
    frame = Frame(0.0, "", Tmux.MISSING, silent=frozenset({""}))
    found = unlisted(frame, name)
    assert found
    return HostView(name, state=found.failure.state, failure=found.failure, frame=frame)


HERE, THERE = without_tmux("local"), without_tmux("bare")

CASES = [
    ("all proven", [PROVEN], ["No sessions here yet", "starts one"], ["answer"]),
    ("one was lost", [LOST], ["here; 1 session lost by a reboot", "H lists it; B there"], ["yet", "n starts"]),
    ("before the first frame", [NEW], ["Connecting"], ["No sessions", "starts one"]),
    ("connecting", [PROVEN, CONNECTING], ["Connecting"], ["No sessions"]),
    ("one is down", [PROVEN, REFUSED], ["No sessions on the hosts that answer", "dead: refused"], ["here yet"]),
    ("it was empty once", [STALE], ["Sessions are unknown", "dead: refused"], ["No sessions", "starts one"]),
    ("no tmux here", [HERE], ["Sessions are unknown", "local: tmux is not installed\n"], ["No sessions", "there"]),
    ("no tmux there", [THERE], ["bare: tmux is not installed there"], ["No sessions"]),
    ("a server hangs", [HUNG_OTHER], ["Sessions are unknown", "/s/work did not list"], ["No sessions"]),
]


@pytest.mark.parametrize(("views", "says", "never"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_empty_list_claims_only_what_is_proven(views: list[HostView], says: list[str], never: list[str]) -> None:
    lines = empty_lines(views, ListFilter(), Keymap(KEYS))
    text = "\n".join("".join(part for _, part in line) for line in lines)
    assert [words for words in says if words not in f"{text}\n"] == [], text
    assert [words for words in never if words in text] == [], text
