"""A model service on loopback, without a model: real agents talk to it as to their vendor's.

    with Service() as service:
        environment = {"ANTHROPIC_BASE_URL": service.url, ...}

The words of the prompt choose the answer: see script.py. The address is 127.0.0.1, also for the machines of a lab.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from uuid import uuid4

from tests.agents import wire_anthropic, wire_chat, wire_gemini, wire_responses
from tests.agents.script import Answer, Json, Request, answer
from tests.agents.wire import Wire


def wire_of(path: str) -> Wire | None:
    """Return the form in which a path is answered; None for those that need no answer, such as statistics."""
    path = path.partition("?")[0]
    if path.endswith("/messages"):
        return wire_anthropic
    if path.endswith("/responses"):
        return wire_responses
    if path.endswith("/chat/completions"):
        return wire_chat
    return wire_gemini if path.endswith((":generateContent", ":streamGenerateContent")) else None


class Service:
    """The service, from `with` on, in threads of its own. `requests` are those that were answered, oldest first."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._failed: Counter[tuple[object, ...]] = Counter()
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.service = self

    @property
    def url(self) -> str:
        """The address to give to an agent."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Service:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="service", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request. One that fails N times has its status N times, and then 200."""
        found = answer(request)._replace(token=uuid4().hex)
        asked = (found.status, *(turn.text for turn in request.turns))
        with self._lock:
            self.requests.append(request)
            if self._failed[asked] >= found.failures:
                return found._replace(status=200)
            self._failed[asked] += 1
            return found


class Server(ThreadingHTTPServer):
    """The server of a service. A user who presses Esc makes the agent drop its connection: that is no error."""

    daemon_threads = True
    service: Service

    def handle_error(self, *_details: object) -> None:
        """Print nothing."""


class Handler(BaseHTTPRequestHandler):
    """One connection of an agent."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_words: object) -> None:
        """Print nothing."""

    def do_HEAD(self) -> None:
        """Answer that the service is there."""
        self._send({}, 200)

    def do_GET(self) -> None:
        """Answer with an empty list of models: every agent gets the name of its model from its configuration."""
        self._send({"object": "list", "data": [], "models": [], "has_more": False}, 200)

    def do_POST(self) -> None:
        """Answer as the prompt wants it. Requests that ask no model, such as to count tokens, get a fixed answer."""
        content, wire = self._content(), wire_of(self.path)
        if wire is None:
            self._send({"input_tokens": 100, "totalTokens": 100}, 200)
            return
        request = wire.read(content)
        request = request._replace(stream=request.stream or ":stream" in self.path)
        found = self.server.service.answer(request)
        if found.status != 200:
            self._send(wire.failure(found.status), found.status)
        elif request.stream:
            self._stream(wire, found, request)
        else:
            time.sleep(found.silence)
            self._send(wire.whole(found, request), 200)

    def _content(self) -> Json:
        """Return the JSON object that was sent, or an empty one."""
        chunked = "chunked" in self.headers.get("transfer-encoding", "")
        raw = self._chunks() if chunked else self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        try:
            found = json.loads(raw)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _chunks(self) -> bytes:
        """Return the body of a request whose length was not known at its beginning."""
        parts = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, content: Json, status: int) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, wire: Wire, found: Answer, request: Request) -> None:
        """Send the events of an answer, each when it is due. The end of the connection is the end of the answer."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for content, pause in wire.stream(found, request):
            self.wfile.write(content)
            self.wfile.flush()
            time.sleep(pause)
