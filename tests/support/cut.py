"""Cut connections at a chosen point of an operation: before its request has arrived, during its script, or after it.

cut = Cut(machine, "before")
...                      # request an operation, here or there
cut.wait(1)              # it has come to that point
cut.now()                # the connection is lost, and the script, where it runs, goes on
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support.machines import Machine, program
from tests.support.waiting import until

SHELL = r"""
import os, re, subprocess, sys, threading
from pathlib import Path

REAL, FOLDER, WHEN, MARK = {real!r}, Path({folder!r}), {when!r}, {mark!r}
if sys.argv[1:] != ["-s"]:
    os.execv(REAL, [REAL, *sys.argv[1:]])
shell = subprocess.Popen([REAL, "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
awaited = None  # the end of the answer that is kept back
kept = b""

def reached():
    (FOLDER / str(os.getpid())).touch()

def answer():
    global kept
    while data := os.read(shell.stdout.fileno(), 65536):
        if awaited is None:
            os.write(1, data)
        else:
            kept += data
            if awaited in kept:
                reached()
    os._exit(shell.wait())

threading.Thread(target=answer, daemon=True).start()
for line in sys.stdin.buffer:
    size = re.search(rb"head -c ([0-9]+)", line)
    body = sys.stdin.buffer.read(int(size[1])) if size else b""
    if MARK in body and FOLDER.exists():
        if WHEN == "before":
            reached()
            continue
        awaited = b"\n" + re.search(rb"navi_token=(\S+)", body)[1] + b" end "
    shell.stdin.write(line + body)
    shell.stdin.flush()
shell.stdin.close()
shell.wait()
"""
"""Stands in front of a machine's sh, and reads requests on their way there. One that has the mark is dropped, or its
answer is.
"""

CHANGES = "navi_enter"
"""The function of all scripts that change sessions: they enter their folder."""

HOLD = """\
case " $* " in *{pattern}*)
    if [ -p {gate} ]; then
        : >{reached}
        read -r _ <{gate}
    fi
    ;;
esac
"""


class Call(NamedTuple):
    """A call of a program at which a script can be held: a pattern of sh for its words."""

    program: str
    pattern: str


class Cut:
    """The point at which the connections of a machine are to be cut; `calls` are those to be held during scripts.

    Before or after scripts, those count that have the `function`.
    """

    def __init__(self, machine: Machine, when: str, calls: Sequence[Call] = (), function: str = CHANGES) -> None:
        self._machine = machine
        self._folder = machine.folder / "cut"
        self._gates: list[Path] = []
        self._folder.mkdir()
        if when == "during":
            self._hold(calls)
        else:
            mark = f"{function}() {{".encode()
            text = SHELL.format(real=program("sh"), folder=str(self._folder), when=when, mark=mark)
            self._put("sh", f"#!{sys.executable} -IS\n{text}")

    def _hold(self, calls: Sequence[Call]) -> None:
        for name in {call.program for call in calls}:
            branches = []
            for call in (call for call in calls if call.program == name):
                gate = self._machine.folder / f"gate-{len(self._gates)}"
                os.mkfifo(gate)
                branches.append(
                    HOLD.format(pattern=call.pattern, gate=gate, reached=self._folder / re.sub(r"\W", "", str(gate)))
                )
                self._gates.append(gate)
            self._put(name, f'#!/bin/sh\n{"".join(branches)}exec {program(name)} "$@"\n')

    def _put(self, name: str, text: str) -> None:
        path = self._machine.folder / f"{name}.new"
        path.write_text(text)
        path.chmod(0o755)
        path.replace(self._machine.bin / name)

    def wait(self, count: int) -> None:
        """Wait until so many operations have come to the point."""
        until(lambda: len(list(self._folder.iterdir())) >= count, timeout=120, what=f"{count} are to be cut")

    def now(self) -> None:
        """Cut every connection, and let scripts that are held go on; from now on nothing is cut."""
        shutil.rmtree(self._folder)
        self._machine.break_connections()
        for gate in self._gates:
            gate.write_text("go\n")
