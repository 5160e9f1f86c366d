"""Hub, relay and clients of different versions: real processes, of which one is made to have another version."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from navi import __version__
from navi.headless.versions import about_client, is_newer, is_other, trouble_of
from tests.cli.verbs.test_headless import shows, spawn
from tests.support.machines import Lab
from tests.support.serving import daemon, serving
from tests.support.verbs import navi
from tests.support.waiting import until

PRETENDING = "import sys, navi; navi.__version__ = sys.argv.pop(1); from navi.cli import main; sys.exit(main())"
"""A navi that has the version of its first argument."""

OLDER, NEWER = "0.0.1", "99.0"


def pretending(version: str, *words: str) -> list[str]:
    """Return the command line of a navi of another version."""
    return [sys.executable, "-c", PRETENDING, version, *words]


@contextmanager
def running(lab: Lab, version: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a navi of another version until the context is left."""
    process = subprocess.Popen(
        pretending(version, *words), env=lab.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def state_of(lab: Lab) -> str:
    """Return what is known of the relay."""
    return daemon(lab, "status").stdout


@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_a_relay_of_another_version_is_replaced_and_nothing_is_lost(lab: Lab, version: str) -> None:
    """As after an upgrade of a hub that was killed, whose relay runs on."""
    with serving(lab) as hub:
        address = spawn(lab, "local", "say one ;; wait 4 ;; say two")
        shows(lab, address, "one")
        os.kill(hub.pid, signal.SIGKILL)
        hub.communicate(timeout=30)
        daemon(lab, "stop")
    with running(lab, version, "daemon", "start", "--foreground") as relay:
        until(lambda: f"process {relay.pid}" in state_of(lab), what="the relay runs")
        with serving(lab):
            assert relay.wait(30) == 0
            assert f"process {relay.pid}" not in state_of(lab)
            shows(lab, address, "one", "two")
            navi(lab, "send", address, "say three")
            shows(lab, address, "one", "two", "three")
            navi(lab, "kill", address)


def test_a_hub_that_was_there_before_an_upgrade_says_what_helps(lab: Lab) -> None:
    """The relay that it starts is of the version that is installed now, however often."""
    words = f"the hub is navi {OLDER}, and the relay is navi {__version__}; restart navi serve"
    asking = pretending(OLDER, "daemon", "status")

    def status() -> str:
        return subprocess.run(asking, env=lab.environment(), capture_output=True, text=True, check=False).stdout

    with running(lab, OLDER, "serve", "--port", "0"):
        until(lambda: words in status(), what="the relay is refused")
        process = status().partition("(process ")[2].partition(")")[0]
        client = navi(lab, "health", "spawn_0123456789abcdef", status=78)
        assert client.stderr.startswith(f"navi: the hub is navi {OLDER}, and the program that asks it is navi")
        assert client.stderr.endswith("; restart navi serve\n")
        assert process in status(), "it is not replaced by one that is the same"
    daemon(lab, "stop")


def test_a_program_of_another_version_is_refused(lab: Lab) -> None:
    with serving(lab):
        address = spawn(lab, "local", "say one")
        asking = pretending(OLDER, "health", "--json", address)
        done = subprocess.run(asking, env=lab.environment(), capture_output=True, text=True, check=False)
        remedy = "start that program anew from the newer navi"
        words = f"the hub is navi {__version__}, and the program that asks it is navi {OLDER}; {remedy}"
        assert (done.returncode, done.stdout, done.stderr) == (78, "", f"navi: {words}\n")
        assert json.loads(navi(lab, "health", "--json", address).stdout)["status"] == "healthy"
        navi(lab, "kill", address)


def test_versions_are_compared_by_their_numbers() -> None:
    assert not is_other("")
    assert not is_other(__version__)
    assert is_other(f"{__version__}.dev1")
    assert (is_newer(OLDER), is_newer(NEWER), is_newer(__version__)) == (False, True, False)
    assert about_client(NEWER).endswith("; restart navi serve")
    assert "older than navi" in trouble_of({"code": "MALFORMED", "message": "unknown message 'hello'"})
    assert trouble_of({"code": "MALFORMED", "message": "a message is one JSON object in a line"}) == ""
