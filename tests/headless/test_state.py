"""The state machine of a headless session, as a table."""

from __future__ import annotations

from functools import reduce

import pytest

from navi.core.headless import HeadlessStatus
from navi.headless.harness.base import (
    Asked,
    Other,
    Raw,
    Ready,
    Replied,
    SessionNamed,
    StartRefused,
    Taken,
    Text,
    ToolResult,
    TurnEnded,
    Withdrawn,
)
from navi.headless.state import (
    BEGINNING,
    UNANSWERED,
    Answered,
    Began,
    EndWanted,
    Exited,
    Handed,
    Happening,
    Silent,
    after,
)

Q1 = Asked("q1", "permission", "Bash", {}, "t1")
Q2 = Asked("q2", "question", "AskUserQuestion", {}, "t2")
INIT = SessionNamed("S", "m", "default")
DONE = TurnEnded("done")

STARTING: list[Happening] = [Began()]
RUNNING: list[Happening] = [Began(), Ready()]
WAITING = [Began(prompted=False), Ready()]
PERMISSION = [*RUNNING, Q1]
ENDING = [*RUNNING, EndWanted()]

BEFORE = "it ended before it answered, with status {}"

TABLE = [
    # before      happens                                 status               reason
    (STARTING,    [],                                     HeadlessStatus.STARTING, ""),
    (STARTING,    [Ready()],                              HeadlessStatus.RUNNING, ""),
    (WAITING,     [],                                     HeadlessStatus.WAITING, ""),
    (STARTING,    [Silent()],                             HeadlessStatus.FAILED,       UNANSWERED),
    (STARTING,    [StartRefused("log in")],                    HeadlessStatus.FAILED, "log in"),
    (STARTING,    [Exited(1)],                            HeadlessStatus.FAILED,       BEFORE.format(1)),
    (STARTING,    [Exited(0)],                            HeadlessStatus.FAILED,       BEFORE.format(0)),
    (STARTING,    [TurnEnded("error", "gone"), Exited(1)], HeadlessStatus.FAILED, "gone"),
    (RUNNING,     [Silent()],                             HeadlessStatus.RUNNING, ""),
    (RUNNING,     [Q1],                                   HeadlessStatus.PERMISSION, ""),
    (RUNNING,     [Q2],                                   HeadlessStatus.QUESTION, ""),
    (RUNNING,     [Q1, Q2],                               HeadlessStatus.PERMISSION, ""),
    (RUNNING,     [Q1, Q2, Answered("q1")],               HeadlessStatus.QUESTION, ""),
    (PERMISSION,  [Answered("q1")],                       HeadlessStatus.RUNNING, ""),
    (PERMISSION,  [Replied("q1")],                        HeadlessStatus.RUNNING, ""),
    (PERMISSION,  [Withdrawn("q1")],                      HeadlessStatus.RUNNING, ""),
    (PERMISSION,  [Withdrawn("other")],                   HeadlessStatus.PERMISSION, ""),
    (PERMISSION,  [ToolResult("t1", "x")],                HeadlessStatus.RUNNING, ""),
    (PERMISSION,  [ToolResult("t9", "x")],                HeadlessStatus.PERMISSION, ""),
    (PERMISSION,  [Text("agent", "x"), Other("x")],       HeadlessStatus.PERMISSION, ""),
    (RUNNING,     [DONE],                                 HeadlessStatus.WAITING, ""),
    (PERMISSION,  [DONE],                                 HeadlessStatus.WAITING, ""),
    (RUNNING,     [TurnEnded("interrupted")],             HeadlessStatus.WAITING, "interrupted"),
    (RUNNING,     [TurnEnded("error", "x")],              HeadlessStatus.WAITING, "error"),
    (WAITING,     [INIT],                                 HeadlessStatus.WAITING, ""),
    (WAITING,     [Taken("u")],                           HeadlessStatus.RUNNING, ""),
    (WAITING,     [Handed()],                             HeadlessStatus.RUNNING, ""),
    (RUNNING,     [TurnEnded("error"), Taken("u")],       HeadlessStatus.RUNNING, ""),
    (PERMISSION,  [Taken("u")],                           HeadlessStatus.PERMISSION, ""),
    (RUNNING,     [Raw(b"x"), INIT, Ready()],             HeadlessStatus.RUNNING, ""),
    (RUNNING,     [EndWanted()],                          HeadlessStatus.ENDING, ""),
    (ENDING,      [DONE],                                 HeadlessStatus.ENDING, ""),
    (ENDING,      [Q1],                                   HeadlessStatus.ENDING, ""),
    (ENDING,      [Exited(0, "asked")],                   HeadlessStatus.COMPLETE, ""),
    (ENDING,      [Exited(137, "asked")],                 HeadlessStatus.COMPLETE, ""),
    (RUNNING,     [Exited(0)],                            HeadlessStatus.COMPLETE, ""),
    (RUNNING,     [Exited(0, "asked")],                   HeadlessStatus.COMPLETE, ""),
    (RUNNING,     [Exited(137)],                          HeadlessStatus.FAILED, "status 137"),
    (RUNNING,     [Exited(None)],                         HeadlessStatus.FAILED, "lost"),
    (ENDING,      [Exited(None)],                         HeadlessStatus.FAILED, "lost"),
    (RUNNING,     [Exited(143, "time")],                  HeadlessStatus.FAILED, "ended after its time limit"),
    (RUNNING,     [Exited(0, "output")],                  HeadlessStatus.FAILED, "ended after its output limit"),
    (RUNNING,     [Exited(129, "HUP")],                   HeadlessStatus.FAILED, "its tmux server was ended"),
    (RUNNING,     [Exited(0, "feeder")],                  HeadlessStatus.FAILED, "nobody was left to give it input"),
    (RUNNING,     [Exited(0), Ready(), Q1, DONE],         HeadlessStatus.COMPLETE, ""),
    (RUNNING,     [Exited(137), Began()],                 HeadlessStatus.STARTING, ""),
    (RUNNING,     [Exited(137), Began(), Ready(), DONE],  HeadlessStatus.WAITING, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "happens", "status", "reason"), TABLE, ids=[str(number) for number in range(len(TABLE))]
)
def test_what_becomes_of_a_session(
    before: list[Happening], happens: list[Happening], status: HeadlessStatus, reason: str
) -> None:
    state = reduce(after, [*before, *happens], BEGINNING)
    assert (state.status, state.reason) == (status, reason)
    asked = {HeadlessStatus.PERMISSION, HeadlessStatus.QUESTION, HeadlessStatus.ENDING}
    assert bool(state.questions) <= (state.status in asked)


def test_what_is_known_of_the_agent_stays_when_it_is_resumed() -> None:
    turns: list[Happening] = [TurnEnded("done", "", 0.1, 3, 4), TurnEnded("done", "", 0.2, 5, 6)]
    happens: list[Happening] = [*RUNNING, INIT, SessionNamed("S"), *turns, Exited(137), Began()]
    state = reduce(after, happens, BEGINNING)
    assert (state.conversation, state.model, state.mode) == ("S", "m", "default")
    assert (state.cost, state.tokens_in, state.tokens_out) == (0.2, 8, 10)
    assert state.questions == ()
