"""The private folder for control sockets, and the leases on masters."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from navi.config.remote import Remote
from navi.core.failure import HostState
from navi.hosts import HostError, sockets
from navi.hosts.sockets import LONGEST_SOCKET, NAME_LENGTH, Lease
from navi.hosts.ssh_command import SshCommand

FALLBACK = Path(f"/tmp/navi-{os.getuid()}")


def runtime_folder(environment: dict[str, str]) -> Path:
    """Return the folder for sockets as a path."""
    return Path(sockets.runtime_folder(environment))


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a path so short that a socket fits below it, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def refusal(base: Path) -> str:
    """Return why the folder for sockets below a base can't be used."""
    with pytest.raises(HostError) as caught:
        runtime_folder({"XDG_RUNTIME_DIR": str(base)})
    assert caught.value.failure.state is HostState.ERROR
    assert str(base / "navi") in caught.value.failure.cause
    assert "chmod 700" in caught.value.failure.remedy
    return caught.value.failure.cause


def test_the_folder_is_made_private_below_the_runtime_folder(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = runtime_folder({"XDG_RUNTIME_DIR": str(tmp_path)})
    finally:
        os.umask(before)
    assert folder == tmp_path / "navi"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert runtime_folder({"XDG_RUNTIME_DIR": str(tmp_path)}) == folder


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o750, 0o701])
def test_a_folder_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "navi").mkdir()
    (tmp_path / "navi").chmod(mode)
    assert f"mode {mode:o}" in refusal(tmp_path)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "navi").symlink_to(tmp_path / "elsewhere")
    assert "not a folder" in refusal(tmp_path)


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "navi").touch()
    assert "not a folder" in refusal(tmp_path)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    if os.getuid() != 0:  # only root can give a folder away
        (tmp_path / "navi").symlink_to("/usr")
    else:
        (tmp_path / "navi").mkdir(mode=0o700)
        os.chown(tmp_path / "navi", 65534, -1)
    assert "another user" in refusal(tmp_path)


@pytest.mark.parametrize("base", ["", "relative/folder", "/nowhere/at/all", "/proc/self/status"])
def test_without_a_usable_runtime_folder_there_is_one_in_tmp(base: str) -> None:
    assert runtime_folder({"XDG_RUNTIME_DIR": base}) == FALLBACK
    assert FALLBACK.stat().st_mode & 0o077 == 0


def test_the_runtime_folder_of_another_user_is_not_taken_over(tmp_path: Path) -> None:
    """As it stays in the environment after `su`."""
    base = Path("/")
    if os.getuid() == 0:
        base = tmp_path
        os.chown(base, 65534, -1)
    assert runtime_folder({"XDG_RUNTIME_DIR": str(base)}) == FALLBACK


def test_a_path_that_is_too_long_for_a_socket_is_not_used(tmp_path: Path) -> None:
    def fits(length: int) -> bool:
        base = tmp_path / ("x" * (length - len(str(tmp_path)) - len("//navi/") - NAME_LENGTH))
        base.mkdir()
        return runtime_folder({"XDG_RUNTIME_DIR": str(base)}) != FALLBACK

    assert fits(LONGEST_SOCKET)
    assert not fits(LONGEST_SOCKET + 1)


def test_every_change_of_an_entry_gives_it_another_socket(tmp_path: Path) -> None:
    one = Remote("atlas", "atlas.example")
    others = [
        Remote(*(f"{value}x" if place == changed else value for place, value in enumerate(one)))  # type: ignore[arg-type]
        for changed in range(len(one))
    ]
    names = [
        os.path.basename(SshCommand(remote, {"XDG_RUNTIME_DIR": str(tmp_path)}).control)
        for remote in (one, *others, Remote("atlas", "elpmaxe.salta"), Remote("atla", "satlas.example"))
    ]
    assert len(set(names)) == len(Remote._fields) + 3
    assert {len(name) for name in names} == {NAME_LENGTH}


def test_a_lease_is_shared_or_taken_but_not_both(tmp_path: Path) -> None:
    one, two, three = (Lease(str(tmp_path / "lock")) for _ in range(3))
    assert one.share()
    assert two.share()
    assert not three.take()
    one.release()
    assert not three.take()
    two.release()
    assert three.take()
    assert not one.share()
    assert three.share()
    assert one.share()
    for lease in (one, two, three):
        lease.release()
    assert one.take()
    one.release()


def test_a_lease_in_vain_gives_up_a_share(tmp_path: Path) -> None:
    """So that two who both want to be the only one do not wait for each other."""
    one, two = Lease(str(tmp_path / "lock")), Lease(str(tmp_path / "lock"))
    assert one.share()
    assert two.share()
    assert not one.take()
    assert two.take()
    one.release()
    two.release()


def take_and_die(path: Path) -> None:
    """Take a lease in a process that ends without giving it up."""
    assert Lease(str(path)).take()
    os._exit(0)


def test_a_lease_ends_with_its_process(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=take_and_die, args=(tmp_path / "lock",))
    process.start()
    process.join(20)
    assert process.exitcode == 0
    lease = Lease(str(tmp_path / "lock"))
    assert lease.take()
    lease.release()


def test_a_lease_does_not_follow_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic links"):
        Lease(str(tmp_path / "lock")).take()
    assert not (tmp_path / "victim").exists()
