"""The hub as verbs use it: one connection, one question after the other, without trio."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from navi.core import exits
from navi.headless.messages import LONGEST, Malformed, read, to_line
from navi.headless.replies import (
    ENDS_WITHIN,
    HELLO,
    Ending,
    body_of,
    check_version,
    end_request,
    ending_of,
    no_message,
    refusal,
    request,
    timed_out,
)
from navi.ops import OperationError

SOCKET = "hub.sock"
"""The name of the hub's socket in the folder for sockets."""

PATIENCE = 30.0
"""Seconds that the hub may take for an answer."""

NO_HUB = "no hub runs here; navi serve starts it"


class NoHub(OperationError):
    """No hub runs here."""


class HubGone(OperationError):
    """The hub has ended, and with it the connection."""


class HubClient:
    """A connection to the hub. Closes itself as a context."""

    def __init__(self, folder: str) -> None:
        """Connect at the socket in the folder for sockets. Raise NoHub, HubGone if it ends just then, or
        OperationError if it does not answer.
        """
        self._path = os.path.join(folder, SOCKET)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._rest = bytearray()
        self._number = 0
        try:
            self._socket.settimeout(PATIENCE)
            self._socket.connect(self._path)
        except OSError as error:
            self._socket.close()
            if isinstance(error, FileNotFoundError | ConnectionRefusedError):
                raise NoHub(NO_HUB, exits.UNAVAILABLE) from error
            words = f"the hub at {self._path} does not answer: {error.strerror or error}"
            raise OperationError(words, exits.UNAVAILABLE) from error
        self.send(HELLO)

    def __enter__(self) -> HubClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def ask(self, method: str, path: str, **body: object) -> Mapping[str, Any]:
        """Ask for something of navi.headless.hub.api, and return the body of the answer. Raise OperationError."""
        self._number += 1
        number = self._number
        self.send(request(number, method, path, body))
        return body_of(self.wait(lambda one: one["type"] == "response" and one["id"] == number))

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message. Raise HubGone, or what the hub reported before it ended the connection."""
        try:
            self._socket.settimeout(PATIENCE)
            self._socket.sendall(to_line(message))
        except ConnectionError:
            self.wait(lambda _: False)
        except OSError as error:
            raise HubGone(f"the hub has ended: {error.strerror or error}", exits.UNAVAILABLE) from error

    def tell(self, message: Mapping[str, Any], about: str = "") -> None:
        """Send a message, and wait until the hub has carried it out; other messages are dropped. Raise OperationError
        if it refuses; `about` is what the message is about, if that is to be named.

        The hub takes messages one after the other, so that the answer to a ping comes after what it says of this one.
        """
        self.send(message)
        self.send({"type": "ping"})
        self.wait(lambda one: one["type"] == "pong", about=about)

    def follow(self, info: Mapping[str, Any]) -> None:
        """Let the hub send what comes of a session after what `info` knows of it."""
        self.send({"type": "subscribe", "session_id": info["id"], "from_index": info["last_index"] + 1})

    def end(self, info: Mapping[str, Any], by: str = "") -> bool:
        """End a session's agent, and wait until it has ended. Return false where its host can't be reached: then its
        agent is to end as soon as it can be. Raise OperationError if it could not be ended, or nobody knows in time.
        """
        self.follow(info)
        self._number += 1
        self.send(end_request(self._number, info["id"], by))
        for message in self.messages(ENDS_WITHIN):
            ending = ending_of(message, self._number, info["id"])
            if ending:
                return ending is Ending.ENDED
        raise timed_out(ENDS_WITHIN)

    def wait(
        self, wanted: Callable[[Mapping[str, Any]], bool], seconds: float = PATIENCE, about: str = ""
    ) -> Mapping[str, Any]:
        """Return the next message that is wanted; the others are dropped. Raise OperationError for an error that the
        hub reports, `about` what it is if that is to be named, at its end, and when time is up.
        """
        for message in self.messages(seconds):
            if wanted(message):
                return message
            if message["type"] == "error":
                raise refusal(message, about)
        raise timed_out(seconds)

    def messages(self, seconds: float | None = None) -> Iterator[Mapping[str, Any]]:
        """Yield messages as they come, until time is up (None: no limit). Raise OperationError, HubGone among them."""
        limit = None if seconds is None else time.monotonic() + seconds
        while True:
            while (end := self._rest.find(b"\n")) >= 0:
                line = bytes(self._rest[:end])
                del self._rest[: end + 1]
                yield self._read(line)
            left = None if limit is None else limit - time.monotonic()
            if left is not None and left <= 0:
                return
            data = self._receive(left)
            if data is None:
                return
            self._rest += data

    def _read(self, line: bytes) -> Mapping[str, Any]:
        try:
            message = read(line, ("hub to client",))
        except Malformed as error:
            raise no_message(error) from error
        check_version(message)
        return message

    def _receive(self, seconds: float | None) -> bytes | None:
        """Return more bytes, None when time is up. Raise HubGone."""
        try:
            self._socket.settimeout(seconds)
            data = self._socket.recv(262_144)
        except TimeoutError:
            return None
        except OSError as error:
            raise HubGone(f"the hub has ended: {error.strerror or error}", exits.UNAVAILABLE) from error
        if not data or len(self._rest) > LONGEST:
            raise HubGone("the hub has ended", exits.UNAVAILABLE)
        return data
