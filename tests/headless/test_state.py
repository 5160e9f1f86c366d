"""The state machine of a headless session, as a table."""

from __future__ import annotations

from functools import reduce

import pytest

from navi.headless.harness.base import (
    Asked,
    Other,
    Raw,
    Ready,
    Refused,
    Replied,
    Session,
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
    Status,
    after,
)

Q1 = Asked("q1", "permission", "Bash", {}, "t1")
Q2 = Asked("q2", "question", "AskUserQuestion", {}, "t2")
INIT = Session("S", "m", "default")
DONE = TurnEnded("done")

STARTING: list[Happening] = [Began()]
RUNNING: list[Happening] = [Began(), Ready()]
WAITING = [Began(prompted=False), Ready()]
PERMISSION = [*RUNNING, Q1]
ENDING = [*RUNNING, EndWanted()]

BEFORE = "it ended before it answered, with status {}"

TABLE = [
    # before      happens                                 status               reason
    (STARTING,    [],                                     Status.STARTING,     ""),
    (STARTING,    [Ready()],                              Status.RUNNING,      ""),
    (WAITING,     [],                                     Status.WAITING,      ""),
    (STARTING,    [Silent()],                             Status.FAILED,       UNANSWERED),
    (STARTING,    [Refused("log in")],                    Status.FAILED,       "log in"),
    (STARTING,    [Exited(1)],                            Status.FAILED,       BEFORE.format(1)),
    (STARTING,    [Exited(0)],                            Status.FAILED,       BEFORE.format(0)),
    (STARTING,    [TurnEnded("error", "gone"), Exited(1)], Status.FAILED,      "gone"),
    (RUNNING,     [Silent()],                             Status.RUNNING,      ""),
    (RUNNING,     [Q1],                                   Status.PERMISSION,   ""),
    (RUNNING,     [Q2],                                   Status.QUESTION,     ""),
    (RUNNING,     [Q1, Q2],                               Status.PERMISSION,   ""),
    (RUNNING,     [Q1, Q2, Answered("q1")],               Status.QUESTION,     ""),
    (PERMISSION,  [Answered("q1")],                       Status.RUNNING,      ""),
    (PERMISSION,  [Replied("q1")],                        Status.RUNNING,      ""),
    (PERMISSION,  [Withdrawn("q1")],                      Status.RUNNING,      ""),
    (PERMISSION,  [Withdrawn("other")],                   Status.PERMISSION,   ""),
    (PERMISSION,  [ToolResult("t1", "x")],                Status.RUNNING,      ""),
    (PERMISSION,  [ToolResult("t9", "x")],                Status.PERMISSION,   ""),
    (PERMISSION,  [Text("agent", "x"), Other("x")],       Status.PERMISSION,   ""),
    (RUNNING,     [DONE],                                 Status.WAITING,      ""),
    (PERMISSION,  [DONE],                                 Status.WAITING,      ""),
    (RUNNING,     [TurnEnded("interrupted")],             Status.WAITING,      "interrupted"),
    (RUNNING,     [TurnEnded("error", "x")],              Status.WAITING,      "error"),
    (WAITING,     [INIT],                                 Status.WAITING,      ""),
    (WAITING,     [Taken("u")],                           Status.RUNNING,      ""),
    (WAITING,     [Handed()],                             Status.RUNNING,      ""),
    (RUNNING,     [TurnEnded("error"), Taken("u")],       Status.RUNNING,      ""),
    (PERMISSION,  [Taken("u")],                           Status.PERMISSION,   ""),
    (RUNNING,     [Raw(b"x"), INIT, Ready()],             Status.RUNNING,      ""),
    (RUNNING,     [EndWanted()],                          Status.ENDING,       ""),
    (ENDING,      [DONE],                                 Status.ENDING,       ""),
    (ENDING,      [Q1],                                   Status.ENDING,       ""),
    (ENDING,      [Exited(0, "asked")],                   Status.COMPLETE,     ""),
    (ENDING,      [Exited(137, "asked")],                 Status.COMPLETE,     ""),
    (RUNNING,     [Exited(0)],                            Status.COMPLETE,     ""),
    (RUNNING,     [Exited(0, "asked")],                   Status.COMPLETE,     ""),
    (RUNNING,     [Exited(137)],                          Status.FAILED,       "status 137"),
    (RUNNING,     [Exited(None)],                         Status.FAILED,       "lost"),
    (ENDING,      [Exited(None)],                         Status.FAILED,       "lost"),
    (RUNNING,     [Exited(143, "time")],                  Status.FAILED,       "ended after its time limit"),
    (RUNNING,     [Exited(0, "output")],                  Status.FAILED,       "ended after its output limit"),
    (RUNNING,     [Exited(129, "HUP")],                   Status.FAILED,       "its tmux server was ended"),
    (RUNNING,     [Exited(0, "feeder")],                  Status.FAILED,       "nobody was left to give it input"),
    (RUNNING,     [Exited(0), Ready(), Q1, DONE],         Status.COMPLETE,     ""),
    (RUNNING,     [Exited(137), Began()],                 Status.STARTING,     ""),
    (RUNNING,     [Exited(137), Began(), Ready(), DONE],  Status.WAITING,      ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "happens", "status", "reason"), TABLE, ids=[str(number) for number in range(len(TABLE))]
)
def test_what_becomes_of_a_session(
    before: list[Happening], happens: list[Happening], status: Status, reason: str
) -> None:
    state = reduce(after, [*before, *happens], BEGINNING)
    assert (state.status, state.reason) == (status, reason)
    assert bool(state.questions) <= (state.status in (Status.PERMISSION, Status.QUESTION, Status.ENDING))


def test_what_is_known_of_the_agent_stays_when_it_is_resumed() -> None:
    turns: list[Happening] = [TurnEnded("done", "", 0.1, 3, 4), TurnEnded("done", "", 0.2, 5, 6)]
    happens: list[Happening] = [*RUNNING, INIT, Session("S"), *turns, Exited(137), Began()]
    state = reduce(after, happens, BEGINNING)
    assert (state.conversation, state.model, state.mode) == ("S", "m", "default")
    assert (state.cost, state.tokens_in, state.tokens_out) == (0.2, 8, 10)
    assert state.questions == ()
