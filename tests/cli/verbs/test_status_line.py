"""One line for a status bar: of this machine, and of the hosts that a connection stands to; nothing is connected."""

from __future__ import annotations

import json

import pytest

from tests.support.dashboard import begin
from tests.support.dashboard import navi as dashboard
from tests.support.machines import Lab
from tests.support.verbs import navi


def test_status_counts_connected_hosts_and_never_connects(lab: Lab) -> None:
    atlas, down = lab.machine("atlas", shell="fish"), lab.machine("down")
    lab.remotes_yaml([atlas, down])
    down.stop()
    begin(lab.local, "here")
    begin(atlas, "there", status="waiting")
    assert navi(lab, "status").stdout == "1 working, 1 session, not connected: atlas down\n"
    assert atlas.connections() == 0
    with dashboard(lab) as screen:
        screen.wait_for("✔ atlas")
        assert navi(lab, "status").stdout == "1 needs you, 1 working, 2 sessions, not connected: down\n"
        assert atlas.connections() == 1
        found = json.loads(navi(lab, "status", "--json").stdout)
        assert found == {"waiting": 1, "errors": 0, "working": 1, "sessions": 2, "silent": ["down"]}


@pytest.mark.parametrize(("status", "wanted"), [("error", "#[fg=red]1x"), ("permission", "#[fg=magenta,bold]1!")])
def test_status_for_tmux_has_tmux_styles(lab: Lab, status: str, wanted: str) -> None:
    begin(lab.local, "api", status=status)
    said = navi(lab, "status", "--format", "tmux").stdout
    assert wanted in said
    lab.local.tmux("set-option", "-g", "status-right", said.strip())
    assert lab.local.tmux("display-message", "-p", "#{T:status-right}") == said.strip()
