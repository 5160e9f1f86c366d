"""The verb status: one line for a status bar, of all that can be had without connecting anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import print_json
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.listing import is_agent, needs_person
from navi.core.model import Session
from navi.core.status import sessions_of
from navi.core.text import clean
from navi.ops.look import look

if TYPE_CHECKING:
    from argparse import Namespace


@dataclass(frozen=True, slots=True)
class Summary:
    """What is counted. `silent` are the hosts that no connection stands to, or that did not answer."""

    waiting: int
    errors: int
    working: int
    sessions: int
    silent: tuple[str, ...]


def run_status(options: Namespace, machines: Machines) -> int:
    """Print the line."""
    answers = machines.each([LOCAL, *machines.remotes], lambda name: _sessions(name, machines))
    summary = _summary([(name, found if isinstance(found, list) else None) for name, found in answers])
    if options.json:
        print_json({name: getattr(summary, name) for name in Summary.__slots__})
    else:
        print(_plain(summary) if options.format == "plain" else _for_tmux(summary))
    return exits.OK


def _sessions(name: str, machines: Machines) -> list[Session] | None:
    """The agents' sessions of a host; None where that would take a new connection."""
    host = machines.host(name)
    if not host.is_connected():
        return None
    frame = host.run(look())
    return [session for session in sessions_of(name, frame, machines.agents) if is_agent(session)]


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
    """In tmux's styles (tmux(1), STYLES); nothing in it comes from a host, but for names, whose # is doubled."""
    parts = [f"#[fg=magenta,bold]{summary.waiting}!#[default]"] if summary.waiting else []
    parts += [f"#[fg=red]{summary.errors}x#[default]"] if summary.errors else []
    parts += [f"#[fg=cyan]{summary.working}*#[default]", f"{summary.sessions}"]
    parts += [f"#[dim]-{' -'.join(summary.silent).replace('#', '##')}#[default]"] if summary.silent else []
    return " ".join(parts)
