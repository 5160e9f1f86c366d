"""navi serve and its page: the port, another address, and what happens where there can't be a page."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from navi.cli.verbs.serve import PORT
from tests.support.machines import Lab
from tests.support.serving import serving
from tests.support.verbs import navi
from tests.support.waiting import until
from tests.support.web import site_of


@contextmanager
def started(lab: Lab, *words: str, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run `navi serve` with words; `before` is Python that runs in its process first."""
    code = f"{before}\nimport sys\nfrom navi.cli import program\nsys.argv[0] = 'navi'\nsys.exit(program())"
    hub = subprocess.Popen(
        [sys.executable, "-c", code, "serve", *words], env=lab.environment(), text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert hub.stdout
        assert hub.stdout.readline().startswith("serving at ")
        yield hub
    finally:
        hub.terminate()
        hub.communicate(timeout=30)
        subprocess.run([sys.executable, "-m", "navi", "daemon", "stop"], env=lab.environment(), capture_output=True)


def test_the_page_is_at_the_port_that_was_asked_for(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with started(lab, "--port", str(port)) as hub:
        site = site_of(lab, hub)
        assert site.port == port
        assert site.ask("GET", "/", known=False).status == 200
        assert Path(lab.environment()["XDG_STATE_HOME"], "navi", "web-token").stat().st_mode & 0o777 == 0o600


def test_a_port_that_is_taken_is_reported_and_the_socket_serves(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(lab, "--port", str(port)) as hub:
            assert hub.stderr
            words = hub.stderr.readline()
            assert words.startswith("navi: the page can't be served: [Errno 98] ")
            assert words.endswith("navi serve --port P uses another one\n")
            assert "serves no page" in navi(lab, "serve", "--page", status=69).stderr
            assert navi(lab, "ls").stdout == ""


def test_where_another_program_has_the_usual_port_it_is_another_one(lab: Lab) -> None:
    try:
        taken = socket.create_server(("127.0.0.1", PORT))
    except OSError:
        taken = None  # somebody has it already, which is as good
    try:
        with started(lab) as hub:
            assert site_of(lab, hub).port not in (0, PORT)
    finally:
        if taken:
            taken.close()


@pytest.mark.parametrize("package", ["h11", "wsproto"])
def test_without_its_packages_there_is_no_page_and_the_rest_works(lab: Lab, package: str) -> None:
    hides = (
        "from importlib import util\nfind = util.find_spec\n"
        f"util.find_spec = lambda name, *more: None if name == {package!r} else find(name, *more)"
    )
    with started(lab, before=hides) as hub:
        assert hub.stderr
        words = hub.stderr.readline()
        assert words.startswith("navi: the page in a browser needs the Python packages h11 and wsproto; ")
        assert f"'{package}>=" in words
        until(lambda: navi_status(lab) == 0, what="the relay is connected")
        assert "spawned" in navi(lab, "spawn", "--harness", "scripted", "say x").stdout


def navi_status(lab: Lab) -> int:
    """Return the exit status of `navi daemon status`."""
    words = [sys.executable, "-m", "navi", "daemon", "status"]
    return subprocess.run(words, env=lab.environment(), capture_output=True).returncode


def test_without_a_hub_there_is_no_address(lab: Lab) -> None:
    assert navi(lab, "serve", "--page", status=69).stderr == "navi: no hub runs here; navi serve starts it\n"
    assert "a port is a number from 0 to 65535" in navi(lab, "serve", "--port", "65536", status=64).stderr


def test_a_killed_hub_knows_its_pages_again(lab: Lab) -> None:
    with serving(lab) as hub:
        first = site_of(lab, hub)
        cookie = first.cookie()
        hub.kill()
        hub.communicate(timeout=30)
    with serving(lab) as hub:
        again = site_of(lab, hub)
        assert again.token == first.token
        assert again.ask("GET", "/api/sessions", headers={"Cookie": cookie}, known=False).status == 200


def test_a_session_with_a_terminal_can_not_be_opened_in_one(lab: Lab) -> None:
    lab.local.new_session("api", "exec cat")
    assert "this one has a terminal" in navi(lab, "attach", "--no-attach", "api", status=64).stderr


def test_a_hub_with_another_store_leaves_the_socket_to_the_one_that_answers(lab: Lab, tmp_path: Path) -> None:
    """As where XDG_STATE_HOME differs: it would leave the other one running where nobody reaches it."""
    with serving(lab):
        elsewhere = lab.environment() | {"XDG_STATE_HOME": str(tmp_path)}
        words = [sys.executable, "-m", "navi", "serve", "--port", "0"]
        done = subprocess.run(words, env=elsewhere, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 73
        assert done.stderr.endswith(": another hub answers there, with its state in another folder (XDG_STATE_HOME)\n")
        assert navi(lab, "ls").stdout == ""
    until(lambda: not (Path(lab.environment()["XDG_RUNTIME_DIR"]) / "navi" / "hub.sock").exists(), what="it is gone")
