"""Hosts and fleets of a lab, as navi makes them.

async with opened(host(lab, lab.machine("box"))) as box:
    await box.run(ECHO)
"""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from navi.config.remote import Remote
from navi.core.agents import AGENTS
from navi.core.failure import Failure, HostState
from navi.core.model import HostView
from navi.fleet import Fleet
from navi.hosts import Host, HostError
from navi.hosts.sockets import runtime_folder
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import Answer, Operation
from navi.ops.look.agents import describe
from tests.support.machines import Lab, Machine
from tests.support.waiting import until_async


def say(text: str = "hello", pause: float = 0, time_limit: float = 20) -> Operation[str]:
    """Return an operation that answers with a text, after a pause in seconds."""
    script = f"sleep {pause}; printf '%s' \"$1\"" if pause else "printf '%s' \"$1\""
    return Operation("say", script, (text,), read_output, time_limit)


def read_output(answer: Answer) -> str:
    """Return what an answer's script printed."""
    return answer.output.decode()


HOME: Operation[str] = Operation("home", "printf '%s' \"$HOME\"", (), read_output, 20)
"""Tells where it runs."""


def host(lab: Lab, machine: Machine | str, **fields: object) -> OpenSSHHost:
    """Return a machine (or an alias of ssh_config) as navi's host; `fields` are those of remotes.yaml."""
    entry = machine.remote(**fields) if isinstance(machine, Machine) else {"name": machine, "host": machine, **fields}
    return OpenSSHHost(Remote(**{"connect_timeout": 5, **entry}), lab.environment(), agents=describe(AGENTS))  # type: ignore[arg-type]


def socket(lab: Lab) -> Path:
    """Return the only control socket of a lab."""
    found = [path for path in Path(runtime_folder(lab.environment())).iterdir() if path.is_socket()]
    assert len(found) == 1, f"control sockets: {found}"
    return found[0]


def master(lab: Lab) -> int:
    """Return the process of the only master of a lab."""
    words = ["ssh", "-O", "check", "-S", str(socket(lab)), "x"]
    said = subprocess.run(words, capture_output=True, text=True, timeout=10, env=lab.environment()).stderr
    return int(said.partition("pid=")[2].partition(")")[0])


@asynccontextmanager
async def opened(one: OpenSSHHost) -> AsyncIterator[OpenSSHHost]:
    """Open a host, and close it at the end."""
    try:
        await one.open()
        yield one
    finally:
        await one.close()


async def failure(one: OpenSSHHost) -> Failure:
    """Open a host in vain, and return why it can't be had."""
    with pytest.raises(HostError) as caught:
        await one.open()
    await one.close()
    return caught.value.failure


class Watched:
    """A fleet that runs, and what it has told."""

    def __init__(self, fleet: Fleet, changes: list[str]) -> None:
        self.fleet = fleet
        self.changes = changes

    def view(self, name: str) -> HostView:
        """Return the view of a host now."""
        return self.fleet.view(name)

    async def until(self, name: str, wanted: Callable[[HostView], object], timeout: float = 60) -> HostView:
        """Wait until the view of a host is as wanted, and return it."""
        try:
            await until_async(lambda: wanted(self.view(name)), timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; the view is {self.view(name)}") from None
        return self.view(name)

    async def state(self, name: str, state: HostState, timeout: float = 60) -> HostView:
        """Wait until a host is in a state, and return its view."""
        return await self.until(name, lambda view: view.state is state, timeout)


@asynccontextmanager
async def running(*hosts: Host) -> AsyncIterator[Watched]:
    """Run a fleet of these hosts, and close it at the end."""
    changes: list[str] = []
    fleet = Fleet(hosts, AGENTS, changes.append)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fleet.run)
        yield Watched(fleet, changes)
        nursery.cancel_scope.cancel()
