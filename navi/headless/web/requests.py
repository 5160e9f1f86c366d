"""Requests and answers of HTTP as values, and what every request must fulfil. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from navi.headless import json_text

HOSTS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII)
"""The names of this machine, with any port: another one may lead here, as through ssh. A page that lets its own name
point to this machine keeps that name.
"""

JSON = "application/json"

MOST_DIGITS = 15
"""Digits of a number that is worth reading."""

Headers = Sequence[tuple[str, str]]


class Request(NamedTuple):
    """A request, with its names of headers in lower case. The body comes later."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Headers

    def header(self, name: str) -> str:
        """Return the values of a header, "" if there is none."""
        return ", ".join(value for one, value in self.headers if one == name)

    @property
    def upgrades(self) -> bool:
        """Whether it wants to become a WebSocket."""
        return self.header("upgrade").lower() == "websocket"


class HttpAnswer(NamedTuple):
    """An answer: its status, body and kind of body, and headers beside those of all answers."""

    status: int
    body: bytes = b""
    kind: str = JSON
    headers: Headers = ()


class Wrong(Exception):
    """A request that is not carried out: the status, the words for people, and further headers of the answer."""

    def __init__(self, status: int, words: str, headers: Headers = ()) -> None:
        super().__init__(words)
        self.status = status
        self.headers = headers

    @property
    def answer(self) -> HttpAnswer:
        """The answer that reports it."""
        return in_json(self.status, {"error": str(self)}, self.headers)


def in_json(status: int, body: Mapping[str, Any], headers: Headers = ()) -> HttpAnswer:
    """Return an answer with a body of JSON."""
    return HttpAnswer(status, json_text.dumps(body).encode(), JSON, headers)


def from_json(body: bytes) -> dict[str, Any]:
    """Return the object of a body, an empty one of no body. Raise Wrong."""
    try:
        found = json_text.all_whole(json_text.loads(body.decode("utf-8"))) if body else {}
    except (ValueError, RecursionError) as error:
        raise Wrong(400, "the body must be one JSON object") from error
    if not isinstance(found, dict):
        raise Wrong(400, "the body must be one JSON object")
    return found


def check_place(request: Request) -> None:
    """Raise Wrong if a request was meant for another host, or comes from the page of another."""
    host = request.header("host")
    if not HOSTS.fullmatch(host):
        raise Wrong(421, "this hub answers at 127.0.0.1 and localhost only")
    origin = request.header("origin")
    if origin and origin != f"http://{host}":
        raise Wrong(403, "the request comes from a page of another origin")


def check_body(request: Request, largest: int) -> None:
    """Raise Wrong for a body that is not read: one of unknown length, a large one, or one that is no JSON.

    A length that two headers give in two ways is how requests are smuggled, so there is only one way.
    """
    if request.header("transfer-encoding"):
        raise Wrong(411, "a body needs Content-Length, and no Transfer-Encoding")
    text = request.header("content-length") or "0"
    if len(text) > MOST_DIGITS or int(text) > largest:
        raise Wrong(413, f"a body has at most {largest:,} bytes")
    if int(text) and request.header("content-type").partition(";")[0].strip().lower() != JSON:
        raise Wrong(415, f"a body must be JSON: send Content-Type: {JSON}")


def of_all(host: str) -> Headers:
    """Return the headers of every answer. Nothing but the page's own files is loaded, nothing is kept or shared."""
    socket = f" ws://{host}" if HOSTS.fullmatch(host) else ""
    return (
        ("content-security-policy", f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
         f"manifest-src 'self'; connect-src 'self'{socket}; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    )  # fmt: skip
