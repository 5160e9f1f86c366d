"""Typing into a pane, what became of that, and interrupting an agent (scripts pane/send, pane/sent, pane/interrupt)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from navi.core import exits
from navi.core.address import Named
from navi.core.model import TmuxSession
from navi.core.text import clean, clean_lines, decode
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError
from navi.ops.outcome import Outcome, carried_out, not_done, unknown
from navi.ops.pane.find import MARGIN, pane_arguments, read_by_kind, session_identity, sleep_argument
from navi.ops.pane.read import ExpectedText

LONGEST_TEXT = 1_000_000
"""Characters that may be typed at once."""


class SendMode(StrEnum):
    """How something is typed: submitted with Enter, literally, or as keys by their names."""

    SUBMIT = "submit"
    LITERAL = "literal"
    KEYS = "keys"


class TextState(StrEnum):
    """What became of a text. SUBMITTED: the agent has begun to work on it. QUEUED: it keeps the text for the end of its
    turn. UNCONFIRMED: the text was typed, and nothing shows more. TYPED: nothing can show more, because the text was
    literal, or keys, or for a program without an echo.
    """

    SUBMITTED = "submitted"
    QUEUED = "queued"
    UNCONFIRMED = "unconfirmed"
    TYPED = "typed"


class TurnAnswer(NamedTuple):
    """What an agent answered in a turn, as its screen shows it, and its status at the end.

    That is `working` if the turn has not ended, and `ended` if the agent has.
    """

    status: str
    lines: tuple[str, ...]


class Sent(NamedTuple):
    """The result of typing: `verified` says whether Enter was seen to do something (None: it can't be seen), `found` is
    the line that matched. `agent` is the name of the agent that has the text, "" for another program.
    """

    pane: str
    verified: bool | None = None
    found: str | None = None
    became: TextState = TextState.TYPED
    agent: str = ""
    answer: TurnAnswer | None = None


def send(
    pane: Named | TmuxSession, text: str = "", how: SendMode = SendMode.SUBMIT, keys: Sequence[str] = (),
    expected: ExpectedText | None = None, force: bool = False, lock: str = "", retries: int = 3, call: str = "",
) -> Operation[Sent]:  # fmt: skip
    """Return the operation that types into a pane and then, with `expected`, waits for a text in its new output.

    The host types nothing into a pane whose agent has a dialog open, is suspended, or has a draft in its box, as far as
    state file, screen and status file show just before. `force` types all the same, appends to the draft, and leaves
    copy mode first. `lock` is the token of a lock that the caller holds. The host presses Enter up to `retries` times
    while the screen shows the typed text and nothing changes. With a random word `call`, `find_sent` can tell later
    what became of the text.

    Raise OperationError with nothing sent or, if a dialog opened meanwhile, with the text typed and Enter not pressed.
    Raise NotSeen if the expected text does not appear in time, or before the agent's turn ends.
    """
    if any("\0" in word for word in (text, *keys)):
        raise OperationError("a NUL character can't be typed; nothing was sent", exits.WRONG_USAGE)
    if len(text) > LONGEST_TEXT:
        words = f"more than {LONGEST_TEXT:,} characters can't be typed; nothing was sent; put the text in a file there"
        raise OperationError(words, exits.WRONG_USAGE)
    awaited = expected or ExpectedText("", seconds=0)
    arguments = (
        *pane_arguments(pane), how.value, "yes" if force else "", lock, str(retries), awaited.pattern,
        "yes" if awaited.fixed else "", sleep_argument(awaited.seconds),
        "yes" if expected and not expected.pattern else "", session_identity(pane), text,
        _block(text) if how is SendMode.SUBMIT else "", HostSetting.SESSIONS_DIR,
        HostSetting.AGENTS, call, *keys,
    )  # fmt: skip
    limit = awaited.seconds + 5 * MARGIN
    return Operation("send", link("pane/send"), arguments, _read_sent, limit, waits=awaited.seconds)


def _block(text: str) -> str:
    """Return several lines as Python's plain prompt needs them, "" where that is the same or there is only one line."""
    if "\n" not in text.strip("\n"):
        return ""
    from navi.ops.pane.python_block import python_block  # Python's own parser takes long to import

    block = python_block(text)
    return block if block != text else ""


class SendCall(NamedTuple):
    """What became of a call of `send` whose answer was lost: the answer, or None if the host typed nothing and never
    will. It is `certain` unless the host's script ended while it typed.
    """

    sent: Sent | None
    certain: bool = True


def find_sent(pane: Named | TmuxSession, call: str, lock: str) -> Operation[SendCall]:
    """Return the operation that finds out what became of a `send` with that `call`. It waits while that call types, and
    keeps a call that has typed nothing from ever typing.

    Raise OperationError if the session has ended, or if the call types for longer than the limit.
    """
    arguments = (*pane_arguments(pane), session_identity(pane), lock, call, HostSetting.AGENTS)
    return Operation("send", link("pane/sent"), arguments, _read_call, 4 * MARGIN)


def judge_call(call: SendCall) -> Outcome[Sent]:
    """Return the outcome of a `send`, from what its host reports about it."""
    if call.sent is None:
        return not_done()
    if not call.certain:
        return unknown("its script ended on the host while it typed; look at the pane", exits.TIMED_OUT)
    return carried_out(call.sent)


def find_outcome(pane: Named | TmuxSession, call: str, lock: str = "") -> Operation[Outcome[Sent]]:
    """Return the operation that asks as `find_sent` does, and answers with the outcome."""
    found = find_sent(pane, call, lock)
    parse = lambda answer: judge_call(found.parse(answer))  # noqa: E731
    return Operation(found.name, found.script, found.arguments, parse, found.time_limit)


class Interrupted(NamedTuple):
    """The result of an interruption: the agent, whether the screen showed the end of its turn, and the prompt that the
    agent has put back into its box.
    """

    agent: str
    ended: bool
    draft: str = ""


def interrupt(
    pane: Named | TmuxSession, force: bool = False, lock: str = "", wait: float = 10.0
) -> Operation[Interrupted]:
    """Return the operation that ends the turn of the agent in a pane by the agent's own keys, and waits so many seconds
    for its end.

    Raise OperationError with nothing sent where no turn runs and where a dialog is open; `force` presses the keys all
    the same. `lock` is the token of a lock that the caller has.
    """
    arguments = (
        *pane_arguments(pane), session_identity(pane), "yes" if force else "", lock, sleep_argument(wait),
        HostSetting.SESSIONS_DIR,
        HostSetting.AGENTS,
    )  # fmt: skip
    limit = wait + 4 * MARGIN
    return Operation("interrupt", link("pane/interrupt"), arguments, _read_interrupted, limit, waits=wait)


def interrupted_words(done: Interrupted) -> str:
    """Return the report of an interruption."""
    if not done.ended:
        return f"the keys that interrupt {done.agent} were pressed, but its turn was not seen to end"
    back = f"; its prompt is back in the box: {done.draft}" if done.draft else ""
    return f"the turn of {done.agent} has ended{back}"


UNCONFIRMED = (
    "the text was typed and Enter was pressed, but nothing shows that it was taken up; look at the pane before you "
    "send it again"
)


def sent_words(address: str, sent: Sent) -> str:
    """Return the report of a text that was sent to a session."""
    words = {
        TextState.SUBMITTED: f"{address} has it",
        TextState.QUEUED: f"{address}: {sent.agent} keeps it for the end of its turn",
        TextState.TYPED: f"{address}: typed; the program there shows nothing of it",
        TextState.UNCONFIRMED: f"{address}: {UNCONFIRMED}",
    }
    return words[sent.became]


def _read_sent(answer: Answer) -> Sent:
    records = read_by_kind(answer)
    word, _, pane = records.get("sent", "").partition(" ")
    found = clean(records["found"]) if "found" in records else None
    verified = {"yes": True, "no": False}.get(word)
    became, _, agent = records.get("outcome", "").partition(" ")
    return Sent(clean(pane), verified, found, _became(became, verified), clean(agent), _read_answer(answer))


def _read_call(answer: Answer) -> SendCall:
    state, pane, agent = (*read_by_kind(answer).get("call", "").split(" "), "", "", "")[:3]
    if state == "cancelled":
        return SendCall(None)
    verified = VERIFIED.get(state)
    sent = Sent(clean(pane), verified, None, _became(state, verified), clean(agent))
    return SendCall(sent, state != "typing")


VERIFIED = {"yes": True, TextState.SUBMITTED: True, TextState.QUEUED: True, "no": False, TextState.UNCONFIRMED: False}
"""Whether Enter was seen to do something, by the word that a host notes about a call."""


def _became(word: str, verified: bool | None) -> TextState:
    """Return what became of a text; without an agent's word, an Enter that was seen to do something has submitted it.
    """
    if word in {one.value for one in TextState}:
        return TextState(word)
    return TextState.TYPED if verified is None else TextState.SUBMITTED if verified else TextState.UNCONFIRMED


def _read_answer(answer: Answer) -> TurnAnswer | None:
    record = next((record for record in answer.records() if record.kind == "answer"), None)
    if record is None:
        return None
    text = decode(record.body).strip("\n")
    return TurnAnswer(clean(record.rest), tuple(line.rstrip() for line in clean_lines(text)) if text else ())


def _read_interrupted(answer: Answer) -> Interrupted:
    records = read_by_kind(answer)
    ended, _, agent = records.get("interrupted", "").partition(" ")
    return Interrupted(clean(agent), ended == "yes", clean(records.get("draft", "")))
