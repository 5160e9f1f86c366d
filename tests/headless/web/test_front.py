"""Requests over HTTP to a real `navi serve`: those of the page and of programs, and all that may be hostile."""

from __future__ import annotations

import json
import os
import re
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navi.headless.web.front import LONGEST_HEADER, MOST_CONNECTIONS, MOST_FIELDS
from navi.headless.web.page_files import FOLDER
from navi.headless.web.routes import LARGEST_OF_CLIENT, ROUTES
from tests.headless.web.conftest import World
from tests.support.verbs import navi
from tests.support.waiting import until
from tests.support.web import Site

HOST = b"Host: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"


def statuses(answers: bytes) -> list[int]:
    """Return the statuses of the answers in what came back."""
    return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3}) \r\n", answers)]


# ---- what is there


@pytest.mark.parametrize("path", ["/", *(f"/{one.name}" for one in FOLDER.iterdir() if one.name != "index.html")])
def test_the_page_s_files_need_no_login_and_load_nothing_from_elsewhere(site: Site, path: str) -> None:
    got = site.ask("GET", path, known=False)
    assert (got.status, got.headers["x-content-type-options"]) == (200, "nosniff")
    assert "script-src 'self'; style-src 'self'" in got.headers["content-security-policy"]
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", got.text) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|javascript:", got.text) == []
    assert site.ask("HEAD", path, known=False).headers["content-length"] == str(len(got.text.encode()))


def test_the_page_has_no_scripts_and_styles_of_its_own() -> None:
    page = (FOLDER / "index.html").read_text()
    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page) == []


@pytest.mark.parametrize("route", [one for one in ROUTES if one.path.startswith("/api/")], ids=lambda one: one.path)
def test_every_row_of_the_table_needs_a_login(site: Site, route) -> None:  # type: ignore[no-untyped-def]
    path = route.path.replace("{id}", "spawn_none")
    got = site.ask(route.method, path, known=False)
    if path in ("/api/health", "/api/logout"):
        assert got.status == 200
    else:
        assert (got.status, "error" in got.body) == (401, True)
        assert site.ask(route.method, f"{path}?token={site.token}", known=False).status == 401


def test_an_unknown_address_is_not_found(site: Site) -> None:
    for path in ("/x", "/api", "/api/", "/../etc/passwd", "/app.js/", "//", "/index.html", "/api/sessions/a%2Fb"):
        got = site.ask("GET", path)
        assert (got.status, got.body) == (404, {"error": "there is nothing at this address"}), path


def test_a_method_that_an_address_does_not_have_is_refused(site: Site) -> None:
    wrong = site.ask("PUT", "/api/sessions/a/interactive")
    assert (wrong.status, wrong.headers["allow"]) == (405, "DELETE, OPTIONS, POST")
    options = site.ask("OPTIONS", "/api/sessions", known=False)
    assert (options.status, options.text, options.headers["allow"]) == (204, "", "GET, HEAD, OPTIONS")
    assert not [name for name in options.headers if name.startswith("access-control")]
    got, head = site.ask("GET", "/api/sessions"), site.ask("HEAD", "/api/sessions")
    assert (head.status, head.text, head.headers) == (200, "", got.headers)
    for method in (b"TRACE", b"CONNECT", b"BREW"):
        assert statuses(site.raw(method + b" /api/sessions HTTP/1.1\r\n" + HOST + b"\r\n")) == [405]


def test_sessions_are_spawned_listed_and_paged(site: Site) -> None:
    made = site.ask("POST", "/api/sessions/spawn", {"prompt": "say <b>hi</b>", "harness": "scripted"})
    assert (made.status, made.body["status"]) == (201, "starting")
    id = made.body["session_id"]
    info = site.ask("GET", f"/api/sessions/{id}/info").body
    assert (info["type"], info["remote"], info["badge"]) == ("spawned", True, "Remote")
    live = site.ask("POST", "/api/sessions/live", {"title": "api", "project_path": "/repo"})
    assert (live.status, live.body["type"], live.body["remote"]) == (201, "archived", False)
    assert [one["id"] for one in site.ask("GET", "/api/sessions/spawned").body["sessions"]] == [id]
    ids = [one["id"] for one in site.ask("GET", "/api/sessions").body["sessions"]]
    pages = [site.ask("GET", f"/api/sessions?limit=1&skip={skip}").body["sessions"] for skip in range(len(ids))]
    assert [one["id"] for (one,) in pages] == ids
    assert site.ask("GET", "/api/sessions?limit=x").status == 400
    (daemon,) = site.ask("GET", "/api/daemon/list").body["daemons"]
    assert daemon["capabilities"]["hosts"] == ["local"]


def test_messages_are_sent_and_transcripts_of_terminals_kept(site: Site) -> None:
    id = site.ask("POST", "/api/sessions/spawn", {"prompt": "say x", "harness": "scripted"}).body["session_id"]
    path = f"/api/sessions/{id}/messages"
    sent = site.ask("POST", path, {"content": "say more", "uuid": "u1"})
    assert (sent.status, sent.body["uuid"]) == (201, "u1")
    until(lambda: any('"more"' in one for one in site.ask("GET", path).body["messages"]), what="an answer")
    assert site.ask("POST", path, {"messages": []}).body["error"] == f"{id} runs in no terminal now"
    live = site.ask("POST", "/api/sessions/live", {"title": "api", "harness": "claude-code"}).body["id"]
    path = f"/api/sessions/{live}/messages"
    line = {"type": "assistant", "message": {"content": [{"type": "text", "text": "hi \ud83d"}]}}
    for number in (1, 3):
        assert site.ask("POST", path, {"messages": [line, line]}).body == {"last_index": number}
    kept = json.loads(json.dumps(line).replace("\\ud83d", "\ufffd"))
    assert [json.loads(one) for one in site.ask("GET", path).body["messages"]] == [kept] * 4
    assert site.ask("GET", f"{path}?form=events&from_index=3").body["messages"][0][0]["event"] == "text"
    bodies: list[dict[str, object]] = [{"messages": ["x"]}, {"messages": {}}, {"content": 7}, {}]
    for wrong in bodies:
        assert site.ask("POST", path, wrong).status == 400
    assert site.ask("POST", path, {"content": "x"}).status == 409
    assert site.ask("POST", f"/api/sessions/{live}/complete", {}).status == 200
    assert site.ask("POST", path, {"messages": [line]}).status == 409


def test_a_session_that_can_not_go_on_in_a_terminal_says_why_and_goes_on(site: Site) -> None:
    wanted = {"prompt": "say x ;; wait 60", "harness": "scripted"}
    id = site.ask("POST", "/api/sessions/spawn", wanted).body["session_id"]
    got = site.ask("POST", f"/api/sessions/{id}/open", {})
    assert got.status == 409
    assert got.body["error"] == "scripted can't go on with a conversation in a terminal; nothing was ended"
    assert site.ask("GET", f"/api/sessions/{id}/info").body["remote"] is True
    missing = site.ask("POST", "/api/sessions/none/open", {})
    assert (missing.status, missing.body["error"]) == (409, "there is no session none")


def test_a_stranger_sends_no_large_body(site: Site) -> None:
    assert site.ask("POST", "/api/login", {"token": "x" * 5000}, known=False).status == 413


# ---- who may


def test_a_page_logs_in_with_a_code_that_works_once(world: World) -> None:
    site = world.site
    address = navi(world.lab, "serve", "--page").stdout.strip()
    code = address.removeprefix(f"{site.origin}/#")
    done = site.ask("POST", "/api/login", {"token": code}, known=False)
    attributes = done.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(attributes)
    assert site.ask("POST", "/api/login", {"token": code}, known=False).status == 401
    cookie, origin = {"Cookie": attributes[0]}, {"Origin": site.origin}
    assert site.ask("GET", "/api/sessions", headers=cookie, known=False).status == 200
    assert site.ask("POST", "/api/sessions/live", {}, cookie | origin, known=False).status == 201
    without = site.ask("POST", "/api/sessions/live", {}, cookie, known=False)
    assert (without.status, "browser" in without.body["error"]) == (403, True)
    assert "Max-Age=0" in site.ask("POST", "/api/logout", headers=cookie | origin, known=False).headers["set-cookie"]


@pytest.mark.parametrize("token", ["wrong", "", 7, None, [], {"a": 1}, "x" * 3000])
def test_what_is_no_code_is_refused(site: Site, token: object) -> None:
    got = site.ask("POST", "/api/login", {"token": token}, known=False)
    assert (got.status, "set-cookie" in got.headers) == (401, False)
    assert "navi serve --page" in got.body["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}, {"Cookie": "navi=1.2.3"}, {"Cookie": "navi="},
        {"X-Token": "TOKEN"}, {"Cookie": "navi=TOKEN"},
    ],
)  # fmt: skip
def test_who_is_not_known_gets_nothing(site: Site, headers: dict[str, str]) -> None:
    sent = {name: value.replace("TOKEN", site.token) for name, value in headers.items()}
    assert site.ask("GET", "/api/sessions", headers=sent, known=False).status == 401


def test_tokens_are_in_no_log_and_no_command_line(world: World) -> None:
    command = Path(f"/proc/{world.hub.pid}/cmdline").read_bytes() + Path(f"/proc/{world.hub.pid}/environ").read_bytes()
    assert world.site.token.encode() not in command
    logs = [one.read_text() for one in world.lab.folder.rglob("*.log*") if one.is_file()]
    assert [one for one in logs if world.site.token in one or world.site.code in one] == []


# ---- from where


FOREIGN_HOSTS = [
    "evil.com", "evil.com:PORT", "127.0.0.1.evil.com", "localhost.evil.com", "localhost@evil.com",
    "127.0.0.1:1@evil.com",
    "127.0.0.2", "0.0.0.0", "[::2]", "2130706433", "local host", "localhost:", "localhost:123456", "",
]  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_name_that_somebody_points_at_this_machine_is_refused(site: Site, host: str) -> None:
    for path in ("/", "/api/health", "/api/sessions"):
        got = site.ask("GET", path, headers={"Host": host.replace("PORT", str(site.port))})
        assert (got.status, got.body) == (421, {"error": "this hub answers at 127.0.0.1 and localhost only"})


@pytest.mark.parametrize("host", ["localhost", "localhost:9999", "127.0.0.1:1", "[::1]:80"])
def test_a_tunnel_may_have_another_port(site: Site, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    got = site.ask("GET", "/api/sessions", headers=headers)
    assert got.status == 200
    assert f"connect-src 'self' ws://{host};" in got.headers["content-security-policy"]


@pytest.mark.parametrize(
    "origin", ["http://evil.com", "null", "https://HOST", "http://127.0.0.1:1", "http://localhost", "file://"]
)
def test_a_page_of_another_origin_is_refused_whatever_it_sends(site: Site, origin: str) -> None:
    headers = {"Origin": origin.replace("HOST", site.host)}
    for method, path in (("GET", "/api/sessions"), ("POST", "/api/sessions/live"), ("POST", "/api/login")):
        got = site.ask(method, path, {} if method == "POST" else None, headers)
        assert (got.status, got.body["error"]) == (403, "the request comes from a page of another origin")


def test_only_this_machine_can_connect(site: Site) -> None:
    listeners = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {one[1] for one in listeners if one[3] == "0A" and one[1].endswith(f":{site.port:04X}")}
    assert addresses == {f"0100007F:{site.port:04X}"}
    six = Path("/proc/net/tcp6").read_text() if Path("/proc/net/tcp6").exists() else ""
    assert f":{site.port:04X} 0000" not in six


# ---- what can't be read


def request(*headers: bytes, body: bytes = b"", method: bytes = b"POST", path: bytes = b"/api/login") -> bytes:
    """Return a request as bytes."""
    return method + b" " + path + b" HTTP/1.1\r\n" + HOST + b"".join(headers) + b"\r\n" + body


NEXT = request(method=b"GET", path=b"/api/health")

BROKEN = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), 400),
    "a line without a version": (b"GET /\r\n\r\n", 400),
    "HTTP/3": (b"GET / HTTP/3\r\n" + HOST + b"\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (request(HOST, method=b"GET", path=b"/"), 400),
    "a proxy's address": (request(method=b"GET", path=b"http://localhost/"), 400),
    "a NUL in a header": (request(b"X: a\0b\r\n"), 400),
    "a blank before a colon": (request(b"Content-Length : 0\r\n"), 400),
    "a header without a name": (request(b": x\r\n"), 400),
    "a header that is too long": (request(b"X: " + b"x" * (LONGEST_HEADER + 1) + b"\r\n"), 431),
    "many headers": (request(*[b"X: x\r\n"] * LONGEST_HEADER), 431),
    "an address that is too long": (request(method=b"GET", path=b"/" + b"x" * (LONGEST_HEADER + 1)), 431),
    "many fields": (request(method=b"GET", path=b"/?" + b"a=b&" * (MOST_FIELDS + 1)), 400),
    "chunks": (request(JSON, b"Transfer-Encoding: chunked\r\n", body=b"2\r\n{}\r\n0\r\n\r\n"), 411),
    "chunks and a length": (
        request(JSON, b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", body=b"0\r\n\r\n"), 411,
    ),
    "another encoding": (request(JSON, b"Transfer-Encoding: gzip, chunked\r\n"), 501),
    "two lengths": (request(JSON, b"Content-Length: 2\r\nContent-Length: 3\r\n", body=b"{}\n"), 400),
    "a negative length": (request(JSON, b"Content-Length: -1\r\n"), 400),
    "no length": (request(JSON, b"Content-Length: x\r\n"), 400),
    "a length in hexadecimal": (request(JSON, b"Content-Length: 0x2\r\n", body=b"{}"), 400),
    "a long length": (request(JSON, b"Content-Length: " + b"9" * 19 + b"\r\n"), 413),
    "a large body": (request(JSON, b"Content-Length: %d\r\n" % (LARGEST_OF_CLIENT + 1)), 413),
    "another kind of body": (request(b"Content-Type: text/plain\r\nContent-Length: 2\r\n", body=b"{}"), 415),
    "a form": (request(b"Content-Length: 2\r\n", body=b"{}"), 415),
    "no JSON": (request(JSON, b"Content-Length: 2\r\n", body=b"{]"), 400),
    "a list": (request(JSON, b"Content-Length: 2\r\n", body=b"[]"), 400),
    "no UTF-8": (request(JSON, b"Content-Length: 2\r\n", body=b"\xff\xff"), 400),
    "deep JSON": (request(JSON, b"Content-Length: 4000\r\n", body=b"[" * 4000), 400),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_can_not_be_read_gets_one_answer_and_nothing_behind_it_counts(site: Site, what: str) -> None:
    data, status = BROKEN[what]
    answers = site.raw(data + NEXT * 3)
    assert statuses(answers) == [status]
    head, _, body = answers.partition(b"\r\n\r\n")
    assert "error" in json.loads(body)
    assert b"connection: close" in head


def test_a_length_without_end_is_refused_with_every_version_of_h11(site: Site) -> None:
    for digits in (100, 5000):
        answers = site.raw(request(JSON, b"Content-Length: " + b"9" * digits + b"\r\n") + NEXT)
        assert statuses(answers) in ([400], [413])


def test_a_body_that_is_cut_off_is_not_carried_out(site: Site) -> None:
    before = len(site.ask("GET", "/api/sessions").body["sessions"])
    auth = f"Authorization: Bearer {site.token}\r\n".encode()
    for rest in (b'{"title": "x"}', b"{", b""):
        data = request(auth, JSON, b"Content-Length: 50\r\n", body=rest, path=b"/api/sessions/live")
        assert statuses(site.raw(data)) == [400]
    assert len(site.ask("GET", "/api/sessions").body["sessions"]) == before


def test_one_connection_carries_many_requests_in_order(site: Site) -> None:
    auth = f"Authorization: Bearer {site.token}\r\n".encode()
    many = [request(method=b"GET", path=path) for path in (b"/api/health", b"/icon.svg", b"/api/health")]
    made = request(auth, JSON, b"Content-Length: 13\r\n", body=b'{"title":"p"}', path=b"/api/sessions/live")
    missing = request(auth, method=b"GET", path=b"/api/sessions/none/info")
    answers = site.raw(b"".join([*many, made, missing, NEXT]))
    assert statuses(answers) == [200, 200, 200, 201, 404, 200]
    assert statuses(site.raw(NEXT.replace(b"HTTP/1.1", b"HTTP/1.0") + NEXT)) == [200]
    assert statuses(site.raw(request(b"Connection: close\r\n", method=b"GET", path=b"/") + NEXT)) == [200]


def test_a_program_that_asks_whether_to_go_on_may_do_so_only_if_it_is_known(site: Site) -> None:
    auth = f"Authorization: Bearer {site.token}\r\n".encode()
    data = request(JSON, b"Expect: 100-continue\r\nContent-Length: 2\r\n", auth, body=b"{}", path=b"/api/sessions/live")
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        head, _, body = data.partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(10_000).startswith(b"HTTP/1.1 201 ")
    assert statuses(site.raw(data.replace(auth, b"")))[0] == 401


@settings(max_examples=60)
@given(
    data=st.binary(max_size=200)
    | st.builds(lambda one, two: NEXT[:one] + two + NEXT[one:], st.integers(0, 60), st.binary(max_size=20))
)
def test_no_bytes_end_the_hub(site: Site, data: bytes) -> None:
    site.raw(data)
    assert site.ask("GET", "/api/health", known=False).status == 200


# ---- who is slow, and who is many


def test_a_request_that_comes_slowly_is_given_up(site: Site) -> None:
    place = ("127.0.0.1", site.port)
    with socket.create_connection(place, timeout=60) as silent, socket.create_connection(place, timeout=60) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert statuses(slow.recv(10_000)) == [408]
        assert silent.recv(10_000) == b"", "one that sends nothing is closed without a word"


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process open a few thousand files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, before[1]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\n"], ids=["silent", "begun"])
def test_a_thousand_connections_keep_nobody_out(world: World, begin: bytes) -> None:
    with many_files(), ExitStack() as opened:
        for _ in range(1000):
            one = opened.enter_context(socket.create_connection(("127.0.0.1", world.site.port), timeout=30))
            if begin:
                one.sendall(begin)
        assert world.site.ask("GET", "/api/sessions").status == 200
        until(lambda: files_of(world) < MOST_CONNECTIONS + 50, what="the hub has closed most of them")
    until(lambda: files_of(world) < 50, what="the hub has closed all of them")


def files_of(world: World) -> int:
    """Return how many files the hub has open."""
    return len(os.listdir(f"/proc/{world.hub.pid}/fd"))
