"""The output of the verbs ls and health: sessions of all hosts, for people and as JSON."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from shlex import quote
from typing import NamedTuple

from navi.cli.output.output import Output
from navi.core import exits
from navi.core.address import LOCAL, address_of
from navi.core.agents import AgentKind
from navi.core.ages import age, utc
from navi.core.failure import HostState
from navi.core.model import Marks, Pane, Session, Source, TmuxSession
from navi.core.registry import CODES, Condition, Health, RegistryEntry, Snapshot, condition_in, condition_of
from navi.core.status import rank, sessions_of
from navi.core.text import clean, columns
from navi.core.unlisted import unlisted
from navi.hosts.base import HostError
from navi.ops import OperationError

UNCONFIRMED = Condition(Health.UNKNOWN, "not every tmux server lists its sessions")
"""The health of a session that no server lists, when some servers did not answer."""


class LsRow(NamedTuple):
    """A session of a host: what tmux, its status file and the registry say about it."""

    host: str
    name: str
    clock: float
    condition: Condition | None = None
    session: Session | None = None
    entry: RegistryEntry | None = None

    @property
    def tmux(self) -> TmuxSession | None:
        """What tmux knows about it."""
        return self.session.tmux if self.session else None

    @property
    def address(self) -> str:
        """How a person writes its name."""
        return address_of(self.host, self.name)

    @property
    def word(self) -> str:
        """Its status; "" where only the registry knows it."""
        return self.session.status.word if self.session else ""


def rows_of(
    host: str, found: Snapshot, agents: Sequence[AgentKind], machines: Collection[str] = ()
) -> Iterator[LsRow]:
    """Yield the sessions that live or have a status file, then those that are only registered.

    `machines` are those of all hosts that are listed: a status file of another one is left to its own host.
    """
    clock = found.frame.clock
    entries = {
        (tmux.socket, tmux.id): entry
        for entry in found.registry.entries.values()
        if (tmux := found.session_of(entry)) is not None
    }
    for session in sessions_of(host, found.frame, agents, machines):
        tmux = session.tmux
        entry = entries.get((tmux.socket, tmux.id)) if tmux else None
        condition = condition_in(tmux, found.gone, entry) if tmux else _without_tmux(session)
        yield LsRow(host, session.name, clock, condition, session, entry)
    living = set(entries.values())
    for entry in found.registry.entries.values():
        if entry not in living:
            yield LsRow(host, entry.name, clock, condition_of(entry, found), None, entry)


def _without_tmux(session: Session) -> Condition | None:
    """Return the condition of a session that no tmux server listed; None if its own server proves that it is gone."""
    if session.background:
        return Condition(Health.HEALTHY, "its process runs")
    if session.unjudged:
        return Condition(Health.UNKNOWN, session.unjudged)
    return None if session.status.source is Source.TMUX else UNCONFIRMED


def document(row: LsRow) -> dict[str, object]:
    """Return a session as JSON; unknown values are null."""
    session, tmux, entry, condition = row.session, row.tmux, row.entry, row.condition
    status = session.status if session else None
    pane = condition.pane if condition else None
    marks = session.marks if session else Marks()
    return {
        "address": row.address,
        "host": row.host,
        "remote": "" if row.host == LOCAL else row.host,
        "name": row.name,
        "status": status.word if status else None,
        "status_source": str(status.source) if status else None,
        "status_age_s": max(0.0, row.clock - status.since) if status and status.since is not None else None,
        "message": session.message if session else "",
        "cwd": (session.cwd or None) if session else None,
        "timestamp": int(status.since) if status and status.since is not None else None,
        "agent": (session.agent or None) if session else None,
        "health": None if condition is None or condition.health is Health.UNKNOWN else str(condition.health),
        "health_reason": condition.reason if condition else None,
        "type": (entry.type or None) if entry else "background" if session and session.background else None,
        "socket": (entry.socket or None) if entry else tmux.socket or None if tmux else None,
        "target": f"{tmux.name}:{tmux.pane.position}" if tmux else (entry.target or None) if entry else None,
        "pid": pane.process if pane else None,
        "exit_status": pane.exit_status if pane else None,
        "exit_signal": (pane.exit_signal or None) if pane else None,
        "created_at": entry.created_at if entry and entry.created_at else utc(tmux.created) if tmux else None,
        "last_active": (entry.last_active or None) if entry else None,
        "registered": entry is not None,
        "tags": list(marks.tags),
        "bookmarked": marks.bookmarked,
        "attached": tmux.attached if tmux else None,
        "headless": False,
    }


def silent_document(name: str, error: HostError | OperationError, words: str) -> dict[str, object]:
    """Return a host that did not answer as JSON."""
    state = error.failure.state if isinstance(error, HostError) else HostState.ERROR
    return {"name": name, "state": str(state), "error": words, "latency_ms": None, "age_s": None}


def host_document(name: str, found: Snapshot) -> dict[str, object]:
    """Return a host that answered as JSON."""
    failure = unlisted(found.frame, name)
    state = failure.failure.state if failure else HostState.CONNECTED
    error = failure.failure.cause if failure else None
    return {"name": name, "state": str(state), "error": error, "latency_ms": None, "age_s": 0.0}


Cells = tuple[str, str, str, str, str]
"""What a line of the table has: address, status, health, age and message, cleaned."""


def print_rows(output: Output, rows: Sequence[LsRow], more: Sequence[Cells] = ()) -> None:
    """Print a table of sessions, the most urgent first, and `more` lines below them.

    If several tmux servers have a session of the same name, the rows of servers other than the default one show the
    -S SOCKET that verbs need.
    """
    times = Counter(row.address for row in rows)
    table = [*(_cells(row, times[row.address] > 1) for row in sorted(rows, key=_order)), *more]
    widths = [max((columns(cells[column]) for cells in table), default=0) for column in range(4)]
    for *cells, message in table:
        line = "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(cells, widths, strict=True))
        output.print(f"{line}  {message}".rstrip())


def _order(row: LsRow) -> tuple[bool, int, str, str]:
    return row.host != LOCAL, rank(row.word), row.host, row.name


def _cells(row: LsRow, is_twin: bool) -> Cells:
    status = row.session.status if row.session else None
    since = age(row.clock - status.since) if status and status.since is not None else ""
    health = str(row.condition.health) if row.condition else "missing"
    message = row.session.message if row.session else row.condition.reason if row.condition else ""
    address = row.address + (f" -S {quote(row.tmux.socket)}" if is_twin and row.tmux and row.tmux.socket else "")
    return clean(address), clean(status.word) if status else "-", health, since, clean(message)


# ---- health


def condition_named(found: Snapshot, name: str, socket: str, target: str, registered: bool) -> Condition:
    """Judge the session of a name, or the pane of a target."""
    entry = found.registry.entries.get(name)
    if entry and not socket and not target:
        condition = condition_of(entry, found)
        if registered or condition.health is not Health.MISSING:
            return condition
    wanted = "" if socket == found.default else socket
    living = [one for one in found.frame.sessions if not (socket or target) or one.socket == wanted]
    if target:
        meant = [(one, pane) for one in living for pane in one.panes if _is_target(target, one, pane)]
        if meant:
            session, pane = next((each for each in meant if each[1].active), meant[0])
            return condition_in(session, found.gone, RegistryEntry(name, pane=pane.id))
    named = [one for one in living if one.name == name]
    if named and not target:
        return condition_in(min(named, key=lambda one: one.socket), found.gone)
    if not (socket or target or found.proven):
        return UNCONFIRMED
    return condition_of(RegistryEntry(name or target, socket=wanted or found.default), found)


def _is_target(target: str, session: TmuxSession, pane: Pane) -> bool:
    """Return whether a target names a pane as tmux understands it: by its id, or by session, window and pane."""
    if target.startswith("%"):
        return pane.id == target
    name, _, index = target.partition(":")
    if session.id != name and session.name != name.removeprefix("="):
        return False
    return not index or pane.position == index or pane.position.partition(".")[0] == index


def print_conditions(
    output: Output, conditions: Sequence[tuple[str, Condition]], as_json: bool, alone: bool = True
) -> int:
    """Print the health of sessions; return the exit status: for one its code, for several 0 if all are healthy.

    What is unknown has no such status: the caller knows why it is unknown.
    """
    if as_json:
        documents = [_condition_document(about, condition) for about, condition in conditions]
        output.print_json(documents[0] if alone and len(documents) == 1 else documents)
    else:
        width = max((columns(clean(about)) for about, _ in conditions), default=0)
        for about, condition in conditions:
            space = " " * (width - columns(clean(about)))
            output.print(f"{clean(about)}{space}  {condition.health}: {clean(condition.reason)}")
    if alone and len(conditions) == 1:
        return CODES.get(conditions[0][1].health, exits.UNAVAILABLE)
    return exits.OK if all(condition.health is Health.HEALTHY for _, condition in conditions) else exits.NO


def _condition_document(about: str, condition: Condition) -> dict[str, object]:
    health, pane = condition.health, condition.pane
    unknown = health is Health.UNKNOWN
    return {
        "address": about,
        "status": None if unknown else str(health),
        "reason": condition.reason,
        "server_running": None if unknown else health is not Health.SERVER_NOT_RUNNING,
        "session_exists": None if unknown else health not in (Health.SERVER_NOT_RUNNING, Health.MISSING),
        "pane_exists": None if unknown else pane is not None,
        "pane_dead": pane.dead if pane else None,
        "pid": pane.process if pane and health is Health.HEALTHY else None,
        "process_running": None if unknown else health is Health.HEALTHY,
        "exit_status": pane.exit_status if pane else None,
        "exit_signal": (pane.exit_signal or None) if pane else None,
    }
