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


RECONNECT = "{reconnect}"
"""The remedy where nothing is needed but another connection: the dashboard opens one by itself, a verb ends."""

LOGIN = "{login}"
"""A placeholder for the command with which a person logs in: each face replaces it by its verb or its key."""


class Failure(NamedTuple):
    """Why a host can't be used, what to do about it, and when to retry.

    `remedy` may hold RECONNECT or LOGIN, with `host` as the host to log in to: faces print one of the two remedies
    below. `uncertain` says that a request may have reached the host before it failed.
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
        remedy = self.remedy.replace(RECONNECT, "try again")
        if LOGIN not in remedy:
            return remedy
        from shlex import quote  # only here: a verb rarely needs it

        return remedy.replace(LOGIN, f"navi hosts --login {quote(self.host)}")

    def remedy_with_key(self, key: str) -> str:
        """Return the remedy for the dashboard. `key` is the name of the key that logs in."""
        return self.remedy.replace(RECONNECT, "navi reconnects by itself").replace(LOGIN, f"press {key}")
