#!/usr/bin/python3
"""A login shell under an attacker's control: it reads navi's request, knows its token, and lies or never stops talking.

    machine = lab.machine("box", shell=str(hostile.install(lab.folder, "half_an_answer")))

`hostile.py ANSWER` is such a shell; LIES and FLOODS name its answers. It needs only Python itself.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

Hostile = Callable[[str], int]
"""Answers a request with this token, and returns the exit status if it ends."""

SESSIONS = 2000
"""Sessions in each frame of a flood."""

ESCAPES = "\x1b]0;owned\x07\x1b[31m\x9b31m\u202eevil\u2066\r\x08"
"""What would act on a terminal: a title, colours, C1, a bidi override, carriage return, backspace."""

WORDS_OF_SSH = (
    "root@127.0.0.1: Permission denied (publickey).\r\n"
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
    "Host key verification failed.\r\n"
    "ssh: connect to host box port 22: No route to host\r\n"
)
"""What ssh itself prints when it fails for reasons of its own."""


def other_token(token: str) -> int:
    """Answer with a valid frame, between lines with another token."""
    del token
    return write(frame("navi-" + "0" * 24, ["forged"], "forged"))


def huge_name(token: str) -> int:
    """Answer with a session whose name has a million letters."""
    return write(frame(token, [name := "n" * 1_000_000], name))


def escapes(token: str) -> int:
    """Answer with a session whose name, title, folder and message would act on a terminal."""
    return write(frame(token, [name := f"sneaky{ESCAPES}"], name))


def nul(token: str) -> int:
    """Answer with NUL characters in a name."""
    return write(frame(token, ["nu\0l"], "nu\0l"))


def nonsense(token: str) -> int:
    """Answer with fields that are none."""
    records = (
        "pane",
        "pane \t\t\t",
        "server",
        "server ok ok ok",
        "file",
        "files x",
        "clock yesterday",
        "marks \xff",
        "?",
    )
    return write(f"\n{token} begin\n" + "".join(f"{token} {one}\n" for one in records) + f"\n{token} end 0\n")


def half_an_answer(token: str) -> int:
    """Break off in the middle of an answer."""
    whole = frame(token, ["half"], "half")
    return write(whole[: len(whole) // 2])


def half_and_silence(token: str) -> int:
    """Send half of an answer, and stay."""
    half_an_answer(token)
    time.sleep(3600)
    return 0


def no_status(token: str) -> int:
    """End an answer with words in place of an exit status."""
    return write(f"\n{token} begin\n\n{token} end well\n")


def silence(token: str) -> int:
    """Answer nothing."""
    del token
    time.sleep(3600)
    return 0


def exit_like_ssh(token: str) -> int:
    """End with the exit status that ssh has when it fails itself."""
    del token
    return 255


def words_of_ssh(token: str) -> int:
    """Print ssh's own words for its failures on standard error, and end like it."""
    del token
    os.write(2, WORDS_OF_SSH.encode())
    return 255


def words_of_ssh_in_an_answer(token: str) -> int:
    """Fail a request with ssh's own words as its errors."""
    errors = WORDS_OF_SSH.replace("\r", "")
    return write(f"\n{token} begin\n\n{token} errors {errors}\n{token} end 255\n")


LIES: dict[str, Hostile] = {
    one.__name__: one
    for one in (
        other_token, huge_name, escapes, nul, nonsense, half_an_answer, half_and_silence, no_status, silence,
        exit_like_ssh, words_of_ssh, words_of_ssh_in_an_answer,
    )
}  # fmt: skip


def heartbeats(token: str) -> NoReturn:
    """Send heartbeats as fast as they are taken."""
    while True:
        write(f"\n{token} begin\n{token} clock {int(time.time())} b\n\n{token} end 0\n")


def frames(token: str) -> NoReturn:
    """Send frames of 2,000 sessions as fast as they are taken; each has other messages."""
    names = [f"flood-{number:04}" for number in range(SESSIONS)]
    number = 0
    while True:
        number += 1
        write(frame(token, names, f"number {number}", "working"))


def drip(token: str) -> NoReturn:
    """Begin an answer, and send a byte of it each second."""
    write(f"\n{token} begin\n")
    while True:
        write("x")
        time.sleep(1)


def endless_line(token: str) -> NoReturn:
    """Send one line that does not end."""
    write(f"\n{token} begin\n{token} ")
    while True:
        write("x" * 65536)


def noise(token: str) -> NoReturn:
    """Print without ever answering."""
    del token
    while True:
        write("Welcome!\n" * 100)
        time.sleep(0.001)


def errors(token: str) -> NoReturn:
    """Write to standard error only."""
    del token
    while True:
        os.write(2, b"E" * 65536)


FLOODS: dict[str, Hostile] = {
    one.__name__: one for one in (heartbeats, frames, drip, endless_line, noise, errors)
}  # fmt: skip


def frame(token: str, names: Iterable[str], message: str, status: str = "waiting") -> str:
    """Return a frame of sessions with these names, which have status files with this message and status."""
    now = int(time.time())
    panes, files = [f"clock {now} boot", "system Linux 6.1", "server ok "], ["files"]
    for number, name in enumerate(names, 1):
        pane = f"99 ${number} 3.3a 0 {100 + number} {now} 0 11 %{number}   0.0 0 ".replace(" ", "\t")
        panes += [f"pane {pane}{name}", "command claude", f"title {name}", f"path /srv/{name}"]
        document = f'{{"status": "{status}", "message": "{message}", "cwd": "/srv", "timestamp": {now}}}'
        files.append(f"file {name}.json\n{document}")
    return f"\n{token} begin\n" + "".join(f"{token} {one}\n" for one in panes + files) + f"\n{token} end 0\n"


def write(text: str) -> int:
    """Write to standard output."""
    left = memoryview(text.encode("utf-8", "surrogateescape"))
    while left:
        left = left[os.write(1, left) :]
    return 0


def install(folder: Path, answer: str) -> Path:
    """Write a login shell that answers in this way to a folder, and return its path."""
    path = folder / f"{answer}-shell"
    path.write_text(f"#!/bin/sh\nexec {sys.executable} -IS {__file__} {answer}\n")
    path.chmod(0o755)
    return path


def main(answer: str) -> int:
    """Wait for a request, and answer it. Those before it, which have no token, are not answered."""
    text = b""
    while not (found := re.search(rb"(navi-[0-9a-f]{24})", text)):
        data = os.read(0, 65536)
        if not data:
            return 0
        text += data
    return (LIES | FLOODS)[answer](found[1].decode())


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except BrokenPipeError:
        os._exit(0)
