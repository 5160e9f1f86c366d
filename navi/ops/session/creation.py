"""Creating a session, with its first steps.

The rule after the operation judges from a later look whether it was carried out (navi.ops.outcome).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from navi.core import exits
from navi.core.launch import SHELL, VARIABLE, Launch, Step
from navi.core.model import TmuxSession
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError
from navi.ops.outcome import (
    Looks,
    Outcome,
    Outcomes,
    answered,
    carried_out,
    named,
    not_done,
    same_session,
    unanswered,
    unknown,
)
from navi.ops.pane.find import read_by_kind, read_ending

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

    `target` is the pane for tmux, on the server `socket`. `registered` is None if that is unknown, and `problem` is why
    the session could not be registered. `ending` is how its command has ended already, "STATUS,SIGNAL", and `remark`
    says what undo has brought back differently.
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


def check_name(name: str) -> str:
    """Return the name without surrounding blanks. Raise OperationError for one that no session can have."""
    name = name.strip()
    if not name:
        raise OperationError("a session needs a name", exits.WRONG_USAGE)
    for letter, reason in FORBIDDEN.items():
        if letter in name:
            raise OperationError(f"a session's name can't hold {reason}", exits.WRONG_USAGE)
    if clean(name) != name:
        raise OperationError("a session's name can't hold control characters", exits.WRONG_USAGE)
    if len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
        raise OperationError(f"a session's name can't be longer than {LONGEST_NAME} bytes", exits.WRONG_USAGE)
    return name


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
        str(len(steps)), *steps, *map(check_variable, launch.variables),
    )  # fmt: skip
    script = link("session/new_with_steps" if steps else "session/new")
    waits = sum(step.seconds + 5 for step in launch.steps)
    final = not launch.program and not steps  # otherwise the script may still remove the session
    rule = partial(_judge_new, check_name(name), socket, None if register else False, final)
    outcomes = Outcomes(rule, _created_words)
    return Operation("new", script, arguments, read_created, 30 + waits, outcomes, waits)


def _created_words(address: str, created: Created) -> str:
    return f"created {address}" + ending_words(created)


def ending_words(created: Created) -> str:
    """Return what to add to a report if the session's command has ended already, else ""."""
    return f"; {read_ending(created.ending)}" if created.ending else ""


def _judge_new(name: str, socket: str, registered: bool | None, final: bool, looks: Looks) -> Outcome[Created]:
    """Judge a creation: this operation did not create a session that had the name before."""
    appeared = [one for one in appeared_since(looks, name) if socket or not one.socket]
    found = [one for one in appeared if one.own]
    if found:
        return carried_out(created_session(found[0], registered), final and not found[0].pane.dead)
    if appeared:
        return unknown(APPEARED.format(name))
    certain = looks.after.proven if socket else answered(looks.after, "")
    return not_done() if certain else unanswered(looks.after)


def appeared_since(looks: Looks, name: str) -> Iterator[TmuxSession]:
    """Yield the sessions of a name that began since the operation was requested, navi's own or not.

    A script that is killed right after it made one can't mark it as its own.
    """
    for one in named(looks.after, name):
        known = looks.before is not None and same_session(looks.before, one) is not None
        if not known and one.created >= looks.since:
            yield one


def created_session(one: TmuxSession, registered: bool | None) -> Created:
    """Return what a look shows of a session that was created."""
    target = f"{one.name}:{one.pane.position}"
    return Created(one.id, one.name, one.pane.process, target=target, socket=one.socket, registered=registered)


def _typed(launch: Launch, step: Step) -> str | HostSetting:
    """Return the text of a step as the program of the session takes it; for an agent, how its host knows it."""
    if step.kind == "ready":
        return HostSetting.AGENTS
    if launch.type == "python-repl" and step.kind == "send" and "\n" in step.what:
        from navi.ops.pane.python_block import python_block  # Python's own parser takes long to import

        return python_block(step.what)
    return step.what


def check_variable(text: str) -> str:
    """Return an assignment NAME=VALUE. Raise OperationError for anything else."""
    if not VARIABLE.match(text) or "\0" in text:
        raise OperationError(f"invalid variable {clean(text)[:40]!r}; write NAME=VALUE", exits.WRONG_USAGE)
    return text


# ---- answers


class CreatedRecord(NamedTuple):
    """The fields of the record `created`, in their order: the tmux server's process, the session's id and its time of
    creation, the pane's process, and the name, which can hold anything (session/start.sh).
    """

    server: str
    id: str
    created: str
    process: str
    name: str

    @classmethod
    def read(cls, text: str) -> CreatedRecord | None:
        """Return the fields of a record, or None if it makes no sense."""
        fields = text.split(" ", len(cls._fields) - 1)
        return cls(*fields) if len(fields) == len(cls._fields) and fields[3].isdigit() else None


class CreatedPaneRecord(NamedTuple):
    """The fields of the record `place`, in their order: the pane's id and position, and the window's name, which can
    hold anything. All are empty where nothing was started.
    """

    pane: str = ""
    position: str = ""
    window: str = ""

    @classmethod
    def read(cls, text: str) -> CreatedPaneRecord:
        """Return the fields of a record. Missing ones are empty."""
        return cls(*text.split(" ", len(cls._fields) - 1))


def read_created(answer: Answer) -> Created:
    """Return the session that a script reports as created. Raise OperationError."""
    records = read_by_kind(answer)
    text = records.get("created", "")
    found, pane = CreatedRecord.read(text), CreatedPaneRecord.read(records.get("place", ""))
    if found is None:
        raise OperationError(f"the session was created, but tmux's answer is malformed: {clean(text)[:80]!r}")
    return Created(
        id=found.id,
        name=found.name,
        process=int(found.process),
        slow="slow" in records,
        target=f"{found.name}:{pane.position}",
        window=clean(pane.window),
        socket=records.get("socket", ""),
        registered="registered" in records,
        problem=clean(records.get("unregistered", "")),
        ending=records.get("ended", ""),
        remark=next((words for kind, words in REMARKS.items() if kind in records), ""),
    )


REMARKS = {"anew": ", without its conversation", "joined": ", with the windows of its group"}
"""What to add to the report of an undo, by the record that the script prints."""
