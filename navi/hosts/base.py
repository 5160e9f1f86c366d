"""What a host is to everything above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from navi.core.failure import Failure
    from navi.ops import HostSettings, Operation, Stream
    from navi.ops.attach import Interactive

T = TypeVar("T")
Told = TypeVar("Told", covariant=True)


class HostError(Exception):
    """A host could not do what it was asked, for a reason of its own and not of the operation's."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.cause)
        self.failure = failure


class Watch(Protocol[Told]):
    """A stream that is open: an iterator over what it tells, that can be woken."""

    def __aiter__(self) -> AsyncIterator[Told]:
        """Go through what the far end tells; raises HostError when the line is lost."""
        ...

    async def wake(self) -> None:
        """Ask the far end to look at once and to tell what it sees, changed or not."""
        ...


class Host(Protocol):
    """A machine. Everything may be cancelled at any time; nothing is left running at the far end for longer than its
    limit.
    """

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def destination(self) -> str:
        """Where it is: what ssh is told, or a word for this machine."""
        ...

    @property
    def settings(self) -> HostSettings:
        """What its operations need to know of it."""
        ...

    async def open(self) -> None:
        """Make the machine reachable; at once if it is. Raises HostError. Only one task may do so at a time."""
        ...

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation. Raises HostError, or what the operation's parser raises."""
        ...

    def watch(self, stream: Stream[T]) -> AbstractAsyncContextManager[Watch[T]]:
        """Open a stream. It ends at the far end when the context is left."""
        ...

    async def ping(self) -> float:
        """Return the seconds of one round trip, over a line that is already open where there is one."""
        ...

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the words of the command that runs `command` there in this terminal."""
        ...

    def authenticate(self) -> tuple[str, ...]:
        """Return the words of the command with which a person makes the machine reachable, or () if it is no use."""
        ...

    async def close(self) -> None:
        """End every line, and the master if nobody else uses it. Never raises."""
        ...
