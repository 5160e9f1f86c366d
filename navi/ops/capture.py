"""What a pane shows (script pane/preview)."""

from __future__ import annotations

from dataclasses import dataclass

from navi.core.model import Session
from navi.core.text import clean, clean_lines, decode
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError


@dataclass(frozen=True, slots=True)
class Capture:
    """The lines of a pane, cleaned, without what is empty at the end. `width` is the pane's, in columns."""

    lines: tuple[str, ...]
    width: int = 0


def capture(session: Session, history: int) -> Operation[Capture]:
    """Read what the active pane of a session shows, after up to `history` lines of its scrollback.

    The pane is named by its id, so that it can't be another session's. Raises OperationError if it is gone.
    """
    if session.background:
        raise OperationError(f"{clean(session.name)} runs in the background; attach to it to see more")
    if session.tmux is None:
        raise OperationError(f"{clean(session.name)} has no tmux session to look into")
    arguments = (session.tmux.socket, session.tmux.pane.id, str(history))
    return Operation("capture", link("pane/preview"), arguments, _read, time_limit=8)


def _read(answer: Answer) -> Capture:
    if answer.status != 0:
        raise OperationError(clean(answer.errors or decode(answer.output)).strip() or "tmux reported no text")
    size, _, text = decode(answer.output).partition("\n")
    lines = clean_lines(text)
    while lines and not lines[-1].strip():
        lines.pop()
    return Capture(tuple(line.rstrip() for line in lines), int(size) if size.isascii() and size.isdigit() else 0)
