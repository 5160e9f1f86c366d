"""Creating, changing and ending sessions, and bringing them back (a script for each verb)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from navi.core.address import Named
from navi.core.agents import AgentKind
from navi.core.launch import SHELL, VARIABLE, Launch, Step
from navi.core.model import Session, TmuxSession
from navi.core.text import clean
from navi.ops.operation import IDENTITY, REGISTERED, Answer, HostSetting, Operation, OperationError, done, script

LONGEST_NAME = 200
"""Bytes of a session's name: its status file is named after it, and file names end at 255."""

FORBIDDEN = {
    ".": "a dot, which tmux does not keep",
    ":": "a colon, which tmux does not keep",
    "/": "a slash, because its status file is named after it",
    "\\": "a backslash, which tmux does not keep",
}
"""What no name of a session may hold, and why."""


@dataclass(frozen=True, slots=True)
class Created:
    """A session that was created: tmux's id, its name, its pane's process. `slow`: its shell is still starting.

    `target` is its pane in tmux's words, on the server `socket`. `problem` says why it is not in the registry though it
    was to be.
    """

    id: str
    name: str
    process: int
    slow: bool = False
    target: str = ""
    window: str = ""
    socket: str = ""
    registered: bool = False
    problem: str = ""


def check_name(name: str) -> str:
    """Return the name as it will be, without blanks around it. Raises OperationError for one that can't be."""
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


def new(
    name: str,
    directory: str = "",
    launch: Launch = SHELL,
    socket: str = "",
    register: bool = True,
) -> Operation[Created]:
    """Create a session. `directory` is of the machine that it is created on; "" and ~ mean the home there.

    Nothing is created when anything is missing or a step fails: OperationError says what. That it can't be noted in
    the registry is no such failure.
    """
    steps = [word for step in launch.steps for word in (step.kind, _typed(launch, step), f"{step.seconds:g}")]
    arguments = (
        script("session/first_process"), HostSetting.SESSIONS_DIR, socket, check_name(name), directory, launch.line,
        launch.program, launch.type, "yes" if launch.ends else "", "yes" if launch.keep else "", launch.window,
        "yes" if register else "",
        str(len(steps)), *steps, *map(_check_variable, launch.variables),
    )  # fmt: skip
    stepping = ("pane/waiting", "pane/typing", "session/steps") if steps else ()
    scripts = script(*IDENTITY, "session/start", "pane/writer_lock", *stepping, "session/new")
    limit = 30 + sum(step.seconds + 5 for step in launch.steps)
    return Operation("new", scripts, arguments, _read_created, time_limit=limit)


def _typed(launch: Launch, step: Step) -> str:
    """What a step says, as the program of the session has to be told."""
    if launch.type == "python-repl" and step.kind == "send" and "\n" in step.what:
        from navi.ops.python_block import python_block  # Python's own parser takes long to import

        return python_block(step.what)
    return step.what


def _check_variable(text: str) -> str:
    if not VARIABLE.match(text) or "\0" in text:
        raise OperationError(f"{clean(text)[:40]!r} is no variable; write NAME=VALUE", 64)
    return text


def kill(session: Session | TmuxSession | Named, keep: str, line: str = "", more: str = "") -> Operation[str]:
    """End a session and put its status file away; the answer is `keep`, or "" if nothing could be kept.

    What `undo` needs is kept under the name `keep` (see `new_keep`): `line` is what to run again unless navi started
    the session, and `more` is written behind it, once. A session that has ended already is no error; one that is
    another by now is.
    """
    arguments = (HostSetting.SESSIONS_DIR, keep, line, more, *identity(session))
    return Operation("kill", script(*IDENTITY, "session/kill"), arguments, _read_killed, time_limit=20)


def undo(keep: str) -> Operation[Created]:
    """Bring back a session that was killed: its directory, its command, its status file, and above them its text."""
    arguments = (script("session/first_process"), HostSetting.SESSIONS_DIR, _check_keep(keep))
    scripts = script(*REGISTERED, "session/start", "session/undo")
    return Operation("undo", scripts, arguments, _read_created, time_limit=20)


def rename(session: Session | Named, name: str) -> Operation[str]:
    """Give a session another name: in tmux, in its status file, and as the file's own name; the answer is the name.

    All of it is done, or nothing. A name that is taken by a session or a status file is refused.
    """
    arguments = (HostSetting.SESSIONS_DIR, check_name(name), *identity(session))
    return Operation(
        "rename",
        script(*IDENTITY, "hooks/status_file", "session/rename"),
        arguments,
        _read_renamed,
        time_limit=20,
    )


def dismiss(session: Session | Named) -> Operation[None]:
    """Take a session's notice for known: its status becomes working, its message empty; everything else stays."""
    if isinstance(session, Session) and (session.file is None or session.file.problem):
        raise OperationError(f"{clean(session.address)} has no status file that reads well; nothing to dismiss")
    arguments = (HostSetting.SESSIONS_DIR, *identity(session))
    return Operation(
        "dismiss",
        script(*IDENTITY, "hooks/status_file", "session/dismiss"),
        arguments,
        _read_nothing,
        time_limit=20,
    )


def launch_again(session: Session, kinds: Sequence[AgentKind]) -> tuple[str, str]:
    """Return what starts a session's agent again, and what to write behind it to go on with its conversation."""
    kind = next((kind for kind in kinds if kind.name == session.agent), None)
    if kind is None:
        return "", ""
    conversation = session.file.fields.get("session_id") if session.file else None
    known = isinstance(conversation, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,100}", conversation)
    return kind.start or kind.name, kind.resume.replace("{session_id}", str(conversation)) if known else ""


def new_keep() -> str:
    """Return a name under which a session can be kept; nobody else has it."""
    return secrets.token_hex(8)


def _check_keep(keep: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", keep):
        raise OperationError(f"{clean(keep)[:40]!r} is not what kill has answered", 64)
    return keep


def identity(session: Session | TmuxSession | Named) -> tuple[str, str, str, str, str, str]:
    """What a script needs to find just this session: socket, server, id, time of creation, name, status file."""
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


def _read_created(answer: Answer) -> Created:
    records = {record.kind: record.rest for record in done(answer)}
    fields = records.get("created", "").split(" ", 4)
    if len(fields) != 5 or not fields[3].isdigit():
        raise OperationError(f"the session was created, but tmux says {clean(' '.join(fields))[:80]!r}")
    _, _, rest = records.get("place", "").partition(" ")
    index, _, window = rest.partition(" ")
    return Created(
        fields[1], fields[4], int(fields[3]), "slow" in records, f"{fields[4]}:{index}", clean(window),
        records.get("socket", ""), "registered" in records, clean(records.get("unregistered", "")),
    )  # fmt: skip


def _read_renamed(answer: Answer) -> str:
    return next((record.rest for record in done(answer) if record.kind == "renamed"), "")


def _read_nothing(answer: Answer) -> None:
    done(answer)


def _read_killed(answer: Answer) -> str:
    return next((record.rest for record in done(answer) if record.kind == "killed"), "")
