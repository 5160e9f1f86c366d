"""What a headless session does: a fold over what happened, so that it can be found again from the log at any time.

state = functools.reduce(after, events, BEGINNING)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from navi.core.headless import HeadlessStatus
from navi.headless.harness.base import (
    Asked,
    Event,
    Mode,
    Ready,
    Replied,
    SessionNamed,
    StartRefused,
    Taken,
    Text,
    ToolResult,
    TurnEnded,
    Withdrawn,
    mode_of,
)

# ---- what happens beside the agent's lines


@dataclass(frozen=True, slots=True)
class Began:
    """A run begins: a spawn, or a resume with another generation. `prompted`: a prompt waits for it."""

    prompted: bool = True


@dataclass(frozen=True, slots=True)
class Handed:
    """A prompt was handed over to the agent."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a question was handed over."""

    request_id: str


@dataclass(frozen=True, slots=True)
class EndWanted:
    """Somebody wants the session to end."""


@dataclass(frozen=True, slots=True)
class Silent:
    """The agent has not answered the handshake for too long."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The agent's process has ended with a status, None if unknown. `reason` as in navi.ops.headless.runs.Exit."""

    status: int | None
    reason: str = ""


Happening = Event | Began | Handed | Answered | EndWanted | Silent | Exited


LONGEST_LATEST = 300
"""Characters of the agent's last text that are remembered."""


class State(NamedTuple):
    """What a session does, and what is known of its agent. `reason` says more about the status, for people; `latest` is
    the beginning of the agent's last text. `mode` is its permission mode: None if it is not known, "" if it has none.
    `modes` are those that it offers, where it says so; `mode_refused` is the last one that it did not take, with its
    reason.
    """

    status: HeadlessStatus = HeadlessStatus.STARTING
    reason: str = ""
    questions: tuple[Asked, ...] = ()
    prompted: bool = True
    conversation: str = ""
    model: str = ""
    mode: str | None = None
    cost: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    latest: str = ""
    modes: tuple[str, ...] = ()
    mode_refused: str = ""


BEGINNING = State()


def after(state: State, event: Happening) -> State:
    """Return the state after an event. An event that does not fit, as from an agent that has ended, changes nothing."""
    rule = RULES.get(type(event))
    if rule is None or not (state.status.live or isinstance(event, Began)):
        return state
    return rule(state, event)


# ---- rules


def _began(state: State, event: Began) -> State:
    return state._replace(status=HeadlessStatus.STARTING, reason="", questions=(), prompted=event.prompted)


def _ready(state: State, _event: Ready) -> State:
    if state.status is not HeadlessStatus.STARTING:
        return state
    return state._replace(status=HeadlessStatus.RUNNING if state.prompted else HeadlessStatus.WAITING)


def _refused(state: State, event: StartRefused) -> State:
    return state._replace(status=HeadlessStatus.FAILED, reason=event.reason, questions=())


def _session(state: State, event: SessionNamed) -> State:
    """It comes at every turn, and is neither a start nor a sign of one."""
    return state._replace(
        conversation=event.conversation or state.conversation,
        model=event.model or state.model,
        mode=event.mode or state.mode,
        modes=event.modes or state.modes,
    )


def _taken(state: State, _event: Taken | Handed) -> State:
    if state.status is not HeadlessStatus.WAITING:
        return state
    return state._replace(status=HeadlessStatus.RUNNING, reason="")


def _asked(state: State, event: Asked) -> State:
    others = tuple(one for one in state.questions if one.request_id != event.request_id)
    return _with_questions(state, (*others, event))


def _closed(state: State, event: Withdrawn | Answered | Replied) -> State:
    return _with_questions(state, tuple(one for one in state.questions if one.request_id != event.request_id))


def _replied(state: State, event: Replied) -> State:
    """The answer to a request for a permission mode says whether it has that from now on."""
    state, wanted = _closed(state, event), mode_of(event.request_id)
    if not wanted:
        return state
    if event.error:
        return state._replace(mode_refused=f"{wanted}: {event.error}")
    return state._replace(mode=wanted, mode_refused="")


def _tool_result(state: State, event: ToolResult) -> State:
    """Whatever was asked about this use of the tool has an answer, whoever gave it."""
    left = tuple(one for one in state.questions if not one.use_id or one.use_id != event.id)
    return state if len(left) == len(state.questions) else _with_questions(state, left)


def _with_questions(state: State, questions: tuple[Asked, ...]) -> State:
    """The oldest question decides. One that ends keeps that status."""
    state = state._replace(questions=questions)
    if state.status is HeadlessStatus.ENDING:
        return state
    if questions:
        asks = HeadlessStatus.PERMISSION if questions[0].kind == "permission" else HeadlessStatus.QUESTION
        return state._replace(status=asks, reason="")
    asked = state.status in (HeadlessStatus.PERMISSION, HeadlessStatus.QUESTION)
    return state._replace(status=HeadlessStatus.RUNNING) if asked else state


def _turn_ended(state: State, event: TurnEnded) -> State:
    state = state._replace(
        questions=(),
        cost=state.cost if event.cost is None else event.cost,
        tokens_in=state.tokens_in + event.tokens_in,
        tokens_out=state.tokens_out + event.tokens_out,
    )
    if state.status is HeadlessStatus.ENDING:
        return state
    if state.status is HeadlessStatus.STARTING:  # as where there is no conversation to go on with; the agent ends now
        return state._replace(reason=event.text)
    return state._replace(status=HeadlessStatus.WAITING, reason="" if event.outcome == "done" else event.outcome)


def _text(state: State, event: Text) -> State:
    text = " ".join(event.text[: 2 * LONGEST_LATEST].split())[:LONGEST_LATEST]
    return state._replace(latest=text) if text and event.who == "agent" else state


def _mode(state: State, event: Mode) -> State:
    return state._replace(mode=event.mode)


def _end_wanted(state: State, _event: EndWanted) -> State:
    return state._replace(status=HeadlessStatus.ENDING, reason="")


def _silent(state: State, _event: Silent) -> State:
    if state.status is not HeadlessStatus.STARTING:
        return state
    return state._replace(status=HeadlessStatus.FAILED, reason=UNANSWERED, questions=())


UNANSWERED = "it did not answer when it was started"

LIMITS: Mapping[str, str] = {
    "time": "ended after its time limit",
    "output": "ended after its output limit",
    "HUP": "its tmux server was ended",
    "TERM": "its runner was ended",
    "feeder": "nobody was left to give it input",
    "terminal": "its conversation was opened in a terminal",
}
"""Why an agent was ended, or ended, that was not asked to."""


GONE: Mapping[str, str] = {
    "restart": "its host was restarted",
    "lost": "nothing of it is left on its host, and nobody noted how it ended",
}
"""Why it is known that an agent has ended of which nobody knows how."""


def _exited(state: State, event: Exited) -> State:
    """An agent that was asked to end is complete, also where it had to be killed for that."""
    words = _what_failed(state, event)
    status = HeadlessStatus.FAILED if words else HeadlessStatus.COMPLETE
    return state._replace(status=status, reason=words, questions=())


def _what_failed(state: State, event: Exited) -> str:
    if event.status is None and event.reason in GONE:
        return "" if state.status is HeadlessStatus.ENDING else GONE[event.reason]
    if event.status is None:
        return "lost"
    if event.reason == "asked" or state.status is HeadlessStatus.ENDING:
        return ""
    if event.reason in LIMITS:
        return LIMITS[event.reason]
    if state.status is HeadlessStatus.STARTING:
        return state.reason or f"it ended before it answered, with status {event.status}"
    return f"status {event.status}" if event.status else ""


RULES: Mapping[type, Callable[[State, Any], State]] = {
    Began: _began,
    Ready: _ready,
    StartRefused: _refused,
    SessionNamed: _session,
    Taken: _taken,
    Handed: _taken,
    Asked: _asked,
    Withdrawn: _closed,
    Answered: _closed,
    Replied: _replied,
    ToolResult: _tool_result,
    TurnEnded: _turn_ended,
    Mode: _mode,
    Text: _text,
    EndWanted: _end_wanted,
    Silent: _silent,
    Exited: _exited,
}
