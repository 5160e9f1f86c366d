"""What is known about a session, as facts with labels, worded once for the page of details and for `navi explain`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from navi.core.ages import exact_age
from navi.core.metrics import Metrics, Tokens, WorkTimes, short_number
from navi.core.model import (
    AgentStatus,
    AnswerState,
    BackgroundAgent,
    Conversation,
    Evidence,
    Frame,
    HeadlessAgent,
    NotedAnswer,
    Pane,
    Session,
    Source,
    StatusFile,
    TmuxSession,
)
from navi.core.text import clean, form_for, plural, short_path

MOST_LISTED = 8
"""How many tools are listed, the most used first."""

RULES: Mapping[Source, str] = {
    Source.TMUX: "tmux has no such session: offline",
    Source.PROCESS: "the agent's process is suspended: stopped",
    Source.STATE: "the agent's own state file counts, and neither hook nor screen is more exact",
    Source.HOOK: "the hook's status counts, and nothing contradicts it",
    Source.SCREEN: "the screen counts: neither a state file nor a hook that holds says the same",
    Source.TITLE: "the title of the agent's pane counts: neither a state file nor a hook that holds says the same",
}
"""For each source but panes, the rule by which it decides, as in navi(1), How a status is decided."""

Ago = Callable[[float | None], str]
"""Says how long ago a time of the host (epoch) was; None is an unknown time."""


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
    """Return everything but times, tools and tokens. Ages are those at the time `clock` of the host (epoch), to the
    second. `host` describes the host. Without a frame, how tmux answered is left out.
    """
    status = session.status

    def ago(time: float | None) -> str:
        return "age unknown" if time is None else f"{exact_age(clock - time)} ago"

    return cleaned([
        Fact("session", session.address),
        Fact("host", host),
        Fact("status", status.word, status.word),
        Fact("hub says", session.word if session.headless else ""),
        Fact("source", f"{status.source}, {ago(status.since)}"),
        Fact("because", status.reason),
        Fact("rule", deciding_rule(session, frame) if frame else ""),
        *_evidence(status.evidence, ago),
        Fact("message", session.message),
        *answers(session, ago),
        Fact("directory", short_path(session.cwd, frame.home if frame else "")),
        *agent_facts(session),
        *place_facts(session, frame, ago),
    ])  # fmt: skip


def cleaned(found: Iterable[Fact]) -> list[Fact]:
    """Return the facts that have a text, cleaned."""
    return [Fact(clean(one.label), clean(one.text), clean(one.status)) for one in found if one.text]


def agent_facts(session: Session) -> Iterator[Fact]:
    """Yield what is known about the agent, uncleaned."""
    yield Fact("agent", session.agent or "none that navi knows")
    if session.feedback is not None:
        yield Fact("feedback", f"{session.feedback} queued for the end of its turn")
    if session.headless:
        yield from _headless(session.headless)
    if session.background:
        yield from _background(session.background)


def place_facts(session: Session, frame: Frame | None, ago: Ago) -> Iterator[Fact]:
    """Yield what the status file and tmux report, uncleaned."""
    home = frame.home if frame else ""
    in_terminal = not (session.headless or session.background)
    if in_terminal:
        yield from _file(session.file, ago)
    if frame and not frame.proven:
        yield Fact("tmux says", tmux_answer(frame))
    if in_terminal:
        yield from _tmux(session.tmux, frame, ago, home)


DOUBTS: Mapping[str, str] = {
    AnswerState.GONE: "",
    AnswerState.THERE: "; the question stayed",
    AnswerState.DIED: "; its agent ended",
    AnswerState.UNFINISHED: "; its text was not submitted",
}
"""What to add to an answer that may not have arrived, by what its host noted."""


def answers(session: Session, ago: Ago) -> Iterator[Fact]:
    """Yield who gave which answer, the last first, uncleaned, and whether it arrived, if that is known."""
    yield from (_answer(one, ago) for one in reversed(session.marks.answers))


def _answer(one: NotedAnswer, ago: Ago) -> Fact:
    text = f"{one.who}: {one.answer} ({one.question}), {ago(one.time)}"
    return Fact("answered by", f"{text}{DOUBTS.get(one.state, '; nobody saw the question go')}")


def deciding_rule(session: Session, frame: Frame) -> str:
    """Say which rule decided the status; those of navi(1), How a status is decided."""
    status, file = session.status, session.file
    if session.headless:
        return "navi's hub says what an agent without a terminal does"
    if session.background:
        return "the files that the agent itself writes count"
    if session.tmux is None:
        if frame.proven:
            return RULES[Source.TMUX]
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


def _evidence(evidence: tuple[Evidence, ...], ago: Ago) -> Iterator[Fact]:
    """Yield what each source says, in the order of the sources."""
    for piece, words in zip(evidence, evidence_texts(evidence), strict=True):
        since = "" if piece.since is None else f", {ago(piece.since)}"
        text = f"{piece.word or NO_STATUS} ({piece.source}{since}): {words}"
        yield Fact("decided by" if piece.decided else "evidence", text, piece.word)


NO_STATUS = "no status"
"""The word for evidence from which no status follows."""


def evidence_texts(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """Yield the words of each piece with its message, uncleaned; where there are several agents, with the agent."""
    several = len({piece.where for piece in evidence if piece.where}) > 1
    for piece in evidence:
        where = f"{piece.where}: " if several and piece.where else ""
        yield f"{where}{piece.text}{f': {piece.message}' if piece.message else ''}"


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


def _file(file: StatusFile | None, ago: Ago) -> Iterator[Fact]:
    if file is None:
        yield Fact("status file", "none: the agent's hooks are not installed there, or have not run yet")
        return
    title = file.fields.get("current_pbi_title")
    yield Fact("status file", f"{file.name}.json {file.problem or 'OK'}")
    yield Fact("reports", f"{file.status}, {ago(file.timestamp)}" if file.status else "")
    yield Fact("works on", title if isinstance(title, str) else "")
    yield from (_conversation(one, ago) for one in file.conversations)
    yield from (_agent("agent", agent, ago) for agent in file.agents)
    yield from (_agent(file.team or "team", mate, ago) for mate in file.teammates)


def _conversation(one: Conversation, ago: Ago) -> Fact:
    """Say what the record of a conversation holds. The agent's own id lets a person resume it by hand."""
    status = one.status or "unknown"
    where = f" in pane {one.pane}" if one.pane else ""
    tool = f" in a tool of {one.parent}" if one.parent else ""
    text = f"{status} {one.id or 'without an id'}, {one.agent or 'unknown agent'}{where}{tool}"
    return Fact("record", f"{text}, {ago(one.timestamp)}", status)


def _agent(label: str, agent: AgentStatus, ago: Ago) -> Fact:
    status = agent.status or "unknown"
    return Fact(label[:11], f"{status} {agent.name}, {ago(agent.timestamp)}", status)


def _tmux(tmux: TmuxSession | None, frame: Frame | None, ago: Ago, home: str) -> Iterator[Fact]:
    if tmux is None:
        yield Fact("tmux", "no such session" if frame and frame.proven else "unknown whether it has such a session")
        return
    attached = f", {tmux.attached} attached" if tmux.attached else ""
    yield Fact("tmux", f"{tmux.id}, created {ago(tmux.created)}{attached}")
    yield Fact("socket", tmux.socket)
    yield Fact("last output", ago(tmux.activity))
    yield from (Fact(f"pane {pane.position}", _pane(pane, home)) for pane in tmux.panes)


def _pane(pane: Pane, home: str) -> str:
    state = "dead" if pane.dead else f"process {pane.process}"
    below = f" ({', '.join(pane.children)} below it)" if pane.children else ""
    text = f"{pane.id} {pane.command}{below}, {state}, in {short_path(pane.path, home)}"
    return f"{text}, title: {pane.title}" if pane.title else text


# ---- times, tools, tokens


def time_parts(times: WorkTimes) -> tuple[Part, ...]:
    """Return how long the session worked, waited for the user, and did neither."""
    spans = (("working", times.working), ("waiting", times.waiting), ("other", times.other))
    return tuple(Part(label, share := times.share(span), f"{share:.0%} {exact_age(span)}") for label, span in spans)


def tool_parts(metrics: Metrics) -> tuple[Part, ...]:
    """Return how often the most used tools were used; the largest part is whole."""
    return tuple(Part(name, count / metrics.tools[0][1], str(count)) for name, count in metrics.tools[:MOST_LISTED])


def tools_text(metrics: Metrics) -> str:
    """Say how many tools were used, and how often."""
    uses, kinds = sum(count for _, count in metrics.tools), len(metrics.tools)
    return f"{plural(uses, 'use')} of {plural(kinds, 'tool')}" if metrics.tools else ""


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
    total = f"{used} in {short_number(tokens.messages)} {form_for(tokens.messages, 'message')}"
    skipped = f"; {plural(tokens.skipped, 'line')} could not be read" if tokens.skipped else ""
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
