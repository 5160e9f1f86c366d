"""One request on a connection to a host, without I/O: its bytes, its limits, and what each way to fail means.

Both engines, trio_*.py and blocking_*.py, only move the bytes: they send `request`, feed `receive` with what arrives,
and raise what `ended` or `timed_out` returns when no more arrives. A connection is clean, and serves the next request,
as long as its exchange says that it is `reusable`; else it is dirty and must be closed.
"""

from collections.abc import Callable
from errno import EAGAIN, EMFILE, ENFILE, ENOMEM
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from navi.core.address import LOCAL
from navi.core.failure import RECONNECT, Failure, HostState, Retry
from navi.core.text import clean
from navi.hosts.base import ConnectionLost, HostError
from navi.hosts.budget import UNANSWERED_ERRORS, Budget, Overrun, WorkTime
from navi.hosts.shell_end import END_SOME, RAISE_FILES, ShellEnd, known_cause, no_processes
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request, stream_request
from navi.ops import Answer, HostSettings, Operation, Stream

if TYPE_CHECKING:
    from navi.config.remote import Remote

T = TypeVar("T")

KILLED = 128
"""The exit status of a script that a signal ended, less the number of the signal."""

WAKE = b"poll\n"
"""Sent to a stream, makes the host look now."""

SLOWEST_ANSWER = 1024.0
"""Bytes of an answer that must arrive each second once it has begun; pauses within its limit do not count."""


class Endpoint(NamedTuple):
    """The host at the other end.

    `explain` returns the failure for how its shell ended; the limits are in seconds. `start_limit` is what a request
    may take beyond its own limit because a shell is started for it. `request_limit` is what it may take without the
    time that it waits on the host.
    """

    name: str
    settings: HostSettings
    explain: Callable[[ShellEnd], Failure]
    start_limit: float = 0.0
    request_limit: float = float("inf")


def local_endpoint(settings: HostSettings) -> Endpoint:
    """Return this machine."""
    return Endpoint(LOCAL, settings, _explain_sh, 1.0)


def remote_endpoint(remote: "Remote", agents: str | Callable[[], str] = "") -> Endpoint:
    """Return a remote whose master is open; `agents` as in its settings."""

    def explain(end: ShellEnd) -> Failure:
        from navi.hosts.failures import explain as explain_ssh

        return explain_ssh(remote, end)

    settings = HostSettings(remote.sessions_dir, remote.cleanup, agents)
    return Endpoint(remote.name, settings, explain, request_limit=remote.command_timeout)


def connect_limit(remote: "Remote") -> float:
    """Return the seconds that connecting may take, with every hop and the login: ssh's own ConnectTimeout covers only
    the TCP connection and the banner of each.
    """
    return 2 * remote.connect_timeout + 5


def _explain_sh(end: ShellEnd) -> Failure:
    failure = known_cause(end.errors)
    if failure:
        return failure
    cause = end.errors.splitlines()[-1] if end.errors else f"sh ended with status {end.status}"
    return Failure(HostState.ERROR, cause, "check that sh works on this machine: sh -c true")


def cannot_start(program: str, error: OSError) -> HostError:
    """Return the failure of starting sh, or ssh."""
    cause = f"{program} can't be started: {error.strerror}"
    if error.errno in (EAGAIN, ENOMEM):
        return HostError(Failure(HostState.ERROR, cause, END_SOME))
    if error.errno in (EMFILE, ENFILE):
        return HostError(Failure(HostState.ERROR, cause, RAISE_FILES))
    package = "OpenSSH's client" if program == "ssh" else program
    return HostError(Failure(HostState.ERROR, cause, f"install {package}, or put it on PATH"))


def read_answer(name: str, parse: Callable[[Answer], T], answer: Answer) -> T:
    """Return the parsed answer to the request of this name. Raise what the parser raises, and ConnectionLost if the
    script did not run to its end, because nobody knows how far it came.
    """
    failure = no_processes(answer.errors)
    if failure:
        raise ConnectionLost(failure)
    if answer.status > KILLED:
        cause = f"`{name}` ended there by signal {answer.status - KILLED}"
        raise ConnectionLost(Failure(HostState.ERROR, cause, "try again; check what ends processes on that machine"))
    try:
        return parse(answer)
    except (ValueError, IndexError, KeyError) as error:
        cause = f"invalid answer to `{name}`: {clean(str(error))}"
        raise ConnectionLost(Failure(HostState.ERROR, cause, "try again; check the load of that machine")) from error


class Exchange:
    """One request and its answer."""

    def __init__(self, operation: Operation[Any], endpoint: Endpoint) -> None:
        token = new_token()
        own_limit = min(operation.time_limit - operation.waits, endpoint.request_limit)
        self.limit = operation.waits + own_limit + endpoint.start_limit
        self.reusable = False
        self._name = operation.name
        self._endpoint = endpoint
        self._request = request(operation, token, endpoint.settings)
        self._reader = AnswerReader(token)
        self._received = 0

    def request(self, first: bool) -> bytes:
        """Return the bytes to send; `first` says that they are the connection's first ones."""
        return LEAD + self._request if first else self._request

    @property
    def begun(self) -> bool:
        """Whether the answer has begun."""
        return self._reader.begun

    def receive(self, data: bytes) -> Answer | None:
        """Take bytes of the shell's output; return the answer once it is complete. Raise HostError for an invalid one.

        Whatever follows an answer was not asked for: such a connection is dirty.
        """
        self._received += len(data)
        answers = _feed(self._reader, data)
        self.reusable = len(answers) == 1 and not self._reader.pending
        return answers[0] if answers else None

    def ended(self, end: ShellEnd) -> HostError:
        """Return the failure of a shell that ended before its answer was complete."""
        if end.excessive:
            return ConnectionLost(TOO_MANY_ERRORS)
        failure = self._endpoint.explain(end._replace(printed=self._reader.noise))
        lost = self._reader.begun or failure.uncertain or failure.retry is Retry.AT_ONCE
        return (ConnectionLost if lost else HostError)(failure)

    def timed_out(self, errors: str = "") -> HostError:
        """Return the failure of a request without an answer within its limit. `errors` is the shell's standard error.
        """
        cause = f"no answer to `{self._name}` within {self.limit:g} s{_printed(errors)}"
        late = Failure(HostState.UNREACHABLE, cause, "try again; check the load of that machine")
        return ConnectionLost(known_cause(errors) or late)

    def summary(self, seconds: float) -> str:
        """Return a line for the log, without the arguments, which may be secret."""
        sent, received = len(self._request), self._received
        return f"{self._name}: {sent} bytes to send, {received} received, {1000 * seconds:.1f} ms"


class StreamExchange(Generic[T]):
    """The request for a stream, and its answers. Points in time are those of the engine's clock."""

    def __init__(self, stream: Stream[T], endpoint: Endpoint, now: float) -> None:
        token = new_token()
        self.request = LEAD + stream_request(stream, token, endpoint.settings)
        self._name = stream.name
        self._parse = stream.reader()
        self.until = now + stream.silence + endpoint.start_limit
        """When the next answer must be complete, or at least have made progress."""
        self._silence = stream.silence
        self._endpoint = endpoint
        self._reader = AnswerReader(token)
        self._answered = False
        self._budget = Budget()

    @property
    def begun(self) -> bool:
        """Whether the first answer has begun."""
        return self._answered or self._reader.begun

    def receive(self, data: bytes, now: float) -> list[Answer]:
        """Take bytes of the shell's output; return the answers that they complete. Raise HostError for invalid ones,
        and for too many.

        The caller hands each to `parse`.
        """
        begun = self._reader.begun
        answers = _feed(self._reader, data)
        if answers or (self._reader.begun and not begun):
            self.until = now + self._silence
        elif begun:
            self.until = min(now + self._silence, self.until + len(data) / SLOWEST_ANSWER)
        self._answered = self._answered or bool(answers)
        try:
            self._budget.count(now, len(answers))
        except Overrun as overrun:
            raise _dropped(overrun) from overrun
        return answers

    def parse(self, answer: Answer) -> T:
        """Return the parsed answer. Raise HostError, or what the stream's reader raises."""
        return read_answer(self._name, self._parse, answer)

    def worked(self, work: WorkTime, now: float) -> float:
        """Count the work on answers; return the seconds to wait before reading more. Raise HostError if the answers of
        this host take too much.
        """
        try:
            return self._budget.work(now, work)
        except Overrun as overrun:
            raise _dropped(overrun) from overrun

    def paused(self, seconds: float) -> None:
        """Extend the limit by the seconds in which nobody read the answers: that is not the host's fault."""
        self.until += seconds

    def ended(self, end: ShellEnd) -> HostError | None:
        """Return the failure of a shell that ended; None if the script itself ended, which is not a failure."""
        if end.excessive:
            return HostError(TOO_MANY_ERRORS)
        if self._answered and end.status == 0:
            return None
        return HostError(self._endpoint.explain(end._replace(printed=self._reader.noise)))

    def timed_out(self, errors: str = "") -> HostError:
        """Return the failure of a stream that sent no answer in time. `errors` is the shell's standard error."""
        if self._answered:
            cause = f"no sign of life for {self._silence:g} s"
            return HostError(Failure(HostState.UNREACHABLE, cause, RECONNECT, Retry.AT_ONCE))
        cause = "its shell did not begin to answer" + _printed(self._reader.noise[:80] or errors)
        remedy = "check whether its shell's startup files wait for input, and the load of that machine"
        return HostError(known_cause(errors) or Failure(HostState.UNREACHABLE, cause, remedy))


TOO_MANY_ERRORS = Failure(
    HostState.ERROR,
    f"its shell wrote {UNANSWERED_ERRORS // 2**20} MiB to standard error and did not answer; dropped",
    "check what its login shell prints and runs",
    Retry.SLOWLY,
)


def _dropped(overrun: Overrun) -> HostError:
    remedy = "check what its login shell prints and runs, and how many sessions it has"
    return HostError(Failure(HostState.ERROR, f"{overrun}; dropped", remedy, Retry.SLOWLY))


def _printed(errors: str) -> str:
    """Return the last line that a shell printed, as the end of a sentence; "" if it printed nothing."""
    line = (errors.splitlines() or [""])[-1][:160]
    return f"; it printed: {line}" if line else ""


def _feed(reader: AnswerReader, data: bytes) -> list[Answer]:
    try:
        return reader.feed(data)
    except WireError as error:
        failure = Failure(HostState.ERROR, f"invalid answer: {error}", "check what its login shell prints and runs")
        raise ConnectionLost(failure) from error
