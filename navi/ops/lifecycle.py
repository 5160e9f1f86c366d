"""Creating, changing, killing and restoring sessions: an operation for each verb.

The rule after each operation judges from a later look whether it was carried out (navi.ops.outcome).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from navi.core.address import Named
from navi.core.agents import AgentKind
from navi.core.launch import SHELL, VARIABLE, Launch, Step
from navi.core.model import BackgroundAgent, Session, TmuxSession
from navi.core.text import clean
from navi.ops.agent_records import number
from navi.ops.background import known
from navi.ops.linker import link
from navi.ops.marks import mark
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, done
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
from navi.ops.pane import how_it_ended, seen
from navi.ops.resume import launch_again

Target = Session | Named
"""The session that an operation is about: the one that was seen, or whichever has a name now."""

LONGEST_NAME = 200
"""Bytes of a session's name: its status file is named after it, and file names end at 255."""

STILL_STARTING = "its shell is still starting; the command line follows"
"""What to report about a `slow` session."""

APPEARED = "a session {} has appeared since, and does not say who made it"
"""Why it is unknown whether a session was created."""

FORBIDDEN = {
    ".": "a dot, which tmux does not keep",
    ":": "a colon, which tmux does not keep",
    "/": "a slash, because its status file is named after it",
    "\\": "a backslash, which tmux does not keep",
}
"""The characters that no session name may contain, and why."""


class Created(NamedTuple):
    """A session that was created: its tmux id, its name, and its pane's process. `slow`: its shell is still starting.

    `target` is the pane for tmux, on the server `socket`. `registered` is None if that is unknown, and `problem` is
    why the session could not be registered. `ending` is how its command has ended already, "STATUS,SIGNAL", and
    `remark` is what undo could not bring back as it was, or how.
    """

    id: str
    name: str
    process: int
    slow: bool = False
    target: str = ""
    window: str = ""
    socket: str = ""
    registered: bool | None = False
    problem: str = ""
    ending: str = ""
    remark: str = ""


class Kept(NamedTuple):
    """What a kill has kept for undo: the id under which it finds that, or "" and, as far as it is known, why not."""

    undo_id: str = ""
    problem: str = ""


def check_name(name: str) -> str:
    """Return the name without blanks around it. Raise OperationError for one that no session can have."""
    name = name.strip()
    if not name:
        raise OperationError("a session needs a name", 64)
    for letter, reason in FORBIDDEN.items():
        if letter in name:
            raise OperationError(f"a session's name can't hold {reason}", 64)
    if clean(name) != name:
        raise OperationError("a session's name can't hold control characters", 64)
    if len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
        raise OperationError(f"a session's name can't be longer than {LONGEST_NAME} bytes", 64)
    return name


# ---- creating


def new(
    name: str,
    directory: str = "",
    launch: Launch = SHELL,
    socket: str = "",
    register: bool = True,
) -> Operation[Created]:
    """Return the operation that creates a session. `directory` is one of its host; "" and ~ mean the home there.

    A missing program or directory, or a step that fails, creates nothing and raises OperationError. A session that
    can't be registered is created all the same.
    """
    steps = [word for step in launch.steps for word in (step.kind, _typed(launch, step), f"{step.seconds:g}")]
    arguments = (
        link("session/first_process"), HostSetting.SESSIONS_DIR, socket, check_name(name), directory, launch.line,
        launch.program, launch.type, "yes" if launch.ends else "", "yes" if launch.keep else "", launch.window,
        "yes" if register else "",
        str(len(steps)), *steps, *map(_check_variable, launch.variables),
    )  # fmt: skip
    script = link("session/new_with_steps" if steps else "session/new")
    waits = sum(step.seconds + 5 for step in launch.steps)
    final = not launch.program and not steps  # otherwise the script may still remove the session
    rule = partial(_judge_new, check_name(name), socket, None if register else False, final)
    outcomes = Outcomes(rule, _created_words)
    return Operation("new", script, arguments, read_created, 30 + waits, outcomes, waits)


def _created_words(address: str, created: Created) -> str:
    return f"created {address}" + _ending_words(created)


def _ending_words(created: Created) -> str:
    return f"; {how_it_ended(created.ending)}" if created.ending else ""


def _judge_new(name: str, socket: str, registered: bool | None, final: bool, looks: Looks) -> Outcome[Created]:
    """A session that had this name before was not created by this operation."""
    appeared = [one for one in _appeared_since(looks, name) if socket or not one.socket]
    found = [one for one in appeared if one.own]
    if found:
        return carried_out(_created(found[0], registered), final and not found[0].pane.dead)
    if appeared:
        return unknown(APPEARED.format(name))
    certain = looks.after.proven if socket else answered(looks.after, "")
    return not_done() if certain else unanswered(looks.after)


def _appeared_since(looks: Looks, name: str) -> Iterator[TmuxSession]:
    """Yield the sessions of a name that began since the operation was requested, navi's own or not.

    A script that was killed right after it made one could not mark it as its own.
    """
    for one in named(looks.after, name):
        known = looks.before is not None and same_session(looks.before, one) is not None
        if not known and one.created >= looks.since:
            yield one


def _created(one: TmuxSession, registered: bool | None) -> Created:
    """Return a session that was created, as far as a look shows it."""
    target = f"{one.name}:{one.pane.position}"
    return Created(one.id, one.name, one.pane.process, target=target, socket=one.socket, registered=registered)


def _typed(launch: Launch, step: Step) -> str | HostSetting:
    """Return the text of a step as the program of the session takes it; for an agent, how its host knows it."""
    if step.kind == "ready":
        return HostSetting.AGENTS
    if launch.type == "python-repl" and step.kind == "send" and "\n" in step.what:
        from navi.ops.python_block import python_block  # Python's own parser takes long to import

        return python_block(step.what)
    return step.what


def _check_variable(text: str) -> str:
    if not VARIABLE.match(text) or "\0" in text:
        raise OperationError(f"invalid variable {clean(text)[:40]!r}; write NAME=VALUE", 64)
    return text


# ---- killing and restoring


def kill(session: Session | TmuxSession | Named, undo_id: str, line: str = "", more: str = "") -> Operation[Kept]:
    """Return the operation that ends a session and puts its status file away; it answers with `undo_id`, or "".

    The host keeps what `undo` needs under that undo id (see `new_undo_id`); "" means that it could keep nothing. `line`
    is the command to run again unless navi started the session, and `more` is added to it once. Killing a session that
    has ended is no error. A session that has been replaced or renamed is not killed, which raises OperationError.
    """
    if isinstance(session, Session) and session.file and session.unjudged and session.file.place:
        raise OperationError(f"{session.unjudged}: its session may live; kill it there")
    arguments = (HostSetting.SESSIONS_DIR, undo_id, line, more, *identity(session))
    outcomes = Outcomes(partial(_judge_kill, session, undo_id), partial(_killed_words, session))
    return Operation("kill", link("session/kill"), arguments, _read_killed, 20, outcomes)


def _killed_words(session: Session | TmuxSession | Named, address: str, kept: Kept) -> str:
    if isinstance(session, Session) and session.tmux is None:
        return f"removed the status file of {address}"
    if kept.problem:
        return f"killed {address}; this can't be undone: {kept.problem}"
    unkept = isinstance(session, Session) and not kept.undo_id
    return f"killed {address}" + "; nothing could be kept to bring it back" * unkept


def _judge_kill(session: Session | TmuxSession | Named, undo_id: str, looks: Looks) -> Outcome[Kept]:
    """A session is gone only if its own server no longer lists it, under any name."""
    known = known_sessions(session, session.name, looks.before)
    if not known:
        return _judge_removed_file(session, looks)
    if not all(answered(looks.after, one.socket) for one in known):
        return unanswered(looks.after)
    return carried_out(Kept(undo_id)) if any(same_session(looks.after, one) is None for one in known) else not_done()


def _judge_removed_file(session: Session | TmuxSession | Named, looks: Looks) -> Outcome[Kept]:
    """Only the status file is left of a session that has ended."""
    before = session.file if isinstance(session, Session) else file_named(looks.before, session.name)
    now = file_named(looks.after, session.name)
    if before is None or (now is not None and now != before):
        return unknown("it was not seen before")
    return carried_out(Kept()) if now is None else not_done()


def stop_background(session: Session, kinds: Sequence[AgentKind]) -> Operation[Kept]:
    """Return the operation that lets an agent stop a session without a terminal, and waits until its process has ended.

    Only the agent can bring it back. Raises OperationError if the agent refuses, is not installed there, or the process
    goes on.
    """
    one, how = known(session, kinds)
    started = str(number(str(one.file.get("procStart"))))
    arguments = (one.kind, how.stop, one.id, str(one.process), started)
    back = f"; `{one.kind} {how.attach} {one.id}` starts it again there"
    outcomes = Outcomes(partial(_judge_stopped, one), lambda address, _: f"stopped {address}{back}")
    return Operation("stop", link("session/stop_background"), arguments, _read_stopped, 40, outcomes)


def _judge_stopped(one: BackgroundAgent, looks: Looks) -> Outcome[Kept]:
    """A look reports only what runs."""
    runs = any((other.id, other.process) == (one.id, one.process) for other in looks.after.background)
    return not_done() if runs else carried_out(Kept())


def _read_stopped(answer: Answer) -> Kept:
    done(answer)
    return Kept()


def undo(undo_id: str, name: str = "", variables: Sequence[str] = ()) -> Operation[Created]:
    """Return the operation that restores a killed session: its directory, command, status file, and its text above.

    `name` is the session's name; without it the outcome can't be judged. `variables` are NAME=VALUE. A session that
    was in a group which still exists shows the group's windows again, and nothing is started.
    """
    arguments: tuple[str | HostSetting, ...] = (
        link("session/first_process"), HostSetting.SESSIONS_DIR, _check_undo_id(undo_id),
        *map(_check_variable, variables),
    )  # fmt: skip
    outcomes = Outcomes(partial(_judge_undo, name), _restored_words)
    return Operation("undo", link("session/undo"), arguments, read_created, 20, outcomes)


def _restored_words(address: str, created: Created) -> str:
    return f"{address} is back{created.remark}" + _ending_words(created)


def _judge_undo(name: str, looks: Looks) -> Outcome[Created]:
    """Another session may have taken the name meanwhile."""
    if not name:
        return unknown("the name of the session is not known")
    appeared = list(_appeared_since(looks, name))
    found = next((one for one in appeared if one.own), None)
    if found:
        return carried_out(_created(found, None))
    if appeared:
        return unknown(APPEARED.format(name))
    return not_done() if looks.after.proven else unanswered(looks.after)


# ---- changing


def rename(session: Target, name: str) -> Operation[str]:
    """Return the operation that renames a session in tmux, in its status file and as that file's name; the answer is
    the name.

    All of that is done, or nothing. A name that a session or a status file has already raises OperationError.
    """
    name = check_name(name)
    arguments = (HostSetting.SESSIONS_DIR, name, *identity(session))
    outcomes = Outcomes(partial(_judge_rename, session, name), lambda address, now: f"renamed {address} to {now}")
    return Operation("rename", link("session/rename"), arguments, _read_renamed, 20, outcomes)


def _judge_rename(session: Target, name: str, looks: Looks) -> Outcome[str]:
    """The identity decides, because another session may have either name."""
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
    arguments = (HostSetting.SESSIONS_DIR, *identity(session))
    outcomes = Outcomes(partial(_judge_dismiss, session), lambda address, _: f"dismissed {address}")
    return Operation("dismiss", link("session/dismiss"), arguments, _read_nothing, 20, outcomes)


def _judge_dismiss(session: Target, looks: Looks) -> Outcome[None]:
    """The timestamp of the status file, which the host's own clock gave, shows whether the file was written since."""
    before = session.file if isinstance(session, Session) else file_named(looks.before, session.name)
    name = before.name if before else session.name
    now = file_named(looks.after, name)
    if now is None:
        return unknown("its status file is gone") if named(looks.after, name) else ended(looks.after)
    if now == before or (now.timestamp is not None and now.timestamp < looks.since):
        return not_done()
    return carried_out(None) if now.status == "working" and not now.message else unknown("its status has changed since")


# ---- verbs that do the same to each session


class About(NamedTuple):
    """The session that a verb is about: the `target` for the script, and as it was `seen` before, None without a look.

    `off` reverses the verb where that is possible. `kinds` are the known agents.
    """

    target: Target
    seen: Session | None
    kinds: Sequence[AgentKind]
    off: bool = False


class SessionVerb(NamedTuple):
    """A verb that does the same to each session and needs no further arguments.

    `looks`: it needs a look at the session before. The dashboard asks for confirmation from `asks_from` sessions on,
    and reverses the verb if all sessions are `on` already. `undoable`: the operation answers with an undo id, or "".
    """

    operation: Callable[[About], Operation[Any]]
    looks: bool = False
    asks_from: float = float("inf")
    on: Callable[[Session], bool] = lambda _: False
    undoable: bool = False


def _kill(about: About) -> Operation[Kept]:
    if about.seen and about.seen.background:
        return stop_background(about.seen, about.kinds)
    line, more = launch_again(about.seen, about.kinds) if about.seen else ("", "")
    only_file = about.seen is not None and about.seen.tmux is None
    return kill(about.seen if about.seen and only_file else about.target, new_undo_id(), line, more)


def _bookmark(about: About) -> Operation[None]:
    return mark(about.target.name, ("-b" if about.off else "+b",))


SESSION_VERBS: Mapping[str, SessionVerb] = {
    "kill": SessionVerb(_kill, looks=True, asks_from=1, undoable=True),
    "dismiss": SessionVerb(lambda about: dismiss(about.target), asks_from=2),
    "bookmark": SessionVerb(_bookmark, looks=True, on=lambda session: session.marks.bookmarked),
}
"""By name, the verbs about which the command line and the dashboard need to know nothing else."""


# ---- arguments of scripts


def new_undo_id() -> str:
    """Return an undo id that nobody else has: the name under which a host keeps a killed session."""
    return secrets.token_hex(8)


def _check_undo_id(undo_id: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", undo_id):
        raise OperationError(f"invalid undo id {clean(undo_id)[:40]!r}", 64)
    return undo_id


def identity(session: Session | TmuxSession | Named) -> tuple[str, str, str, str, str, str]:
    """Return what a script needs to find just this session: socket, server, id, creation time, name, status file."""
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


def read_created(answer: Answer) -> Created:
    """Return the session that a script reports as created. Raise OperationError."""
    records = seen(answer)
    fields = records.get("created", "").split(" ", 4)
    if len(fields) != 5 or not fields[3].isdigit():
        raise OperationError(f"the session was created, but tmux says {clean(' '.join(fields))[:80]!r}")
    _, _, rest = records.get("place", "").partition(" ")
    index, _, window = rest.partition(" ")
    return Created(
        fields[1], fields[4], int(fields[3]), "slow" in records, f"{fields[4]}:{index}", clean(window),
        records.get("socket", ""), "registered" in records, clean(records.get("unregistered", "")),
        records.get("ended", ""), next((words for kind, words in REMARKS.items() if kind in records), ""),
    )  # fmt: skip


REMARKS = {"anew": ", without its conversation", "joined": ", with the windows of its group"}
"""What to add to the report of an undo, by the record that the script prints."""


def _read_renamed(answer: Answer) -> str:
    return next((record.rest for record in done(answer) if record.kind == "renamed"), "")


def _read_nothing(answer: Answer) -> None:
    done(answer)


def _read_killed(answer: Answer) -> Kept:
    records = {record.kind: record.rest for record in done(answer)}
    return Kept(records.get("killed", ""), clean(records.get("unkept", "")))
