"""Which pane an operation is about, and what its answer says about it (script pane/find)."""

from typing import NamedTuple

from navi.core.address import Named
from navi.core.model import TmuxSession
from navi.core.text import clean, clean_lines, decode, how_it_ended
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError, Record, read_records

MARGIN = 15.0
"""Seconds that an operation may take besides the time for which it waits."""


class NotSeen(OperationError):
    """The expected text did not appear in time, or can't appear any more. `screen` is the text of the pane."""


class FoundPane(NamedTuple):
    """A pane: its id, its session's id and name, and the process and socket of its tmux server ("" is the default one).
    """

    pane: str
    session: str
    server: int
    socket: str = ""
    name: str = ""

    def is_in(self, session: TmuxSession) -> bool:
        """Whether the pane belongs to a session that was listed."""
        return (session.server, session.id) == (self.server, self.session)


def find_pane(pane: Named) -> Operation[FoundPane]:
    """Return the operation that finds a pane. Raise OperationError if there is none, or more than one."""
    return Operation("find pane", link("pane/find"), pane_arguments(pane), _read_found_pane, MARGIN, reads=True)


def pane_arguments(pane: Named | TmuxSession) -> tuple[str, str, str, str]:
    """Return what a script needs to find a pane: socket, target, name, and whether only the registry counts.

    In a session that was listed it is the pane of an agent, the active one first.
    """
    if isinstance(pane, TmuxSession):
        panes = (pane.pane, *pane.panes)
        return (pane.socket, next((one.id for one in panes if one.agents), pane.pane.id), pane.name, "")
    return (pane.socket, pane.target, pane.name, "yes" if pane.registered else "")


def session_identity(pane: Named | TmuxSession) -> str:
    """Return the identity of a session: server, id and time of creation of one that was listed, else ""."""
    return f"{pane.server} {pane.id} {int(pane.created)}" if isinstance(pane, TmuxSession) else ""


def sleep_argument(seconds: float) -> str:
    """Format seconds as scripts pass them to sleep(1): with up to three decimals."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def read_ending(ending: str) -> str:
    """Say how a pane's process ended; `ending` is "STATUS,SIGNAL" as tmux reports them."""
    status, _, signal = clean(ending).partition(",")
    return how_it_ended(status, signal)


def read_by_kind(answer: Answer) -> dict[str, str]:
    """Return the records of an answer by kind. Raise NotSeen if one has the screen, else OperationError."""
    screen = next((record.body for record in answer.records() if record.kind == "screen"), None)
    if answer.status and screen is not None:
        words = clean(answer.errors).strip() or "it was not seen"
        shown = decode(screen).rstrip()
        raise NotSeen(words, answer.status, [line.rstrip() for line in clean_lines(shown)] if shown else ())
    return {record.kind: record.rest for record in read_records(answer)}


def _read_found_pane(answer: Answer) -> FoundPane:
    records = read_by_kind(answer)
    pane = Record("pane", records.get("pane", "")).fields()
    if not pane.get("server", "").isdigit():
        raise OperationError(f"tmux's answer is malformed: {clean(records.get('pane', ''))[:80]!r}")
    socket, name = records.get("socket", ""), records.get("name", "")
    return FoundPane(pane["id"], pane["session"], int(pane["server"]), socket, name)
