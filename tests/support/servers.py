"""Servers that are no sshd."""

from __future__ import annotations

import socket as sockets
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def server(banner: bytes, close: bool = False) -> Iterator[int]:
    """Serve a port of 127.0.0.1 where everyone is told the same, and then nothing; yield the port."""
    with ExitStack() as kept:
        listener = kept.enter_context(sockets.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                if banner:
                    connection.sendall(banner)
                if close:
                    connection.close()
                else:
                    kept.enter_context(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(sockets.SHUT_RDWR)
            thread.join()
