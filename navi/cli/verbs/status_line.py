"""The verb status: one line for a status bar, from hosts that are connected already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from navi.cli.asking.answers import split_answers
from navi.cli.context import Context
from navi.cli.verbs.ls import HOW_TO_BEGIN
from navi.core.address import LOCAL
from navi.core.listing import asks_person, is_agent
from navi.core.model import Frame, Session
from navi.core.same_machine import distinct_sessions
from navi.core.status import sessions_of
from navi.core.text import clean, need_you, plural
from navi.ops.look.frames import look

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.core.agents import AgentKind


class Summary(NamedTuple):
    """Numbers of sessions. `silent` are the hosts that are not connected, `unknown` the connected ones with unknown
    sessions.
    """

    waiting: int
    errors: int
    working: int
    sessions: int
    silent: tuple[str, ...]
    unknown: tuple[str, ...]


def run_status(options: Options, context: Context) -> int:
    """Print the line; report hosts that were asked and are unknown: the exit status is that of the first."""
    names = [LOCAL, *context.remotes]
    silent = [name for name in names if not context.host(name).is_connected()]
    asked = [name for name in names if name not in silent]
    answers = split_answers(context.each(asked, lambda name: context.host(name).run(look())), lambda frame: frame)
    answers.complain(context.output)
    sessions = _sessions(dict(answers.known), context.agents)
    summary = _summary(sessions, silent, [name for name, _ in answers.failures])
    if options.json:
        counts = summary._asdict()
        unknown = counts.pop("unknown")
        context.output.print_json(counts | {"silent": [*summary.silent, *unknown]})
    else:
        context.output.print(_plain(summary) if options.format == "plain" else _for_tmux(summary))
        if context.output.is_terminal and not summary.sessions and not (summary.silent or summary.unknown):
            context.output.note(f"no agent runs on {_where(names)}; {HOW_TO_BEGIN}")
    return answers.status


def _where(names: Sequence[str]) -> str:
    return "this machine" if len(names) == 1 else f"these {len(names)} hosts"


def _sessions(frames: Mapping[str, Frame], agents: Sequence[AgentKind]) -> list[Session]:
    """Return the agents' sessions, each once, even if its machine is reached under several names. A status file alone
    counts only if no server can have its session.
    """
    machines = {frame.machine.host for frame in frames.values()}
    found = [one for name, frame in frames.items() for one in sessions_of(name, frame, agents, machines)]
    return [one for one in distinct_sessions(found, frames) if is_agent(one) and (one.tmux or frames[one.host].proven)]


def _summary(sessions: Sequence[Session], silent: Sequence[str], unknown: Sequence[str]) -> Summary:
    words = Counter(session.status.word for session in sessions)
    return Summary(
        sum(map(asks_person, sessions)), words["error"], words["working"], len(sessions),
        tuple(map(clean, silent)), tuple(map(clean, unknown)),
    )  # fmt: skip


def _plain(summary: Summary) -> str:
    parts = [need_you(summary.waiting)] if summary.waiting else []
    parts += [plural(summary.errors, "error")] if summary.errors else []
    if summary.sessions or not summary.unknown:
        parts += [f"{summary.working} working, {plural(summary.sessions, 'session')}"]
    parts += [f"not connected: {' '.join(summary.silent)}"] if summary.silent else []
    parts += [f"unknown: {' '.join(summary.unknown)}"] if summary.unknown else []
    return ", ".join(parts)


def _for_tmux(summary: Summary) -> str:
    """Format it with tmux's styles (tmux(1), STYLES). The only texts from outside are host names, whose # is doubled.
    """
    parts = [f"#[fg=magenta,bold]{summary.waiting}!#[default]"] if summary.waiting else []
    parts += [f"#[fg=red]{summary.errors}x#[default]"] if summary.errors else []
    if summary.sessions or not summary.unknown:
        parts += [f"#[fg=cyan]{summary.working}*#[default]", f"{summary.sessions}"]
    parts += [_dim("-", summary.silent)] if summary.silent else []
    parts += [_dim("?", summary.unknown)] if summary.unknown else []
    return " ".join(parts)


def _dim(symbol: str, names: Sequence[str]) -> str:
    """Return hosts with a symbol before each, dimmed."""
    return f"#[dim]{' '.join(f'{symbol}{name}' for name in names).replace('#', '##')}#[default]"
