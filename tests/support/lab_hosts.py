"""This machine and a remote behind a real sshd, as hosts on which operations must do the same.

@everywhere
async def test_it(lab, where):
    async with lab_host(lab, where) as one:
        await one.host.run(operation)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import trio

from navi.config.remote import SESSIONS_DIR
from navi.core.agents import AGENTS
from navi.core.model import Frame, Session
from navi.core.status import sessions_of
from navi.hosts import Host
from navi.hosts.trio_local import LocalHost
from navi.ops import HostSettings
from navi.ops.look.frames import look
from tests.support.hosts import host
from tests.support.machines import Account, Lab, program
from tests.support.scripts import beside


@dataclass(frozen=True, slots=True)
class LabHost:
    """A machine of the lab, and navi's host for it."""

    account: Account
    host: Host

    async def look(self) -> Frame:
        """Return a snapshot, without clean-up."""
        return await self.host.run(look())

    async def session(self, name: str) -> Session:
        """Return one of its sessions, as the dashboard sees it."""
        return next(one for one in sessions_of(self.host.name, await self.look(), AGENTS) if one.name == name)

    async def names(self) -> set[str]:
        """Return the names of its tmux sessions."""
        return {session.name for session in (await self.look()).sessions}

    def state_files(self) -> list[str]:
        """Return the content of the state folder."""
        return beside(self.account)


@asynccontextmanager
async def lab_host(lab: Lab, where: str) -> AsyncIterator[LabHost]:
    """Open a host of the lab: "local", or a remote with this login shell."""
    account = lab.local if where == "local" else lab.machine("box", shell=where)
    one: Host = LocalHost(HostSettings(SESSIONS_DIR, False), lab.environment())
    if where != "local":
        one = host(lab, account)  # type: ignore[arg-type]
    with trio.fail_after(60):
        try:
            await one.open()
            yield LabHost(account, one)
        finally:
            await one.close()


everywhere = pytest.mark.parametrize("where", ["local", "fish"])


def agent(account: Account, name: str = "claude") -> None:
    """Put an agent on an account's PATH that prints its arguments and then waits."""
    path = account.bin / name
    path.write_text(f'#!/bin/sh\necho "{name} runs: $*"\n{program("cat")}\n')
    path.chmod(0o755)
    (account.home / ".profile").write_text('PATH="$HOME/bin:$PATH"\n')  # /etc/profile sets another PATH
