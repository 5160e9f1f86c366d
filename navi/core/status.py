"""Reading status files, and judging them against what tmux shows.

Agents' hooks write the files (`~/.claude-sessions/<session>.json`). Hooks miss exits and interruptions, so a status
that the pane contradicts is replaced, and every status carries its source and its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from navi.core.agents import AgentKind, base_name
from navi.core.model import AgentStatus, Frame, Pane, Session, Source, Status, StatusFile, TmuxSession
from navi.core.text import clean, decode, exact_age

PRIORITY = ("permission", "waiting", "working", "error", "idle", "stopped", "done")
"""Statuses, most urgent first. Any other word ranks after them."""

ATTENTION = frozenset({"permission", "waiting"})
"""Statuses in which the agent asks a person for something."""

BUSY = frozenset({"permission", "waiting", "working"})
"""Statuses that only a running agent can have."""

SHELLS = frozenset({"sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "mksh", "tcsh", "csh", "nu", "pwsh", "login"})

QUIET_AFTER = 3.0
"""Seconds without output after which an agent without hooks counts as idle."""

SILENT_AFTER = 60.0
"""Seconds without output after which an agent that animates its screen no longer counts as working."""

LARGEST = 65536
"""Maximum size of a status file, in bytes."""


def session_named(sessions: Iterable[Session], name: str) -> Session | None:
    """Return the session with this name. A session on the default tmux server wins over one on another server."""
    named = [session for session in sessions if session.name == name]
    return min(named, key=lambda session: session.tmux.socket if session.tmux else "", default=None)


def rank(status: str) -> int:
    """Return the position of a status in PRIORITY. Smaller is more urgent."""
    return PRIORITY.index(status) if status in PRIORITY else len(PRIORITY)


# ---- reading -------------------------------------------------------------------------------------------------------


def read_status_file(name: str, data: bytes) -> StatusFile:
    """Parse a status file. Never raises: `problem` describes what is wrong, and the valid fields are kept."""
    if len(data) > LARGEST:
        return StatusFile(name, problem=f"larger than {LARGEST // 1024} KiB")
    if not data.strip():
        return StatusFile(name, problem="empty")
    try:
        document = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        return StatusFile(name, problem=f"not JSON: {clean(str(error))[:80]}")
    if not isinstance(document, dict):
        return StatusFile(name, problem=f"expected a JSON object, got {_kind(document)}")
    return _understand(name, document)


def _kind(value: object) -> str:
    names = {type(None): "null", list: "a list", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")


def _understand(name: str, document: Mapping[str, object]) -> StatusFile:
    team = document.get("team")
    team = team if isinstance(team, dict) else {}
    wrong = [key for key in ("status", "message", "cwd") if not isinstance(document.get(key, ""), str | None)]
    return StatusFile(
        name,
        problem=f"{wrong[0]} is {_kind(document[wrong[0]])}, not a string" if wrong else "",
        status=_text(document.get("status")),
        message=_text(document.get("message")),
        cwd=_text(document.get("cwd")),
        timestamp=_time(document.get("timestamp")),
        agents=tuple(_agents_of_mapping(document.get("agents"))),
        team=_text(team.get("name")),
        teammates=tuple(_agents_of_list(team.get("agents"))),
        fields=document,
    )


def _text(value: object) -> str:
    return clean(value[:4096]) if isinstance(value, str) else ""


def _time(value: object) -> float | None:
    """Return a plausible epoch time, or None: also for 0 and for JSON's NaN and Infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e11 else None


def _agents_of_mapping(value: object) -> Iterable[AgentStatus]:
    if isinstance(value, dict):
        for key, entry in sorted(value.items())[:64]:
            if isinstance(entry, dict):
                yield AgentStatus(_text(key), _text(entry.get("status")), _time(entry.get("timestamp")))


def _agents_of_list(value: object) -> Iterable[AgentStatus]:
    if isinstance(value, list):
        for entry in value[:64]:
            if isinstance(entry, dict):
                yield AgentStatus(_text(entry.get("name")), _text(entry.get("status")), _time(entry.get("timestamp")))


# ---- judging -------------------------------------------------------------------------------------------------------


def composite(file: StatusFile) -> Status:
    """Return the most urgent status in a file, its own or one of its agents'. Its own wins a tie."""
    own = Status(file.status or "unknown", Source.HOOK, file.timestamp, "reported by its hook")
    others = [
        Status(entry.status, Source.HOOK, entry.timestamp, f"reported by its hook for agent {entry.name}", entry.name)
        for entry in file.agents
    ]
    return min([own, *others], key=lambda status: rank(status.word))


def judge(file: StatusFile | None, tmux: TmuxSession | None, kinds: Iterable[AgentKind], clock: float) -> Status:
    """Judge a session's status from its status file and from tmux. `clock` is the host's time (epoch).

    `tmux` is None for a session that tmux no longer has.
    """
    if tmux is None:
        return Status("offline", Source.TMUX, file.timestamp if file else None, "tmux has no such session")
    if all(pane.dead for pane in tmux.panes):
        return Status("stopped", Source.PANE, tmux.activity, f"its pane is dead ({_how_it_ended(tmux.pane)})")
    found = find_agent(tmux, kinds)
    if file is None or file.problem:
        return _infer(tmux, found, file, clock)
    return _check(composite(file), tmux, found, clock)


def find_agent(tmux: TmuxSession, kinds: Iterable[AgentKind]) -> tuple[AgentKind, Pane] | None:
    """Return the first known agent that runs in a pane of the session, and that pane."""
    return next(((kind, pane) for kind in kinds for pane in tmux.panes if kind.runs_in(pane)), None)


def _how_it_ended(pane: Pane) -> str:
    if pane.exit_signal:
        return f"killed by signal {pane.exit_signal}"
    return f"exit status {pane.exit_status}" if pane.exit_status is not None else "no exit status"


def _infer(tmux: TmuxSession, found: tuple[AgentKind, Pane] | None, file: StatusFile | None, clock: float) -> Status:
    why = f"its status file is {file.problem}" if file else "no status file"
    if found is None:
        return Status("unknown", Source.PANE, tmux.activity, f"{why}, and no known agent runs in it")
    kind, pane = found
    shown = kind.status_in_title(pane)
    if shown:
        return Status(shown, Source.PANE, pane.activity, f"{why}; shown in the title of its {kind.name} pane")
    silent = clock - pane.activity
    if silent <= QUIET_AFTER:
        return Status("working", Source.PANE, pane.activity, f"{why}; its {kind.name} pane is producing output")
    return Status("idle", Source.PANE, pane.activity, f"{why}; its {kind.name} pane is silent")


def _check(reported: Status, tmux: TmuxSession, found: tuple[AgentKind, Pane] | None, clock: float) -> Status:
    if reported.word not in BUSY:
        return reported
    if found is None:
        living = [pane for pane in tmux.panes if not pane.dead]
        if all(base_name(pane.command) in SHELLS and not pane.children for pane in living):
            shells = ", ".join(sorted({base_name(pane.command) for pane in living}))
            reason = f"its hook reported {reported.word}, but only a shell ({shells}) is left in the pane"
            return Status("stopped", Source.PANE, tmux.activity, reason)
        return reported
    return _check_silence(reported, *found, clock)


def _check_silence(reported: Status, kind: AgentKind, pane: Pane, clock: float) -> Status:
    since = max(reported.since or 0.0, pane.activity)
    if reported.word != "working" or not kind.animated or clock - since < SILENT_AFTER:
        return reported
    reason = f"its hook reported working, but {kind.name} has drawn nothing for {exact_age(clock - pane.activity)}"
    return Status("idle", Source.PANE, pane.activity, reason)


def sessions_of(host: str, frame: Frame, kinds: Iterable[AgentKind]) -> tuple[Session, ...]:
    """Match a frame's tmux sessions with its status files, and judge each session.

    If tmux did not answer, status files are taken at their word, and the reason says so.
    """
    kinds = tuple(kinds)
    files = {file.name: file for file in frame.files}
    taken = {session.name for session in frame.sessions}
    found = [_session(host, tmux, files.get(tmux.name), kinds, frame.clock) for tmux in frame.sessions]
    lone = [_lone(host, file, frame) for file in frame.files if file.name not in taken]
    return tuple(_with_marks(session, frame) for session in found + lone)


def _with_marks(session: Session, frame: Frame) -> Session:
    """Add the session's marks. Marks belong to the default server, as status files do."""
    marks = frame.marks.get(session.name)
    return session._replace(marks=marks) if marks and not (session.tmux and session.tmux.socket) else session


def _session(
    host: str, tmux: TmuxSession, file: StatusFile | None, kinds: tuple[AgentKind, ...], clock: float
) -> Session:
    found = find_agent(tmux, kinds)
    return Session(
        host,
        tmux.name,
        judge(file, tmux, kinds, clock),
        message=file.message if file else "",
        cwd=(file.cwd if file else "") or tmux.pane.path,
        agent=found[0].name if found else "",
        tmux=tmux,
        file=file,
    )


def _lone(host: str, file: StatusFile, frame: Frame) -> Session:
    if frame.proven:
        status = judge(file, None, (), frame.clock)
    else:
        reported = composite(file)
        reason = f"{reported.reason}; tmux did not answer, so nothing confirms it"
        status = Status(reported.word, reported.source, reported.since, reason, reported.agent)
    return Session(host, file.name, status, message=file.message, cwd=file.cwd, file=file)
