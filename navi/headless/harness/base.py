"""What all codecs share: events, what an agent can do, and the lines of JSON in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from navi.headless import json_text

Json = Mapping[str, Any]

Kind = Literal["permission", "question", "plan"]

NOTHING: Json = {}

MOST_NESTED = 100
"""Objects and lists within each other in a message that is read."""

MOST = 10**15
"""Numbers from here on count as none."""

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of a line that are read as a message; a longer one is `Raw`."""


# ---- events


@dataclass(frozen=True, slots=True)
class Ready:
    """The agent has answered the handshake: it lives, and takes prompts."""


@dataclass(frozen=True, slots=True)
class StartRefused:
    """The agent lives, and can't begin or go on with the session; it says why. It is of no use any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class SessionNamed:
    """What the agent says of its session. It says so again at every turn. "" is what it does not say. `modes` are the
    permission modes that it offers, where it names them.
    """

    conversation: str
    model: str = ""
    mode: str = ""
    version: str = ""
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The agent has taken up the input with this uuid. Of inputs that were merged into one turn, the last one comes
    back with the texts of all: show the input that was sent.
    """

    uuid: str


@dataclass(frozen=True, slots=True)
class Text:
    """A whole text of the agent, or of somebody it quotes (`who` is "agent", "thought", "user", or "note")."""

    who: str
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Partial:
    """A text as it grows. The whole one follows, so this is shown and not kept."""

    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent uses a tool."""

    id: str
    tool: str
    input: Json


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave. Whatever was asked about this use of the tool has been answered."""

    id: str
    text: str
    failed: bool = False


OPTION_KINDS = ("allow_once", "allow_always", "reject_once", "reject_always")


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that the agent offers. `kind` is one of OPTION_KINDS; `label` says in full what it does."""

    id: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The agent asks and waits. `options` are the choices that an answer can name, where it offers any; `suggestions`
    are what it proposes to allow for longer, as it wrote them; `takes_reason` says that it is given the words of a no.
    """

    request_id: str
    kind: Kind
    tool: str
    input: Json
    use_id: str = ""
    options: tuple[Option, ...] = ()
    suggestions: Sequence[Json] = ()
    takes_reason: bool = True


def usual_option(options: Sequence[Option], allow: bool) -> Option | None:
    """Return the option of a plain yes or no: one that counts once, or else one that counts always; None if the agent
    offers none.
    """
    word = "allow" if allow else "reject"
    return next((one for kind in ("once", "always") for one in options if one.kind == f"{word}_{kind}"), None)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The agent does not ask this any more: nobody may be shown it, and an answer would do nothing."""

    request_id: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The agent waits for the next prompt. `outcome` is "done", "interrupted" or "error"; `refused` are the tools that
    it was not allowed to use, so a turn that is "done" may not have done what was wanted.
    """

    outcome: Literal["done", "interrupted", "error"]
    text: str = ""
    cost: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mode:
    """The agent has another permission mode from now on; "" if it has no modes."""

    mode: str


@dataclass(frozen=True, slots=True)
class Replied:
    """The agent has answered a request of ours, such as an interrupt: "" is yes, else why not. Or it confirms that it
    got our answer to a request of its own.
    """

    request_id: str
    error: str = ""


MODE = "navi-mode:"
"""What the ids of requests that change the permission mode begin with."""


def mode_key(mode: str, id: str) -> str:
    """Return the id of the request that changes the permission mode; `id` makes it another one each time, and has no
    colon. It says what it asks, so that an answer needs no memory of the request.
    """
    return f"{MODE}{id}:{mode}"


def mode_of(key: str) -> str:
    """Return the permission mode that a request with this id asks for, "" if it asks for something else."""
    return key.removeprefix(MODE).partition(":")[2] if key.startswith(MODE) else ""


@dataclass(frozen=True, slots=True)
class Due:
    """A line that the agent must be sent now, whoever watches. `key` is the same whenever the log is read again, so
    that it is sent once.
    """

    key: str
    line: str


@dataclass(frozen=True, slots=True)
class Other:
    """A message that changes nothing here. It is kept and passed on."""

    type: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A line that is no message: no JSON object, or too long to be read."""

    data: bytes


Event = (
    Ready | StartRefused | SessionNamed | Taken | Text | Partial | ToolCall | ToolResult | Asked | Withdrawn | TurnEnded
    | Mode | Replied | Due | Other | Raw
)  # fmt: skip


# ---- harnesses


class Abilities(NamedTuple):
    """What an agent can do when it has no terminal."""

    permissions: bool = True
    questions: bool = True
    edited_input: bool = True
    """It can be allowed to use a tool with another input than it wanted."""
    modes: bool = True
    partial: bool = True
    repeats: bool = True
    """A text that came in parts comes again as a whole. Else its parts must be kept."""
    cost: bool = True
    chooses_id: bool = True
    """We choose the id of the conversation. Else the agent reports its own."""
    sends_once: bool = True
    """An input that it gets twice, with one uuid, is run once."""
    resumes: bool = True
    ends_with_input: bool = True
    """It ends when its input ends. Else it must be killed."""
    confirms_at_end: bool = False
    """It says that it has taken up a prompt only when the turn with it ends."""
    counts_questions: bool = False
    """The ids of what it asks begin anew with each run. Else none ever comes back."""


EVERYTHING = Abilities()


class AgentLaunch(NamedTuple):
    """How an agent is to be started. `conversation` is the id that it is to have, or to go on with (`resume`)."""

    cwd: str
    conversation: str = ""
    resume: bool = False
    model: str = ""
    mode: str = ""
    partial: bool = False


class GivenAnswer(NamedTuple):
    """A person's answer to what an agent asked. `input` is another input for the tool; `answers` are those to the parts
    of a question, by its text; `option` is the id of a choice; `stop` ends the turn, too.
    """

    allow: bool
    message: str = ""
    input: Json | None = None
    answers: Mapping[str, str] | None = None
    option: str = ""
    stop: bool = False


class Codec(Protocol):
    """Lines ↔ events. `memory` is what it must remember between two lines; only the codec looks into it."""

    def remember(self, launch: AgentLaunch, /) -> Any:
        """Return the memory at the beginning of a run."""
        ...

    def handshake(self, launch: AgentLaunch, /) -> Sequence[str]:
        """Return the first lines for the agent."""
        ...

    def read(self, memory: Any, line: bytes, /) -> tuple[Any, Sequence[Event]]:
        """Return what a line means. It never raises: a line that makes no sense is `Raw` or `Other`."""
        ...

    def prompt(self, memory: Any, uuid: str, text: str, /) -> str:
        """Return the line with a prompt."""
        ...

    def answer(self, asked: Asked, answer: GivenAnswer, /) -> str:
        """Return the line that answers what the agent asked."""
        ...

    def interrupt(self, memory: Any, key: str, open: Sequence[Asked], /) -> Sequence[str]:
        """Return the lines that end the turn; `open` is what the agent asks at this moment."""
        ...

    def set_mode(self, memory: Any, key: str, mode: str, /) -> str:
        """Return the line that changes the permission mode."""
        ...


@dataclass(frozen=True, slots=True)
class Harness:
    """A kind of agent. `words` are its command line, which the configuration may replace; `options` add to it what a
    launch says, and `variables` to its environment (None: it is not to have that one). `kind` names the agent of
    navi.core.agents that goes on with its conversations in a terminal, "" if none does. `modes` are its permission
    modes, where the agent does not name them itself.
    """

    id: str
    name: str
    words: tuple[str, ...]
    codec: Codec
    abilities: Abilities = EVERYTHING
    options: Any = None
    variables: Mapping[str, str | None] = field(default_factory=dict)
    kind: str = ""
    modes: tuple[str, ...] = ()

    def command(self, launch: AgentLaunch, words: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the command line for a launch; `words` replace its beginning."""
        return (*(words or self.words), *(self.options(launch) if self.options else ()))


# ---- lines


def to_line(message: Json) -> str:
    """Return a message as a line without its end. It is ASCII, so that no locale and no reader can break it."""
    return json.dumps(message, separators=(",", ":"))


def from_line(line: bytes) -> Json | None:
    """Return the object in a line; None if there is none, or it is nested too deeply to be handled safely."""
    if len(line) > LONGEST_LINE:
        return None
    try:
        found = json_text.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    may_be_deep = line.count(b"{") + line.count(b"[") > MOST_NESTED
    return found if isinstance(found, dict) and not (may_be_deep and _is_deep(found)) else None


def _is_deep(value: object) -> bool:
    """Return whether a value of JSON is nested deeper than is read; without recursion, which would fail itself."""
    level: list[object] = [value]
    for _ in range(MOST_NESTED):
        inner = [one for one in level if isinstance(one, dict | list)]
        level = [part for one in inner for part in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


def object_in(value: Any, *names: str) -> Json:
    """Return the object at the end of a path of members; an empty one if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else NOTHING


def text_in(value: Any, *names: str) -> str:
    """Return the text at the end of a path of members, made whole; "" if there is none."""
    found = object_in(value, *names[:-1]).get(names[-1])
    return json_text.whole(found) if isinstance(found, str) else ""


def list_in(value: Any, *names: str) -> Sequence[Any]:
    """Return the list at the end of a path of members; an empty one if there is none."""
    found = object_in(value, *names[:-1]).get(names[-1])
    return found if isinstance(found, list) else ()


def count_in(value: Any, *names: str) -> int:
    """Return the whole number at the end of a path of members; 0 if there is none."""
    found = object_in(value, *names[:-1]).get(names[-1])
    return found if type(found) is int and 0 <= found < MOST else 0


def amount_in(value: Any, name: str) -> float | None:
    """Return a member that is a number; None if there is none, or it is too large to be true."""
    found = value.get(name)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_number and abs(found) < MOST else None
