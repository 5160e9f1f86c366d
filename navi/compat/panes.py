"""The tools for one pane: safe-send, wait-for-text, pane-health."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from navi.compat.registered import only_name, socket_named
from navi.compat.tool import ToolFailed, WrongUsage
from navi.core import exits
from navi.core.address import LOCAL, Named
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.pane.find import NotSeen
from navi.ops.pane.lock import LOCK
from navi.ops.pane.read import ExpectedText, wait_for_text
from navi.ops.pane.send import SendMode, send

if TYPE_CHECKING:
    from navi.cli.context import Context
    from navi.cli.output.output import Output
    from navi.ops.pane.health import PaneHealth

KEY = re.compile(r"(?:[CMS]-)+\S|\^[a-z@\[\]\\^_]", re.IGNORECASE)
"""Names of keys in tmux that are not plausible as text: C-c, M-x, ^c. Other names, such as Up, are texts."""

NUMBER = re.compile(r"[0-9]+\.?[0-9]*")


def pane_of(given: Mapping[str, str], context: Context, wrong: int) -> Named:
    """Return the pane that a command line names. Raise WrongUsage, ToolFailed with the status `wrong`."""
    socket, target, name = given.get("socket", ""), given.get("target", ""), given.get("session", "")
    if "socket_name" in given:
        if socket:
            raise WrongUsage("Cannot specify both -S and -L options")
        socket = socket_named(given["socket_name"], context)
    if name and not (socket and target):
        if socket or target:
            context.output.note("Warning: -S and -t are needed together; -s counts")
        return Named(name, registered=True)
    if target:
        return Named("", socket, target)
    if socket:
        raise WrongUsage("target is required")
    return Named(only_name(context, wrong), registered=True)


def _not_registered(pane: Named, context: Context, status: int) -> ToolFailed | None:
    """Return the failure for a name that is not registered, None if it is registered but has no session."""
    from navi.compat.registered import entries

    if not pane.registered or pane.name in entries(context):
        return None
    words = f"Session '{pane.name}' not found in registry\nUse 'list-sessions.sh' to see available sessions"
    return ToolFailed(words, status)


def _number(given: Mapping[str, str], key: str, usual: float, words: str) -> float:
    text = given.get(key, str(usual))
    if not NUMBER.fullmatch(text):
        raise WrongUsage(words)
    return float(text)


def _whole(given: Mapping[str, str], key: str, usual: int, words: str, least: int = 0) -> int:
    text = given.get(key, str(usual))
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise WrongUsage(words)
    return int(text)


# ---- safe-send


def type_text(given: Mapping[str, str], context: Context) -> int:
    """Type a text, or press a key, and Enter; wait for a pattern if asked."""
    if "command" not in given:
        raise WrongUsage('command is required (use -c "" to send just Enter)')
    if "multiline" in given and "literal" in given:
        raise WrongUsage("--multiline and --literal are mutually exclusive")
    seconds = _number(given, "timeout", 30, "timeout must be a positive number")
    retries = _whole(given, "retries", 3, "retries must be a positive integer (>= 1)", least=1)
    _number(given, "interval", 0.5, "interval must be a positive number")
    pane = pane_of(given, context, wrong=4)
    text, how, keys = _typed(given)
    expected = ExpectedText(given["wait"], seconds=seconds) if given.get("wait") else None
    host = context.host(LOCAL)
    operation = send(pane, text, how, keys, expected, lock=host.environment.get(LOCK, ""), retries=retries)
    try:
        sent = host.run(operation)
    except NotSeen as error:
        raise ToolFailed(f"Timeout waiting for pattern '{given['wait']}': {error}", 2) from error
    except OperationError as error:
        raise _not_sent(error, pane, context) from error
    if sent.verified is False:
        context.output.note("Warning: Enter was pressed, but the screen did not change; check the pane")
    if "verbose" in given:
        context.output.note(clean(f"[safe-send] sent to pane {sent.pane}; found: {sent.found}"))
    return 0


def _typed(given: Mapping[str, str]) -> tuple[str, SendMode, tuple[str, ...]]:
    text = given["command"]
    if "literal" in given:
        return text, SendMode.LITERAL, ()
    if "multiline" in given:
        return text.rstrip("\n") + "\n", SendMode.SUBMIT, ()
    if KEY.fullmatch(text):
        return "", SendMode.KEYS, (text, "Enter")
    return text, SendMode.SUBMIT, ()


def _not_sent(error: OperationError, pane: Named, context: Context) -> ToolFailed:
    """Return why nothing was sent. On the default server the pane is not checked first, so sending fails."""
    if error.status in (exits.WRONG_USAGE, exits.UNAVAILABLE):
        return ToolFailed(str(error), 4)
    unknown = _not_registered(pane, context, 4) if error.status == exits.NO_SESSION else None
    if unknown:
        return unknown
    if error.status == exits.NO_SESSION and not (pane.socket or pane.registered):
        return ToolFailed(f"Failed to send command: {error}", 1)
    return ToolFailed(f"Pane not ready: {error}", 3)


# ---- wait-for-text


def await_text(given: Mapping[str, str], context: Context) -> int:
    """Wait for a pattern in a pane and its scrollback."""
    if not given.get("pattern"):
        raise WrongUsage("target and pattern are required")
    seconds = _number(given, "timeout", 15, "timeout must be a number of seconds")
    lines = _whole(given, "lines", 1000, "lines must be an integer")
    pane = pane_of(given, context, wrong=1)
    expected = ExpectedText(given["pattern"], "fixed" in given, seconds)
    try:
        context.host(LOCAL).run(wait_for_text(pane, expected, lines, touch=pane.registered))
    except NotSeen as error:
        _show_screen(context.output, given, pane, error, lines)
        return 1
    except OperationError as error:
        unknown = _not_registered(pane, context, 1) if error.status == exits.NO_SESSION else None
        raise unknown or error from error
    return 0


def _show_screen(output: Output, given: Mapping[str, str], pane: Named, error: NotSeen, lines: int) -> None:
    if error.status == exits.TIMED_OUT:
        waited = f"Timed out after {given.get('timeout', '15')}s waiting for pattern: {given['pattern']}"
    else:
        waited = f"Error: {error}"
    last = f"Last {lines} lines from {pane.target or pane.name}:"
    output.note("\n".join([clean(waited), clean(last), *error.screen]))


# ---- pane-health


def print_health(given: Mapping[str, str], context: Context) -> int:
    """Print the health of a pane; the exit status is its code."""
    form = given.get("format", "json")
    if form not in ("json", "text"):
        raise WrongUsage("format must be 'json' or 'text'")
    from navi.core.registry import CODES, Health

    pane = pane_of(given, context, wrong=1)
    found = ask_health(pane, context, status=1)
    if form == "json":
        from navi.compat.format import print_document

        if found.health == "unknown":
            context.output.note(clean(f"Warning: {found.reason}"))
        print_document(context.output, _document(found))
    else:
        context.output.print(clean(_sentence(found, pane)))
    return CODES.get(Health(found.health), exits.TIMED_OUT)


def ask_health(pane: Named, context: Context, status: int, touch: bool = True) -> PaneHealth:
    """Return the health of a pane. Raise ToolFailed with that status for a name that is not registered."""
    from navi.core.registry import Health
    from navi.ops.pane.health import PaneHealth, health_of

    try:
        return context.host(LOCAL).run(health_of(pane, touch=touch and pane.registered))
    except OperationError as error:
        unknown = _not_registered(pane, context, status) if error.status == exits.NO_SESSION else None
        if unknown:
            raise unknown from error
        if error.status == exits.WRONG_USAGE:
            raise ToolFailed(str(error), status) from error
        return PaneHealth(Health.UNKNOWN, str(error))


def _document(found: PaneHealth) -> dict[str, object]:
    unknown = found.health == "unknown"
    return {
        "status": str(found.health),
        "server_running": None if unknown else found.lacks != "server",
        "session_exists": None if unknown else found.lacks not in ("server", "session"),
        "pane_exists": None if unknown else not found.lacks,
        "pane_dead": None if unknown else found.health == "dead",
        "pid": found.process,
        "process_running": None if unknown else found.health == "healthy",
    }


def _sentence(found: PaneHealth, pane: Named) -> str:
    target = found.target or pane.target or pane.name
    socket = found.socket or pane.socket
    return {
        "healthy": f"Pane {target} is healthy (PID: {found.process}, process running)",
        "dead": f"Pane {target} is dead (marked as dead by tmux; {found.reason})",
        "zombie": f"Pane {target} is a zombie (pane exists but process {found.process} exited)",
        "missing": f"{'Pane' if found.lacks == 'pane' else 'Session'} does not exist (target: {target})",
        "server_not_running": f"tmux server is not running on socket{f': {socket}' if socket else ''}",
    }.get(str(found.health), f"Unknown status: {found.reason}")
