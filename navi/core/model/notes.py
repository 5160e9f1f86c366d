"""What a host notes of a session beside its status file: marks, the answers given, and what restoring it needs."""

from enum import StrEnum
from typing import NamedTuple


class AnswerState(StrEnum):
    """How far an answer has got, as its host notes it (pane/given_answers.sh).

    SENT: its key is about to be pressed. GONE: its question is gone from the screen. THERE: the question is still
    there. DIED: the agent has ended. UNFINISHED: its text was not submitted.
    """

    SENT = "sent"
    GONE = "gone"
    THERE = "there"
    DIED = "died"
    UNFINISHED = "unfinished"


class NotedAnswer(NamedTuple):
    """An answer that navi gave to an agent's question: when (host's epoch time), who gave it, and what was chosen.

    `call` names it. `state` is in the words of AnswerState, or any other word from the host. `socket` is that of the
    tmux server, "" for the default one.
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
    answers: tuple[NotedAnswer, ...] = ()


class HowLost(StrEnum):
    """How a session ended: with a REBOOT, with its tmux SERVER, alone (ENDED), or because navi KILLED it."""

    REBOOT = "reboot"
    SERVER = "server"
    ENDED = "ended"
    KILLED = "killed"


class LostSession(NamedTuple):
    """A session that ended without its user's doing, as its host noted it while it lived.

    `key` is where its host keeps the note. `how` is in the words of HowLost. `conversation` is the agent's own id, ""
    if it is unknown. `options` are those that the agent gets again. `environment` names the variables that it had.
    `time` is when it was last noted (host's epoch time).
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
