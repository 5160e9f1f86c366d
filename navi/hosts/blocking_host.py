"""The blocking engine, for the command line: a host for a few requests, one after the other, without an event loop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from navi.core.failure import Retry
from navi.core.log import SILENT, Log
from navi.hosts.base import ConnectionLost
from navi.hosts.blocking_process import Process
from navi.hosts.cancellation import Cancellation
from navi.hosts.exchange import Endpoint, Exchange, StreamExchange, cannot_start, read_answer
from navi.hosts.shell_end import ShellEnd
from navi.ops import Answer, Interactive, Operation, Stream

if TYPE_CHECKING:
    from navi.hosts.masters import Master
    from navi.hosts.ssh_log import SshLog

T = TypeVar("T")


MOST_IDLE = 3
"""Idle connections kept for one host: sshd allows ten sessions over a master, which other programs share."""


class ConnectionPool:
    """What a host keeps for later requests: idle connections, and the master that carries them."""

    def __init__(self) -> None:
        self.idle: list[ShellConnection] = []
        self.master: Master | None = None

    def close(self) -> None:
        """Close the connections and the master."""
        while self.idle:
            self.idle.pop().close()
        if self.master:
            self.master.release()


class BlockingHost:
    """A host whose shell is a `sh` of this machine. `run` blocks; several threads may call it at once.

    Hosts that share `pool` use each other's connections. After `cancellation`, requests raise Cancelled.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        environment: Mapping[str, str],
        log: Log = SILENT,
        pool: ConnectionPool | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:
        self.name = endpoint.name
        self.settings = endpoint.settings
        self.environment = dict(environment)
        self._log = log
        self._endpoint = endpoint
        self._pool = pool or ConnectionPool()
        self._cancellation = cancellation

    def run(self, operation: Operation[T], meanwhile: Callable[[], None] = lambda: None) -> T:
        """Carry out an operation; call `meanwhile` while the host works on it. One that only reads is carried out once
        more if the connection was lost: another process that shares it may just have replaced it.

        Raise HostError (ConnectionLost where it may have been carried out), or what the operation's parser raises.
        """
        try:
            answer = self._ask(operation, meanwhile)
        except ConnectionLost as lost:
            if not operation.reads or lost.failure.retry is not Retry.AT_ONCE:
                raise
            self._log.info("%s: %s; asking once more", self.name, lost)
            answer = self._ask(operation, meanwhile)
        return read_answer(operation.name, operation.parse, answer)

    def pause(self, seconds: float) -> None:
        """Wait. Raise Cancelled."""
        if self._cancellation:
            self._cancellation.pause(seconds)
        else:
            time.sleep(seconds)

    def follow(self, stream: Stream[T], until: float = float("inf")) -> Iterator[T]:
        """Yield what a stream sends, until it ends or the time `until` (of time.monotonic) has come; closing this
        generator ends it on the host, too.

        Raise HostError, or what the stream's reader raises.
        """
        connection = self._start()
        exchange = StreamExchange(stream, self._endpoint, time.monotonic())
        try:
            for answer in connection.stream(exchange, until, self._cancellation):
                yield exchange.parse(answer)
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connections that were kept for further requests; the end of this process does so, too."""
        self._pool.close()

    def is_connected(self) -> bool:
        """Return whether a request needs no new connection."""
        return True

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command line that runs `command` there in this terminal."""
        return command.argv

    def become(self, words: Sequence[str], environment: Mapping[str, str]) -> int:
        """Replace this process by the program that `interactive` has named. Raise OSError if it can't be started."""
        os.execvpe(words[0], list(words), environment)

    def authenticate(self) -> tuple[str, ...]:
        """Return the command line with which a person logs in to the host, () where there is nothing to log in to."""
        return ()

    def _shell(self) -> Sequence[str]:
        """Return the command line of the host's shell."""
        return ("sh", "-s")

    def _ask(self, operation: Operation[T], meanwhile: Callable[[], None]) -> Answer:
        connection = self._connection()
        exchange = Exchange(operation, self._endpoint)
        began = time.monotonic()
        try:
            return connection.request(exchange, meanwhile, self._cancellation)
        finally:
            self._log.debug("%s: %s", self.name, exchange.summary(time.monotonic() - began))
            if exchange.reusable and len(self._pool.idle) < MOST_IDLE:
                self._pool.idle.append(connection)
            else:
                connection.close()

    def _connection(self) -> ShellConnection:
        """Return a connection that is idle, or a new one. Those that have ended meanwhile are dropped."""
        while self._pool.idle:
            connection = self._pool.idle.pop()
            if connection.usable:
                return connection
            self._log.warning("%s: a connection has ended while it was idle", self.name)
            connection.close()
        return self._start()

    def _start(self) -> ShellConnection:
        return self._connect(self._shell())

    def _connect(self, words: Sequence[str], log: SshLog | None = None) -> ShellConnection:
        try:
            return ShellConnection(Process(words, self.environment), log)
        except OSError as error:
            if log:
                log.close()
            raise cannot_start(words[0], error) from error


class ShellConnection:
    """A host's shell: it carries out one request after the other, until this process ends."""

    def __init__(self, process: Process, log: SshLog | None = None) -> None:
        """`log` is what ssh writes its own words to; the connection closes it."""
        self._new = True
        self._process = process
        self._log = log

    @property
    def usable(self) -> bool:
        """Whether it can serve more requests; an idle shell writes nothing."""
        return self._process.silent

    def request(
        self, exchange: Exchange, meanwhile: Callable[[], None], cancellation: Cancellation | None = None
    ) -> Answer:
        """Send a request and return the answer; call `meanwhile` between the two. Raise HostError, Cancelled."""
        first, self._new = self._new, False
        until = time.monotonic() + exchange.limit
        try:
            self._process.write(exchange.request(first), until)
            meanwhile()
            while data := self._process.read(until, cancellation):
                answer = exchange.receive(data)
                if answer:
                    self._process.answered()
                    return answer
        except TimeoutError as error:
            raise exchange.timed_out(self._errors(exchange.begun)) from error
        raise exchange.ended(self._find_end())

    def stream(
        self, exchange: StreamExchange[T], until: float, cancellation: Cancellation | None = None
    ) -> Iterator[Answer]:
        """Send the request for a stream, and go through the answers, up to its end or a point in time.

        Raise HostError, Cancelled.
        """
        try:
            self._process.write(exchange.request, exchange.until)
            while data := self._process.read(min(until, exchange.until), cancellation):
                answers = exchange.receive(data, time.monotonic())
                if answers:
                    self._process.answered()
                began = time.monotonic()
                yield from answers
                exchange.paused(time.monotonic() - began)
        except TimeoutError as error:
            if time.monotonic() >= until:
                return
            raise exchange.timed_out(self._errors(exchange.begun)) from error
        failure = exchange.ended(self._find_end())
        if failure:
            raise failure

    def _errors(self, begun: bool) -> str:
        """Return what the shell has written to standard error. End the input of one that has not begun: it may wait for
        more.
        """
        return self._process.errors if begun else self._process.end_input()

    def _find_end(self) -> ShellEnd:
        """Wait for the end of the shell."""
        end = self._process.end()
        return end._replace(ssh=self._log.read()) if self._log else end

    def close(self) -> None:
        """End the shell, whatever state it is in."""
        self._process.close()
        if self._log:
            self._log.close()
