"""The network up to an ssh server: its name, its port, and its banner."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence

from navi.core.text import clean, decode
from navi.hosts.poll import wait_for_files

LONGEST_BANNER = 8192
"""Bytes that are read for a banner: a server may print other lines before it."""


def look_up(hostname: str, port: int, limit: float) -> tuple[list[str], str]:
    """Return the addresses of a name, or why there are none. The thread goes on: getaddrinfo can't be ended."""
    found: list[str] = []
    why = [f"this name was not resolved within {limit:g} s"]

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(hostname, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError) as error:
            why[0] = getattr(error, "strerror", None) or str(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(limit)
    return list(found), why[0]


def server_banner(addresses: Sequence[str], port: int, limit: float) -> tuple[str, str, str]:
    """Return the banner of the ssh server at the first address that accepts a connection, or a cause and a remedy."""
    until = time.monotonic() + limit
    why, remedy = "", ""
    for address in addresses:
        try:
            connection = socket.create_connection((address, port), max(0.1, until - time.monotonic()))
        except OSError as error:
            why, remedy = _closed(error, address, limit)
            continue
        with connection:
            data, ended = read_banner(connection.fileno(), limit, connection.recv)
        banner = banner_of(data)
        return (banner, "", "") if banner else ("", *_silence(data, ended, limit))
    return "", why, remedy


def _closed(error: OSError, address: str, limit: float) -> tuple[str, str]:
    if isinstance(error, TimeoutError):
        return f"{address} does not answer within {limit:g} s", "check that it is up and that no firewall drops it"
    if isinstance(error, ConnectionRefusedError):
        return f"{address}: connection refused", "start sshd there (systemctl start ssh), or check host and port"
    return f"{address}: {error.strerror or error}", "check the network or the VPN"


def _silence(data: bytes, ended: bool, limit: float) -> tuple[str, str]:
    """Return why there is no banner, and the remedy."""
    if data:
        sent = clean(decode(data[:60])).strip()
        return f"this is not an ssh server: it sent {sent}", "check host and port"
    if ended:
        return "closes the connection at once", "sshd refuses this machine: see its log, MaxStartups, hosts.deny"
    cause = f"accepts the connection and then sends nothing for {limit:g} s"
    return cause, "look at that machine's console: it may hang, or a firewall answers in its place"


def read_banner(file: int, limit: float, read: Callable[[int], bytes] | None = None) -> tuple[bytes, bool]:
    """Read up to the end of the banner; return what came, and whether the server has closed the connection."""
    until = time.monotonic() + limit
    data = b""
    while not banner_of(data) and len(data) < LONGEST_BANNER:
        if not wait_for_files([file], [], until - time.monotonic()):
            return data, False
        try:
            more = read(1024) if read else os.read(file, 1024)
        except OSError:
            more = b""
        if not more:
            return data, True
        data += more
    return data, False


def banner_of(data: bytes) -> str:
    """Return the line by which an ssh server identifies itself, or ""; other lines may come before it."""
    found = re.search(rb"^(SSH-[^\r\n]{1,253})\r?\n", data, re.MULTILINE)
    return clean(decode(found[1])) if found else ""
