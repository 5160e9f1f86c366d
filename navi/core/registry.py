"""The registry of sessions, read from its file, and the health of registered sessions. Pure.

The file is shared with other tools: `{"sessions": {NAME: {...}}, "version": "1.0"}`. navi adds the fields that
identify a session: process of its server, id, time of creation, pane.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from navi.core.model import PROOF, Frame, Pane, Tmux, TmuxSession
from navi.core.text import clean, decode, how_it_ended

VERSION = "1.0"


class Health(StrEnum):
    """What a session's process does. The first five are words of the lifecycle tools, in the order of their codes."""

    HEALTHY = "healthy"
    DEAD = "dead"
    MISSING = "missing"
    ZOMBIE = "zombie"
    SERVER_NOT_RUNNING = "server_not_running"
    UNKNOWN = "unknown"


CODES = {health: code for code, health in enumerate(list(Health)[:5])}
"""The exit status for each health."""


class RegistryEntry(NamedTuple):
    """A registered session. Times are texts, as written; an unknown value is "" or 0."""

    name: str
    socket: str = ""
    target: str = ""
    type: str = ""
    created_at: str = ""
    last_active: str = ""
    process: int = 0
    server: int = 0
    session: str = ""
    created: int = 0
    pane: str = ""

    def means(self, tmux: TmuxSession) -> bool:
        """Return whether the entry belongs to a session of its server: by identity, or by name if it has none."""
        if self.server and self.session:
            return (self.server, self.session, self.created) == (tmux.server, tmux.id, int(tmux.created))
        return tmux.name == (self.target.rpartition(":")[0] or self.name)


class Registry(NamedTuple):
    """All entries by name. `problem` says what is wrong with the file, "" if nothing. One that is not `usable` is not
    read at all, because another user could have written it.
    """

    entries: Mapping[str, RegistryEntry] = MappingProxyType({})
    problem: str = ""
    usable: bool = True

    @property
    def complaint(self) -> str:
        """The problem in words, with its remedy; "" if there is none."""
        if not self.problem:
            return ""
        if not self.usable:
            return f"the registry can't be used: {self.problem}"
        return f"the registry is damaged: {self.problem}; `navi reconcile --repair` repairs it"


class Snapshot(NamedTuple):
    """A frame of a host together with its registry. `servers` has the answer of each tmux server by its socket ("" is
    the default one, whose path is `default`), `gone` the processes of living panes that no longer exist, `sockets` the
    registry's folder of sockets.
    """

    frame: Frame
    registry: Registry
    servers: Mapping[str, Tmux]
    default: str = ""
    gone: frozenset[int] = frozenset()
    sockets: str = ""

    @property
    def proven(self) -> bool:
        """Whether every server listed its sessions, so that a session that is not listed is gone."""
        return all(answer in PROOF for answer in self.servers.values())

    def socket_of(self, entry: RegistryEntry) -> str:
        """Return the socket of an entry as the frame writes it."""
        return "" if entry.socket == self.default else entry.socket

    def session_of(self, entry: RegistryEntry) -> TmuxSession | None:
        """Return the session of an entry, None if it has ended."""
        socket = self.socket_of(entry)
        return next((one for one in self.frame.sessions if one.socket == socket and entry.means(one)), None)


class Condition(NamedTuple):
    """The health of a pane, and the reason for that judgement."""

    health: Health
    reason: str
    pane: Pane | None = None
    socket: str = ""


# ---- reading


def read_registry(data: bytes) -> Registry:
    """Parse the file; never raises. Invalid entries are left out, and `problem` names the first."""
    if not data.strip():
        return Registry(problem="it is empty")
    try:
        document = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        return Registry(problem=f"it is not JSON: {clean(str(error))[:80]}")
    sessions = document.get("sessions") if isinstance(document, dict) else None
    if not isinstance(sessions, dict):
        return Registry(problem="it has no `sessions`")
    if document.get("version", VERSION) != VERSION:
        return Registry(problem=f"its version is {clean(str(document['version']))[:20]}, not {VERSION}")
    wrong = [name for name, entry in sessions.items() if not isinstance(entry, dict)]
    entries = {name: _entry(name, entry) for name, entry in sessions.items() if isinstance(entry, dict)}
    return Registry(entries, f"its entry {clean(wrong[0])[:40]} is not an object" if wrong else "")


def _entry(name: str, fields: Mapping[str, object]) -> RegistryEntry:
    def text(key: str) -> str:
        value = fields.get(key)
        return value if isinstance(value, str) and value.isprintable() else ""

    def number(key: str) -> int:
        value = fields.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1e15 else 0

    return RegistryEntry(
        name, text("socket"), text("target"), text("type"), text("created_at"), text("last_active"),
        number("pid"), number("server"), text("session_id"), number("created"), text("pane_id"),
    )  # fmt: skip


def epoch(text: str) -> float | None:
    """Return the epoch time of a time in the registry (UTC), None for anything else."""
    from datetime import UTC, datetime

    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=time.tzinfo or UTC).timestamp()


# ---- judging


def condition_of(entry: RegistryEntry, snapshot: Snapshot) -> Condition:
    """Judge the session of an entry. Without an answer of its tmux server its health is unknown."""
    socket = snapshot.socket_of(entry)
    answer = snapshot.servers.get(socket)
    if answer is None:
        return Condition(Health.UNKNOWN, "its tmux server was not asked", socket=socket)
    if answer is Tmux.NONE:
        return Condition(Health.SERVER_NOT_RUNNING, "no tmux server runs on its socket", socket=socket)
    if answer is Tmux.FOREIGN:
        return Condition(Health.UNKNOWN, "its tmux socket belongs to another user", socket=socket)
    if answer is not Tmux.OK:
        return Condition(Health.UNKNOWN, f"its tmux server does not answer ({answer})", socket=socket)
    session = snapshot.session_of(entry)
    if session is None:
        named = any(one.name == entry.name for one in snapshot.frame.sessions if one.socket == socket)
        reason = "another session has its name now" if named else "tmux has no such session"
        return Condition(Health.MISSING, reason, socket=socket)
    return condition_in(session, snapshot.gone, entry)


def condition_in(
    session: TmuxSession, gone: frozenset[int] = frozenset(), entry: RegistryEntry | None = None
) -> Condition:
    """Judge a living session by the pane of its entry, or else by its active pane."""
    pane: Pane | None = session.pane
    index = entry.target.rpartition(":")[2] if entry else ""
    if entry and entry.pane:
        pane = next((one for one in session.panes if one.id == entry.pane), None)
    elif index:
        pane = next((one for one in session.panes if one.position == index), None)
    if pane is None:
        return Condition(Health.MISSING, "its pane is gone", socket=session.socket)
    if pane.dead:
        return Condition(Health.DEAD, how_it_ended(pane.exit_status, pane.exit_signal), pane, session.socket)
    if pane.process in gone:
        return Condition(Health.ZOMBIE, f"its process {pane.process} does not run", pane, session.socket)
    return Condition(Health.HEALTHY, f"its process {pane.process} runs", pane, session.socket)


def unregistered_sessions(snapshot: Snapshot, names: Sequence[str]) -> tuple[TmuxSession, ...]:
    """Return the living sessions that are not registered: those with the given names, or all."""
    entries = list(snapshot.registry.entries.values())
    return tuple(
        one
        for one in snapshot.frame.sessions
        if (not names or one.name in names)
        and not any(snapshot.socket_of(entry) == one.socket and entry.means(one) for entry in entries)
    )
