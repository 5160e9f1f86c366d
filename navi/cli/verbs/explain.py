"""The verb explain: a session's status, and all the evidence behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.asking.answers import why_incomplete
from navi.cli.asking.find_session import look_for
from navi.cli.context import Context, answered
from navi.cli.other_sessions import no_session, with_suggestion
from navi.cli.output.output import Output, RequestError, reason_and_status, with_address
from navi.core import exits
from navi.core.address import Address
from navi.core.facts import deciding_rule, facts, usage_facts
from navi.core.metrics import Metrics, Tokens, metrics_of, session_id
from navi.core.model import Conversation, Evidence, Frame, Pane, Session, StatusFile, TmuxSession
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.hooks.tokens import tokens
from navi.ops.outcome import answered as has_listed

if TYPE_CHECKING:
    from navi.cli.arguments import Options

MOST_REQUESTS = 20
"""The most requests until all tokens are counted."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A session, the snapshot of its host, and its tokens, or why they are unknown ("" where no hook names the agent's
    session).
    """

    session: Session
    frame: Frame
    tokens: Tokens | str

    @property
    def metrics(self) -> Metrics | None:
        """Times and tools at the time of the snapshot."""
        return metrics_of(self.session, self.frame.clock)


def run_explain(options: Options, context: Context) -> int:
    """Explain the status of a session."""
    address = context.address(options.address)
    found = answered(lambda address: _look(context, address, options.socket), address)
    if isinstance(found, RequestError):
        words, status = reason_and_status(found)
        context.output.complain(with_address(address, words, status))
        return status
    _print(context.output, options, found)
    return _confirm(context.output, found)


def _confirm(output: Output, found: Explained) -> int:
    """Report if no tmux server confirms that there is such a session; return the exit status."""
    frame, tmux = found.frame, found.session.tmux
    error = why_incomplete(frame, found.session.host)
    if error is None or (tmux and has_listed(frame, tmux.socket)):
        return exits.OK
    output.complain(f"{found.session.address}: {error}")
    return error.status


def _print(output: Output, options: Options, found: Explained) -> None:
    if options.json:
        output.print_json(document(found))
        return
    session, frame = found.session, found.frame
    host = f"{session.host}, tmux {frame.tmux_version or 'of unknown version'}"
    for fact in [*facts(session, host, frame, frame.clock), *usage_facts(found.metrics, found.tokens)]:
        output.print(f"{fact.label:<12} {fact.text}")


def _look(context: Context, address: Address, socket: str) -> Explained:
    """Return a session with the snapshot of its host."""
    host = context.host(address.host)
    try:
        session, frame = look_for(context, address, socket)
    except ValueError as error:
        raise OperationError(f"the host's answer is invalid: {error}; try `navi doctor {address.host}`") from error
    if session:
        return Explained(session, frame, _count(host, session))
    raise why_incomplete(frame, address.host) or with_suggestion(context, address, no_session(address))


def _count(host: BlockingHost, session: Session) -> Tokens | str:
    """Return the tokens of a session; a long transcript takes several requests."""
    id = session_id(session)
    if not id:
        return ""
    try:
        counted = host.run(tokens(id))
        for _ in range(MOST_REQUESTS - 1):
            counted = host.run(tokens(id)) if counted.partial else counted
    except (HostError, OperationError) as error:
        return reason_and_status(error)[0]
    return counted


def document(found: Explained) -> dict[str, object]:
    """Return the explanation as JSON. Ages are seconds, times epoch times of the host; unknown values are null."""
    session, frame = found.session, found.frame
    status, tmux = session.status, session.tmux
    return {
        "address": session.address,
        "host": session.host,
        "name": session.name,
        "status": status.word,
        "status_source": str(status.source),
        "status_age_s": None if status.since is None else max(0.0, frame.clock - status.since),
        "reason": status.reason,
        "rule": deciding_rule(session, frame),
        "evidence": [_evidence_document(piece, frame.clock) for piece in status.evidence],
        "message": session.message,
        "answers": [one._asdict() for one in session.marks.answers],
        "cwd": session.cwd,
        "agent": session.agent or None,
        "clock": frame.clock,
        "tmux": {"state": str(frame.tmux), "error": frame.tmux_error, "proven": frame.proven},
        "file": _file_document(session.file) if session.file else None,
        "conversations": [
            _conversation_document(one, frame.clock) for one in (session.file.conversations if session.file else ())
        ],
        "session": _session_document(tmux) if tmux else None,
        "metrics": _metrics_document(found.metrics) if found.metrics else None,
        "tokens": _tokens_document(found.tokens) if isinstance(found.tokens, Tokens) else None,
    }


def _file_document(file: StatusFile) -> dict[str, object]:
    document = file._asdict() | {
        "agents": [agent._asdict() for agent in file.agents],
        "teammates": [mate._asdict() for mate in file.teammates],
    }
    del document["fields"], document["conversations"]
    return document


def _conversation_document(one: Conversation, clock: float) -> dict[str, object]:
    return {
        "id": one.id or None,
        "agent": one.agent,
        "status": one.status,
        "age_s": None if one.timestamp is None else max(0.0, clock - one.timestamp),
        "message": one.message,
        "cwd": one.cwd,
        "pane": one.pane or None,
        "parent": one.parent or None,
        "started": one.started,
    }


def _evidence_document(piece: Evidence, clock: float) -> dict[str, object]:
    return {
        "source": str(piece.source),
        "status": piece.word or None,
        "age_s": None if piece.since is None else max(0.0, clock - piece.since),
        "text": piece.text,
        "message": piece.message,
        "about": piece.where or None,
        "decided": piece.decided,
    }


def _session_document(tmux: TmuxSession) -> dict[str, object]:
    return tmux._asdict() | {"panes": [_pane_document(pane) for pane in tmux.panes]}


def _pane_document(pane: Pane) -> dict[str, object]:
    agents = [agent._asdict() for agent in pane.agents]
    return pane._asdict() | {"agents": agents, "screen": pane.screen._asdict() if pane.screen else None}


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
