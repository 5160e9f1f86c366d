"""What the registry's file says, and what health follows from what tmux says of it. Pure."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.model import Frame, Pane, Tmux, TmuxSession
from navi.core.registry import (
    CODES,
    Health,
    Registry,
    RegistryEntry,
    Snapshot,
    condition_in,
    condition_of,
    epoch,
    read_registry,
    unregistered_sessions,
)

# ---- reading

PROBLEMS = (
    (b"", "it is empty"),
    (b" \n", "it is empty"),
    (b"{", "it is not JSON"),
    (b"\xff", "it is not JSON"),
    (b"[" * 100000, "it is not JSON"),
    (b"[]", "it has no `sessions`"),
    (b"null", "it has no `sessions`"),
    (b'{"sessions": []}', "it has no `sessions`"),
    (b'{"sessions": {}, "version": "2.0"}', "its version is 2.0, not 1.0"),
    (b'{"sessions": {}, "version": "\x7f"}', "its version is , not 1.0"),
    (b'{"sessions": {"a": 1}}', "its entry a is not an object"),
    (b'{"sessions": {}}', ""),
    (b'{"sessions": {}, "version": "1.0", "more": 1}', ""),
)


@pytest.mark.parametrize(("data", "problem"), PROBLEMS)
def test_what_is_wrong_with_a_file_is_reported(data: bytes, problem: str) -> None:
    found = read_registry(data)
    assert (found.entries, bool(found.problem)) == ({}, bool(problem))
    assert found.problem.startswith(problem)


def test_a_bad_entry_hides_no_good_one_and_fields_of_another_kind_are_unknown() -> None:
    document = {
        "sessions": {
            "good": {"socket": "/s", "target": "good:0.0", "type": "shell", "pid": 12, "created_at": "2025-01-01"},
            "bad": "text",
            "odd": {"socket": 1, "target": None, "pid": True, "server": -1, "created": 1e300, "type": "a\x1b[31m"},
        }
    }  # fmt: skip
    found = read_registry(json.dumps(document).encode())
    assert found.problem == "its entry bad is not an object"
    assert found.entries == {
        "good": RegistryEntry("good", "/s", "good:0.0", "shell", "2025-01-01", process=12),
        "odd": RegistryEntry("odd"),
    }


DOCUMENTS = st.recursive(st.none() | st.integers() | st.text(), lambda some: st.dictionaries(st.text(), some))


@given(st.binary(max_size=200) | DOCUMENTS.map(lambda some: json.dumps({"sessions": some}).encode()))
def test_whatever_the_file_holds_reading_it_ends_in_words(data: bytes) -> None:
    assert isinstance(read_registry(data), Registry)


TIMES = (
    ("2025-11-23T10:00:00Z", 1763892000.0),
    ("2025-11-23T10:00:00", 1763892000.0),
    ("2025-11-23T11:00:00+01:00", 1763892000.0),
    ("1970-01-01T00:00:00Z", 0.0),
    ("", None),
    ("soon", None),
    ("2025-13-01T00:00:00Z", None),
)


@pytest.mark.parametrize(("text", "time"), TIMES)
def test_times_are_of_utc(text: str, time: float | None) -> None:
    assert epoch(text) == time


# ---- judging

ALIVE = Pane("%1", "0.0", 100, "python3", "", "/")
OTHER = Pane("%2", "0.1", 101, "sh", "", "/", active=False)
DEAD = ALIVE._replace(dead=True, exit_status=3)
KILLED = ALIVE._replace(dead=True, exit_signal="9")
SESSION = TmuxSession("$1", "api", 1000.0, 0, (ALIVE, OTHER), "/s", 77)
ENTRY = RegistryEntry("api", "/s", "api:0.0", server=77, session="$1", created=1000, pane="%1")
PLAIN = RegistryEntry("api", "/s", "api:0.0")


def snapshot(*sessions: TmuxSession, answer: Tmux | None = Tmux.OK, gone: tuple[int, ...] = ()) -> Snapshot:
    """A look at the server /s, with other servers beside it."""
    frame = Frame(0.0, "boot", Tmux.OK, True, sessions=sessions)
    servers = {"": Tmux.OK} | ({"/s": answer} if answer else {})
    return Snapshot(frame, Registry(), servers, "/default", frozenset(gone))


JUDGED = (
    ("it runs", ENTRY, snapshot(SESSION), "healthy", "its process 100 runs"),
    ("an entry of another tool", PLAIN, snapshot(SESSION), "healthy", "its process 100 runs"),
    ("its target's pane", PLAIN._replace(target="api:0.1"), snapshot(SESSION), "healthy", "its process 101 runs"),
    ("only its name is known", RegistryEntry("api", "/s"), snapshot(SESSION), "healthy", "its process 100 runs"),
    ("it was renamed", ENTRY, snapshot(SESSION._replace(name="web")), "healthy", "its process 100 runs"),
    ("dead", ENTRY, snapshot(SESSION._replace(panes=(DEAD,))), "dead", "its process has ended with status 3"),
    ("killed", ENTRY, snapshot(SESSION._replace(panes=(KILLED,))), "dead", "its process was ended by signal 9"),
    ("its process is gone", ENTRY, snapshot(SESSION, gone=(100,)), "zombie", "its process 100 does not run"),
    ("another's process is gone", ENTRY, snapshot(SESSION, gone=(101,)), "healthy", "its process 100 runs"),
    ("its pane is gone", ENTRY, snapshot(SESSION._replace(panes=(OTHER,))), "missing", "its pane is gone"),
    ("no such target", PLAIN._replace(target="api:7.0"), snapshot(SESSION), "missing", "its pane is gone"),
    ("it has ended", ENTRY, snapshot(), "missing", "tmux has no such session"),
    ("another of its name", ENTRY, snapshot(SESSION._replace(id="$2")), "missing", "another session has its name now"),
    ("another server", ENTRY, snapshot(SESSION._replace(server=78)), "missing", "another session has its name now"),
    ("begun anew", ENTRY, snapshot(SESSION._replace(created=1001.0)), "missing", "another session has its name now"),
    ("a longer name", PLAIN, snapshot(SESSION._replace(name="api-2")), "missing", "tmux has no such session"),
    ("on another server", ENTRY, snapshot(SESSION._replace(socket="/t")), "missing", "tmux has no such session"),
    ("no server", ENTRY, snapshot(answer=Tmux.NONE), "server_not_running", "no tmux server runs on its socket"),
    ("it hangs", ENTRY, snapshot(answer=Tmux.HUNG), "unknown", "its tmux server does not answer (hung)"),
    ("it refuses", ENTRY, snapshot(answer=Tmux.FAILED), "unknown", "its tmux server does not answer (failed)"),
    ("no tmux", ENTRY, snapshot(answer=Tmux.MISSING), "unknown", "its tmux server does not answer (missing)"),
    ("it was not asked", ENTRY, snapshot(answer=None), "unknown", "its tmux server was not asked"),
    ("the default one", RegistryEntry("x", "/default"), snapshot(), "missing", "tmux has no such session"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "found", "health", "reason"), [case[1:] for case in JUDGED], ids=[case[0] for case in JUDGED]
)
def test_health_is_what_tmux_itself_reports(entry: RegistryEntry, found: Snapshot, health: str, reason: str) -> None:
    condition = condition_of(entry, found)
    assert (str(condition.health), condition.reason) == (health, reason)


def test_without_an_entry_the_pane_counts_that_a_person_sees() -> None:
    session = SESSION._replace(panes=(ALIVE._replace(active=False), DEAD._replace(id="%2", active=True)))
    assert condition_in(session).health is Health.DEAD


def test_the_codes_are_those_of_the_lifecycle() -> None:
    words = ["healthy", "dead", "missing", "zombie", "server_not_running"]
    assert [str(health) for health in sorted(CODES, key=lambda health: CODES[health])] == words
    assert Health.UNKNOWN not in CODES


def test_strays_are_those_that_no_entry_is_about() -> None:
    other = SESSION._replace(id="$2", name="web")
    again = SESSION._replace(id="$3", created=2000.0)
    found = snapshot(SESSION, other, again)._replace(registry=Registry({"api": ENTRY}))
    assert unregistered_sessions(found, ()) == (other, again)
    assert unregistered_sessions(found, ("web",)) == (other,)
