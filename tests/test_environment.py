"""contrib/run where programs are missing: everything is asked for at once, with the command to type."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.machines import program

ROOT = Path(__file__).resolve().parent.parent

TOOLS = ("cat", "cmp", "dirname", "env", "id", "mkdir", "printf", "sh", "true", "false")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout without a virtual environment, and with nothing but a few tools on PATH: its folder `bin`."""
    (tmp_path / "contrib").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("run", "environment.sh"):
        (tmp_path / "contrib" / name).write_bytes((ROOT / "contrib" / name).read_bytes())
    for name in TOOLS:
        (tmp_path / "bin" / name).symlink_to(program(name))
    put(tmp_path, "id", "echo 1000")
    put(tmp_path, "apt-get", 'echo "apt-get $*" >>"$LOG"; exit 1')
    return tmp_path


def put(checkout: Path, name: str, script: str) -> None:
    """Put a program on PATH."""
    path = checkout / "bin" / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def start(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Start contrib/run with only that PATH, in which system folders are not found."""
    script = (checkout / "contrib" / "environment.sh").read_text().replace(":/usr/sbin:/sbin", "")
    (checkout / "contrib" / "environment.sh").write_text(script)
    command = [str(checkout / "bin" / "sh"), str(checkout / "contrib" / "run"), *words]
    environment = {"PATH": str(checkout / "bin"), "LOG": str(checkout / "log"), "HOME": os.fspath(checkout)}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


CASES = [
    ([], "tmux openssh-client python3-venv"),
    (["--demo"], "tmux openssh-client python3-venv openssh-server"),
]


@pytest.mark.parametrize(("words", "packages"), CASES)
@pytest.mark.parametrize("sudo", [False, True])
def test_a_user_who_is_not_root_is_asked_once_for_all(
    checkout: Path, words: list[str], packages: str, sudo: bool
) -> None:
    if sudo:
        put(checkout, "sudo", "exit 1")
    done = start(checkout, *words)
    line = f"apt-get update && apt-get install {packages}"
    assert done.stderr == (
        f"contrib/run: these packages are missing: {packages}\ncontrib/run: install them, and start this again:\n\n"
        f"    {'sudo sh -c' if sudo else 'su -c'} '{line}'\n\n"
    )
    assert done.returncode == 69
    assert not (checkout / "log").exists()


@pytest.mark.parametrize("has", ["tmux", "ssh", "python3"])
def test_only_what_is_missing_is_asked_for(checkout: Path, has: str) -> None:
    put(checkout, has, "exit 0")
    lacks = {"tmux": "tmux", "ssh": "openssh-client", "python3": "python3-venv"}
    wanted = " ".join(package for name, package in lacks.items() if name != has)
    assert f"these packages are missing: {wanted}\n" in start(checkout).stderr


def test_root_installs_all_at_once_and_is_shown_the_command_if_that_fails(checkout: Path) -> None:
    put(checkout, "id", "echo 0")
    done = start(checkout, "--demo")
    packages = "tmux openssh-client python3-venv openssh-server"
    installed = re.findall(r"install (.*)", (checkout / "log").read_text())
    assert {one.replace("--no-install-recommends ", "") for one in installed} == {packages}
    assert f"su -c 'apt-get update && apt-get install {packages}'\n" in done.stderr
    assert done.returncode == 69


def test_elsewhere_the_names_are_debians(checkout: Path) -> None:
    (checkout / "bin" / "apt-get").unlink()
    done = start(checkout)
    assert "(these are their Debian names); install them and try again: tmux openssh-client python3-venv" in done.stderr


def test_a_python_that_is_too_old_is_named(checkout: Path) -> None:
    for name in ("tmux", "ssh"):
        put(checkout, name, "exit 0")
    put(checkout, "python3", 'case $1 in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    done = start(checkout)
    assert "navi needs Python 3.11 or newer, but this is Python 3.9.2" in done.stderr
    assert done.returncode == 69
