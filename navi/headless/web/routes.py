"""What is there over HTTP: one table of methods and paths. The rows of navi.headless.hub.api are among them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple

from navi.headless.hub import api
from navi.headless.hub.hub import Hub
from navi.headless.messages import LONGEST, Sender
from navi.headless.web.login import COOKIE, LASTS, Login, User
from navi.headless.web.page_files import read_page
from navi.headless.web.requests import HttpAnswer, Request, Wrong, in_json

LARGEST_OF_CLIENT = 4 * 1024 * 1024
"""Bytes of a message of a client, and of a request's body."""

Body = Mapping[str, Any]

HOW_TO_LOG_IN = "log in: navi serve --page prints an address of the page; programs send the token of the file web-token"


class Site(NamedTuple):
    """What answers need: the hub, who may use it, and the files of the page."""

    hub: Hub
    login: Login
    page: Mapping[str, HttpAnswer]


class AllowedRequest(NamedTuple):
    """A request that may be answered: what it asks, the id in its path, its body, and who sends it."""

    request: Request
    id: str
    body: Body
    user: User


class Socket(NamedTuple):
    """A WebSocket: whose messages may come, and how large they may be."""

    senders: tuple[Sender, ...]
    largest: int


class HttpRoute(NamedTuple):
    """A method and a path, in which {id} is an id; who may use it; and its answer, or its WebSocket."""

    method: str
    path: str
    users: Literal["all", "users", "programs"]
    answer: Callable[[Site, AllowedRequest], Awaitable[HttpAnswer]] | None = None
    socket: Socket | None = None


def find(method: str, path: str) -> tuple[HttpRoute, str]:
    """Return the route of a request and the id in its path. Raise Wrong."""
    found = [(route, id) for route in ROUTES if (id := api.match(route.path, path)) is not None]
    wanted = "GET" if method == "HEAD" else method
    for route, id in found:
        if route.method == wanted:
            return route, id
    if not found:
        raise Wrong(404, "there is nothing at this address")
    raise Wrong(405, f"the methods here are {allowed(path)}", [("allow", allowed(path))])


def allowed(path: str) -> str:
    """Return the methods of a path, as a header names them; "" if there is nothing."""
    methods = {route.method for route in ROUTES if api.match(route.path, path) is not None}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"})) if methods else ""


def check_user(route: HttpRoute, request: Request, user: User) -> None:
    """Raise Wrong if somebody may not use a route. A page also says that it is ours."""
    if route.users == "all":
        return
    if not user:
        raise Wrong(401, HOW_TO_LOG_IN, [("www-authenticate", "Bearer")])
    if route.users == "programs" and user != "program":
        raise Wrong(403, "only a program with the token may do this")
    if user == "page" and (request.method not in ("GET", "HEAD") or route.socket) and not request.header("origin"):
        raise Wrong(403, "a browser names the page that sends a request, and this one has none")


# ---- answers


async def _file(site: Site, asked: AllowedRequest) -> HttpAnswer:
    return site.page[asked.request.path]


async def _login(site: Site, asked: AllowedRequest) -> HttpAnswer:
    given = asked.body.get("token")
    cookie = site.login.exchange(given, time.time()) if isinstance(given, str) else None
    if cookie is None:
        raise Wrong(401, "this code is wrong or was used before; navi serve --page prints another address")
    return in_json(200, {"status": "ok"}, [("set-cookie", _cookie(cookie, LASTS))])


async def _logout(_site: Site, _asked: AllowedRequest) -> HttpAnswer:
    return in_json(200, {"status": "ok"}, [("set-cookie", _cookie("", 0))])


def _cookie(value: str, seconds: int) -> str:
    return f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict"


async def _operation(site: Site, asked: AllowedRequest) -> HttpAnswer:
    """What the hub's socket can be asked, too."""
    body = {"by": asked.user, **asked.request.query, **asked.body}
    method = asked.request.method.replace("HEAD", "GET")
    status, found = await api.respond(site.hub, method, asked.request.path, body, f"web, {asked.user}")
    return in_json(status, found, [("retry-after", str(found["retry_after"]))] if "retry_after" in found else [])


def _operations() -> list[HttpRoute]:
    opened = {"/api/health"}
    return [HttpRoute(one.method, one.path, "all" if one.path in opened else "users", _operation) for one in api.ROUTES]


ROUTES = (
    *(HttpRoute("GET", path, "all", _file) for path in read_page()),
    HttpRoute("POST", "/api/login", "all", _login),
    HttpRoute("POST", "/api/logout", "all", _logout),
    HttpRoute("GET", "/api/sessions/{id}/ws", "users", socket=Socket(("client",), LARGEST_OF_CLIENT)),
    HttpRoute("GET", "/api/daemon/ws", "programs", socket=Socket(("relay",), LONGEST)),
    *_operations(),
)
