"""Whether hub, relay and clients are of one version: after an upgrade, an older one may still run. Pure.

Their messages are those of one version, so others are refused with what helps; nothing is lost, since agents run on and
the hub keeps what is sent to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from navi import __version__
from navi.core.text import clean

CODE = "VERSION"
"""The code of the error about another version."""


def is_other(version: str) -> bool:
    """Whether a version is not that of this program; "" is not known, and counts as the same."""
    return version not in ("", __version__)


def about_client(version: str, program: str = "") -> str:
    """Return what a hub says to a program of another version; `program` is "page" for one in a browser."""
    if program == "page":
        return f"navi is {__version__} now, and this page is of navi {version}; reload the page"
    remedy = RESTART_HUB if is_newer(version) else "start that program anew from the newer navi"
    return f"the hub is navi {__version__}, and the program that asks it is navi {version}; {remedy}"


def about_relay(version: str) -> str:
    """Return what a hub says of a relay of another version that it does not replace: what is installed is another."""
    return f"the hub is navi {__version__}, and the relay is navi {version}; {RESTART_HUB}"


def trouble_of(error: Mapping[str, Any]) -> str:
    """Return what an error of a hub says of its version, "" for another error. One that does not know the first message
    of a program is older than that.
    """
    if error["code"] == CODE:
        return clean(error["message"])
    older = error["code"] == "MALFORMED" and "'hello'" in error["message"]
    return f"the hub is older than navi {__version__}; {RESTART_HUB}" if older else ""


RESTART_HUB = "restart navi serve"


def is_newer(version: str) -> bool:
    """Whether a version is newer than this program's, by its numbers."""
    return _numbers(version) > _numbers(__version__)


def _numbers(version: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d{1,9}", version)[:4]]
