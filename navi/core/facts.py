"""What is known of a session, as facts with labels: one wording for the page of details and for `navi explain`."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from navi.core.metrics import Metrics, Times, Tokens, short_number
from navi.core.model import (
    AgentStatus,
    BackgroundAgent,
    Conversation,
    Evidence,
    Frame,
    GivenAnswer,
    HeadlessAgent,
    Pane,
    Session,
    Source,
    StatusFile,
    TmuxSession,
)
from navi.core.text import clean, exact_age

MOST_TOOLS = 8
"""How many tools are listed, the most used first."""


RULES: Mapping[Source, str] = {
    Source.TMUX: "tmux has no such session: offline",
    Source.PROCESS: "the agent's process is suspended: stopped",
    Source.STATE: "the agent's own state file counts, and neither hook nor screen is more exact",
    Source.HOOK: "the hook's status counts, and nothing contradicts it",
    Source.SCREEN: "the screen counts: neither a state file nor a hook that holds says the same",
    Source.TITLE: "the title of the agent's pane counts: neither a state file nor a hook that holds says the same",
}
"""The rule by which a source decided, but for that of panes; those of navi(1), How a status is decided."""


class Fact(NamedTuple):
    """A known fact, cleaned. `status` is the first word of the text, if that is a status."""

    label: str
    text: str
    status: str = ""


class Part(NamedTuple):
    """A part of a whole: its share, from 0 to 1, and its figure in words."""

    label: str
    share: float
    figure: str


def facts(session: Session, host: str, frame: Frame | None, clock: float) -> list[Fact]:
    """Return everything but times, tools and tokens. Ages are those at the time `clock` of the host (epoch).

    `host` describes the host. Without a frame, how tmux answered is left out.
    """
    status = session.status
    found = [
        Fact("session", session.address),
        Fact("host", host),
        Fact("status", status.word, status.word),
        Fact("hub says", session.word if session.headless else ""),
        Fact("source", f"{status.source}, {_ago(status.since, clock)}"),
        Fact("because", status.reason),
        Fact("rule", rule(session, frame) if frame else ""),
        *_evidence(status.evidence, clock),
        Fact("message", session.message),
        *(_answer(one, clock) for one in reversed(session.marks.answers)),
        Fact("directory", session.cwd),
        Fact("agent", session.agent or "none that navi knows"),
        Fact("feedback", "" if session.feedback is None else f"{session.feedback} queued for the end of its turn"),
        *(_headless(session.headless) if session.headless else ()),
        *(_background(session.background) if session.background else ()),
        *(() if session.headless or session.background else _file(session.file, clock)),
        *([Fact("tmux says", tmux_answer(frame))] if frame and not frame.proven else []),
        *([] if session.background or session.headless else _tmux(session.tmux, frame, clock)),
    ]
    return [Fact(clean(one.label), clean(one.text), clean(one.status)) for one in found if one.text]


DOUBTS = {
    "gone": "",
    "there": "; the question stayed",
    "died": "; its agent ended",
    "unfinished": "; its text was not submitted",
}
"""What to add to an answer that may not have arrived, by what its host noted."""


def _answer(one: GivenAnswer, clock: float) -> Fact:
    """Say who answered what; whether it arrived is not always known."""
    text = f"{one.who}: {one.answer} ({one.question}), {_ago(one.time, clock)}"
    return Fact("answered by", f"{text}{DOUBTS.get(one.state, '; nobody saw the question go')}")


def rule(session: Session, frame: Frame) -> str:
    """Say which rule decided the status; those of navi(1), How a status is decided."""
    status, file = session.status, session.file
    if session.headless:
        return "navi's hub says what an agent without a terminal does"
    if session.background:
        return "the files that the agent itself writes count"
    if session.tmux is None:
        if frame.proven:
            return "tmux has no such session: offline"
        return "tmux did not answer: the status file is shown as it is"
    if all(pane.dead for pane in session.tmux.panes):
        return "every pane is dead: stopped"
    if status.source is Source.HOOK and status.agent:
        return "the most urgent of several agents counts, and nothing contradicts it"
    if status.source is not Source.PANE:
        return RULES[status.source]
    if file is None or file.problem:
        if status.word == "unknown":
            return "neither a status file nor a known agent: unknown"
        return "no usable status file, and a known agent runs in a pane that shows no status: whether it prints decides"
    if status.word == "stopped":
        return "the hook reported permission, waiting or working, but only a shell is left: stopped"
    return "the agent contradicts its hook and shows no status: whether its pane prints decides"


def tmux_answer(frame: Frame) -> str:
    """Say how the host's tmux answered."""
    return f"{frame.tmux}: {frame.tmux_error}" if frame.tmux_error else str(frame.tmux)


def _evidence(evidence: tuple[Evidence, ...], clock: float) -> Iterator[Fact]:
    """Yield what each source says, in the order of the sources; where there are several agents, with the agent."""
    several = len({piece.where for piece in evidence if piece.where}) > 1
    for piece in evidence:
        since = "" if piece.since is None else f", {_ago(piece.since, clock)}"
        where = f"{piece.where}: " if several and piece.where else ""
        message = f": {piece.message}" if piece.message else ""
        word = piece.word or "no status"
        text = f"{word} ({piece.source}{since}): {where}{piece.text}{message}"
        yield Fact("decided by" if piece.decided else "evidence", text, piece.word)


def _ago(time: float | None, clock: float) -> str:
    return "age unknown" if time is None else f"{exact_age(clock - time)} ago"


def _headless(one: HeadlessAgent) -> Iterator[Fact]:
    yield Fact("title", one.title)
    yield Fact("questions", f"{len(one.asked)} open: {', '.join(one.asked)}" if one.asked else "")
    yield Fact("model", one.model)
    yield Fact("permissions", one.mode)
    yield Fact("conversation", f"{one.conversation}{', of which its agent has no record' if one.lost else ''}")
    yield Fact("runs", f"{one.run}, {one.messages} messages")
    cost = f", ${one.cost:.2f}" if one.cost is not None else ""
    tokens = f"{short_number(one.tokens_in)} in, {short_number(one.tokens_out)} out{cost}"
    yield Fact("tokens", tokens if one.tokens_in or one.tokens_out or cost else "")


def _background(one: BackgroundAgent) -> Iterator[Fact]:
    yield Fact("background", f"{one.kind} runs it without a terminal as {one.id}, process {one.process}")


def _file(file: StatusFile | None, clock: float) -> Iterator[Fact]:
    if file is None:
        yield Fact("status file", "none: the agent's hooks are not installed there, or have not run yet")
        return
    title = file.fields.get("current_pbi_title")
    yield Fact("status file", f"{file.name}.json {file.problem or 'OK'}")
    yield Fact("reports", f"{file.status}, {_ago(file.timestamp, clock)}" if file.status else "")
    yield Fact("works on", title if isinstance(title, str) else "")
    yield from (_conversation(one, clock) for one in file.conversations)
    yield from (_agent("agent", agent, clock) for agent in file.agents)
    yield from (_agent(file.team or "team", mate, clock) for mate in file.teammates)


def _conversation(one: Conversation, clock: float) -> Fact:
    """Say what the record of a conversation holds. The agent's own id lets a person resume it by hand."""
    status = one.status or "unknown"
    where = f" in pane {one.pane}" if one.pane else ""
    tool = f" in a tool of {one.parent}" if one.parent else ""
    text = f"{status} {one.id or 'without an id'}, {one.agent or 'unknown agent'}{where}{tool}"
    return Fact("record", f"{text}, {_ago(one.timestamp, clock)}", status)


def _agent(label: str, agent: AgentStatus, clock: float) -> Fact:
    status = agent.status or "unknown"
    return Fact(label[:11], f"{status} {agent.name}, {_ago(agent.timestamp, clock)}", status)


def _tmux(tmux: TmuxSession | None, frame: Frame | None, clock: float) -> Iterator[Fact]:
    if tmux is None:
        yield Fact("tmux", "no such session" if frame and frame.proven else "unknown whether it has such a session")
        return
    attached = f", {tmux.attached} attached" if tmux.attached else ""
    yield Fact("tmux", f"{tmux.id}, created {_ago(tmux.created, clock)}{attached}")
    yield Fact("socket", tmux.socket)
    yield Fact("output", f"last {_ago(tmux.activity, clock)}")
    yield from (Fact(f"pane {pane.position}", _pane(pane)) for pane in tmux.panes)


def _pane(pane: Pane) -> str:
    state = "dead" if pane.dead else f"process {pane.process}"
    below = f" ({', '.join(pane.children)} below it)" if pane.children else ""
    place = f"{pane.id} {pane.command}{below}, {state}, in {pane.path}"
    return f"{place}, title: {pane.title}" if pane.title else place


# ---- times, tools, tokens


def time_parts(times: Times) -> tuple[Part, ...]:
    """Return how long the session worked, waited for the user, and did neither."""
    spans = (("working", times.working), ("waiting", times.waiting), ("other", times.other))
    return tuple(Part(label, share := times.share(span), f"{share:.0%} {exact_age(span)}") for label, span in spans)


def tool_parts(metrics: Metrics) -> tuple[Part, ...]:
    """Return how often the most used tools were used; the largest part is whole."""
    return tuple(Part(name, count / metrics.tools[0][1], str(count)) for name, count in metrics.tools[:MOST_TOOLS])


def tools_text(metrics: Metrics) -> str:
    """Say how many tools were used, and how often."""
    uses, kinds = sum(count for _, count in metrics.tools), len(metrics.tools)
    return f"{uses} use{_s(uses)} of {kinds} tool{_s(kinds)}" if metrics.tools else ""


def recent_text(metrics: Metrics) -> str:
    """Name the tools that were used last, the last one first."""
    return ", ".join(metrics.recent)


def tokens_text(tokens: Tokens) -> str:
    """Say how many tokens were used, and how complete the count is."""
    kinds = (
        ("input", tokens.input), ("output", tokens.output),
        ("cache read", tokens.cache_read), ("cache written", tokens.cache_written),
    )  # fmt: skip
    used = ", ".join(f"{label} {short_number(number)}" for label, number in kinds)
    total = f"{used} in {short_number(tokens.messages)} message{_s(tokens.messages)}"
    skipped = f"; {tokens.skipped} line{_s(tokens.skipped)} could not be read" if tokens.skipped else ""
    left = f"; counting, {short_number(tokens.left)}B are left" if tokens.partial else ""
    return f"{total}{skipped}{left}"


def usage_facts(metrics: Metrics | None, tokens: Tokens | str) -> list[Fact]:
    """Return times, tools and tokens in words; `tokens` may be the reason why there are none, or ""."""
    found = [Fact("tokens", clean(tokens) if isinstance(tokens, str) else tokens_text(tokens))]
    if metrics:
        times, tools = metrics.times, tool_parts(metrics)
        found = [
            Fact("time", f"{exact_age(times.total)}: {_join(time_parts(times))}" if times else ""),
            Fact("tools", f"{tools_text(metrics)}: {_join(tools)}" if tools else ""),
            Fact("recent", recent_text(metrics)),
            *found,
        ]
    return [one for one in found if one.text]


def _join(parts: tuple[Part, ...]) -> str:
    return ", ".join(f"{part.label} {part.figure}" for part in parts)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
