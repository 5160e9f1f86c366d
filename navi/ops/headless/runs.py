"""Agents without a terminal: starting one, giving it input, ending it, and what is known about all of them.

A session is an id of ours; each time its agent is started it is another *generation*, which has a folder of its own on
the host (see navi/sh/headless/files.sh). The agent belongs to the host: it goes on whatever happens to navi or to the
connection. navi.ops.headless.tail follows its output.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from navi.core import exits
from navi.core.conversations import CONVERSATION_ID
from navi.core.text import clean, clean_lines, decode
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, number, read_records

SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""The form of a session's id, which names a folder and a session of tmux."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

LONGEST_INPUT = 8 * 1024 * 1024
"""Bytes of one line of input."""

ENDS_BY_ITSELF = 5
"""Seconds that an agent has to end once its input has ended."""


class RunId(NamedTuple):
    """One run of a session's agent. The first generation is 1."""

    session: str
    generation: int = 1


class RunState(StrEnum):
    """What is known about a run. ENDING: its agent has just ended. LOST: nothing of it runs, and how the agent ended is
    unknown. UNSTARTED: nothing of it ever ran. ELSEWHERE: another machine that shares the folder has it.
    """

    STARTING = "starting"
    RUNNING = "running"
    ENDING = "ending"
    ENDED = "ended"
    LOST = "lost"
    UNSTARTED = "unstarted"
    ELSEWHERE = "elsewhere"

    @property
    def over(self) -> bool:
        """Whether it is proven that no agent runs, so that another one may continue its conversation."""
        return self in (RunState.ENDED, RunState.LOST, RunState.UNSTARTED)


class Exit(NamedTuple):
    """How an agent ended: the status of its process (128 and more: a signal), the size of its log then, and why.

    `reason` is "" if it ended by itself; `asked` for `end`; `time` and `output` for a limit; `HUP` or `TERM` if that
    signal ended its runner; `feeder` if the process that gave it input had gone; `terminal` if an agent in a terminal
    went on with its conversation.
    """

    status: int
    size: int
    reason: str = ""


class Run(NamedTuple):
    """What a look found about a run. `size` is the size of its log. `fed` is the number of the last input that the
    agent was given, and `posted` that of the last stored input before any gap. A `deaf` agent will get no more input.
    """

    id: RunId
    state: RunState
    size: int = 0
    fed: int = 0
    posted: int = 0
    deaf: bool = False
    exit: Exit | None = None


class Runs(NamedTuple):
    """All runs of a host, and why nothing can be written there ("" if it can)."""

    runs: tuple[Run, ...] = ()
    trouble: str = ""


class Started(NamedTuple):
    """A run that has begun: its state, whether this request began it, and what the agent printed to standard error."""

    state: RunState
    new: bool
    errors: tuple[str, ...] = ()


class Posted(NamedTuple):
    """A stored input: whether this request stored it, the number of the last input that the agent had been given by
    then, and whether the agent has ended, so that it may never get this input.
    """

    new: bool
    fed: int
    ended: bool = False


class Limits(NamedTuple):
    """What a run may use before its runner ends it: seconds, and bytes of output. 0 is no limit: an agent may wait for
    its user for days.
    """

    seconds: int = 0
    output: int = 100_000_000


USUAL_LIMITS = Limits()


def start_run(
    id: RunId,
    words: Sequence[str],
    cwd: str,
    variables: Mapping[str, str | None] | None = None,
    limits: Limits = USUAL_LIMITS,
    first: int = 1,
    conversation: str = "",
) -> Operation[Started]:
    """Return the operation that starts an agent with the command line `words`, in the folder `cwd` of the host ("" and
    ~ mean the home there).

    Two requests start it once. `variables` are set in its environment, those with None unset. `first` is the number of
    its first input, `conversation` the agent's own id of the conversation that it begins or continues, "" if that is
    not known yet. The answer comes when the agent has begun, or after 15 s. Raise OperationError with nothing started,
    also if an earlier generation may still run, or if an agent in a terminal has the conversation.
    """
    settings = [_setting(name, value) for name, value in (variables or {}).items()]
    if not words or any("\0" in word for word in (*words, cwd, *settings)):
        raise OperationError("an agent needs a command line without NUL characters", exits.WRONG_USAGE)
    arguments: tuple[str | HostSetting, ...] = (
        link("session/first_process"), link("headless/runner"), *_run_arguments(id), str(first), cwd,
        str(limits.seconds), str(limits.output), _known(conversation), str(len(settings)), *settings, *words,
    )  # fmt: skip
    return Operation("run", link("headless/run"), arguments, _read_started, 45)


def _known(conversation: str) -> str:
    """Return an id that can name a folder, "" for any other: then navi notices no terminal with it."""
    return conversation if CONVERSATION_ID.fullmatch(conversation) else ""


def _setting(name: str, value: str | None) -> str:
    if not VARIABLE.fullmatch(name):
        raise OperationError(f"invalid variable {clean(name)[:40]!r}", exits.WRONG_USAGE)
    return name if value is None else f"{name}={value}"


def post_input(id: RunId, number: int, line: str) -> Operation[Posted]:
    """Return the operation that gives an agent an input: one line, with or without its line end. The host hands inputs
    over in the order of their numbers, without a gap; two requests with one number are one input. Raise OperationError
    if the host can't accept it: the agent has ended, the disk is full, or the line did not arrive whole.
    """
    line = line.removesuffix("\n") + "\n"
    size = len(os.fsencode(line))
    if number < 1 or line.count("\n") > 1 or "\0" in line or size > LONGEST_INPUT:
        raise OperationError("an input is one line of at most 8 MiB, without NUL characters", exits.WRONG_USAGE)
    arguments = (*_run_arguments(id), str(number), str(size), line)
    return Operation("post", link("headless/post"), arguments, _read_posted, 30)


def look_at_runs() -> Operation[Runs]:
    """Return the operation that finds all runs of a host, and the state of each."""
    arguments = (HostSetting.SESSIONS_DIR,)
    return Operation("look at headless sessions", link("headless/look"), arguments, _read_runs, 30, reads=True)


def end_run(id: RunId, patience: int = ENDS_BY_ITSELF) -> Operation[Run]:
    """Return the operation that ends an agent: it gets no more input, SIGTERM after `patience` seconds, and SIGKILL for
    its process group 5 s later.

    The answer is the run, which is proven to be over, with the size of the agent's output so far as the host has it.
    Raise OperationError if that can't be proven.
    """
    arguments = (*_run_arguments(id), str(patience))
    return Operation("end", link("headless/end"), arguments, partial(_read_end, id), patience + 30, waits=patience + 15)


def remove_run(id: RunId, received: int) -> Operation[None]:
    """Return the operation that removes the files of a run. The first `received` bytes of its log have arrived here.

    Raise OperationError if the run is not over, or if its agent printed more than that (lacks_output). A run without
    files counts as removed.
    """
    return Operation("remove", link("headless/remove"), (*_run_arguments(id), str(received)), _read_removed, 30)


def lacks_output(error: OperationError) -> bool:
    """Return whether a removal failed because not all of the output has arrived."""
    return error.status == exits.TIMED_OUT


def read_agent_errors(id: RunId) -> Operation[tuple[str, ...]]:
    """Return the operation that reads the last lines of an agent's standard error, cleaned."""
    return Operation("read errors", link("headless/errors"), _run_arguments(id), _read_errors, 15, reads=True)


def _run_arguments(id: RunId) -> tuple[HostSetting, str, str]:
    """Return the arguments that name a run. Raise OperationError for an id that no session can have."""
    if not SESSION.fullmatch(id.session) or id.generation < 1:
        raise OperationError(f"invalid id of a headless session: {clean(id.session)[:70]!r}", exits.WRONG_USAGE)
    return (HostSetting.SESSIONS_DIR, id.session, str(id.generation))


# ---- answers


def _rests(answer: Answer) -> dict[str, list[str]]:
    return {record.kind: record.rest.split(" ") for record in read_records(answer)}


def _read_started(answer: Answer) -> Started:
    new, state = _rests(answer)["started"]
    return Started(RunState(state), new == "new", _read_errors(answer))


def _read_errors(answer: Answer) -> tuple[str, ...]:
    body = b"".join(record.body for record in read_records(answer) if record.kind == "errors-of-agent")
    return tuple(line for line in clean_lines(decode(body)) if line.strip())


def _read_posted(answer: Answer) -> Posted:
    new, fed, ended = _rests(answer)["posted"]
    return Posted(new == "new", number(fed), ended == "yes")


def _read_removed(answer: Answer) -> None:
    _rests(answer)["removed"]


def _read_end(id: RunId, answer: Answer) -> Run:
    state, *how = _rests(answer)["ended"]
    return Run(id, RunState(state), number(how[1]) if how[1] != "-" else 0, exit=read_exit(how))


def _read_runs(answer: Answer) -> Runs:
    records = read_records(answer)
    trouble = next((clean(record.rest) for record in records if record.kind == "disk"), "")
    return Runs(tuple(_read_run(record.rest.split(" ")) for record in records if record.kind == "run"), trouble)


def _read_run(fields: Sequence[str]) -> Run:
    session, generation, state, size, fed, posted, deaf = fields[:7]
    if not SESSION.fullmatch(session):
        raise ValueError("an id of a session has other characters")
    id = RunId(session, number(generation))
    return Run(id, RunState(state), number(size), number(fed), number(posted), deaf == "yes", read_exit(fields[7:]))


def read_exit(fields: Sequence[str]) -> Exit | None:
    """Read the words status, size and reason; None if it is not known how the agent ended."""
    if len(fields) < 3 or not (fields[0].isascii() and fields[0].isdigit()):
        return None
    return Exit(number(fields[0]), number(fields[1]), "" if fields[2] == "-" else clean(fields[2])[:20])
