"""Which session a status file belongs to, and what is said of one that nobody here can judge."""

from __future__ import annotations

import pytest

from navi.core.model import Frame, Pane, Place, Session, StatusFile, Tmux, TmuxSession
from navi.core.place import distinct, files_of, key_of, twins, why_unconfirmed, why_unjudged
from navi.core.status import sessions_of

HERE = Place("vm:1", "k1.5", "/tmp/tmux-0/default")
PANE = Pane("%1", "0.0", 7, "claude", "", "/w")


def frame(*sessions: TmuxSession, files: tuple[StatusFile, ...] = (), **more: object) -> Frame:
    """Return a frame of this machine."""
    found = Frame(100.0, "b", Tmux.OK, proven=True, sessions=sessions, files=files, place=HERE)
    return found._replace(**more)  # type: ignore[arg-type]


def tmux(name: str, number: int = 1, server: int = 50, socket: str = "") -> TmuxSession:
    """Return a living session."""
    return TmuxSession(f"${number}", name, 1.0, 0, (PANE,), socket, server)


def file(name: str, time: float = 1.0, **place: object) -> StatusFile:
    """Return a status file that was written here, but for the fields of `place`."""
    here = HERE._replace(server=50, session="$1", pane="%1")._replace(**place)  # type: ignore[arg-type]
    return StatusFile(name, status="permission", timestamp=time, place=here)


UNPLACED = StatusFile("api", status="permission")
ONE, OTHER = tmux("api"), tmux("api", 1, 60, "/x")

CASES = [
    ("by its session, not by its name", frame(tmux("web"), files=(file("api"),)), {"web": "api"}),
    ("not the session of another server", frame(tmux("api", 1, 60, "/x"), files=(file("api"),)), {}),
    ("one made anew there", frame(tmux("api", 9), files=(file("api"),)), {"api": "api"}),
    ("not one made anew elsewhere", frame(tmux("api", 9, 60, "/x"), files=(file("api"),)), {}),
    ("another machine's", frame(tmux("api"), files=(file("api", host="other:2"),)), {}),
    ("an earlier start's, by name", frame(tmux("api"), files=(file("api", boot="k0.1"),)), {"api": "api"}),
    ("without a place", frame(tmux("api", 3, 60, "/x"), files=(UNPLACED,)), {"api": "api"}),
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
    ("no place", UNPLACED, frame(), "", ""),
    ("no place and a doubt", UNPLACED, frame(doubt="disk nfs4"), "other machines may use (nfs4)", ""),
    ("no place and another host", UNPLACED, frame(doubt="host far:9"), "far uses the folder, too", ""),
    ("no place and a server", UNPLACED, frame(doubt="server 5 /x"), "process 5 /x", ""),
    ("no place and a hung server", UNPLACED, frame(proven=False), "", "did not answer"),
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


def test_a_machine_under_two_names_counts_once() -> None:
    same = frame(ONE, files=(file("gone", session="$7"),))
    frames = {"local": same, "again": same, "other": same._replace(place=HERE._replace(host="other:2"))}
    sessions: list[Session] = [one for name, it in frames.items() for one in sessions_of(name, it, ())]
    assert [(one.host, one.name) for one in distinct(sessions, frames) if one.name == "api"] == [
        ("local", "api"), ("other", "api"),
    ]  # fmt: skip
    assert twins(frames) == {"again": "local"}
    assert len(distinct(sessions, {})) == len(sessions)
