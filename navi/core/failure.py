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
    ON_REQUEST = "on request"


RECONNECT = "try again; the dashboard reconnects by itself"
"""The remedy where nothing is needed but another connection."""


class Failure(NamedTuple):
    """Why a host can't be used, what to do about it, and when to retry."""

    state: HostState
    cause: str
    remedy: str
    retry: Retry = Retry.LATER
