"""The noise of the chaos: two dashboards that somebody uses, and whatever kills them, their watches and connections."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType

from tests.bench.chaos_oracle import Counts
from tests.support.machines import Lab, Machine
from tests.support.processes import line_of, processes, send
from tests.support.terminal import Terminal

KEYS = ("j", "k", "r", "p", "?", "Escape", "i", "H", "s", "o", "C-r", "Escape", "Escape")
"""Keys that change no session."""

EVERY = 0.5
"""Seconds between two disturbances."""

KILLED = 0.06
"""How many of them kill something. A connection that is lost is opened again within seconds, and needs this time."""


class Noise:
    """Disturbs a lab in a thread of its own for the time of a `with` block."""

    def __init__(self, lab: Lab, box: Machine, seed: int, counts: Counts) -> None:
        self._lab = lab
        self._box = box
        self._counts = counts
        self._dice = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._disturb, name="noise")
        self._screens: list[Terminal] = []
        self._killed = ""

    def __enter__(self) -> Noise:
        self._screens = [self._open() for _ in range(2)]
        self._counts.scene = self._scene
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        for screen in self._screens:
            screen.close()

    def _scene(self) -> str:
        """Return what both dashboards show, how long ago something was killed, and the processes below them."""
        everyone = processes()
        below = [one for one in everyone for screen in self._screens if screen.shell_pid in line_of(one.pid, everyone)]
        listed = [f"{one.pid} of {one.parent}: {one.words[:120]!r}" for one in below]
        ago = f"killed {self._killed} {time.monotonic() - self._counts.disturbed:.1f} s ago"
        return "\n".join([ago, *(screen.screen() for screen in self._screens), *listed])

    def _open(self) -> Terminal:
        return Terminal([sys.executable, "-m", "navi"], self._lab.environment(), 100, 30)

    def _disturb(self) -> None:
        kills = [self._kill_a_watch, self._cut, self._kill_a_dashboard]
        while not self._over.wait(EVERY):
            with suppress(AssertionError, subprocess.TimeoutExpired):  # a slow terminal; more comes anyway
                if self._dice.random() < KILLED:
                    self._counts.disturbed = time.monotonic()
                    kill = self._dice.choice(kills)
                    self._killed = kill.__name__
                    kill()
                else:
                    self._press()

    def _press(self) -> None:
        screen = self._dice.choice(self._screens)
        screen.press(self._dice.choice(KEYS))

    def _kill_a_watch(self) -> None:
        """Kill a process that a dashboard started, or one of a connection that is older than any verb."""
        everyone = processes()
        mine = {one.pid for screen in self._screens for one in everyone if one.parent == screen.shell_pid}
        below = [one for one in everyone if one.pid not in mine and mine & set(line_of(one.pid, everyone))]
        if below:
            send(signal.SIGKILL, [self._dice.choice(below)])

    def _cut(self) -> None:
        self._box.break_connections()

    def _kill_a_dashboard(self) -> None:
        """Kill a dashboard, with the terminal around it, and open another."""
        screen = self._screens[0]
        send(signal.SIGKILL, [one for one in processes() if one.parent == screen.shell_pid])
        screen.close()
        self._screens = [*self._screens[1:], self._open()]
