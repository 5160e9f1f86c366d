"""How sessions are named: by people, and by those who look for one."""

from typing import NamedTuple

LOCAL = "local"
"""The name of the host that is this machine."""


def address_of(host: str, name: str) -> str:
    """Return how a person writes a session: `name` here, `host/name` elsewhere."""
    return name if host == LOCAL else f"{host}/{name}"


class Address(NamedTuple):
    """A session on a host, as a person wrote it."""

    host: str
    name: str

    def __str__(self) -> str:
        return address_of(self.host, self.name)


class Named(NamedTuple):
    """Whatever session has a name now; `socket` is "" for the user's default server.

    Where only a pane is meant, `target` names one in tmux's own words, and `registered` says that the name is one of
    the registry and of nothing else.
    """

    name: str
    socket: str = ""
    target: str = ""
    registered: bool = False
