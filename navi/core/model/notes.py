"""What a host notes of a session beside its status file: marks, the answers given, and what restoring it needs."""

from typing import NamedTuple


class GivenAnswer(NamedTuple):
    """An answer that navi gave to an agent's question: when (host's epoch time), who gave it, and what was chosen.

    `call` names it. `state` is `sent` before the key was pressed, then `gone` or `there`, as the question was seen,
    `died` if the agent has ended, or `unfinished` for a text that was not submitted. `socket` is that of the tmux
    server, "" for the default one.
    """

    call: str
    time: float
    state: str
    socket: str = ""
    digest: str = ""
    who: str = ""
    answer: str = ""
    question: str = ""


class Marks(NamedTuple):
    """A session's bookmark and tags, and the last answers to its questions, kept on its host."""

    bookmarked: bool = False
    tags: tuple[str, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()


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
