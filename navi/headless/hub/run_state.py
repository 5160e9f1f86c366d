"""What the hub knows of one run: a fold over the lines that its agent printed, with what it makes of them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from navi.core.headless import HeadlessStatus, StoredStatus
from navi.headless.asking import stored_choices
from navi.headless.harness.base import (
    AgentLaunch,
    Asked,
    Due,
    Event,
    Harness,
    Other,
    Partial,
    Raw,
    Replied,
    Taken,
    TurnEnded,
    Withdrawn,
    from_line,
    mode_of,
)
from navi.headless.state import Began, Handed, Happening, State, after
from navi.headless.store.stored import Batch, PrintedLine, StoredQuestion, StoredSession


class RunSoFar(NamedTuple):
    """A run so far: what the codec remembers, and what follows from all lines."""

    harness: Harness
    memory: Any
    state: State = State()


class RunOutput(NamedTuple):
    """What some lines of a run say: the run behind them, what is stored, and what is only shown or sent on. `replies`
    are the agent's answers to requests of ours, `outcomes` those of the turns that have ended.
    """

    run: RunSoFar
    batch: Batch
    partials: tuple[Partial, ...] = ()
    dues: tuple[Due, ...] = ()
    replies: tuple[Replied, ...] = ()
    outcomes: tuple[str, ...] = ()


def begin(harness: Harness, row: StoredSession, prompted: bool = True) -> RunSoFar:
    """Return a run that begins."""
    state = after(State(), Began(prompted))
    return RunSoFar(harness, harness.codec.remember(launch_of(row)), state)


def launch_of(row: StoredSession) -> AgentLaunch:
    """Return how the run of a stored session is started: each run after the one that began its conversation goes on
    with that, if the agent has named it.
    """
    resume = row.generation > row.conversation_from and bool(row.agent_session_id)
    return AgentLaunch(row.cwd, row.agent_session_id, resume, row.model, row.permission_mode, partial=True)


def read(run: RunSoFar, row: StoredSession, offset: int, end: int, lines: Iterable[bytes]) -> RunOutput:
    """Read lines of a log, without their ends, that begin at `offset` and end at `end`."""
    messages: list[PrintedLine] = []
    events: list[Event] = []
    was_open = {one.request_id for one in run.state.questions}
    for line in lines:
        before = run.memory
        run, found = _read_line(run, row.generation, line)
        remembers = run.memory is not before  # who reads the stored lines again must know the same
        events += found
        partial = all(isinstance(one, Partial) for one in found)
        if found and (remembers or not partial or not run.harness.abilities.repeats):
            messages.append(PrintedLine(_kind(found), line, offset))
        offset += len(line) + 1
    return RunOutput(
        run, _batch(run, row, end, messages, events, was_open),
        tuple(one for one in events if isinstance(one, Partial)), tuple(one for one in events if isinstance(one, Due)),
        tuple(one for one in events if isinstance(one, Replied)),
        tuple(one.outcome for one in events if isinstance(one, TurnEnded)),
    )  # fmt: skip


def _read_line(run: RunSoFar, generation: int, line: bytes) -> tuple[RunSoFar, Sequence[Event]]:
    """Return the run after a line, and what it says. A line that is more than we can read says nothing, and costs the
    other agents nothing.
    """
    try:
        memory, meant = run.harness.codec.read(run.memory, line)
        found = _of_run(run.harness, generation, meant)
        return run._replace(memory=memory, state=_after_all(run.state, found)), found
    except Exception:  # whatever an agent prints must not end the connection that all agents share
        return run, (Raw(line),)


def unread(run: RunSoFar, row: StoredSession, offset: int, end: int, lines: Iterable[bytes]) -> RunOutput:
    """Return lines that are kept as they are, because the store does not take what they say."""
    messages = []
    for line in lines:
        messages.append(PrintedLine("raw", line, offset))
        offset += len(line) + 1
    return RunOutput(run, _batch(run, row, end, messages, (), {one.request_id for one in run.state.questions}))


CUT_OFF = b" ... cut off here: its agent ended before the end of this line"


def read_rest(run: RunSoFar, row: StoredSession, offset: int, end: int, line: bytes) -> RunOutput:
    """Read the last line of a log, which has no line end because its agent has ended. One that is no whole message is
    kept as it is, with a mark.
    """
    if from_line(line) is not None:
        return read(run, row, offset, end, [line])
    return unread(run, row, offset, end, [line + CUT_OFF])


def _of_run(harness: Harness, generation: int, events: Sequence[Event]) -> Sequence[Event]:
    """Return events in which no question has the id of one of another run: an answer must never meet another question
    than the one that a person saw.
    """
    if not harness.abilities.counts_questions:
        return events
    return [
        replace(one, request_id=f"{generation}.{one.request_id}") if isinstance(one, Asked | Withdrawn) else one
        for one in events
    ]


def as_asked(harness: Harness, asked: Asked) -> Asked:
    """Return a question with the id that the agent gave it."""
    if not harness.abilities.counts_questions:
        return asked
    return replace(asked, request_id=asked.request_id.partition(".")[2])


def at_work(output: RunOutput, prompted: bool) -> RunOutput:
    """Return output of an agent that goes on with a prompt that it was handed before: the end of one turn says nothing
    of the next one where its receipt is the end of that.
    """
    run = output.run
    if not (prompted and run.harness.abilities.confirms_at_end and run.state.status is HeadlessStatus.WAITING):
        return output
    run = happened(run, Handed())
    return output._replace(run=run, batch=output.batch._replace(changes=dict(columns(run.state))))


def happened(run: RunSoFar, what: Happening) -> RunSoFar:
    """Return the run after something that no line says."""
    return run._replace(state=after(run.state, what))


def _after_all(state: State, events: Sequence[Event]) -> State:
    for event in events:
        state = after(state, event)
    return state


def _kind(events: Sequence[Event]) -> str:
    """Return what a line is stored as: the name of its first event, or the agent's own word."""
    first = events[0]
    if isinstance(first, Raw):
        return "raw"
    return first.type or "other" if isinstance(first, Other) else type(first).__name__.lower()


def _batch(
    run: RunSoFar, row: StoredSession, end: int, lines: Sequence[PrintedLine], events: Sequence[Event], open: set[str]
) -> Batch:
    """Return what is stored. A question that the agent asks no more is withdrawn, whatever ended it: the end of its
    turn, too.
    """
    still_open = {one.request_id for one in run.state.questions}
    asked = [one for one in events if isinstance(one, Asked)]
    gone = {one.request_id for one in events if isinstance(one, Withdrawn)}
    gone |= (open | {one.request_id for one in asked}) - still_open
    modes = [one for one in events if isinstance(one, Replied) and mode_of(one.request_id)]
    return Batch(
        row.id, row.generation, row.log_offset, end, lines,
        opened=[StoredQuestion(one.request_id, one.kind, question_body(one)) for one in asked],
        withdrawn=sorted(gone),
        taken=[
            *(one.uuid for one in events if isinstance(one, Taken)),
            *(one.request_id for one in modes if not one.error),
        ],
        refused={one.request_id: one.error for one in modes if one.error},
        changes=dict(columns(run.state)),
    )  # fmt: skip


def question_body(asked: Asked) -> str:
    """Return what an agent asks as the store keeps it."""
    return json.dumps({name: value for name, value in asdict(asked).items() if name not in ("request_id", "kind")})


def question_document(stored: StoredQuestion) -> dict[str, Any]:
    """Return a stored question as programs see it."""
    body: dict[str, Any] = json.loads(stored.body) | {"request_id": stored.request_id, "kind": stored.kind}
    return body | {"choices": stored_choices(body)}


def columns(state: State) -> Iterator[tuple[str, Any]]:
    """Yield the columns of a session that follow from its state."""
    yield "status", StoredStatus.LIVE if state.status.live else StoredStatus(state.status.value)
    yield "reason", state.reason
    yield "tokens_in", state.tokens_in
    yield "tokens_out", state.tokens_out
    if state.mode is not None:
        yield "permission_mode", state.mode
    for name, value in (
        ("agent_session_id", state.conversation), ("model", state.model), ("cost_usd", state.cost),
    ):  # fmt: skip
        if value:
            yield name, value
