"""Whether a terminal is a pane of the tmux server that it is to be attached to."""

from __future__ import annotations

import pytest

from navi.ops.session.attach import inside_server
from tests.support.machines import Lab


@pytest.mark.parametrize("name", ["plain", "a,b", "two words,7,0"])
def test_a_pane_is_inside_its_own_server_alone(lab: Lab, name: str) -> None:
    server = ("-S", str(lab.folder / name))
    lab.local.tmux(*server, "new-session", "-d", "-s", "api", "sleep 10000")
    environment = lab.local.in_pane(*server)
    assert inside_server(environment, lab.local.server(*server)) == environment["TMUX"]
    assert inside_server(environment, 7) == ""


@pytest.mark.parametrize("inside", ["", "x", ",", ",,", "/tmp/tmux-0/default", "7"])
def test_a_terminal_that_tmux_did_not_make_is_inside_none(inside: str) -> None:
    assert inside_server({"TMUX": inside}, 7) == ""
    assert inside_server({}, 7) == ""
