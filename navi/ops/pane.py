"""One pane: typing into it, waiting for what it shows, and reading it (a script for each verb)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from navi.core import exits
from navi.core.address import Named
from navi.core.model import TmuxSession
from navi.core.text import clean, clean_lines, decode, how_it_ended
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, Record, Stream, done

LOCK = "NAVI_LOCK"
"""The variable that holds the token of the lock that a command line has."""

LONGEST_TEXT = 1_000_000
"""Characters that may be typed at once."""

MARGIN = 15.0
"""Seconds that an operation may take beside what it waits for."""


class How(StrEnum):
    """How something is typed: submitted with Enter, literally, or as keys by their names."""

    SUBMIT = "submit"
    LITERAL = "literal"
    KEYS = "keys"


class Expected(NamedTuple):
    """What to wait for: a pattern of grep -E, or a fixed text, for so many seconds. `send` waits for the end of an
    agent's turn if the pattern is "".
    """

    pattern: str
    fixed: bool = False
    seconds: float = 15.0


class Became(StrEnum):
    """What became of a text: an agent took it up, or keeps it for the end of its turn; it was typed, but nothing proves
    more than that; or it was typed where nothing can be proven: literally, as keys, or for a program without an echo.
    """

    SUBMITTED = "submitted"
    QUEUED = "queued"
    UNCONFIRMED = "unconfirmed"
    TYPED = "typed"


class Answered(NamedTuple):
    """What an agent answered in a turn, as its screen shows it, and its status at the end.

    That is `working` if the end has not come, and `ended` if the agent has.
    """

    status: str
    lines: tuple[str, ...]


class Sent(NamedTuple):
    """What came of typing: `verified` says whether Enter was seen to do something (None: it can't be seen), `found` is
    the line that matched. `agent` is the name of the agent that has the text, "" for another program.
    """

    pane: str
    verified: bool | None = None
    found: str | None = None
    became: Became = Became.TYPED
    agent: str = ""
    answer: Answered | None = None


class FoundPane(NamedTuple):
    """A pane that was found: its id, its session's, and the server: its process and its socket ("" for the default);
    and the session's name.
    """

    pane: str
    session: str
    server: int
    socket: str = ""
    name: str = ""


class NotSeen(OperationError):
    """What was awaited did not appear in time, or can't any more. `screen` is what the pane shows."""


class Interrupted(NamedTuple):
    """What came of an interruption: the agent, whether its turn was seen to end, and the prompt that it has put back
    into its box.
    """

    agent: str
    ended: bool
    draft: str = ""


def send(
    pane: Named | TmuxSession, text: str = "", how: How = How.SUBMIT, keys: Sequence[str] = (),
    expected: Expected | None = None, force: bool = False, lock: str = "", retries: int = 3, call: str = "",
) -> Operation[Sent]:  # fmt: skip
    """Return the operation that types into a pane and, with `expected`, waits for it in what the pane shows from then
    on.

    Nothing is typed where an agent has a dialog open or is suspended, and where nobody can tell; its state file, its
    screen and its status file are looked at just before. `force` types all the same, and leaves copy mode first.
    `lock` is the token of a lock that the caller has. Enter is pressed up to `retries` times as long as the typed text
    is shown and nothing changes. An agent must have nothing in its box, or the text would be glued to that; `force`
    glues it. With a random word `call`, `find_sent` can tell later what became of it. Raise OperationError with
    nothing sent, or with the text typed and Enter not pressed if a dialog opened meanwhile; NotSeen, also when the turn
    has ended without what is expected.
    """
    if any("\0" in word for word in (text, *keys)):
        raise OperationError("a NUL character can't be typed; nothing was sent", exits.WRONG_USAGE)
    if len(text) > LONGEST_TEXT:
        words = f"more than {LONGEST_TEXT:,} characters can't be typed; nothing was sent; put the text in a file there"
        raise OperationError(words, exits.WRONG_USAGE)
    awaited = expected or Expected("", seconds=0)
    arguments = (
        *where(pane), how.value, "yes" if force else "", lock, str(retries), awaited.pattern,
        "yes" if awaited.fixed else "", seconds(awaited.seconds),
        "yes" if expected and not expected.pattern else "", identity(pane), text,
        _block(text) if how is How.SUBMIT else "", HostSetting.SESSIONS_DIR,
        HostSetting.AGENTS, call, *keys,
    )  # fmt: skip
    limit = awaited.seconds + 5 * MARGIN
    return Operation("send", link("pane/send"), arguments, _read_sent, limit, waits=awaited.seconds)


class Call(NamedTuple):
    """What became of the call of `send` whose answer was lost: what it would have answered, None if nothing was typed
    and nothing will be. It is `certain` unless the host's script ended while it typed.
    """

    sent: Sent | None
    certain: bool = True


def find_sent(pane: Named | TmuxSession, call: str, lock: str = "") -> Operation[Call]:
    """Return the operation that finds out what became of a `send` with that `call`. While that types, it waits; if that
    has typed nothing, it never will.

    Raise OperationError if the session has ended, or the call types for longer than the limit.
    """
    arguments = (*where(pane), identity(pane), lock, call)
    return Operation("send", link("pane/sent"), arguments, _read_call, 4 * MARGIN)


def interrupt(
    pane: Named | TmuxSession, force: bool = False, lock: str = "", wait: float = 10.0
) -> Operation[Interrupted]:
    """Return the operation that ends the turn of the agent in a pane by the agent's own keys, and waits so many seconds
    for its end.

    Raise OperationError with nothing sent where no turn runs and where a dialog is open; `force` presses the keys all
    the same. `lock` is the token of a lock that the caller has.
    """
    arguments = (
        *where(pane), identity(pane), "yes" if force else "", lock, seconds(wait), HostSetting.SESSIONS_DIR,
        HostSetting.AGENTS,
    )  # fmt: skip
    limit = wait + 4 * MARGIN
    return Operation("interrupt", link("pane/interrupt"), arguments, _read_interrupted, limit, waits=wait)


def _block(text: str) -> str:
    """Return several lines as Python's plain prompt needs them, "" where that is the same or there is only one line."""
    if "\n" not in text.strip("\n"):
        return ""
    from navi.ops.python_block import python_block  # Python's own parser takes long to import

    block = python_block(text)
    return block if block != text else ""


def wait(pane: Named, expected: Expected, lines: int | None = None, touch: bool = False) -> Operation[str]:
    """Return the operation that waits until a line that a pane shows, or one of the last `lines` of its scrollback
    (None: all), matches. It answers with the line.

    With `touch` the registry notes that the session is used. Raise OperationError when the pane dies or the session
    ends meanwhile, and NotSeen when time is up.
    """
    awaited = (expected.pattern, "yes" if expected.fixed else "", seconds(expected.seconds))
    arguments = (*where(pane), *awaited, "-" if lines is None else str(lines), "yes" if touch else "")
    limit = expected.seconds + MARGIN
    return Operation("wait", link("pane/wait"), arguments, _read_found, limit, waits=expected.seconds)


class PaneText(NamedTuple):
    """The text of a pane, uncleaned, and how the process of a dead one ended ("" of a living one)."""

    data: bytes
    ending: str = ""


def text(pane: Named, start: str = "-", escapes: bool = False, lines: int | None = None) -> Operation[PaneText]:
    """Return the operation that reads a pane's text, byte for byte, lines joined that were only wrapped, without the
    empty ones at the end.

    `start` is the first line: "-" is the beginning of its scrollback, 0 the top of the screen, what is before that is
    negative. With `lines` only the end is read: at least so many lines, if there are. With `escapes` colours stay in
    it.
    """
    arguments = (*where(pane), start, "yes" if escapes else "", "" if lines is None else str(lines))
    return Operation("capture", link("pane/text"), arguments, _read_text, 3 * MARGIN)


class PaneOutput(NamedTuple):
    """What a pane has printed since the last time: whole lines, and the line of the cursor, uncleaned.

    `clock` is the host's time (epoch) of the lines, `lost` says that some before them were dropped from its history,
    `ended` how it ended ("" while it goes on).
    """

    lines: tuple[str, ...] = ()
    partial: str | None = None
    clock: float = 0.0
    lost: bool = False
    ended: str = ""


def follow(pane: Named, lines: int) -> Stream[PaneOutput]:
    """Return the stream of what a pane prints, beginning with its last `lines` whole lines. The reader raises
    OperationError.
    """
    return Stream("tail", link("pane/tail"), (*where(pane), str(lines)), lambda: _read_output)


class Hold(StrEnum):
    """What is done with the lock of a session: take it, keep it for longer, leave it, or end anybody's."""

    TAKE = "take"
    KEEP = "keep"
    LEAVE = "leave"
    FORCE = "force"


def lock(pane: Named, hold: Hold, token: str = "-", seconds: int = 0, who: str = "") -> Operation[None]:
    """Return the operation that locks a session against all who do not have the token, or ends that. `who` names the
    owner to others.
    """
    arguments = (*where(pane), hold.value, token, str(seconds), " ".join(clean(who).split())[:80])
    return Operation("lock", link("pane/lock"), arguments, _read_nothing, 2 * MARGIN)


def find_pane(pane: Named) -> Operation[FoundPane]:
    """Return the operation that finds a pane. Raise OperationError where there is none, or more than one."""
    return Operation("find pane", link("pane/find"), where(pane), _read_found_pane, MARGIN)


def where(pane: Named | TmuxSession) -> tuple[str, str, str, str]:
    """Return what a script needs to find a pane: socket, target, name, and whether only the registry counts.

    In a session that was listed it is the pane of an agent, the active one first.
    """
    if isinstance(pane, TmuxSession):
        panes = (pane.pane, *pane.panes)
        return (pane.socket, next((one.id for one in panes if one.agents), pane.pane.id), pane.name, "")
    return (pane.socket, pane.target, pane.name, "yes" if pane.registered else "")


def identity(pane: Named | TmuxSession) -> str:
    """Return what no other session has: server, id and time of creation of one that was listed, else ""."""
    return f"{pane.server} {pane.id} {int(pane.created)}" if isinstance(pane, TmuxSession) else ""


def seconds(number: float) -> str:
    """Write a time as sleep(1) takes it."""
    return f"{number:.3f}".rstrip("0").rstrip(".")


# ---- words


def interrupted_words(done: Interrupted) -> str:
    """Return what to say of an interruption."""
    if not done.ended:
        return f"the keys that interrupt {done.agent} were pressed, but its turn was not seen to end"
    back = f"; its prompt is back in the box: {done.draft}" if done.draft else ""
    return f"the turn of {done.agent} has ended{back}"


def sent_words(address: str, sent: Sent) -> str:
    """Return what to say of a text that was sent to a session."""
    words = {
        Became.SUBMITTED: f"{address} has it",
        Became.QUEUED: f"{address}: {sent.agent} keeps it for the end of its turn",
        Became.TYPED: f"{address}: typed; the program there shows nothing of it",
        Became.UNCONFIRMED: f"{address}: {UNCONFIRMED}",
    }
    return words[sent.became]


UNCONFIRMED = (
    "the text was typed and Enter was pressed, but nothing shows that it was taken up; look at the pane before you "
    "send it again"
)


# ---- answers


def read_ending(ending: str) -> str:
    """Say how a pane's process ended; `ending` is "STATUS,SIGNAL" as tmux reports them."""
    status, _, signal = clean(ending).partition(",")
    return how_it_ended(status, signal)


def seen(answer: Answer) -> dict[str, str]:
    """Return the records of an answer by kind. Raise NotSeen if one has the screen, else OperationError."""
    screen = next((record.body for record in answer.records() if record.kind == "screen"), None)
    if answer.status and screen is not None:
        words = clean(answer.errors).strip() or "it was not seen"
        shown = decode(screen).rstrip()
        raise NotSeen(words, answer.status, [line.rstrip() for line in clean_lines(shown)] if shown else ())
    return {record.kind: record.rest for record in done(answer)}


def _read_found_pane(answer: Answer) -> FoundPane:
    records = seen(answer)
    pane = Record("pane", records.get("pane", "")).fields()
    if not pane.get("server", "").isdigit():
        raise OperationError(f"tmux's answer is malformed: {clean(records.get('pane', ''))[:80]!r}")
    socket, name = records.get("socket", ""), records.get("name", "")
    return FoundPane(pane["id"], pane["session"], int(pane["server"]), socket, name)


def _read_nothing(answer: Answer) -> None:
    seen(answer)


def _read_text(answer: Answer) -> PaneText:
    records = seen(answer)
    data = next((record.body for record in answer.records() if record.kind == "text"), b"")
    return PaneText(data, read_ending(records["ended"]) if "ended" in records else "")


def _read_output(answer: Answer) -> PaneOutput:
    output = PaneOutput()
    for record in done(answer):
        if record.kind == "lines":
            lines = tuple(decode(record.body).removesuffix("\n").split("\n")) if record.body else ()
            output = output._replace(lines=lines, clock=float(record.rest) if record.rest.isdigit() else 0.0)
        elif record.kind == "partial":
            output = output._replace(partial=decode(record.body).removesuffix("\n"))
        elif record.kind == "lost":
            output = output._replace(lost=True)
        elif record.kind == "dead":
            output = output._replace(ended=f"its pane is dead; {read_ending(record.rest)}")
        elif record.kind == "gone":
            output = output._replace(ended="the session has ended")
    return output


def _read_sent(answer: Answer) -> Sent:
    records = seen(answer)
    word, _, pane = records.get("sent", "").partition(" ")
    found = clean(records["found"]) if "found" in records else None
    verified = {"yes": True, "no": False}.get(word)
    became, _, agent = records.get("outcome", "").partition(" ")
    return Sent(clean(pane), verified, found, _became(became, verified), clean(agent), _read_answer(answer))


def _read_call(answer: Answer) -> Call:
    state, pane, agent = (*seen(answer).get("call", "").split(" "), "", "", "")[:3]
    if state == "cancelled":
        return Call(None)
    verified = VERIFIED.get(state)
    sent = Sent(clean(pane), verified, None, _became(state, verified), clean(agent))
    return Call(sent, state != "typing")


VERIFIED = {"yes": True, Became.SUBMITTED: True, Became.QUEUED: True, "no": False, Became.UNCONFIRMED: False}
"""Whether Enter was seen to do something, by what a host notes of a call."""


def _became(word: str, verified: bool | None) -> Became:
    """Return what became of a text; without an agent's word, Enter that was seen to do something submits."""
    if word in {one.value for one in Became}:
        return Became(word)
    return Became.TYPED if verified is None else Became.SUBMITTED if verified else Became.UNCONFIRMED


def _read_answer(answer: Answer) -> Answered | None:
    record = next((record for record in answer.records() if record.kind == "answer"), None)
    if record is None:
        return None
    text = decode(record.body).strip("\n")
    return Answered(clean(record.rest), tuple(line.rstrip() for line in clean_lines(text)) if text else ())


def _read_interrupted(answer: Answer) -> Interrupted:
    records = seen(answer)
    ended, _, agent = records.get("interrupted", "").partition(" ")
    return Interrupted(clean(agent), ended == "yes", clean(records.get("draft", "")))


def _read_found(answer: Answer) -> str:
    return clean(seen(answer).get("found", ""))
