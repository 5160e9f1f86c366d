"""Masters: those that hang, connections that are turned away, jump hosts that many share, and what stays here."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from navi.config.remote import Remote
from navi.core.failure import HostState
from navi.hosts import HostError
from navi.hosts.blocking_openssh import BlockingOpenSSHHost
from navi.hosts.cancellation import Cancellation, Cancelled
from navi.hosts.masters import STARTS, Hops, Master, find_master, remove_master
from navi.hosts.sockets import runtime_folder
from tests.support.hosts import HOME, master, say
from tests.support.hosts import socket as control_socket
from tests.support.machines import Lab, Machine
from tests.support.processes import processes
from tests.support.verbs import navi
from tests.support.waiting import until


def remote(machine: Machine, **fields: object) -> Remote:
    """Return a machine's entry."""
    return Remote(**{"connect_timeout": 5, **machine.remote(**fields)})  # type: ignore[arg-type]


@contextmanager
def verb(lab: Lab, entry: Remote, hops: Hops | None = None) -> Iterator[BlockingOpenSSHHost]:
    """Yield a host as a verb has it."""
    with closing(BlockingOpenSSHHost(entry, lab.environment(), hops=hops)) as host:
        yield host


@pytest.fixture
def box(lab: Lab) -> Machine:
    """A machine."""
    return lab.machine("box")


# ---- servers that lie


def disconnect(listener: socket.socket, text: str) -> None:
    """Say goodbye with this text to all who connect, in place of an sshd."""
    payload = struct.pack(">BII", 1, 2, len(text)) + text.encode() + bytes(4)
    padding = 16 - (len(payload) + 5) % 8
    packet = struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client, suppress(OSError):
                client.sendall(b"SSH-2.0-liar\r\n")
                client.recv(4096)
                client.sendall(packet)
                client.recv(4096)


def test_a_server_that_says_goodbye_can_not_make_navi_run_anything(lab: Lab, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    lines = (
        "bye", "Connection closed by UNKNOWN port 65535",
        f"debug1: Executing proxy command: exec ssh -o ProxyCommand='touch {trap}' x",
        "debug1: Local version string SSH-2.0-x", "",
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=disconnect, args=(listener, "\n".join(lines)), daemon=True).start()
        entry = Remote("liar", "127.0.0.1", port=listener.getsockname()[1], connect_timeout=5)
        with verb(lab, entry) as host, pytest.raises(HostError) as caught:
            host.run(say())
    assert "jump host" not in str(caught.value)
    assert not trap.exists()


# ---- masters that hang


def test_a_master_tells_its_process_and_one_that_hangs_is_found(lab: Lab, box: Machine) -> None:
    with verb(lab, remote(box)) as host:
        assert host.run(say()) == "hello"
    process, control = master(lab), str(control_socket(lab))
    assert find_master(control) == process
    os.kill(process, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        find_master(control)
    assert remove_master(control, lab.environment()) == [process]
    assert find_master(control) is None


@pytest.mark.parametrize("damage", ["nothing", "a file", "nobody listens"])
def test_where_no_master_listens_there_is_none(lab: Lab, damage: str) -> None:
    path = lab.folder / "control"
    if damage == "a file":
        path.touch()
    elif damage == "nobody listens":
        with socket.socket(socket.AF_UNIX) as gone:
            gone.bind(str(path))
    assert find_master(str(path)) is None


def test_a_program_that_listens_and_is_no_master_is_none(lab: Lab) -> None:
    path = lab.folder / "control"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()

        def answer() -> None:
            accepted, _ = other.accept()
            accepted.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 2)
            accepted.close()

        one = threading.Thread(target=answer)
        one.start()
        assert find_master(str(path)) is None
        one.join()


def test_a_verb_replaces_a_master_that_hangs_and_the_next_one_is_as_usual(lab: Lab, box: Machine) -> None:
    with verb(lab, remote(box)) as host:
        host.run(say())
    hung = master(lab)
    os.kill(hung, signal.SIGSTOP)
    for _ in range(2):
        with verb(lab, remote(box)) as host:
            assert host.run(HOME) == str(box.home)
    assert master(lab) != hung
    assert hung not in {process.pid for process in processes()}
    assert box.log.read_text().count("Accepted publickey") == 2


def test_verbs_at_once_replace_a_master_that_hangs_by_one(lab: Lab, box: Machine) -> None:
    with verb(lab, remote(box)) as host:
        host.run(say())
    os.kill(master(lab), signal.SIGSTOP)

    def run(number: int) -> str:
        with verb(lab, remote(box)) as host:
            return host.run(say(str(number)))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == ["0", "1", "2", "3"]
    assert box.connections() == 1


def test_navi_ls_replaces_a_master_that_hangs(lab: Lab, box: Machine) -> None:
    box.new_session("api")
    lab.remotes_yaml([box])
    assert "box/api" in navi(lab, "ls", "--host", "box").stdout
    os.kill(master(lab), signal.SIGSTOP)
    done = navi(lab, "ls", "--host", "box")
    assert (done.returncode, done.stderr) == (0, "")
    assert "box/api" in done.stdout


# ---- connections that are turned away


def occupy(port: int, seconds: float) -> threading.Thread:
    """Hold a connection without a login for some time; return when sshd has taken it."""
    held = socket.create_connection(("127.0.0.1", port))
    held.recv(10)

    def let_go() -> None:
        time.sleep(seconds)
        held.close()

    one = threading.Thread(target=let_go)
    one.start()
    return one


@pytest.mark.parametrize("jump", [False, True])
def test_a_connection_that_is_turned_away_is_tried_again(lab: Lab, jump: bool) -> None:
    gate = lab.machine("gate", max_startups="1:100:1")
    entry = remote(lab.machine("inner"), jump_host="gate") if jump else remote(gate)
    held = occupy(gate.port, 2)
    with verb(lab, entry) as host:
        assert host.run(say()) == "hello"
    held.join()
    assert "past MaxStartups" in gate.log.read_text()


def test_a_connection_that_is_always_turned_away_fails_in_time(lab: Lab) -> None:
    gate = lab.machine("gate", max_startups="1:100:1")
    held = occupy(gate.port, 12)
    with verb(lab, remote(gate, connect_timeout=1)) as host, pytest.raises(HostError) as caught:
        host.run(say())
    held.join()
    assert caught.value.failure.state is HostState.UNREACHABLE
    assert "kex_exchange" in caught.value.failure.cause or caught.value.failure.cause.startswith("Connection ")


@pytest.mark.parametrize("damage", ["key unknown", "login refused", "down"])
def test_a_verb_says_why_the_jump_host_failed_and_tries_once(lab: Lab, damage: str) -> None:
    bastion, inner = lab.machine("bastion"), lab.machine("inner")
    states = {"key unknown": HostState.HOSTKEY, "login refused": HostState.AUTH, "down": HostState.UNREACHABLE}
    if damage == "key unknown":
        known = lab.known_hosts.read_text().splitlines(keepends=True)
        lab.known_hosts.write_text("".join(line for line in known if f":{bastion.port} " not in line))
    elif damage == "login refused":
        (bastion.folder / "authorized_keys").write_text("")
    else:
        bastion.stop()
    with verb(lab, remote(inner, jump_host="bastion")) as host, pytest.raises(HostError) as caught:
        host.run(say())
    assert caught.value.failure.state is states[damage]
    assert bastion.log.read_text().count("Connection from") <= 2


def test_only_a_few_connections_start_through_one_hop() -> None:
    hops, most, now = Hops(), 0, 0
    lock = threading.Lock()

    def start(number: int) -> None:
        nonlocal most, now
        with hops.start("one" if number % 2 else "two", time.sleep):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.05)
            with lock:
                now -= 1

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(start, range(40)))
    assert STARTS < most <= 2 * STARTS


def test_all_of_many_hosts_behind_one_bastion_answer_a_verb(lab: Lab) -> None:
    bastion = lab.machine("bastion", max_startups="10:30:100")
    inner = lab.machine("inner")
    inner.new_session("api")
    names = [f"h{number:02}" for number in range(60)]
    lab.remotes_yaml([inner.remote(name=name, jump_host="bastion") for name in names])
    done = navi(lab, "ls", "--filter", "remote")
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in names if f"{name}/api" not in done.stdout] == []
    assert bastion.log.read_text().count("Accepted publickey") >= 60


# ---- the end of it


def test_opening_a_master_can_be_cancelled(lab: Lab, box: Machine) -> None:
    box.freeze()
    cancellation = Cancellation()
    one = threading.Timer(0.5, cancellation.cancel)
    one.start()
    with pytest.raises(Cancelled):
        Master(remote(box), lab.environment()).open(cancellation)
    one.join()
    cancellation.close()
    box.thaw()
    until(lambda: not lab.leftovers(), what="ssh has ended")


def test_nothing_that_a_remote_says_is_kept_on_this_disk(lab: Lab) -> None:
    banner = lab.folder / "banner"
    banner.write_text("strictly confidential\n" * 3000)
    box = lab.machine("box", sshd_options=f"Banner {banner}")
    with verb(lab, remote(box)) as host:
        assert host.run(say()) == "hello"
    files = [path for path in Path(runtime_folder(lab.environment())).iterdir() if not path.is_socket()]
    assert [path.name for path in files if path.stat().st_size] == []


def test_a_verb_leaves_the_master_for_a_minute_and_no_other_process(lab: Lab, box: Machine) -> None:
    with verb(lab, remote(box)) as host:
        assert host.run(say()) == "hello"
    assert box.connections() == 1
    words = ["ssh", "-O", "exit", "-S", str(control_socket(lab)), "x"]
    subprocess.run(words, capture_output=True, timeout=10, env=lab.environment(), check=True)
    until(lambda: not lab.leftovers(), what="nothing is left")
