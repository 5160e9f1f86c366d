"""What a look reports about agents in panes: which run, what they write about their own state, and what their panes
show.
    agent PANE PROCESS PARENT STARTED STATE NAME    STATE is `runs` or `suspended`, PARENT 0 for none
    state PROCESS                                   the body is what the agent wrote into its state file
    screen PANE STATUS RULE                         the body is the text that the rule found; `-` if no rule holds
    activity PANE TIME                              when the pane's window last produced output

PANE is the pane's process. The watch sends activity less often than the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from navi.core.model import AgentProcess, Frame, Pane, ScreenMatch
from navi.core.text import clean, decode
from navi.ops.operation import Record, number

LONGEST_STATE = 8192
"""Bytes of a state file."""

LONGEST_SCREEN_TEXT = 300

MOST_AGENTS = 32
"""Agents in one pane."""

TICKS = 100
"""Ticks in a second, the unit in which Linux reports when a process started (USER_HZ)."""


class PaneAgents(NamedTuple):
    """The agents in a pane, and what it shows, None if it was not looked at."""

    agents: tuple[AgentProcess, ...] = ()
    screen: ScreenMatch | None = None


def read_agents(records: Iterable[Record], booted: float | None = None) -> Mapping[int, PaneAgents]:
    """Return the reports about panes with agents, by the pane's process. `booted` is when their host started (epoch),
    None if that is not known.
    """
    agents: dict[int, list[AgentProcess]] = {}
    states: dict[int, bytes] = {}
    screens: dict[int, ScreenMatch] = {}
    for record in records:
        first, _, rest = record.rest.partition(" ")
        if record.kind == "agent":
            found = agents.setdefault(number(first), [])
            agent = _agent(rest, booted)
            if agent and len(found) < MOST_AGENTS:
                found.append(agent)
        elif record.kind == "state":
            states[number(first)] = record.body
        elif record.kind == "screen":
            screens[number(first)] = _screen(rest, record.body)
    return {
        pane: PaneAgents(tuple(agent._replace(file=_state(agent, states)) for agent in found), screens.get(pane))
        for pane, found in agents.items()
    }


def _agent(text: str, booted: float | None) -> AgentProcess | None:
    """Read an agent. One that is not of the expected shape is left out."""
    fields = text.split(" ", 4)
    if len(fields) < 5 or not number(fields[0]):
        return None
    process, parent, started = map(number, fields[:3])
    began = booted + started / TICKS if started and booted is not None else None
    return AgentProcess(clean(fields[4])[:80], process, parent, started, fields[3] == "suspended", began=began)


def _state(agent: AgentProcess, states: Mapping[int, bytes]) -> Mapping[str, object] | None:
    """Return the object in an agent's state file, or None if it is another process's: numbers are reused."""
    body = states.get(agent.process, b"")
    if not body or len(body) > LONGEST_STATE + 1:
        return None
    state = read_object(body)
    if state is None or type(state.get("pid")) is not int or state["pid"] != agent.process:
        return None
    return state if agent.started in (0, number(str(state.get("procStart")))) else None


def read_object(body: bytes) -> Mapping[str, object] | None:
    """Return the JSON object in what an agent wrote, or None for anything else."""
    try:
        value = json.loads(decode(body))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _screen(text: str, body: bytes) -> ScreenMatch:
    status, _, rule = clean(text).partition(" ")
    if status == "-":
        return ScreenMatch()
    # A text that was cut may end within a character.
    shown = decode(body[:LONGEST_SCREEN_TEXT]).rstrip("\ufffd\n")
    return ScreenMatch(status[:20], rule[:80], " ".join(clean(shown).split()))


def read_activity(records: Iterable[Record]) -> dict[int, float]:
    """Return when panes last produced output (epoch), by the pane's process."""
    words = (record.rest.partition(" ") for record in records if record.kind == "activity")
    return {number(pane): float(number(time)) for pane, _, time in words}


def with_activity(frame: Frame, activity: Mapping[int, float]) -> Frame:
    """Return the frame with the times of the last output of its panes; one that is not known stays as it is."""

    def with_time(pane: Pane) -> Pane:
        time = activity.get(pane.process, pane.activity)
        return pane if time == pane.activity else pane._replace(activity=time)

    sessions = (one._replace(panes=tuple(map(with_time, one.panes))) for one in frame.sessions)
    return frame._replace(sessions=tuple(sessions))
