"""Tasks of hosts: each begins when its host is followed, and is woken alone."""

from __future__ import annotations

import trio
import trio.testing

from navi.tui.preview.host_tasks import HostTasks


class Followed:
    """Notes which host's task runs, and each time that it was woken."""

    def __init__(self) -> None:
        self.tasks = HostTasks(self._follow)
        self.noted: list[str] = []

    async def _follow(self, host: str) -> None:
        while True:
            woken = self.tasks.next_wake(host)
            self.noted.append(host)
            await woken.wait()

    async def wake(self, *hosts: str) -> list[str]:
        """Wake the tasks of hosts; return who has done something since the last time."""
        self.noted.clear()
        for host in hosts:
            self.tasks.wake(host)
        await trio.testing.wait_all_tasks_blocked()
        return sorted(self.noted)


async def test_only_the_task_of_the_host_wakes() -> None:
    one = Followed()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.tasks.run)
        assert await one.wake() == []
        assert await one.wake("atlas") == ["atlas"]
        assert await one.wake("box") == ["box"]
        assert await one.wake("atlas") == ["atlas"]
        assert await one.wake("box", "atlas") == ["atlas", "box"]
        nursery.cancel_scope.cancel()


async def test_a_host_that_was_woken_before_has_its_task_from_the_start() -> None:
    one = Followed()
    assert await one.wake("atlas", "atlas") == []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.tasks.run)
        assert await one.wake() == ["atlas"]
        nursery.cancel_scope.cancel()
