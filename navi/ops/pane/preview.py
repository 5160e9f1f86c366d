"""What a pane shows (script pane/preview)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from navi.core.model import Session
from navi.core.sgr import StyleRuns, styled_lines
from navi.core.text import clean, clean_lines, decode
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError


@dataclass(frozen=True, slots=True)
class Capture:
    """The lines of a pane, cleaned, without the empty ones at the end. `width` is the pane's, in columns. `looks` has
    the colours of each line, () if they were not asked for.
    """

    lines: tuple[str, ...]
    width: int = 0
    looks: tuple[StyleRuns, ...] = ()


def capture(session: Session, history: int, colors: bool = False) -> Operation[Capture]:
    """Return the operation that reads what the active pane of a session shows, after up to `history` lines of its
    scrollback.

    The pane is named by its id, so that it can't be another session's. Raise OperationError if it is gone.
    """
    if session.background:
        raise OperationError(f"{clean(session.name)} runs in the background; attach to it to see more")
    if session.tmux is None:
        raise OperationError(f"{clean(session.name)} has no tmux session to look into")
    arguments = (session.tmux.socket, session.tmux.pane.id, str(history), "colors" if colors else "")
    return Operation("capture", link("pane/preview"), arguments, _read_colored if colors else _read, 8, reads=True)


def _read(answer: Answer) -> Capture:
    width, text = _parts(answer)
    lines = [line.rstrip() for line in clean_lines(text)]
    return Capture(tuple(lines[: _filled(lines)]), width)


def _read_colored(answer: Answer) -> Capture:
    width, text = _parts(answer)
    styled = list(styled_lines(text))
    lines = [line.rstrip() for line, _ in styled]
    last = _filled(lines)
    return Capture(tuple(lines[:last]), width, tuple(runs for _, runs in styled[:last]))


def _parts(answer: Answer) -> tuple[int, str]:
    """Return the pane's width, 0 if it isn't known, and its text."""
    if answer.status != 0:
        raise OperationError(clean(answer.errors or decode(answer.output)).strip() or "tmux reported no text")
    size, _, text = decode(answer.output).partition("\n")
    return int(size) if size.isascii() and size.isdigit() else 0, text


def _filled(lines: Sequence[str]) -> int:
    """Return how many lines there are up to the last one that is not empty."""
    return next((count for count in range(len(lines), 0, -1) if lines[count - 1]), 0)
