"""The verbs that do the same to each session: what the command line and the dashboard need to know about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from navi.core.agents import AgentKind
from navi.core.model import Session
from navi.ops.operation import Operation
from navi.ops.session.lifecycle import KillResult, Target, dismiss, kill, new_undo_id, stop_background
from navi.ops.session.marks import mark, name_of_marks
from navi.ops.session.resume import relaunch


class VerbTarget(NamedTuple):
    """The session that a verb is about: the `target` for the script, and as it was `seen` before, None without a look.

    `off` reverses the verb where that is possible. `kinds` are the known agents.
    """

    target: Target
    seen: Session | None
    kinds: Sequence[AgentKind]
    off: bool = False


class SessionVerb(NamedTuple):
    """A verb that does the same to each session and needs no further arguments.

    `looks`: it needs a look at the session before. The dashboard asks for confirmation from `asks_from` sessions on,
    and reverses the verb if all sessions are `on` already. `undoable`: the operation answers with an undo id, or "".
    """

    operation: Callable[[VerbTarget], Operation[Any]]
    looks: bool = False
    asks_from: float = float("inf")
    on: Callable[[Session], bool] = lambda _: False
    undoable: bool = False


def _kill(about: VerbTarget) -> Operation[KillResult]:
    if about.seen and about.seen.background:
        return stop_background(about.seen, about.kinds)
    line, more = relaunch(about.seen, about.kinds) if about.seen else ("", "")
    only_file = about.seen is not None and about.seen.tmux is None
    return kill(about.seen if about.seen and only_file else about.target, new_undo_id(), line, more)


def _bookmark(about: VerbTarget) -> Operation[None]:
    name = name_of_marks(about.seen) if about.seen else about.target.name
    return mark(name, ("-b" if about.off else "+b",))


SESSION_VERBS: Mapping[str, SessionVerb] = {
    "kill": SessionVerb(_kill, looks=True, asks_from=1, undoable=True),
    "dismiss": SessionVerb(lambda about: dismiss(about.target), asks_from=2),
    "bookmark": SessionVerb(_bookmark, looks=True, on=lambda session: session.marks.bookmarked),
}
"""By name, the verbs that the command line and the dashboard need no other knowledge about."""
