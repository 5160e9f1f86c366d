"""Addresses: how people and operations name a session."""

from typing import NamedTuple

LOCAL = "local"
"""The name of this machine as a host."""


def address_of(host: str, name: str) -> str:
    """Return the address of a session: `name` on this machine, `host/name` elsewhere."""
    return name if host == LOCAL else f"{host}/{name}"


def stored_host(host: str) -> str:
    """Return a host as the hub stores it: "" for this machine."""
    return "" if host == LOCAL else host


class Address(NamedTuple):
    """A session on a host, as a person wrote it."""

    host: str
    name: str

    def __str__(self) -> str:
        return address_of(self.host, self.name)


class Named(NamedTuple):
    """The session that has this name when the operation runs. `socket` is "" for the user's default tmux server.

    `target` names a pane in tmux's syntax. With `registered`, only the registry is searched for the name.
    """

    name: str
    socket: str = ""
    target: str = ""
    registered: bool = False
