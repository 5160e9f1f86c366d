"""The command line, called as by a person or a script, and its effects on accounts.

there, prefix = account(lab, far=True)
navi(lab, "kill", f"{prefix}api")
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.machines import Account, Lab

HERE_AND_THERE = pytest.mark.parametrize("far", [False, True], ids=["local", "remote"])


def navi(lab: Lab, *words: str, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
    """Run navi on the lab's own machine, and check its exit status. `more` adds to its environment."""
    command = [sys.executable, "-m", "navi", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=lab.environment() | more)
    assert done.returncode == status, (done.stdout, done.stderr)
    return done


def account(lab: Lab, far: bool) -> tuple[Account, str]:
    """Return this machine or a remote, and the prefix of its sessions' addresses."""
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    return (atlas, "atlas/") if far else (lab.local, "")


def start_twin(there: Account, name: str, socket: str) -> str:
    """Start a session on another tmux server of its user, and return the path of the socket."""
    there.tmux("-L", socket, "new-session", "-d", "-s", name, "exec cat")
    return there.tmux("-L", socket, "display-message", "-p", "#{socket_path}")


def living(account: Account, label: str = "default") -> set[str]:
    """Return the names of the sessions of an account's tmux server, of which `label` is the socket's name."""
    return set(account.sh(f"tmux -L {label} list-sessions -F '#{{session_name}}' 2>/dev/null; :").splitlines())


def pane(account: Account, name: str) -> str:
    """Return what the pane of a session shows."""
    return account.tmux("capture-pane", "-p", "-S", "-", "-t", f"={name}:")
