"""Bringing back sessions that were lost, and starting agents again in their conversations.

The rule after each operation judges from a later look whether it was carried out (navi.ops.outcome).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from navi.core import exits
from navi.core.agents import AgentKind
from navi.core.model import LostSession, Machine, Session
from navi.core.text import clean, decode
from navi.ops.linker import link
from navi.ops.look.lost_sessions import read_note
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, number, read_records
from navi.ops.outcome import Looks, Outcome, Outcomes, carried_out, named, not_done, same_session, unanswered, unknown
from navi.ops.session.creation import Created, created_session, read_created
from navi.ops.session.lifecycle import new_undo_id, session_arguments
from navi.ops.session.resume import conversation_id, kind_named, pane_of_conversation, relaunch, relaunch_lost

CONFIRMING = 25.0
"""Seconds that an agent has to confirm its conversation."""


class Restored(NamedTuple):
    """A session that is back. `confirmed` is `yes` if its agent has confirmed that it has its conversation, `no` if it
    has not, "" if there is none. `lacks` names variables that its agent had before and its pane does not have now.
    """

    created: Created
    confirmed: str = ""
    lacks: tuple[str, ...] = ()


class KilledSession(NamedTuple):
    """A session that navi killed: the undo id under which its host keeps it, and when (host's epoch time)."""

    undo_id: str
    name: str
    directory: str = ""
    time: float = 0.0


class Restorable(NamedTuple):
    """What a host can bring back besides its lost sessions: those that ended while their server went on, and those that
    were killed.
    """

    ended: tuple[LostSession, ...] = ()
    killed: tuple[KilledSession, ...] = ()


def restorable() -> Operation[Restorable]:
    """Return the operation that lists sessions that can be restored though they were not lost."""
    arguments = (HostSetting.SESSIONS_DIR,)
    return Operation("restorable", link("session/restorable"), arguments, _read_restorable, 20, reads=True)


def _read_restorable(answer: Answer) -> Restorable:
    records = read_records(answer)
    notes = (read_note(one.rest, one.body, Machine()) for one in records if one.kind == "lostsession")
    killed = []
    for record in records:
        if record.kind == "killed":
            undo_id, _, time = record.rest.partition(" ")
            name, _, directory = decode(record.body).partition("\n")
            killed.append(KilledSession(undo_id, name, directory.rstrip("\n"), float(number(time))))
    return Restorable(tuple(note for note in notes if note), tuple(killed))


def restore(
    lost: LostSession, kinds: Sequence[AgentKind], anew: bool = False, variables: Sequence[str] = ()
) -> Operation[Restored]:
    """Return the operation that brings back a lost session: its directory, its command, its agent's conversation.

    Raise OperationError if its agent's conversation is not known, unless the agent may start `anew`. The host does
    nothing if another process has the conversation, and the note of the session stays until it is back.
    """
    if lost.agent and not lost.conversation and not anew and kind_named(lost.agent, kinds):
        words = f"the conversation of {clean(lost.agent)} is not known; --anew starts a new one in its directory"
        raise OperationError(words, exits.NO_SESSION)
    launch = relaunch_lost(lost, kinds, anew)
    conversation = "" if anew or not launch.more else lost.conversation
    arguments: tuple[str | HostSetting, ...] = (
        link("session/first_process"), HostSetting.SESSIONS_DIR, HostSetting.AGENTS, lost.key, new_undo_id(),
        conversation, launch.line, launch.more, launch.program, *variables,
    )  # fmt: skip
    outcomes = Outcomes(partial(_judge_restore, lost), partial(_restored_words, lost))
    return Operation("restore", link("session/restore"), arguments, _read_restored, 30 + CONFIRMING, outcomes)


def _restored_words(lost: LostSession, address: str, restored: Restored) -> str:
    words = {
        "yes": f"{address} is back in its conversation",
        "no": f"{address} is back; {lost.agent} was asked to resume its conversation, and does not say whether it has",
    }.get(restored.confirmed, f"{address} is back" + f", with a new conversation of {lost.agent}" * bool(lost.agent))
    return words + _lacks(restored.lacks)


def _lacks(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"; without the variables that it had: {', '.join(names[:5])}{more}"


def _judge_restore(lost: LostSession, looks: Looks) -> Outcome[Restored]:
    """Judge a restoration by the note, which goes when the session is back: until then, the next operation may undo the
    rest.
    """
    if any(one.key == lost.key for one in looks.after.lost_sessions):
        return not_done()
    found = next((one for one in named(looks.after, lost.name) if one.created >= looks.since), None)
    if found:
        return carried_out(Restored(created_session(found, False), "no" if lost.conversation else ""))
    return unknown("it is neither listed nor lost") if looks.after.proven else unanswered(looks.after)


def _read_restored(answer: Answer) -> Restored:
    created = read_created(answer)
    records = {record.kind: record.rest for record in answer.records()}
    return Restored(created, records.get("confirmed", ""), tuple(clean(records.get("lacks", "")).split()))


# ---- starting an agent again


def restart(session: Session, kinds: Sequence[AgentKind], anew: bool) -> Operation[str]:
    """Return the operation that ends the agent of a session and starts it again in its conversation, in the same pane.

    The answer says whether the agent has confirmed it: `yes`, `no`, or `anew`. Raise OperationError for a session
    without a terminal.
    """
    if session.tmux is None:
        raise OperationError(f"{clean(session.address)} has no terminal; nothing was ended")
    line, more = relaunch(session, kinds)
    conversation = "" if anew or not more else conversation_id(session)
    arguments = (
        link("session/first_process"), HostSetting.SESSIONS_DIR, HostSetting.AGENTS, session.agent, conversation,
        line, "" if anew else more, line.partition(" ")[0], "yes" if anew or (line and not more) else "",
        pane_of_conversation(session, conversation), *session_arguments(session),
    )  # fmt: skip
    outcomes = Outcomes(partial(_judge_restart, session), _restarted_words)
    return Operation("restart", link("session/restart"), arguments, _read_restarted, 60 + CONFIRMING, outcomes)


def _restarted_words(address: str, confirmed: str) -> str:
    return {
        "yes": f"restarted {address} in its conversation",
        "anew": f"restarted {address}, with a new conversation",
    }.get(
        confirmed,
        f"restarted {address}; its agent was asked to resume its conversation, and does not say whether it has",
    )


def _judge_restart(session: Session, looks: Looks) -> Outcome[str]:
    """Judge a restart: another process of the agent runs in the session. While none does, it may be about to start."""
    assert session.tmux
    now = same_session(looks.after, session.tmux)
    if now is None:
        return unknown("the session has ended since") if looks.after.proven else unanswered(looks.after)
    before = {agent.process for pane in session.tmux.panes for agent in pane.agents}
    after = {agent.process for pane in now.panes for agent in pane.agents if agent.name == session.agent}
    if after - before:
        return carried_out("no")
    return not_done() if after else unknown("its agent does not run now")


def _read_restarted(answer: Answer) -> str:
    return next((record.rest for record in read_records(answer) if record.kind == "restarted"), "no")
