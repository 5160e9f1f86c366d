"""What a host is to everything above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from navi.core.failure import Failure
    from navi.hosts.budget import WorkTime
    from navi.ops import HostSettings, Interactive, Operation, Stream

T = TypeVar("T")
Item = TypeVar("Item", covariant=True)


class HostError(Exception):
    """A host could not carry out a request, for a reason of its own, not the operation's."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.cause)
        self.failure = failure


class ConnectionLost(HostError):
    """The connection failed when the host may have begun: whether the operation was carried out is unknown."""


class Watch(Protocol[Item]):
    """An open stream: an iterator over what the host sends, that can be woken."""

    def __aiter__(self) -> AsyncIterator[Item]:
        """Iterate over what the host sends. Raise HostError when the connection is lost."""
        ...

    @property
    def pending(self) -> bool:
        """Whether the host has sent more already, which supersedes this."""
        ...

    async def worked(self, work: WorkTime) -> None:
        """Count work on what the host sent, and leave time for other hosts.

        Raise HostError if it is more than one host may cost.
        """
        ...

    async def wake(self) -> None:
        """Make the host look now and send what it sees, changed or not. Raise HostError."""
        ...


class Host(Protocol):
    """A machine. Every call may be cancelled at any time; nothing that it started outlives its limit."""

    @property
    def name(self) -> str:
        """The name that people use."""
        ...

    @property
    def destination(self) -> str:
        """Where it is: the destination for ssh, or a word for this machine."""
        ...

    @property
    def settings(self) -> HostSettings:
        """What its operations need to know about it."""
        ...

    async def open(self) -> None:
        """Connect; return at once if the host is connected. Raise HostError. Only one task at a time may do so."""
        ...

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation. Raise HostError, or what the operation's parser raises."""
        ...

    def watch(self, stream: Stream[T]) -> AbstractAsyncContextManager[Watch[T]]:
        """Open a stream. It ends on the host, too, when the context is left."""
        ...

    async def ping(self) -> float:
        """Return the seconds of one round trip, over an open channel where there is one."""
        ...

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command line that runs `command` there in this terminal."""
        ...

    def authenticate(self) -> tuple[str, ...]:
        """Return the command line with which a person logs in to the host, () where there is nothing to log in to."""
        ...

    async def close(self) -> None:
        """Close every connection, and the master if no other program uses it. Never raises."""
        ...
