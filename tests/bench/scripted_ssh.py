"""A stand-in for `ssh` that plays the host itself, to simulate more hosts than one machine can run.

Its watch says that one of twenty sessions has another status, every two and a half seconds. It needs no site packages
and imports little, because a hundred of it must start quickly and sleep cheaply.
"""

from __future__ import annotations

import os
import random
import re
import select
import sys
import time

SESSIONS = 20
EVERY = 2.5
"""Seconds between two changes: twenty a second, with fifty hosts."""

STATUSES = ("working", "permission", "waiting", "done", "idle", "error")


def main() -> None:
    """Answer a control command, or act as the remote shell, as the command line says."""
    words = sys.argv[1:]
    if "-O" in words:
        print(f"Master running (pid={os.getppid()})", file=sys.stderr)
        return
    if "-N" in words:  # a master has gone into the background
        return
    host = words[words.index("--") + 1]
    text = os.read(0, 65536)
    while found := re.search(rb"navi_token=(navi-[0-9a-f]+)", text):
        token = found[1].decode()
        if b"\n{\nnavi_token=" in text:
            watch(host, token)
            return
        say(f"\n{token} begin\n\n{token} errors \n{token} end 0\n")
        text = os.read(0, 65536)


def watch(host: str, token: str) -> None:
    """Report everything, then one change after another, until standard input closes."""
    say(frame(token, [f"{token} system Linux 6.1", panes(host, token), files(host, token, range(SESSIONS))]))
    while alive(EVERY * random.uniform(0.8, 1.2)):
        say(frame(token, [files(host, token, [random.randrange(SESSIONS)])]))


def alive(seconds: float) -> bool:
    """Wait for `seconds`; return whether standard input is still open."""
    limit = time.monotonic() + seconds
    while (left := limit - time.monotonic()) > 0:
        if select.select([0], [], [], left)[0] and not os.read(0, 65536):
            return False
    return True


def frame(token: str, parts: list[str]) -> str:
    """Return the parts as one framed answer."""
    return "\n".join([f"{token} begin", f"{token} clock {time.time():.0f} boot", *parts, f"{token} end 0\n"])


def panes(host: str, token: str) -> str:
    """Return tmux's list of panes, in the format of ops/look/pane_record.py."""
    now = f"{time.time():.0f}"
    lines = [f"{token} server ok "]
    for number in range(SESSIONS):
        server = ("99", f"${number}", "3.3a", "0", "100", now, "0")
        fields = (*server, "11", f"%{number}", "", "", "0.0", "0", name(host, number))
        lines += [f"{token} pane " + "\t".join(fields), f"{token} command claude"]
        lines += [f"{token} title work", f"{token} path /srv/{host}"]
    return "\n".join(lines)


def files(host: str, token: str, changed: range | list[int]) -> str:
    """Return the records of all status files: changed ones with their content, the others by name."""
    lines = [f"{token} files"]
    for number in range(SESSIONS):
        if number in changed:
            lines += [f"{token} file {name(host, number)}.json", document()]
        else:
            lines.append(f"{token} same {name(host, number)}.json")
    return "\n".join(lines)


def document() -> str:
    """Return a status file."""
    status, now = random.choice(STATUSES), time.time()
    return f'{{"status": "{status}", "message": "{status} at {now:.2f}", "cwd": "/srv/work", "timestamp": {now:.0f}}}'


def name(host: str, number: int) -> str:
    """Return a session's name."""
    return f"{host}-{number:02}"


def say(text: str) -> None:
    """Write to standard output."""
    os.write(1, text.encode())


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)
