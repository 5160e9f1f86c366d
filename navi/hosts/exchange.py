"""One request on a connection to a host, without I/O: its bytes, its limits, and what each way to fail means.

Both engines, trio_*.py and blocking_*.py, only move the bytes: they send `request`, feed `receive` with whatever comes,
and raise what `ended` or `timed_out` make of it when no more comes. A connection is clean, and serves the next request,
as long as its exchange says that it is `reusable`; else it is dirty and must be closed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from navi.core.address import LOCAL
from navi.core.failure import RECONNECT, Failure, HostState, Retry
from navi.core.text import clean, decode
from navi.hosts.base import ConnectionLost, HostError
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request, stream_request
from navi.ops import Answer, HostSettings, Operation, Stream

if TYPE_CHECKING:
    from navi.config.remote import Remote

T = TypeVar("T")

CHUNK = 65536
"""Bytes that are read at once."""

LARGEST_ERRORS = 65536
"""Bytes of a shell's standard error that are read when it has ended."""

GRACE = 0.5
"""Seconds that a shell has for ending by itself: after its output has ended, and after SIGTERM."""

WAKE = b"poll\n"
"""Sent to a stream, makes the host look now."""


class Peer(NamedTuple):
    """The host at the other end. `explain` says what it means that its shell ended with this status (None: it did not
    end by itself) and these errors; the limits are in seconds.

    `connect_limit` is what a request may take beyond its own limit because the connection is made with it.
    """

    name: str
    settings: HostSettings
    explain: Callable[[int | None, str], Failure]
    connect_limit: float
    request_limit: float = float("inf")


def local_peer(settings: HostSettings) -> Peer:
    """Return this machine."""
    return Peer(LOCAL, settings, _explain_sh, 1.0)


def remote_peer(remote: "Remote") -> Peer:
    """Return a remote to which ssh has yet to connect."""

    def explain(status: int | None, errors: str) -> Failure:
        from navi.hosts.failures import explain as explain_ssh

        return explain_ssh(remote.name, status, errors)

    return Peer(remote.name, HostSettings(remote.sessions_dir, remote.cleanup), explain, connect_limit(remote))


def connected_peer(remote: "Remote") -> Peer:
    """Return a remote whose master is open, as the dashboard has it."""
    return remote_peer(remote)._replace(connect_limit=0.0, request_limit=remote.command_timeout)


def connect_limit(remote: "Remote") -> float:
    """Return the seconds that connecting may take, with every hop and the login: ssh's own ConnectTimeout covers only
    the TCP connection and the banner of each.
    """
    return 2 * remote.connect_timeout + 5


def _explain_sh(status: int | None, errors: str) -> Failure:
    cause = errors.splitlines()[-1] if errors else f"sh ended with status {status}"
    return Failure(HostState.ERROR, cause, "check that sh works on this machine: sh -c true")


def cannot_start(program: str, error: OSError) -> HostError:
    """Return the failure of starting sh, or ssh."""
    cause = f"{program} can't be started: {error.strerror}"
    package = "OpenSSH's client" if program == "ssh" else program
    return HostError(Failure(HostState.ERROR, cause, f"install {package}, or put it on PATH"))


def read_errors(data: bytes) -> str:
    """Return what a shell wrote to standard error as clean lines."""
    return "\n".join(line for line in map(clean, decode(data).splitlines()) if line.strip())


class Exchange:
    """One request and its answer."""

    def __init__(self, operation: Operation[Any], peer: Peer) -> None:
        token = new_token()
        self.limit = min(operation.time_limit, peer.request_limit) + peer.connect_limit
        self.reusable = False
        self._name = operation.name
        self._peer = peer
        self._request = request(operation, token, peer.settings)
        self._reader = AnswerReader(token)
        self._received = 0

    def request(self, first: bool) -> bytes:
        """Return the bytes to send; `first` says that they are the connection's first ones."""
        return LEAD + self._request if first else self._request

    def receive(self, data: bytes) -> Answer | None:
        """Take bytes of the shell's output; return the answer once it is complete. Raises HostError for an invalid one.

        Whatever follows an answer was not asked for: such a connection is dirty.
        """
        self._received += len(data)
        answers = _feed(self._reader, data)
        self.reusable = len(answers) == 1 and not self._reader.pending
        return answers[0] if answers else None

    def ended(self, status: int | None, errors: str) -> HostError:
        """Return what it means that the shell has ended before its answer was complete."""
        failure = self._peer.explain(status, errors)
        return (ConnectionLost if self._reader.begun or failure.retry is Retry.AT_ONCE else HostError)(failure)

    def timed_out(self) -> HostError:
        """Return what it means that there is no answer within the limit."""
        cause = f"no answer to `{self._name}` within {self.limit:g} s"
        return ConnectionLost(Failure(HostState.UNREACHABLE, cause, "try again; check the load of that machine"))

    def summary(self, seconds: float) -> str:
        """Return what the log says of it: never its arguments, which may be secret."""
        sent, received = len(self._request), self._received
        return f"{self._name}: {sent} bytes to send, {received} received, {1000 * seconds:.1f} ms"


class StreamExchange(Generic[T]):
    """The request for a stream, and its answers."""

    def __init__(self, stream: Stream[T], peer: Peer) -> None:
        token = new_token()
        self.request = LEAD + stream_request(stream, token, peer.settings)
        self.parse = stream.reader()
        self._silence = stream.silence
        self._peer = peer
        self._reader = AnswerReader(token)
        self._answered = False

    @property
    def limit(self) -> float:
        """The seconds within which more bytes must come."""
        return self._silence if self._answered else self._silence + self._peer.connect_limit

    def receive(self, data: bytes) -> list[Answer]:
        """Take bytes of the shell's output; return the answers that they complete. Raises HostError for invalid ones.

        The caller hands each to `parse`.
        """
        answers = _feed(self._reader, data)
        self._answered = self._answered or bool(answers)
        return answers

    def ended(self, status: int | None, errors: str) -> HostError | None:
        """Return what it means that the shell has ended; None where the script itself has, which is no failure."""
        return None if status == 0 else HostError(self._peer.explain(status, errors))

    def timed_out(self) -> HostError:
        """Return what it means that nothing came within the limit."""
        if self._answered:
            cause = f"no sign of life for {self.limit:g} s"
            return HostError(Failure(HostState.UNREACHABLE, cause, RECONNECT, Retry.AT_ONCE))
        printed = self._reader.noise[:80]
        cause = "its shell did not begin to answer" + (f"; it printed: {printed}" if printed else "")
        remedy = "check whether its shell's startup files wait for input, and the load of that machine"
        return HostError(Failure(HostState.UNREACHABLE, cause, remedy))


def _feed(reader: AnswerReader, data: bytes) -> list[Answer]:
    try:
        return reader.feed(data)
    except WireError as error:
        failure = Failure(HostState.ERROR, f"invalid answer: {error}", "check what its login shell prints and runs")
        raise (ConnectionLost if reader.begun else HostError)(failure) from error
