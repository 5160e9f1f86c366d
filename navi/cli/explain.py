"""The verb explain: what a session's status is, and everything that it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import attempt, print_json, why
from navi.core import exits
from navi.core.address import Address
from navi.core.facts import facts, rule, tmux_said, usage_facts
from navi.core.metrics import Metrics, Tokens, metrics_of, session_id
from navi.core.model import Frame, Session, StatusFile, TmuxSession
from navi.core.status import session_named, sessions_of
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.look import look
from navi.ops.tokens import tokens

if TYPE_CHECKING:
    from argparse import Namespace

MOST_CALLS = 20
"""How often it is asked at most for tokens that are still to be counted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A session, what the look at its host saw, and its tokens, or else why they are not known ("": no hook names
    the agent's session).
    """

    session: Session
    frame: Frame
    tokens: Tokens | str

    @property
    def metrics(self) -> Metrics | None:
        """Times and tools, as they stood at the look."""
        return metrics_of(self.session, self.frame.clock)


def run_explain(options: Namespace, machines: Machines) -> int:
    """Look once at the session's host, and tell how its status came about."""
    address = machines.address(options.address)
    return attempt(address, lambda: _look(machines, address), lambda seen: _tell(options, seen))


def _tell(options: Namespace, seen: Seen) -> None:
    if options.json:
        print_json(document(seen))
        return
    session, frame = seen.session, seen.frame
    host = f"{session.host}, tmux {frame.tmux_version or 'of unknown version'}"
    for fact in [*facts(session, host, frame, frame.clock), *usage_facts(seen.metrics, seen.tokens)]:
        print(f"{fact.label:<12} {fact.text}")


def _look(machines: Machines, address: Address) -> Seen:
    """Return the session and what the look saw. One of the default server comes before one of another."""
    host = machines.host(address.host)
    try:
        frame = host.run(look())
    except ValueError as error:
        raise OperationError(f"its answer makes no sense: {error}; try navi doctor {address.host}") from error
    session = session_named(sessions_of(address.host, frame, machines.agents), address.name)
    if session:
        return Seen(session, frame, _count(host, session))
    doubt = "" if frame.proven else f", but not every tmux server told its sessions ({tmux_said(frame)})"
    raise OperationError(f"there is no session {clean(address.name)}{doubt}", exits.NO_SESSION)


def _count(host: BlockingHost, session: Session) -> Tokens | str:
    """Count to the end, if that is not too far."""
    id = session_id(session)
    if not id:
        return ""
    try:
        found = host.run(tokens(id))
        for _ in range(MOST_CALLS - 1):
            found = host.run(tokens(id)) if found.partial else found
    except (HostError, OperationError) as error:
        return why(error)[0]
    return found


def document(seen: Seen) -> dict[str, object]:
    """Return the same for programs. Ages are in seconds, times epoch times of the host; what is unknown is null."""
    session, frame = seen.session, seen.frame
    status, tmux = session.status, session.tmux
    return {
        "address": session.address,
        "host": session.host,
        "name": session.name,
        "status": status.word,
        "status_source": str(status.source),
        "status_age_s": None if status.since is None else max(0.0, frame.clock - status.since),
        "reason": status.reason,
        "rule": rule(session, frame),
        "message": session.message,
        "cwd": session.cwd,
        "agent": session.agent or None,
        "clock": frame.clock,
        "tmux": {"state": str(frame.tmux), "error": frame.tmux_error, "proven": frame.proven},
        "file": _file_document(session.file) if session.file else None,
        "session": _session_document(tmux) if tmux else None,
        "metrics": _metrics_document(seen.metrics) if seen.metrics else None,
        "tokens": _tokens_document(seen.tokens) if isinstance(seen.tokens, Tokens) else None,
    }


def _file_document(file: StatusFile) -> dict[str, object]:
    document = file._asdict() | {
        "agents": [agent._asdict() for agent in file.agents],
        "teammates": [mate._asdict() for mate in file.teammates],
    }
    del document["fields"]
    return document


def _session_document(tmux: TmuxSession) -> dict[str, object]:
    return tmux._asdict() | {"panes": [pane._asdict() for pane in tmux.panes]}


def _metrics_document(metrics: Metrics) -> dict[str, object]:
    times = metrics.times
    return {
        "started": times and times.started,
        "total_s": times and times.total,
        "working_s": times and times.working,
        "waiting_s": times and times.waiting,
        "other_s": times and times.other,
        "tools": dict(metrics.tools),
        "recent": list(metrics.recent),
    }


def _tokens_document(tokens: Tokens) -> dict[str, object]:
    document = tokens._asdict()
    del document["left"]
    return document | {"partial": tokens.partial}
