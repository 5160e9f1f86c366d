"""Judges sessions, from their status files and from what their host reports of their panes. Pure.

Agents' hooks write the files (`~/.claude-sessions/<session>.json`). Hooks miss exits and interruptions, so they are
one source among several (`navi.core.evidence`). Every status carries its source, its reason and all the evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from navi.core.agents import REPORT_END, AgentKind, base_name
from navi.core.background import background_sessions
from navi.core.conversations import conversation_of, conversations_in, reported, unseen
from navi.core.evidence import Agent, AgentVerdict, agents_in, judge_agent, of_nested
from navi.core.file_owner import files_of, is_earlier, key_of, shown_elsewhere, socket_of, why_unconfirmed, why_unjudged
from navi.core.model import (
    AgentStatus,
    Conversation,
    Evidence,
    Frame,
    Marks,
    Pane,
    Session,
    Source,
    Status,
    StatusFile,
    TmuxSession,
)
from navi.core.statuses import BUSY, TURN_ENDED

PRIORITY = ("permission", "waiting", "working", "error", "idle", "stopped", "done")
"""Statuses, most urgent first. Any other word ranks after them."""

SHELLS = frozenset(
    {"sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "ksh93", "mksh", "tcsh", "csh", "nu", "pwsh",
     "busybox", "login"}
)  # fmt: skip


def session_named(sessions: Iterable[Session], name: str) -> Session | None:
    """Return the session with this name, which may be an agent's id for one in the background.

    A session on the default tmux server wins over one on another server, and those over one in the background.
    """
    named = [one for one in sessions if name == one.name or (one.background and name == one.background.id)]
    return min(named, key=lambda one: (one.background is not None, one.tmux.socket if one.tmux else ""), default=None)


def rank(status: str) -> int:
    """Return the position of a status in PRIORITY. Smaller is more urgent."""
    return PRIORITY.index(status) if status in PRIORITY else len(PRIORITY)


def most_urgent_status(file: StatusFile) -> Status:
    """Return the most urgent status in a file, its own or one of its agents'. Its own wins a tie."""
    own = Status(file.status or "unknown", Source.HOOK, file.timestamp, "reported by its hook")
    return min([own, *map(_status_of, file.agents)], key=lambda status: rank(status.word))


def _status_of(entry: AgentStatus) -> Status:
    reason = f"reported by its hook for agent {entry.name}"
    return Status(entry.status, Source.HOOK, entry.timestamp, reason, entry.name)


class Judgement(NamedTuple):
    """A session's status, the name of the agent that has it ("" if navi knows none), the agent's message, and the
    conversation, None if no hook reported of it.
    """

    status: Status
    agent: str = ""
    message: str = ""
    conversation: Conversation | None = None


class _Hook(NamedTuple):
    """A usable status file, the pane that it is about ("" for all panes), and the kinds of agents that navi knows."""

    file: StatusFile
    pane: str
    kinds: Sequence[AgentKind]

    @property
    def report(self) -> Evidence:
        """What it reports of the whole session."""
        return _as_evidence(most_urgent_status(self.file), self.file.message)

    def entry(self, name: str) -> Evidence | None:
        """Return what it reports under an agent's name, if it has no conversation of that agent."""
        known = any(record.agent == name for record in self.file.conversations)
        found = next((entry for entry in self.file.agents if entry.name == name and not known), None)
        return _as_evidence(_status_of(found), "") if found else None

    def about(self, agent: Agent) -> Evidence | None:
        """Return what it reports of an agent: under the agent's name, or else as the session's own."""
        file = self.file
        if self.pane not in ("", agent.pane.id):
            return None
        entry = next((entry for entry in file.agents if entry.name == agent.kind.name), None)
        if entry:
            return _as_evidence(_status_of(entry), "" if file.status else file.message)
        if file.agents:
            known = {kind.name for kind in self.kinds}
            file = file._replace(agents=tuple(entry for entry in file.agents if entry.name not in known))
        return _as_evidence(most_urgent_status(file), file.message)


def _as_evidence(status: Status, message: str) -> Evidence:
    word = "" if status.word == "unknown" else status.word
    return Evidence(Source.HOOK, word, status.since, status.reason, message, agent=status.agent)


def judge(file: StatusFile | None, tmux: TmuxSession | None, kinds: Iterable[AgentKind], clock: float) -> Judgement:
    """Judge a session from its status file and from what its host reports. `clock` is the host's time (epoch).

    `tmux` is None for a session that tmux no longer has. Of several agents, the most urgent one counts.
    """
    kinds = tuple(kinds)
    hook = _hook(file, tmux, kinds)
    if tmux is None:
        gone = Evidence(Source.TMUX, "offline", file.timestamp if file else None, "tmux has no such session")
        return _judgement(AgentVerdict("", gone, (gone,)), hook, file)
    if all(pane.dead for pane in tmux.panes):
        text = f"its pane is dead ({_how_it_ended(tmux.pane)})"
        dead = Evidence(Source.PANE, "stopped", tmux.activity or None, text)
        return _judgement(AgentVerdict("", dead, (dead,)), hook, file)
    verdicts = [*_verdicts(tmux, kinds, hook, clock)] or [_without_agent(tmux)]
    nested = [piece for pane in tmux.panes for piece in of_nested(pane)]
    others = [piece for verdict in verdicts for piece in verdict.evidence]
    best = min(verdicts, key=lambda verdict: rank(verdict.decided.word))
    return _judgement(best._replace(evidence=(*others, *nested)), hook, file)


def _hook(file: StatusFile | None, tmux: TmuxSession | None, kinds: Sequence[AgentKind]) -> _Hook | None:
    """Return a usable status file. Its pane is the one of the last event, whichever agent that came from: it counts
    only if the file is about one agent, and if the session's tmux server gave the pane its id.
    """
    if file is None or file.problem:
        return None
    reporting = bool(file.status) + len(file.agents)
    same = tmux is not None and file.origin is not None and file.origin.server == tmux.server
    pane = file.origin.pane if file.origin and same and reporting < 2 else ""
    return _Hook(file, pane, kinds)


def _verdicts(
    tmux: TmuxSession, kinds: Sequence[AgentKind], hook: _Hook | None, clock: float
) -> Iterator[AgentVerdict]:
    """Yield a verdict for each agent, and one for a hook that speaks of none of them."""
    if hook and hook.file.conversations:
        yield from _of_conversations(tmux, hook, clock)
        return
    heard = False
    for pane in tmux.panes:
        for agent in agents_in(pane, kinds):
            report = hook.about(agent) if hook else None
            heard = heard or report is not None
            yield judge_agent(agent, report, clock)
    if hook and not heard:
        yield _hook_alone(hook, tmux)


def _hook_alone(hook: _Hook, tmux: TmuxSession) -> AgentVerdict:
    """Judge what a hook reports of an agent that is not seen: it can run below a program that navi does not know."""
    living = [pane for pane in tmux.panes if hook.pane in ("", pane.id) and not pane.dead]
    return _judge_unseen(hook.report, living, tmux, f"the session has no living pane {hook.pane}")


def _judge_unseen(report: Evidence, living: Sequence[Pane], tmux: TmuxSession, gone: str) -> AgentVerdict:
    """Judge what a hook reports of an agent in one of these panes, if none of them shows it. `gone` says that there are
    none.
    """
    report = report._replace(word=report.word or "unknown")
    # If a hook does not report the end of its agent, the end of a turn may be its last report.
    over = BUSY if report.agent in ("", *REPORT_END) else BUSY | TURN_ENDED
    if report.word not in over or not all(_is_bare_shell(pane) for pane in living):
        return AgentVerdict("", report, (report,))
    shells = ", ".join(sorted({base_name(pane.command) for pane in living}))
    text = f"only a shell ({shells}) is left in the pane" if living else gone
    left = Evidence(Source.PANE, "stopped", tmux.activity or None, text, where=report.where)
    return AgentVerdict("", left, (report, left))


def _of_conversations(tmux: TmuxSession, hook: _Hook, clock: float) -> Iterator[AgentVerdict]:
    """Yield a verdict for each agent that is seen, with its conversation, and for each conversation whose agent is not
    seen. If any agent is seen, conversations in panes with only a shell left are over and get no verdict.
    """
    records = conversations_in(hook.file, tmux)
    agents = [agent for pane in tmux.panes for agent in agents_in(pane, hook.kinds)]
    heard = [(agent, conversation_of(agent, records)) for agent in agents]
    for agent, record in heard:
        report = reported(record) if record else hook.entry(agent.kind.name)
        yield judge_agent(agent, report, clock)._replace(conversation=record)
    left = [*unseen(records, [record for _, record in heard if record], agents, tmux)]
    for record, panes in left:
        if not agents or not all(_is_bare_shell(pane) for pane in panes):
            where = f"{record.agent} in pane {panes[0].position}" if record.pane else ""
            yield _judge_unseen(reported(record, where), panes, tmux, "")._replace(conversation=record)
    if not agents and not left and any(not record.parent for record in hook.file.conversations):
        text = "the panes of its conversations are gone"
        gone = Evidence(Source.PANE, "stopped", tmux.activity or None, text)
        yield AgentVerdict("", gone, (gone,))


def _is_bare_shell(pane: Pane) -> bool:
    return base_name(pane.command) in SHELLS and not pane.children


def _without_agent(tmux: TmuxSession) -> AgentVerdict:
    nothing = Evidence(Source.PANE, "unknown", tmux.activity or None, "no known agent runs in it")
    return AgentVerdict("", nothing, (nothing,))


def _judgement(verdict: AgentVerdict, hook: _Hook | None, file: StatusFile | None) -> Judgement:
    """Return the judgement of a session by the verdict on its agent. The message is the one of the hook or the screen
    with that status; where no agent is seen, it is the last one.
    """
    decided, record = verdict.decided, verdict.conversation
    heard = [piece for piece in verdict.evidence if piece.where == decided.where]
    report = next((piece for piece in heard if piece.source is Source.HOOK), None)
    if hook and not hook.file.conversations:
        report = report or hook.report
    evidence = tuple(piece._replace(decided=True) if piece is decided else piece for piece in verdict.evidence)
    reason = _reason(decided, report, file)
    status = Status(decided.word, decided.source, decided.since, reason, decided.agent, evidence)
    if not verdict.agent:
        return Judgement(status, "", record.message if record else file.message if file else "", record)
    messages = {piece.source: piece.message for piece in heard if piece.word == decided.word}
    return Judgement(status, verdict.agent, messages.get(Source.HOOK, messages.get(Source.SCREEN, "")), record)


def _reason(decided: Evidence, report: Evidence | None, file: StatusFile | None) -> str:
    """Say why a status was decided, after any other status that a hook reported."""
    if decided.source in (Source.HOOK, Source.TMUX):
        return decided.text
    if report and report.word and report.word != decided.word:
        return f"its hook reported {report.word}, but {decided.text}"
    if report or decided.source in (Source.STATE, Source.PROCESS):
        return decided.text
    if file and not file.problem:
        return f"no hook reported of it; {decided.text}"
    why = f"its status file is {file.problem}" if file else "no status file"
    return f"{why}; {decided.text}"


def _how_it_ended(pane: Pane) -> str:
    if pane.exit_signal:
        return f"killed by signal {pane.exit_signal}"
    return f"exit status {pane.exit_status}" if pane.exit_status is not None else "no exit status"


def sessions_of(
    host: str, frame: Frame, kinds: Iterable[AgentKind], others: Collection[str] = ()
) -> tuple[Session, ...]:
    """Match a frame's tmux sessions with its status files (`navi.core.file_owner`), and judge each session.

    A status file that was written on one of the other machines `others` belongs to that host and is left out. If tmux
    did not answer, navi believes the status files, and the reason says so.
    """
    kinds = tuple(kinds)
    files = files_of(frame)
    taken = {id(file) for file in files.values()}
    found = [_session(host, tmux, files.get(key_of(tmux)), kinds, frame.clock) for tmux in frame.sessions]
    left = [file for file in frame.files if id(file) not in taken and not shown_elsewhere(file, frame, others)]
    lone = [_session_of_file(host, file, frame) for file in left]
    without_terminal = background_sessions(host, frame.background, kinds)
    return tuple(_with_marks(session, frame) for session in (*found, *lone, *without_terminal))


def _with_marks(session: Session, frame: Frame) -> Session:
    """Add the session's marks. They belong to the default server, as status files do, but answers name theirs."""
    marks = frame.marks.get(session.name)
    if marks is None:
        return session
    socket = session.tmux.socket if session.tmux else ""
    answers = tuple(one for one in marks.answers if one.socket == socket)
    return session._replace(marks=(Marks() if socket else marks)._replace(answers=answers))


def _session(
    host: str, tmux: TmuxSession, file: StatusFile | None, kinds: tuple[AgentKind, ...], clock: float
) -> Session:
    judged = judge(file, tmux, kinds, clock)
    return Session(
        host,
        tmux.name,
        judged.status,
        message=judged.message,
        cwd=(judged.conversation.cwd if judged.conversation else "") or (file.cwd if file else "") or tmux.pane.path,
        agent=judged.agent,
        tmux=tmux,
        file=file,
        conversation=judged.conversation,
    )


def _session_of_file(host: str, file: StatusFile, frame: Frame) -> Session:
    """Return the session of a status file that no living session has."""
    unjudged = why_unjudged(file, frame)
    status = Status("unknown", Source.HOOK, file.timestamp, unjudged) if unjudged else _status_of_file(file, frame)
    socket = socket_of(file, frame) or ""
    return Session(
        host, file.name, status, message=file.message, cwd=file.cwd, file=file, socket=socket, unjudged=unjudged
    )  # fmt: skip


def _status_of_file(file: StatusFile, frame: Frame) -> Status:
    unconfirmed = why_unconfirmed(file, frame)
    if unconfirmed:
        reported = most_urgent_status(file)
        return reported._replace(reason=f"{reported.reason}; {unconfirmed}")
    ended = judge(file, None, (), frame.clock).status
    return ended._replace(reason="the machine has started again since") if is_earlier(file, frame) else ended
