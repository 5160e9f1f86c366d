"""What each source says about an agent in a pane, and which of them decides. Pure.

Sources differ in what they can know. An agent's own state file knows best whether it works, waits or rests, but not
what it asks or whether its turn failed. A hook knows that, but misses answers, interruptions and suspension, so its
last report may be out of date. Title and screen show the present, as far as they were read. Silence proves least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from navi.core.agents import AgentKind, StateFile
from navi.core.model import AgentProcess, Conversation, Evidence, Pane, Source
from navi.core.statuses import ASKING, BUSY, ENDED, TURN_ENDED
from navi.core.text import clean

QUIET_AFTER = 7.0
"""Seconds without output after which an agent counts as idle if nothing else is known. Hosts report output at least
every 5 seconds."""

SILENT_AFTER = 60.0
"""Seconds without output after which an agent that animates its screen no longer counts as working."""

NEWS_FOR = 2.0
"""Seconds for which a hook that reports work is ahead of the agent's state file, title and screen."""

ASKED_BEFORE = 5.0
"""Seconds by which a hook's question may precede what the state file reports; an older one has been answered."""

LONGEST_WORD = 80
"""Characters of a word from a state file."""


class AgentVerdict(NamedTuple):
    """What is known of one agent: its name ("" if only a hook speaks of it), the evidence that decides its status, all
    of the evidence, and the conversation that its hook reported.
    """

    agent: str
    decided: Evidence
    evidence: tuple[Evidence, ...]
    conversation: Conversation | None = None


class Agent(NamedTuple):
    """An agent in a pane: `process` is None where its host recognizes it only by name. `shown` tells whether screen and
    title of the pane are its own.
    """

    kind: AgentKind
    process: AgentProcess | None
    pane: Pane
    shown: bool = True

    @property
    def where(self) -> str:
        """Return its name and its pane, in words."""
        return f"{self.kind.name} in pane {self.pane.position}"


class _Found(NamedTuple):
    """The evidence about one agent, by source. A source that says nothing has no word."""

    process: Evidence
    state: Evidence
    hook: Evidence
    screen: Evidence
    title: Evidence
    silence: Evidence


# ---- the agents in a pane


def agents_in(pane: Pane, kinds: Sequence[AgentKind]) -> Iterator[Agent]:
    """Yield the known agents that run in a pane, without those that run in an agent's tool.

    Where the host reports no agents, the names of the pane's processes decide.
    """
    if pane.dead:
        return
    if not pane.agents:
        yield from islice((Agent(kind, None, pane) for kind in kinds if kind.runs_in(pane)), 1)
        return
    nested = nested_in(pane)
    outer = [process for process in pane.agents if process not in nested]
    shown = next((process for process in outer if not process.suspended), None)
    for process in outer:
        kind = next((kind for kind in kinds if kind.name == process.name), None)
        if kind:
            yield Agent(kind, process, pane, process is shown)


def nested_in(pane: Pane) -> tuple[AgentProcess, ...]:
    """Return the agents that run in a tool of another agent in the pane."""
    if len(pane.agents) < 2:
        return ()
    known = {process.process for process in pane.agents}
    return tuple(process for process in pane.agents if process.parent in known - {0, process.process})


def of_nested(pane: Pane) -> tuple[Evidence, ...]:
    """Return evidence that agents run in tools of others. It says nothing about a status."""
    return tuple(
        Evidence(
            Source.PROCESS, "", None, f"it runs as process {one.process} in a tool of process {one.parent}",
            where=f"{one.name} in pane {pane.position}",
        )
        for one in nested_in(pane)
    )  # fmt: skip


# ---- one agent


def judge_agent(agent: Agent, hook: Evidence | None, clock: float) -> AgentVerdict:
    """Judge an agent. `hook` is None if none speaks of it; `clock` is the host's time (epoch)."""
    where = agent.where
    report = of_hook(agent, hook)._replace(where=where) if hook else Evidence(Source.HOOK, "", None, "")
    found = _Found(
        of_process(agent, where),
        of_state(agent, where),
        report,
        of_screen(agent, where),
        of_title(agent, where),
        of_silence(agent, where, clock),
    )
    decided = _decide(agent.kind, found, clock)
    if decided.source is Source.PANE:
        found = found._replace(silence=decided)
    return AgentVerdict(agent.kind.name, decided, tuple(piece for piece in found if piece.text))


def _decide(kind: AgentKind, found: _Found, clock: float) -> Evidence:
    if found.process.word:
        return found.process
    decided = _by_state(found, clock) if found.state.word else _by_display(kind, found, clock)
    return _credited(decided, found)


def _by_state(found: _Found, clock: float) -> Evidence:
    """Return what decides if the agent writes its own state."""
    state, hook, screen = found.state, found.hook, found.screen
    if state.word == "working":
        return state
    if state.word in ASKING:
        if screen.word in ASKING:
            return screen
        return hook if hook.word in ASKING and not _is_before(hook, state) else state
    # A hook's time has whole seconds.
    if hook.word in TURN_ENDED or (_is_news(hook, clock) and (hook.since or 0.0) + 1 > (state.since or 0.0)):
        return hook
    return screen if screen.word == "error" else state


def _by_display(kind: AgentKind, found: _Found, clock: float) -> Evidence:
    """Return what decides if the agent has no state of its own: what it shows, and what its hook reported."""
    _, _, hook, screen, title, silence = found
    if screen.word in ASKING:
        return screen
    if title.word in BUSY:
        return title
    if screen.word == "working":
        return screen
    if hook.word and not _is_over(kind, found, clock):
        # Some hooks report the end of a turn that failed as that of any other.
        return screen if screen.word == "error" and hook.word in TURN_ENDED else hook
    return next((piece for piece in (screen, title) if piece.word), _silence_after(kind, hook, silence))


def _is_over(kind: AgentKind, found: _Found, clock: float) -> bool:
    """Return whether the state that a hook reported last has ended, by what the agent shows now."""
    _, _, hook, screen, title, silence = found
    if hook.word in ENDED:
        return True
    if hook.word not in BUSY or _is_news(hook, clock):
        return False
    if screen.word or (title.word and _title_denies(kind, hook.word)):
        return True
    since = max(hook.since or 0.0, silence.since or clock)
    return hook.word == "working" and kind.animated and clock - since >= SILENT_AFTER


def _title_denies(kind: AgentKind, word: str) -> bool:
    """Return whether a title that shows rest rules a status out: some agents' titles look the same while they ask."""
    return word == "working" or any(status in ASKING for status, _ in kind.titles)


def _silence_after(kind: AgentKind, hook: Evidence, silence: Evidence) -> Evidence:
    if hook.word != "working":
        return silence
    return silence._replace(word="idle", text=f"{kind.name} has drawn nothing for {SILENT_AFTER:g} seconds")


def _is_news(hook: Evidence, clock: float) -> bool:
    """Return whether a hook has just reported work, so that title, screen and state file may still be older.

    A question is never news: it is on the screen at once, and a false one would call a person.
    """
    return hook.word == "working" and hook.since is not None and abs(clock - hook.since) <= NEWS_FOR


def _is_before(hook: Evidence, state: Evidence) -> bool:
    """Return whether a hook's question is earlier than the one that the state file reports."""
    return hook.since is not None and state.since is not None and hook.since < state.since - ASKED_BEFORE


def _credited(decided: Evidence, found: _Found) -> Evidence:
    """Return the hook or the state file in place of what navi derived, if one of them says the same."""
    if decided.source in (Source.HOOK, Source.STATE, Source.PROCESS):
        return decided
    return next((piece for piece in (found.hook, found.state) if piece.word == decided.word), decided)


# ---- the sources


def of_process(agent: Agent, where: str) -> Evidence:
    """Return what the process says. Only its suspension is a status."""
    process = agent.process
    if process is None:
        return Evidence(Source.PROCESS, "", None, "recognized by the name of a process in its pane", where=where)
    if process.suspended:
        text = "it is suspended (Ctrl-Z); fg in its pane continues it"
        return Evidence(Source.PROCESS, "stopped", None, text, where=where)
    return Evidence(Source.PROCESS, "", None, f"it runs as process {process.process}", where=where)


def of_hook(agent: Agent, hook: Evidence) -> Evidence:
    """Return what a hook reported. A report from before the agent's process began is about another process: an agent
    that was killed does not report its end. A hook's time has whole seconds.
    """
    began = agent.process.began if agent.process else None
    if not hook.word or hook.since is None or began is None or hook.since + 1 > began:
        return hook
    text = f"its hook reported {hook.word} before this process began, which says nothing of it"
    return hook._replace(word="", text=text, message="")


def of_state(agent: Agent, where: str) -> Evidence:
    """Return what the agent's own state file says."""
    return of_state_file(agent.kind.state, agent.process, where)


def of_state_file(state: StateFile | None, process: AgentProcess | None, where: str) -> Evidence:
    """Return what a process's state file says. Its content is not trusted."""
    if state is None or process is None:
        return Evidence(Source.STATE, "", None, "", where=where)
    if process.file is None:
        return Evidence(Source.STATE, "", None, "this process has no state file", where=where)
    status, detail = _word(process.file.get("status")), _word(process.file.get("waitingFor"))
    word = state.words.get(status, "")
    if word in ASKING:
        word = state.details.get(detail, word)
        status = f"{status} ({detail})" if detail else status
    text = f"its state file says {status}" if status else "its state file has no status"
    return Evidence(Source.STATE, word, time_in_state(process.file.get("statusUpdatedAt")), text, where=where)


def _word(value: object) -> str:
    return clean(value[:LONGEST_WORD]) if isinstance(value, str) else ""


def time_in_state(milliseconds: object) -> float | None:
    """Return a time of a state file, in milliseconds, as an epoch time in seconds; None if it is implausible."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    return milliseconds / 1000 if 0 < milliseconds < 1e14 else None


def of_title(agent: Agent, where: str) -> Evidence:
    """Return what the pane's title says, if the agent sets it."""
    kind, pane = agent.kind, agent.pane
    word = kind.status_in_title(pane) if agent.shown else ""
    if word:
        text = f"shown in the title of its {kind.name} pane"
        return Evidence(Source.TITLE, word, pane.activity or None, text, where=where)
    return Evidence(Source.TITLE, "", None, "its title shows no status" if kind.titles else "", where=where)


def of_screen(agent: Agent, where: str) -> Evidence:
    """Return what the bottom of the pane says, if it was looked at. The message is the line that a rule matched."""
    screen = agent.pane.screen if agent.shown else None
    if screen is None:
        text = "its screen was not looked at" if agent.kind.screens else ""
        return Evidence(Source.SCREEN, "", None, text, where=where)
    if not screen.status:
        return Evidence(Source.SCREEN, "", None, "its screen shows nothing that navi knows", where=where)
    text = f"its screen shows {screen.rule or screen.status}"
    message = screen.text if screen.status in ASKING or screen.status == "error" else ""
    return Evidence(Source.SCREEN, screen.status, agent.pane.activity or None, text, message, where)


def of_silence(agent: Agent, where: str, clock: float) -> Evidence:
    """Return what the pane's output or silence shows. If navi can't recognize the agent's questions, it shows nothing:
    the agent may ask one in either case.
    """
    kind, last = agent.kind, agent.pane.activity
    prints = bool(last) and clock - last <= QUIET_AFTER
    text = f"its {kind.name} pane is {'producing output' if prints else 'silent'}"
    if not (kind.screens or kind.titles or kind.state):
        return Evidence(Source.PANE, "unknown", last or None, f"{text}, and navi can't read what it shows", where=where)
    return Evidence(Source.PANE, "working" if prints else "idle", last or None, text, where=where)
