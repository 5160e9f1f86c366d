"""Why the hub does not do what somebody wants: exceptions, whose texts say why, and whose codes which kind it is."""

from __future__ import annotations

import math

from navi.headless import versions


class Refused(Exception):
    """What was asked for does not fit what is stored; the text says why, and `code` which kind it is."""

    code = "REFUSED"


class Limited(Refused):
    """There is too much of it for now; it can be tried again later: after so many `seconds`, 0 if that is unknown."""

    code = "RATE_LIMITED"

    def __init__(self, words: str, seconds: float = 0.0) -> None:
        super().__init__(words)
        self.seconds = math.ceil(seconds)


class AlreadyAnswered(Refused):
    """Somebody else was faster."""

    code = "ALREADY_ANSWERED"


class OtherVersion(Refused):
    """The other side of a connection is of another version of navi."""

    code = versions.CODE
