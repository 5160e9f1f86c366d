"""What clean-up removes, and how registry and status files differ from tmux."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from navi.core.cleanup import (
    NO_DIFFERENCE,
    Difference,
    EntryRemoval,
    FileRemoval,
    difference,
    file_removals,
    removals,
)
from navi.core.model import Frame, Machine, Origin, Pane, StatusFile, Tmux, TmuxSession
from navi.core.registry import Registry, RegistryEntry, Snapshot

# ---- removals

NOW = 1_763_892_000.0
HOUR_AGO, DAY_AGO, LATER = "2025-11-23T09:00:00Z", "2025-11-22T10:00:00Z", "2030-01-01T00:00:00Z"

ALIVE, DEAD = Pane("%1", "0.0", 1, "sh", "", "/"), Pane("%2", "0.1", 2, "sh", "", "/", dead=True, exit_status=3)


def session(name: str = "api", *panes: Pane, socket: str = "/s", own: bool = False) -> TmuxSession:
    """Return a session as tmux lists it."""
    return TmuxSession(f"${name}", name, 1.0, 0, panes or (ALIVE,), socket, 7, own)


def entry(used: str = HOUR_AGO, created: str = DAY_AGO, target: str = "api:0.0") -> RegistryEntry:
    """Return an entry for the session api that was used and created at such times."""
    return RegistryEntry("api", "/s", target, created_at=created, last_active=used)


def snapshot(
    *sessions: TmuxSession,
    entries: tuple[RegistryEntry, ...] = (),
    files: tuple[StatusFile, ...] = (),
    servers: Mapping[str, Tmux] | None = None,
    problem: str = "",
) -> Snapshot:
    """Return a snapshot of a host."""
    frame = Frame(NOW, "boot", Tmux.OK, True, sessions=sessions, files=files)
    registry = Registry({one.name: one for one in entries}, problem)
    return Snapshot(frame, registry, servers or {"": Tmux.OK, "/s": Tmux.OK}, sockets="/registry")


CHOSEN = [
    ("used two hours ago", entry(), 7200, False, Tmux.OK, ""),
    ("exactly as old is not older", entry(), 3600, False, Tmux.OK, ""),
    ("older", entry(), 3599, False, Tmux.OK, "not used for 1h"),
    ("never used", entry(""), 3600, False, Tmux.OK, "not used for"),
    ("used at no time", entry("nonsense"), 3600, False, Tmux.OK, "not used for"),
    ("no time at all", entry("", ""), 0, False, Tmux.OK, ""),
    ("used in the future", entry(LATER), 0, False, Tmux.OK, ""),
    ("alive", entry(), None, False, Tmux.OK, ""),
    ("alive, all", entry(), None, True, Tmux.OK, "all are removed"),
    ("unknown, all", entry(), 0, True, Tmux.HUNG, ""),
    ("no server", entry(), None, False, Tmux.NONE, "server_not_running"),
]


@pytest.mark.parametrize(
    ("one", "older_than", "everything", "answer", "reason"),
    [row[1:] for row in CHOSEN],
    ids=[row[0] for row in CHOSEN],
)
def test_a_registered_session_is_removed_for_a_reason(
    one: RegistryEntry, older_than: float | None, everything: bool, answer: Tmux, reason: str
) -> None:
    sessions = (session(),) if answer is Tmux.OK else ()
    found = snapshot(*sessions, entries=(one,), servers={"": Tmux.OK, "/s": answer})
    reasons = [removal.reason for removal in removals(found, older_than, everything)]
    assert len(reasons) == bool(reason)
    assert "".join(reasons).startswith(reason)


KILLED = [
    ("a session that lives", (ALIVE,), "api:0.0", True, True),
    ("a session whose panes are all dead", (DEAD,), "api:0.1", False, True),
    ("not one with a pane that lives", (ALIVE, DEAD), "api:0.1", False, False),
]


@pytest.mark.parametrize(
    ("panes", "target", "everything", "killed"), [row[1:] for row in KILLED], ids=[row[0] for row in KILLED]
)
def test_what_is_killed_with_an_entry(panes: tuple[Pane, ...], target: str, everything: bool, killed: bool) -> None:
    lives = session("api", *panes)
    registered = entry(target=target)
    (removal,) = removals(snapshot(lives, entries=(registered,)), None, everything)
    assert removal == EntryRemoval(registered, removal.reason, lives if killed else None)


def test_removals_are_sorted_by_name() -> None:
    entries = tuple(RegistryEntry(name, "/s", f"{name}:0.0") for name in ("web", "api", "db"))
    assert [one.entry.name for one in removals(snapshot(entries=entries), None, False)] == ["api", "db", "web"]


# ---- differences

FILE, BROKEN = StatusFile("old"), StatusFile("odd", "is not JSON")

DIFFERENCES = [
    ("nothing", snapshot(session(), entries=(entry(),)), NO_DIFFERENCE),
    ("an entry without a session", snapshot(entries=(entry(),)), Difference(gone=(entry(),))),
    ("a server that does not answer", snapshot(entries=(entry(),), servers={"/s": Tmux.HUNG}), NO_DIFFERENCE),
    ("a person's own session", snapshot(session("mine")), NO_DIFFERENCE),
    (
        "a session that navi created",
        snapshot(session("api", own=True)),
        Difference(unregistered=(session("api", own=True),)),
    ),
    (
        "a session on a server of the registry's folder",
        snapshot(session(socket="/registry/claude.sock")),
        Difference(unregistered=(session(socket="/registry/claude.sock"),)),
    ),
    ("a server with a similar path", snapshot(session(socket="/registry2/claude.sock")), NO_DIFFERENCE),
    ("a status file without a session", snapshot(session(), files=(FILE,)), Difference(files=("old",))),
    ("a status file of a session", snapshot(session("old"), files=(FILE,)), NO_DIFFERENCE),
    ("a status file that can't be read", snapshot(files=(BROKEN,)), NO_DIFFERENCE),
    (
        "a status file whose server may not have answered",
        snapshot(files=(FILE,), servers={"": Tmux.HUNG}),
        NO_DIFFERENCE,
    ),
    ("a damaged registry", snapshot(problem="it is empty"), Difference(problem="it is empty")),
]


@pytest.mark.parametrize(("found", "wanted"), [row[1:] for row in DIFFERENCES], ids=[row[0] for row in DIFFERENCES])
def test_registry_status_files_and_tmux_are_compared(found: Snapshot, wanted: Difference) -> None:
    assert difference(found) == wanted


# ---- status files

HERE = Machine("box:12345678", "11111111.5", "/s")
WRITTEN_HERE = Origin(*HERE)
ENDED = "its session has ended"

FILES = [
    ("a session has it", Frame(NOW, "b", Tmux.OK, True, sessions=(session("old"),)), FILE, []),
    ("a session has it, broken as it is", Frame(NOW, "b", Tmux.OK, True, sessions=(session("odd"),)), BROKEN, []),
    ("every server answered", Frame(NOW, "b", Tmux.OK, True), FILE, [FileRemoval("old", ENDED)]),
    ("it is broken", Frame(NOW, "b", Tmux.OK, True), BROKEN, [FileRemoval("odd", "it can't be used: is not JSON")]),
    (
        "a server did not answer", Frame(NOW, "b", Tmux.HUNG), FILE,
        [FileRemoval("old", "tmux did not answer, so nothing confirms it", stays=True)],
    ),
    (
        "its own server answered", Frame(NOW, "b", Tmux.HUNG, silent=frozenset(["/other"]), machine=HERE),
        FILE._replace(origin=WRITTEN_HERE._replace(socket="/own", server=7)), [FileRemoval("old", ENDED)],
    ),
    (
        "its server is out of reach", Frame(NOW, "b", Tmux.OK, True, machine=HERE, lost=frozenset([7])),
        FILE._replace(origin=WRITTEN_HERE._replace(server=7)),
        [FileRemoval("old", "its tmux server (process 7) is out of reach, so nothing confirms it", stays=True)],
    ),
    (
        "another machine wrote it", Frame(NOW, "b", Tmux.OK, True, machine=HERE),
        FILE._replace(origin=WRITTEN_HERE._replace(host="other:87654321")),
        [FileRemoval("old", "written on other, another machine that uses the folder, too", stays=True)],
    ),
    (
        "the machine was started again", Frame(NOW, "b", Tmux.HUNG, machine=HERE),
        FILE._replace(origin=WRITTEN_HERE._replace(boot="22222222.5")),
        [FileRemoval("old", "its session ended before the machine was started again")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("frame", "file", "wanted"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_status_files_go_only_if_their_sessions_have_ended(
    frame: Frame, file: StatusFile, wanted: list[FileRemoval]
) -> None:
    assert file_removals(frame._replace(files=(file,))) == wanted
