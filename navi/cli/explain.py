"""The verb explain: what a session's status is, and everything that it was made of."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from navi import exits
from navi.cli.machines import Address, Machines, attempt, print_json
from navi.model import AgentStatus, Frame, Pane, Session, Source, StatusFile
from navi.ops import OperationError
from navi.ops.look import PROOF, look
from navi.status import sessions_of
from navi.text import clean, exact_age

Fact = tuple[str, str]


def run_explain(options: Namespace, machines: Machines) -> int:
    """Look once at the session's host, and tell how its status came about."""
    address = machines.address(options.address)
    return attempt(address, lambda: _look(machines, address), lambda seen: _tell(options, *seen))


def _tell(options: Namespace, session: Session, frame: Frame) -> None:
    if options.json:
        print_json(document(session, frame))
    else:
        for label, text in facts(session, frame):
            print(f"{label:<12} {clean(text)}")


def _look(machines: Machines, address: Address) -> tuple[Session, Frame]:
    """Return the session and what the look saw. One of the default server comes before one of another."""
    host = machines.host(address.host)
    try:
        frame = host.run(look(host.sessions_dir, False))
    except ValueError as error:
        raise OperationError(f"its answer makes no sense: {error}; try navi doctor {address.host}") from error
    named = [
        session
        for session in sessions_of(address.host, frame, machines.settings.agents)
        if session.name == address.name
    ]
    if named:
        return min(named, key=lambda session: session.tmux.socket if session.tmux else ""), frame
    doubt = "" if frame.proven else f", but not every tmux server told its sessions ({_tmux_said(frame)})"
    raise OperationError(f"there is no session {clean(address.name)}{doubt}", exits.NO_SESSION)


def _tmux_said(frame: Frame) -> str:
    return f"{frame.tmux}: {frame.tmux_error}" if frame.tmux_error else str(frame.tmux)


def rule(session: Session, frame: Frame) -> str:
    """Say which rule decided the status; those of navi(1), How it is checked."""
    status, file = session.status, session.file
    if session.tmux is None:
        if frame.proven:
            return "tmux has no such session: offline"
        return "tmux did not answer: the status file is shown as it is"
    if all(pane.dead for pane in session.tmux.panes):
        return "every pane is dead: stopped"
    if file is None or file.problem:
        if status.word == "unknown":
            return "neither a status file nor a known agent: unknown"
        return "no usable status file, and a known agent runs in a pane: its title tells, else whether it puts out text"
    if status.source is Source.HOOK:
        if status.agent:
            return "of several agents the most urgent counts, and tmux shows nothing against it"
        return "the hook's word counts, and tmux shows nothing against it"
    if status.word == "stopped":
        return "the hook said permission, waiting or working, but only a shell is left: stopped"
    return "the hook said working, but an agent that draws while it works draws nothing: idle"


def facts(session: Session, frame: Frame) -> list[Fact]:
    """Return everything, in the words of the dashboard's page of details; each with its label."""
    status = session.status
    told = [
        ("session", session.address),
        ("host", f"{session.host}, tmux {frame.tmux_version or 'of unknown version'}"),
        ("status", status.word),
        ("source", f"{status.source}, {_ago(status.since, frame)}"),
        ("because", status.reason),
        ("rule", rule(session, frame)),
        ("message", session.message),
        ("directory", session.cwd),
        ("agent", session.agent or "none that navi knows runs in it"),
        *_file(session.file, frame),
        *_tmux(session, frame),
    ]
    return [(label, text) for label, text in told if text]


def _ago(time: float | None, frame: Frame) -> str:
    return "age unknown" if time is None else f"{exact_age(frame.clock - time)} ago"


def _file(file: StatusFile | None, frame: Frame) -> list[Fact]:
    if file is None:
        return [("status file", "none; the agent's hooks are not installed there, or did not run yet")]
    title = file.fields.get("current_pbi_title")
    return [
        ("status file", f"{file.name}.json {file.problem or 'reads well'}"),
        ("it says", f"{file.status}, {_ago(file.timestamp, frame)}" if file.status else ""),
        ("works on", title if isinstance(title, str) else ""),
        *(_agent("agent", agent, frame) for agent in file.agents),
        *(_agent(file.team or "team", mate, frame) for mate in file.teammates),
    ]


def _agent(label: str, agent: AgentStatus, frame: Frame) -> Fact:
    return label[:11], f"{agent.status or 'unknown'} {agent.name}, {_ago(agent.timestamp, frame)}"


def _tmux(session: Session, frame: Frame) -> list[Fact]:
    tmux = session.tmux
    silent = [] if frame.tmux in PROOF and frame.proven else [("tmux says", _tmux_said(frame))]
    if tmux is None:
        return [*silent, ("tmux", "no such session")]
    attached = f", {tmux.attached} attached" if tmux.attached else ""
    return [
        *silent,
        ("tmux", f"{tmux.id}, created {_ago(tmux.created, frame)}{attached}"),
        ("socket", tmux.socket),
        ("output", f"last {_ago(tmux.activity, frame)}"),
        *((f"pane {pane.index}", _pane(pane)) for pane in tmux.panes),
    ]


def _pane(pane: Pane) -> str:
    state = "dead" if pane.dead else f"process {pane.process}"
    below = f" ({', '.join(pane.children)} below it)" if pane.children else ""
    place = f"{pane.id} {pane.command}{below}, {state}, in {pane.path}"
    return f"{place}, title: {pane.title}" if pane.title else place


def document(session: Session, frame: Frame) -> dict[str, object]:
    """Return the same for programs. Ages are in seconds, times epoch times of the host; what is unknown is null."""
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
        "session": asdict(tmux) if tmux else None,
    }


def _file_document(file: StatusFile) -> dict[str, object]:
    document = asdict(file)
    del document["fields"]
    return document
