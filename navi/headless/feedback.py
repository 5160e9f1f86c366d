"""What an agent in a terminal needs to take feedback; the same for the dashboard and the command line. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from navi.core import exits
from navi.core.address import LOCAL
from navi.core.agents import CLAUDE
from navi.core.model import Session
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.hooks.files import InstalledHooks
from navi.ops.hooks.install import claude_hooks_status
from navi.ops.session.resume import conversation_id


def conversation_of(session: Session) -> str:
    """Return the conversation of a session's agent. Raise OperationError if that takes no feedback."""
    about = clean(session.address)
    if session.agent != CLAUDE.name:
        there = session.agent or "no agent"
        raise OperationError(f"{about}: only Claude Code takes feedback, and {there} runs there")
    conversation = conversation_id(session)
    if not conversation:
        raise OperationError(f"{about}: the conversation of its agent is not known yet; send it a first prompt")
    return conversation


def check_hooks(found: InstalledHooks, host: str) -> None:
    """Raise OperationError if no hook of a host would hand feedback over."""
    status = claude_hooks_status(found)
    if status.state != "installed":
        why = f"Claude Code's hooks are {status.state} on {clean(host)}, and they hand feedback over"
        raise OperationError(f"{why}; navi hooks install --host {clean(host)} installs them", exits.NO)


def taking(rows: Sequence[Mapping[str, Any]], host: str) -> str:
    """Return the hub's id of the session on a host that takes feedback, "" if none does. `rows` are all the sessions
    of one conversation that the hub knows.
    """
    found = (one for one in rows if (one["host"] or LOCAL) == host and one["interactive"])
    return next((str(one["id"]) for one in found), "")
