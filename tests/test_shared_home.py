"""Two machines that share a home: each session is shown once, on its own machine, and none loses its status file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trio

from navi.ops.hooks.install import hook_text
from tests.support.hosts import host, running
from tests.support.machines import Lab
from tests.support.two_machines import Node
from tests.support.verbs import navi
from tests.support.waiting import until

EVENT = json.dumps({"hook_event_name": "PermissionRequest", "tool_name": "Bash", "session_id": "c1", "cwd": "/"})


@pytest.fixture
def nodes(lab: Lab) -> Iterator[tuple[Node, Node]]:
    """Two machines, `one` and `two`, with one home; `docs` on the second waits for a permission, and so does `here`."""
    hook = lab.folder / "hook"
    hook.write_text(hook_text())
    with ExitStack() as stack:
        one, two = (stack.enter_context(Node(lab, name, lab.folder / "shared")) for name in ("one", "two"))
        one.tmux("new-session", "-d", "-s", "here", "exec sleep 1000")
        two.tmux("new-session", "-d", "-s", "docs", "exec sleep 1000")
        one.event("here", hook, EVENT)
        two.event("docs", hook, EVENT)
        lab.remotes_yaml([one.machine, two.machine])
        yield one, two


def listed(lab: Lab, *hosts: str) -> dict[str, tuple[str, object]]:
    """Return status and health of each session that `ls` lists for these hosts, by address."""
    words = [word for name in hosts for word in ("--host", name)]
    found = json.loads(navi(lab, "ls", *words, "--json").stdout)["sessions"]
    addresses = [one["address"] for one in found]
    assert len(set(addresses)) == len(addresses)
    return {one["address"]: (one["status"], one["health"]) for one in found}


@pytest.mark.usefixtures("nodes")
def test_each_session_is_listed_once_on_its_own_machine(lab: Lab) -> None:
    found = listed(lab, "one", "two")
    assert found == {"one/here": ("permission", "healthy"), "two/docs": ("permission", "healthy")}
    assert listed(lab, "one") == {"one/here": ("permission", "healthy"), "one/docs": ("unknown", None)}
    assert "another machine" in navi(lab, "explain", "one/docs").stdout


def test_a_session_of_another_machine_is_not_killed_by_its_file(lab: Lab, nodes: tuple[Node, Node]) -> None:
    assert "kill it there" in navi(lab, "kill", "one/docs", status=1).stderr
    assert (nodes[1].sessions_dir / "docs.json").exists()


async def test_the_dashboard_deletes_nothing_of_another_machine(lab: Lab, nodes: tuple[Node, Node]) -> None:
    """Not even a file that doesn't say where it was written: files of both machines show that the home is shared."""
    one, two = nodes
    unplaced = two.sessions_dir / "old.json"
    unplaced.write_text('{"tmux_session": "old", "status": "working"}')
    with trio.fail_after(60):
        async with running(host(lab, one.machine), host(lab, two.machine)) as watched:
            await watched.until("two", lambda view: any(one.name == "docs" for one in view.sessions))
            view = await watched.until("one", lambda view: {one.name for one in view.sessions} == {"here", "old"})
            assert {one.name: one.status.word for one in view.sessions}["old"] == "unknown"
            await trio.sleep(6)
            assert {one.name for one in watched.fleet.view("two").sessions} == {"docs", "old"}
    assert unplaced.exists()
    assert (two.sessions_dir / "docs.json").exists()


async def test_its_own_machine_cleans_up(lab: Lab, nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    two.tmux("new-session", "-d", "-s", "other", "exec sleep 1000")
    with trio.fail_after(60):
        async with running(host(lab, one.machine), host(lab, two.machine)) as watched:
            await watched.until("two", lambda view: any(one.name == "docs" for one in view.sessions))
            two.tmux("kill-session", "-t", "=docs")
            await watched.until("two", lambda view: {one.name for one in view.sessions} == {"other"})
            await watched.until("one", lambda view: {one.name for one in view.sessions} == {"here"})
    until(lambda: not (two.sessions_dir / "docs.json").exists(), what="the file is gone")
    assert [Path(one).name.partition(".")[2] for one in (two.sessions_dir / ".navi" / "ended").iterdir()] == [
        "docs.json"
    ]
