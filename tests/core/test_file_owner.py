"""Which session a status file belongs to, and why this machine can't judge one without a session."""

from __future__ import annotations

import pytest

from navi.core.file_owner import files_of, key_of, why_unconfirmed, why_unjudged
from navi.core.model import Frame, Machine, Origin, Pane, StatusFile, Tmux, TmuxSession
from navi.core.status import sessions_of

HERE = Machine("vm:1", "k1.5", "/tmp/tmux-0/default")
PANE = Pane("%1", "0.0", 7, "claude", "", "/w")


def frame(*sessions: TmuxSession, files: tuple[StatusFile, ...] = (), **more: object) -> Frame:
    """Return a frame of this machine."""
    found = Frame(100.0, "b", Tmux.OK, proven=True, sessions=sessions, files=files, machine=HERE)
    return found._replace(**more)  # type: ignore[arg-type]


def tmux(name: str, number: int = 1, server: int = 50, socket: str = "") -> TmuxSession:
    """Return a living session."""
    return TmuxSession(f"${number}", name, 1.0, 0, (PANE,), socket, server)


def file(name: str, time: float = 1.0, **elsewhere: object) -> StatusFile:
    """Return a status file that was written here, but for the fields of `elsewhere`."""
    origin = Origin(*HERE, server=50, session="$1", pane="%1")._replace(**elsewhere)  # type: ignore[arg-type]
    return StatusFile(name, status="permission", timestamp=time, origin=origin)


UNKNOWN_ORIGIN = StatusFile("api", status="permission")
ONE, OTHER = tmux("api"), tmux("api", 1, 60, "/x")

CASES = [
    ("by its session, not by its name", frame(tmux("web"), files=(file("api"),)), {"web": "api"}),
    ("not the session of another server", frame(tmux("api", 1, 60, "/x"), files=(file("api"),)), {}),
    ("one made anew there", frame(tmux("api", 9), files=(file("api"),)), {"api": "api"}),
    ("not one made anew elsewhere", frame(tmux("api", 9, 60, "/x"), files=(file("api"),)), {}),
    ("another machine's", frame(tmux("api"), files=(file("api", host="other:2"),)), {}),
    ("an earlier start's, by name", frame(tmux("api"), files=(file("api", boot="k0.1"),)), {"api": "api"}),
    ("without an origin", frame(tmux("api", 3, 60, "/x"), files=(UNKNOWN_ORIGIN,)), {"api": "api"}),
    ("of two the one of its name", frame(tmux("web"), files=(file("api", 9.0), file("web", 1.0))), {"web": "web"}),
    ("of two others the newest", frame(tmux("web"), files=(file("a", 1.0), file("b", 2.0))), {"web": "b"}),
]


@pytest.mark.parametrize(("found", "owners"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_file_belongs_to_the_session_that_wrote_it(found: Frame, owners: dict[str, str]) -> None:
    names = {key_of(one): one.name for one in found.sessions}
    assert {names[key]: one.name for key, one in files_of(found).items()} == owners


def test_of_two_servers_each_session_has_its_own_file() -> None:
    found = files_of(frame(ONE, OTHER, files=(file("api", server=60, socket="/x"),)))
    assert list(found) == [key_of(OTHER)]


REASONS = [
    ("ended", file("api"), frame(), "", ""),
    ("another machine", file("api", host="other:2"), frame(), "other, another machine", ""),
    ("another container", file("api", boot="k1.9"), frame(), "another container named vm", ""),
    ("an earlier start", file("api", boot="k0.5"), frame(), "", ""),
    ("out of reach", file("api"), frame(lost=frozenset({50})), "", "process 50) is out of reach"),
    ("its server hangs", file("api"), frame(proven=False, silent=frozenset({""})), "", "did not answer"),
    ("another server hangs", file("api"), frame(proven=False, silent=frozenset({"/x"})), "", ""),
    ("all hang", file("api"), frame(proven=False), "", "did not answer"),
    ("no origin", UNKNOWN_ORIGIN, frame(), "", ""),
    ("no origin and a doubt", UNKNOWN_ORIGIN, frame(doubt="disk nfs4"), "other machines may use (nfs4)", ""),
    ("no origin and another host", UNKNOWN_ORIGIN, frame(doubt="host far:9"), "far uses the folder, too", ""),
    ("no origin and a server", UNKNOWN_ORIGIN, frame(doubt="server 5 /x"), "process 5 /x", ""),
    ("no origin and a hung server", UNKNOWN_ORIGIN, frame(proven=False), "", "did not answer"),
]


@pytest.mark.parametrize(
    ("one", "found", "unjudged", "unconfirmed"), [case[1:] for case in REASONS], ids=[case[0] for case in REASONS]
)
def test_what_can_not_be_judged_has_a_reason(one: StatusFile, found: Frame, unjudged: str, unconfirmed: str) -> None:
    for reason, part in ((why_unjudged(one, found), unjudged), (why_unconfirmed(one, found), unconfirmed)):
        assert part in reason
        assert bool(part) == bool(reason)
    (session,) = sessions_of("local", found._replace(files=(one,)), ())
    word = "unknown" if unjudged else "permission" if unconfirmed else "offline"
    assert (session.status.word, session.unjudged) == (word, why_unjudged(one, found))


def test_a_file_of_another_host_is_shown_there_only() -> None:
    found = frame(files=(file("docs", host="other:2"),))
    assert sessions_of("local", found, (), {"vm:1", "other:2"}) == ()
    (session,) = sessions_of("local", found, (), {"vm:1"})
    assert session.status.word == "unknown"


def test_a_session_without_tmux_differs_from_one_of_its_name_on_another_server() -> None:
    gone = file("gone", socket="/x", server=60, session="$8")
    found = sessions_of("local", frame(OTHER, files=(file("api"), gone)), ())
    assert [one.key for one in found] == [("local", "api", "/x"), ("local", "api", ""), ("local", "gone", "/x")]
