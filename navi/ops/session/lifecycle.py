"""Changing, killing and restoring sessions: an operation for each verb.

The rule after each operation judges from a later look whether it was carried out (navi.ops.outcome).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from navi.core import exits
from navi.core.address import Named
from navi.core.agents import AgentKind
from navi.core.model import AgentStatus, BackgroundAgent, Conversation, Session, StatusFile, TmuxSession
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, number, read_nothing, read_records
from navi.ops.outcome import (
    Looks,
    Outcome,
    Outcomes,
    answered,
    carried_out,
    ended,
    file_named,
    known_sessions,
    named,
    not_done,
    same_name,
    same_session,
    unanswered,
    unknown,
)
from navi.ops.session.background import background_of
from navi.ops.session.creation import (
    APPEARED,
    Created,
    appeared_since,
    check_name,
    check_variable,
    created_session,
    ending_words,
    read_created,
)

Target = Session | Named
"""The session that an operation is about: the one that was seen, or whichever has a name now."""


class KillResult(NamedTuple):
    """The result of a kill: the id under which undo finds what was kept, or "" and, if known, why nothing was."""

    undo_id: str = ""
    problem: str = ""


# ---- killing and restoring


def kill(session: Session | TmuxSession | Named, undo_id: str, line: str = "", more: str = "") -> Operation[KillResult]:
    """Return the operation that ends a session and puts its status file away; it answers with `undo_id`, or "".

    The host keeps what `undo` needs under that undo id (see `new_undo_id`); "" means that it could keep nothing. `line`
    is the command to run again unless navi started the session, and `more` is added to it once. Killing a session that
    has ended is no error. A session that has been replaced or renamed is not killed, which raises OperationError.
    """
    if isinstance(session, Session) and session.file and session.unjudged and session.file.origin:
        raise OperationError(f"{session.unjudged}: its session may live; kill it there")
    arguments = (HostSetting.SESSIONS_DIR, undo_id, line, more, *session_arguments(session))
    outcomes = Outcomes(partial(_judge_kill, session, undo_id), partial(_killed_words, session))
    return Operation("kill", link("session/kill"), arguments, _read_killed, 20, outcomes)


def _killed_words(session: Session | TmuxSession | Named, address: str, kept: KillResult) -> str:
    if isinstance(session, Session) and session.tmux is None:
        return f"removed the status file of {address}"
    if kept.problem:
        return f"killed {address}; this can't be undone: {kept.problem}"
    unkept = isinstance(session, Session) and not kept.undo_id
    return f"killed {address}" + "; nothing could be kept to bring it back" * unkept


def _judge_kill(session: Session | TmuxSession | Named, undo_id: str, looks: Looks) -> Outcome[KillResult]:
    """Judge a kill: the session is gone only if its own server no longer lists it, under any name."""
    known = known_sessions(session, session.name, looks.before)
    if not known:
        return _judge_removed_file(session, looks)
    if not all(answered(looks.after, one.socket) for one in known):
        return unanswered(looks.after)
    gone = any(same_session(looks.after, one) is None for one in known)
    return carried_out(KillResult(undo_id)) if gone else not_done()


def _judge_removed_file(session: Session | TmuxSession | Named, looks: Looks) -> Outcome[KillResult]:
    """Judge the removal of a status file, which is all that is left of a session that has ended."""
    before = session.file if isinstance(session, Session) else file_named(looks.before, session.name)
    now = file_named(looks.after, session.name)
    if before is None or (now is not None and now != before):
        return unknown("it was not seen before")
    return carried_out(KillResult()) if now is None else not_done()


def stop_background(session: Session, kinds: Sequence[AgentKind]) -> Operation[KillResult]:
    """Return the operation that lets an agent stop a session without a terminal, and waits until its process has ended.

    Only the agent can bring it back. Raise OperationError if the agent refuses, is not installed there, or the process
    does not end.
    """
    one, how = background_of(session, kinds)
    started = str(number(str(one.file.get("procStart"))))
    arguments = (one.kind, how.stop, one.id, str(one.process), started)
    back = f"; `{one.kind} {how.attach} {one.id}` starts it again there"
    outcomes = Outcomes(partial(_judge_stopped, one), lambda address, _: f"stopped {address}{back}")
    return Operation("stop", link("session/stop_background"), arguments, _read_stopped, 40, outcomes)


def _judge_stopped(one: BackgroundAgent, looks: Looks) -> Outcome[KillResult]:
    """Judge a stop: a look reports only running sessions."""
    runs = any((other.id, other.process) == (one.id, one.process) for other in looks.after.background)
    return not_done() if runs else carried_out(KillResult())


def _read_stopped(answer: Answer) -> KillResult:
    read_records(answer)
    return KillResult()


def undo(undo_id: str, name: str = "", variables: Sequence[str] = ()) -> Operation[Created]:
    """Return the operation that restores a killed session: its directory, command, status file, and its text above.

    `name` is the session's name; without it the outcome can't be judged. `variables` are NAME=VALUE. A session that
    was in a group which still exists shows the group's windows again, and nothing is started.
    """
    arguments: tuple[str | HostSetting, ...] = (
        link("session/first_process"), HostSetting.SESSIONS_DIR, _check_undo_id(undo_id),
        *map(check_variable, variables),
    )  # fmt: skip
    outcomes = Outcomes(partial(_judge_undo, name), _restored_words)
    return Operation("undo", link("session/undo"), arguments, read_created, 20, outcomes)


def _restored_words(address: str, created: Created) -> str:
    return f"{address} is back{created.remark}" + ending_words(created)


def _judge_undo(name: str, looks: Looks) -> Outcome[Created]:
    """Judge an undo: another session may have taken the name meanwhile."""
    if not name:
        return unknown("the name of the session is not known")
    appeared = list(appeared_since(looks, name))
    found = next((one for one in appeared if one.own), None)
    if found:
        return carried_out(created_session(found, None))
    if appeared:
        return unknown(APPEARED.format(name))
    return not_done() if looks.after.proven else unanswered(looks.after)


# ---- changing


def rename(session: Target, name: str) -> Operation[str]:
    """Return the operation that renames a session in tmux, in its status file and as that file's name; the answer is
    the name.

    All of that is done, or nothing. Raise OperationError if a session or a status file has the name already.
    """
    name = check_name(name)
    arguments = (HostSetting.SESSIONS_DIR, name, *session_arguments(session))
    outcomes = Outcomes(partial(_judge_rename, session, name), lambda address, now: f"renamed {address} to {now}")
    return Operation("rename", link("session/rename"), arguments, _read_renamed, 20, outcomes)


def _judge_rename(session: Target, name: str, looks: Looks) -> Outcome[str]:
    """Judge a renaming by the identity, because another session may have either name."""
    known = known_sessions(session, session.name, looks.before)
    if not known:
        return unknown("it was not seen before")
    if not all(answered(looks.after, one.socket) for one in known):
        return unanswered(looks.after)
    now = [found for one in known if (found := same_session(looks.after, one))]
    renamed = next((one for one in now if same_name(one.name, name)), None)
    if renamed:
        return carried_out(renamed.name)
    if [one.name for one in now] == [one.name for one in known]:
        return not_done()
    return unknown(f"its name is {now[0].name} now" if now else "the session has ended since")


def dismiss(session: Target) -> Operation[None]:
    """Return the operation that acknowledges a session's notification: its status becomes working, its message empty,
    and everything else stays.
    """
    if isinstance(session, Session) and (session.file is None or session.file.problem):
        raise OperationError(f"{clean(session.address)} has no readable status file; nothing to dismiss")
    arguments = (HostSetting.SESSIONS_DIR, *session_arguments(session))
    outcomes = Outcomes(partial(_judge_dismiss, session), lambda address, _: f"dismissed {address}")
    return Operation("dismiss", link("session/dismiss"), arguments, read_nothing, 20, outcomes)


def _judge_dismiss(session: Target, looks: Looks) -> Outcome[None]:
    """Judge a dismissal by the timestamp of the status file, from the host's own clock: it shows whether the file was
    written since.
    """
    before = session.file if isinstance(session, Session) else file_named(looks.before, session.name)
    name = before.name if before else session.name
    now = file_named(looks.after, name)
    if now is None:
        return unknown("its status file is gone") if named(looks.after, name) else ended(looks.after)
    if now == before or (now.timestamp is not None and now.timestamp < looks.since):
        return not_done()
    parts: list[StatusFile | Conversation | AgentStatus] = [now, *now.conversations, *now.agents]
    dismissed = any(_is_dismissed(one, looks) for one in parts)
    return carried_out(None) if dismissed else unknown("its status has changed since")


def _is_dismissed(one: StatusFile | Conversation | AgentStatus, looks: Looks) -> bool:
    """Return whether this was acknowledged since: the whole file, a conversation, or one of several agents."""
    message = "" if isinstance(one, AgentStatus) else one.message
    return one.status == "working" and not message and one.timestamp is not None and one.timestamp >= looks.since


# ---- arguments of scripts


def new_undo_id() -> str:
    """Return a new random undo id: the name under which a host keeps a killed session."""
    return secrets.token_hex(8)


def _check_undo_id(undo_id: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", undo_id):
        raise OperationError(f"invalid undo id {clean(undo_id)[:40]!r}", exits.WRONG_USAGE)
    return undo_id


def session_arguments(session: Session | TmuxSession | Named) -> tuple[str, str, str, str, str, str]:
    """Return the arguments by which a script finds just this session: socket, server, id, creation time, name, file."""
    if isinstance(session, Named):
        return (session.socket, "named", "", "", session.name, session.name)
    if isinstance(session, TmuxSession):
        return (*_tmux_identity(session), session.name)
    file = session.file.name if session.file else ""
    if session.tmux is None:
        return ("", "", "", "", session.name, file)
    return (*_tmux_identity(session.tmux), file)


def _tmux_identity(tmux: TmuxSession) -> tuple[str, str, str, str, str]:
    return (tmux.socket, str(tmux.server), tmux.id, str(int(tmux.created)), tmux.name)


# ---- answers


def _read_renamed(answer: Answer) -> str:
    return next((record.rest for record in read_records(answer) if record.kind == "renamed"), "")


def _read_killed(answer: Answer) -> KillResult:
    records = {record.kind: record.rest for record in read_records(answer)}
    return KillResult(records.get("killed", ""), clean(records.get("unkept", "")))
