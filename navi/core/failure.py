"""Why a host can't be used, in words for people."""

from enum import StrEnum
from typing import NamedTuple


class HostState(StrEnum):
    """How navi stands with a host; the words of `navi ls --json`."""

    CONNECTED = "connected"
    CONNECTING = "connecting"
    DISCONNECTED = "disconnected"
    UNREACHABLE = "unreachable"
    AUTH = "auth"
    HOSTKEY = "hostkey"
    NO_TMUX = "no-tmux"
    ERROR = "error"


class Retry(StrEnum):
    """When it makes sense to try a failed host again."""

    AT_ONCE = "at once"
    LATER = "later"
    ON_REQUEST = "on request"


class Failure(NamedTuple):
    """Why a host can't be used: for people, at 2 a.m."""

    state: HostState
    cause: str
    remedy: str
    retry: Retry = Retry.LATER
