"""The verb status: one line for a status bar, from hosts that are connected already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.listing import is_agent, needs_person
from navi.core.model import Session
from navi.core.status import sessions_of
from navi.core.text import clean
from navi.ops.look import look

if TYPE_CHECKING:
    from navi.cli.arguments import Options


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of sessions. `silent` are the hosts that are not connected, or did not answer."""

    waiting: int
    errors: int
    working: int
    sessions: int
    silent: tuple[str, ...]


def run_status(options: Options, context: Context) -> int:
    """Print the line."""
    answers = context.each([LOCAL, *context.remotes], lambda name: _sessions(name, context))
    summary = _summary([(name, found if isinstance(found, list) else None) for name, found in answers])
    if options.json:
        context.output.print_json({name: getattr(summary, name) for name in Summary.__slots__})
    else:
        context.output.print(_plain(summary) if options.format == "plain" else _for_tmux(summary))
    return exits.OK


def _sessions(name: str, context: Context) -> list[Session] | None:
    """Return the agents' sessions of a host, None where that would take a new connection."""
    host = context.host(name)
    if not host.is_connected():
        return None
    frame = host.run(look())
    return [session for session in sessions_of(name, frame, context.agents) if is_agent(session)]


def _summary(answers: Sequence[tuple[str, Sequence[Session] | None]]) -> Summary:
    sessions = [session for _, found in answers for session in found or ()]
    words = Counter(session.status.word for session in sessions)
    silent = tuple(clean(name) for name, found in answers if found is None)
    return Summary(sum(map(needs_person, sessions)), words["error"], words["working"], len(sessions), silent)


def _plain(summary: Summary) -> str:
    parts = [f"{summary.waiting} need{'s' * (summary.waiting == 1)} you"] if summary.waiting else []
    parts += [f"{summary.errors} error{'s' * (summary.errors > 1)}"] if summary.errors else []
    parts += [f"{summary.working} working", f"{summary.sessions} session{'s' * (summary.sessions != 1)}"]
    parts += [f"not connected: {' '.join(summary.silent)}"] if summary.silent else []
    return ", ".join(parts)


def _for_tmux(summary: Summary) -> str:
    """Write it with tmux's styles (tmux(1), STYLES). The only text from outside are host names, whose # is doubled."""
    parts = [f"#[fg=magenta,bold]{summary.waiting}!#[default]"] if summary.waiting else []
    parts += [f"#[fg=red]{summary.errors}x#[default]"] if summary.errors else []
    parts += [f"#[fg=cyan]{summary.working}*#[default]", f"{summary.sessions}"]
    parts += [f"#[dim]-{' -'.join(summary.silent).replace('#', '##')}#[default]"] if summary.silent else []
    return " ".join(parts)
