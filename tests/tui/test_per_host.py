"""What follows from the sessions of each host is computed only for hosts whose sessions are others."""

from __future__ import annotations

from navi.core.model import HostView
from navi.tui.per_host import PerHost
from tests.support.dashboard import session, view


def test_only_a_host_whose_sessions_are_others_is_looked_at_again() -> None:
    asked: list[str] = []

    def names(seen: HostView, between: str) -> str:
        asked.append(seen.name)
        return between.join(one.name for one in seen.sessions)

    known = PerHost(names)
    atlas, box = view("atlas", session("a"), session("b")), view("box", session("c"))
    assert [known.of(one, " ") for one in (atlas, box, atlas, box)] == ["a b", "c", "a b", "c"]
    assert asked == ["atlas", "box"]
    assert known.of(atlas._replace(latency=1.0), " ") == "a b"
    assert known.of(box._replace(sessions=(session("d"),)), " ") == "d"
    assert asked == ["atlas", "box", "box"]
    assert known.of(atlas, "+") == "a+b"
    assert asked[3:] == ["atlas"]
