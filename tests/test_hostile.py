"""A remote under an attacker's control: it hurts only itself, and nothing it writes is believed beyond proof."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.support import hostile
from tests.support.dashboard import navi as dashboard
from tests.support.machines import Lab

ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, C1 and bidi."""


def begin(lab: Lab, lie: str) -> None:
    """Start a good remote with a session, and one that lies."""
    good = lab.machine("good")
    good.new_session("api", "exec sleep 1000")
    good.write_status("api")
    liar = lab.machine("liar", shell=str(hostile.install(lab.folder, lie)))
    lab.remotes_yaml([good, liar], command_timeout=4, connect_timeout=4)


def listed(lab: Lab, *words: str) -> tuple[int, str, str]:
    """Run `navi ls`; return its exit status, output and errors."""
    command = [sys.executable, "-m", "navi", "ls", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=lab.environment())
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("lie", hostile.LIES)
def test_a_liar_is_not_believed_and_the_others_are_listed(lab: Lab, lie: str) -> None:
    begin(lab, lie)
    status, output, errors = listed(lab, "--json")
    document = json.loads(output)
    hosts = {one["name"]: one for one in document["hosts"]}
    sessions = {one["address"] for one in document["sessions"]}
    assert "good/api" in sessions
    assert hosts["good"]["state"] == "connected"
    assert hosts["liar"]["state"] not in ("auth", "hostkey"), hosts["liar"]
    assert "liar/forged" not in sessions
    assert len(output) < 50_000, "a name is as long as the attacker likes"
    assert not ACTIVE.search(output + errors)
    if hosts["liar"]["state"] != "connected":
        assert (status in (69, 75), "liar" in errors) == (True, True), errors


@pytest.mark.parametrize("lie", hostile.LIES)
def test_the_dashboard_shows_the_others_beside_a_liar(lab: Lab, lie: str) -> None:
    begin(lab, lie)
    with dashboard(lab) as screen:
        screen.wait_for(re.compile("✔ good"), timeout=30)
        screen.press("H")
        screen.wait_for(re.compile(r"good +connected"), timeout=30)
        screen.wait_for(re.compile(r"liar +(?!connecting)\w+"), timeout=30)
        assert not re.search("liar +(auth|hostkey)", screen.screen())
        screen.press("q")
        screen.wait_for("api")
        assert "forged" not in screen.screen()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", screen.screen())
