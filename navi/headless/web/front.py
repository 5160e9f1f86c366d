"""The front: connections from this machine, each with one request after the other, or a WebSocket.

Whoever connects may be another user of this machine, or a page of another site in our user's browser. So everything
has a limit, and what nobody has logged in for is closed first where there are too many.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl

import h11
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection
from wsproto.utilities import RemoteProtocolError

from navi.core.log import SILENT, Log
from navi.headless.hub.conversation import ServedProgram
from navi.headless.hub.hub import Hub
from navi.headless.hub.subscriber import GIVES_UP
from navi.headless.lines import send_with_patience
from navi.headless.web.login import Login, User, read_token
from navi.headless.web.page_files import read_page
from navi.headless.web.requests import HttpAnswer, Request, Wrong, check_body, check_place, from_json, of_all
from navi.headless.web.routes import LARGEST_OF_CLIENT, AllowedRequest, HttpRoute, Site, allowed, check_user, find
from navi.headless.web.websocket import USUAL_PINGS, Pings, WebSocketPeer

LONGEST_HEADER = 16 * 1024
"""Bytes of a request before its body."""

HEADER_WITHIN, BODY_WITHIN, RESTS = 10.0, 30.0, 60.0
"""Seconds for the header of a request, for its body, and between two requests."""

CHUNK = 64 * 1024
"""Bytes that are read at once."""

LARGEST_OF_STRANGER = 4096
"""Bytes of the body of a request that nobody has logged in for."""

MOST_FIELDS = 20
"""Fields in the query of an address."""

MOST_CONNECTIONS = 200
"""Connections at once."""

LINGERS = 1.0
"""Seconds for which what comes after a refusal is read and dropped, so that the refusal is not lost."""

STRANGE, KNOWN, AT_WORK = range(3)
"""Ranks of connections: nobody has logged in, somebody has, and a request or WebSocket is at work."""

GONE = (trio.BrokenResourceError, trio.ClosedResourceError)


@asynccontextmanager
async def listening(port: int | None, usual: int) -> AsyncIterator[trio.SocketListener]:
    """Listen at a port that only this machine reaches; 0 is any free one. Without a port, at the usual one, or at any
    where another hub has it. Raise OSError.
    """
    try:
        (listener,) = await trio.open_tcp_listeners(usual if port is None else port, host="127.0.0.1")
    except OSError:
        if port is not None:
            raise
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with listener:
        yield listener


async def serve_page(
    hub: Hub,
    listener: trio.SocketListener,
    token: Path,
    log: Log = SILENT,
    pings: Pings = USUAL_PINGS,
    task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve a hub over HTTP until cancelled; report an address of the page, with a code. Raise OSError."""
    login = Login(read_token(token))
    address = f"http://127.0.0.1:{listener.socket.getsockname()[1]}/"
    hub.inviter = lambda: f"{address}#{login.invite()}"
    front = Front(Site(hub, login, read_page()), log, pings)
    async with trio.open_nursery() as nursery:
        task_status.started(hub.inviter())
        await trio.serve_listeners(front.take, [listener], handler_nursery=nursery)


class Front:
    """All connections of a site."""

    def __init__(self, site: Site, log: Log, pings: Pings = USUAL_PINGS) -> None:
        self.site = site
        self.log = log
        self.pings = pings
        self._connections: dict[_Connection, None] = {}

    async def take(self, stream: trio.SocketStream) -> None:
        """Serve one connection until it ends. A fault of ours ends it, and nothing else."""
        connection = _Connection(self, stream)
        try:
            if not self._has_room():
                return
            self._connections[connection] = None
            with connection.scope:
                await connection.run()
        except Exception:
            self.log.exception("a fault in navi; one connection to the page ends")
            await connection.fail()
        finally:
            self._connections.pop(connection, None)
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)

    def _has_room(self) -> bool:
        """Make room where there is none: close the oldest of those that nobody has logged in for, or else that rest."""
        if len(self._connections) < MOST_CONNECTIONS:
            return True
        oldest = min(self._connections, key=lambda one: one.rank)
        if oldest.rank == AT_WORK:
            return False
        oldest.scope.cancel()
        del self._connections[oldest]
        return True


class _Connection:
    """A connection: requests and answers, until one becomes a WebSocket. The `rank` tells which is closed first."""

    def __init__(self, front: Front, stream: trio.SocketStream) -> None:
        self.scope = trio.CancelScope()
        self.rank = STRANGE
        self._front = front
        self._stream = stream
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEADER)
        self._host = ""

    async def run(self) -> None:
        """Answer until the other side ends, or an answer ends it."""
        with suppress(*GONE):
            wait = HEADER_WITHIN
            while await self._next(wait):
                wait = RESTS

    async def fail(self) -> None:
        """Report a fault of ours, where an answer is due."""
        with suppress(*GONE):
            await self._refuse(Wrong(500, "a fault in navi; its log says more"))

    async def _next(self, wait: float) -> bool:
        """Answer the next request; return whether another may follow."""
        try:
            head = await self._head(wait)
            return head is not None and await self._serve(head)
        except Wrong as error:
            await self._refuse(error)
        except h11.RemoteProtocolError as error:
            await self._refuse(Wrong(error.error_status_hint, f"this is no good HTTP: {error}"))
        except sqlite3.Error as error:
            await self._refuse(Wrong(503, f"the hub can't read what it stored: {error}"))
        return False

    # ---- reading

    async def _head(self, wait: float) -> h11.Request | None:
        """Return the head of the next request, None at the end."""
        if not self._http.trailing_data[0]:
            with trio.move_on_after(wait):
                await self._receive()
            if not self._http.trailing_data[0]:
                return None
        with trio.move_on_after(HEADER_WITHIN):
            event = await self._event()
            return event if isinstance(event, h11.Request) else None
        raise Wrong(408, f"the request did not come within {HEADER_WITHIN:g} s")

    async def _body(self) -> bytes:
        """Return the body of a request; its length is known to be small. Raise Wrong."""
        if self._http.they_are_waiting_for_100_continue:
            await self._send_event(h11.InformationalResponse(status_code=100, headers=[]))
        body = bytearray()
        with trio.move_on_after(BODY_WITHIN):
            while isinstance(event := await self._event(), h11.Data):
                body += event.data
            return bytes(body)
        raise Wrong(408, f"the body did not come within {BODY_WITHIN:g} s")

    async def _event(self) -> object:
        """Return the next event of HTTP."""
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                await self._receive()
        except ValueError as error:  # from an older h11, for a number without end
            raise Wrong(400, "this is no good HTTP") from error
        return event

    async def _receive(self) -> None:
        self._http.receive_data(bytes(await self._stream.receive_some(CHUNK)))

    # ---- answering

    async def _serve(self, head: h11.Request) -> bool:
        """Answer a request; return whether another may follow. Raise Wrong."""
        request = _request(head)
        self._host = request.header("host")
        check_place(request)
        if request.method == "OPTIONS" and allowed(request.path):
            check_body(request, 0)
            await self._body()
            return await self._send(HttpAnswer(204, headers=[("allow", allowed(request.path))]))
        route, id = find(request.method, request.path)
        login = self._front.site.login
        user = login.user(request.header("authorization"), request.header("cookie"), time.time())
        check_user(route, request, user)
        self.rank = max(self.rank, KNOWN if user else STRANGE)
        check_body(request, LARGEST_OF_CLIENT if user else LARGEST_OF_STRANGER)
        if route.socket:
            await self._become_socket(head, request, route, id, user)
            return False
        body = from_json(await self._body())
        return await self._answer(route, AllowedRequest(request, id, body, user))

    async def _answer(self, route: HttpRoute, asked: AllowedRequest) -> bool:
        assert route.answer
        rank, self.rank = self.rank, AT_WORK
        try:
            answer = await route.answer(self._front.site, asked)
        except Wrong as error:  # the whole request was read, so that another may follow
            answer = error.answer
        self.rank = rank
        self._front.log.debug("page: %s %s: %d", route.method, route.path, answer.status)
        return await self._send(answer, asked.request.method == "HEAD")

    async def _send(self, answer: HttpAnswer, only_head: bool = False) -> bool:
        """Send an answer; return whether another request may follow."""
        headers = [*of_all(self._host), *answer.headers]
        if answer.status != 204:
            headers += [("content-type", answer.kind), ("content-length", str(len(answer.body)))]
        data = [self._http.send(h11.Response(status_code=answer.status, headers=headers))]
        if answer.body and not only_head:
            data.append(self._http.send(h11.Data(data=answer.body)))
        data.append(self._http.send(h11.EndOfMessage()))
        await send_with_patience(self._stream, b"".join(one for one in data if one), GIVES_UP)
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _send_event(self, event: h11.InformationalResponse) -> None:
        await send_with_patience(self._stream, self._http.send(event) or b"", GIVES_UP)

    async def _refuse(self, error: Wrong) -> None:
        """Report what is wrong, and end the connection: what follows may be no request."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        answer = error.answer
        await self._send(answer._replace(headers=[*answer.headers, ("connection", "close")]))
        with trio.move_on_after(LINGERS):
            await self._stream.send_eof()
            for _ in range(64):
                if not await self._stream.receive_some(CHUNK):
                    break

    # ---- WebSockets

    async def _become_socket(self, head: h11.Request, request: Request, route: HttpRoute, id: str, user: User) -> None:
        """Speak over a WebSocket until it ends. Raise Wrong."""
        assert route.socket
        if not request.upgrades or request.header("content-length"):
            raise Wrong(426, "this address is for WebSockets", [("upgrade", "websocket"), ("connection", "upgrade")])
        hub = self._front.site.hub
        if id and await hub.writer.do(lambda store: store.session(id)) is None:
            raise Wrong(404, f"there is no session {id}")
        peer = WebSocketPeer(self._stream, await self._accept(head), route.socket.senders, route.socket.largest)
        self.rank = AT_WORK
        async with trio.open_nursery() as nursery:
            nursery.start_soon(peer.keep_alive, self._front.pings)
            await ServedProgram(hub, peer, user, id, f"web, {user}").run()
            nursery.cancel_scope.cancel()
        await peer.finish()

    async def _accept(self, head: h11.Request) -> WSConnection:
        """Accept a WebSocket. Raise Wrong."""
        socket = WSConnection(ConnectionType.SERVER)
        try:
            socket.initiate_upgrade_connection(list(head.headers), head.target.decode("ascii"))
            list(socket.events())
        except RemoteProtocolError as error:
            raise Wrong(400, f"this is no good request for a WebSocket: {error}") from error
        await self._event()
        data, _ = self._http.trailing_data
        await send_with_patience(self._stream, socket.send(AcceptConnection()), GIVES_UP)
        if data:
            socket.receive_data(bytes(data))
        return socket


def _request(head: h11.Request) -> Request:
    """Return the head of a request as a value. Raise Wrong."""
    if len(head.target) + sum(len(name) + len(value) for name, value in head.headers) > LONGEST_HEADER:
        raise Wrong(431, f"the header of a request has at most {LONGEST_HEADER:,} bytes")
    target = head.target.decode("ascii")
    if not target.startswith("/") and target != "*":
        raise Wrong(400, "the address must begin with /")
    path, _, query = target.partition("?")
    try:
        pairs = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise Wrong(400, f"an address has at most {MOST_FIELDS} fields") from error
    headers = [(name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers]
    return Request(head.method.decode("ascii"), path, pairs, headers)
