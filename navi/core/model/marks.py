"""What people gave a session: a bookmark, tags, and answers to its questions."""

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
