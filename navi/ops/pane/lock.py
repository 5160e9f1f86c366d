"""Locking a session against all who do not have the token (script pane/lock)."""

from enum import StrEnum

from navi.core.address import Named
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation
from navi.ops.pane.find import MARGIN, pane_arguments, read_by_kind

LOCK = "NAVI_LOCK"
"""The variable that holds the token of the lock that a command line has."""


class LockAction(StrEnum):
    """What to do with the lock of a session: take it, keep it for longer, leave it, or end anybody's."""

    TAKE = "take"
    KEEP = "keep"
    LEAVE = "leave"
    FORCE = "force"


def lock(pane: Named, hold: LockAction, token: str = "-", seconds: int = 0, who: str = "") -> Operation[None]:
    """Return the operation that locks a session against all who do not have the token, or ends that. `who` names the
    owner to others.
    """
    arguments = (*pane_arguments(pane), hold.value, token, str(seconds), " ".join(clean(who).split())[:80])
    return Operation("lock", link("pane/lock"), arguments, _read_nothing, 2 * MARGIN)


def _read_nothing(answer: Answer) -> None:
    read_by_kind(answer)
