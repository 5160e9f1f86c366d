"""A session that a host can bring back."""

from typing import NamedTuple


class LostSession(NamedTuple):
    """A session that ended without its user's doing, as its host noted it while it lived.

    `key` is where its host keeps the note. `how` is `reboot`, `server` (its tmux server ended), `ended` (only the
    session did) or `killed` (by navi). `conversation` is the agent's own id of it, "" if it is not known, and `options`
    are those that the agent gets again. `environment` names the variables that it had. `time` is when it was last noted
    (host's epoch time).
    """

    key: str
    name: str
    how: str
    directory: str = ""
    agent: str = ""
    conversation: str = ""
    type: str = ""
    line: str = ""
    options: str = ""
    environment: tuple[str, ...] = ()
    time: float = 0.0
    socket: str = ""
