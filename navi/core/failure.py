"""Why a host can't be used, in words for people."""

from enum import StrEnum
from typing import NamedTuple


class HostState(StrEnum):
    """The state of a host, in the words of `navi ls --json`."""

    CONNECTED = "connected"
    CONNECTING = "connecting"
    DISCONNECTED = "disconnected"
    UNREACHABLE = "unreachable"
    AUTH = "auth"
    HOSTKEY = "hostkey"
    NO_TMUX = "no-tmux"
    ERROR = "error"


class Retry(StrEnum):
    """When to try a failed host again."""

    AT_ONCE = "at once"
    LATER = "later"
    SLOWLY = "slowly"
    ON_REQUEST = "on request"


RECONNECT = "try again; the dashboard reconnects by itself"
"""The remedy where nothing is needed but another connection."""

LOGIN = "{login}"
"""Stands in a remedy for the command with which a person logs in: each face puts its verb or its key there."""


class Failure(NamedTuple):
    """Why a host can't be used, what to do about it, and when to retry.

    `remedy` may hold LOGIN; then `host` is the host to log in to. `uncertain` says that a request may have reached the
    host before.
    """

    state: HostState
    cause: str
    remedy: str
    retry: Retry = Retry.LATER
    host: str = ""
    uncertain: bool = False

    @property
    def remedy_in_verbs(self) -> str:
        """The remedy for the command line, which names verbs."""
        if self.remedy == RECONNECT:
            return "try again"
        if LOGIN not in self.remedy:
            return self.remedy
        from shlex import quote  # only here: a verb rarely needs it

        return self.remedy.replace(LOGIN, f"navi hosts --login {quote(self.host)}")

    def remedy_with_key(self, key: str) -> str:
        """Return the remedy for the dashboard. `key` is the name of the key that logs in."""
        return self.remedy.replace(LOGIN, f"press {key}")
