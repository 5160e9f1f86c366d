"""Ctrl-C while several hosts are asked at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from navi.cli.asking.at_once import AT_ONCE, at_once
from tests.support.machines import Lab
from tests.support.waiting import until

VERBS = [["ls"], ["hosts"], ["doctor"], ["kill", "one/api", "two/api"], ["restart", "one/api", "two/api"]]


@pytest.mark.parametrize("words", VERBS, ids=[words[0] for words in VERBS])
def test_ctrl_c_ends_a_verb_whose_hosts_do_not_answer(lab: Lab, words: Sequence[str]) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        ports = [one.getsockname()[1] for one in silent]
        lab.remotes_yaml([
            {"name": name, "host": "127.0.0.1", "port": port, "connect_timeout": 600}
            for name, port in zip(("one", "two"), ports, strict=True)
        ])  # fmt: skip
        command = [sys.executable, "-m", "navi", *words]
        process = subprocess.Popen(
            command, env=lab.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        stack.callback(process.kill)
        for one in silent:
            one.settimeout(30)
            stack.enter_context(one.accept()[0])
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Traceback" not in errors
        until(lambda: not lab.leftovers(), what="nothing is left running")


def test_nothing_begins_after_an_interrupt() -> None:
    begun: list[int] = []
    over = threading.Event()

    def ask(number: int) -> int:
        begun.append(number)
        if len(begun) == AT_ONCE:
            os.kill(os.getpid(), signal.SIGINT)
        over.wait(60)
        return number

    with pytest.raises(KeyboardInterrupt):
        list(at_once(ask, range(10 * AT_ONCE), over.set))
    assert sorted(begun) == list(range(AT_ONCE))


def test_what_one_raises_is_raised_when_the_others_have_answered() -> None:
    answered: list[int] = []
    failed = threading.Event()

    def ask(number: int) -> int:
        if number == 0:
            failed.set()
            raise ValueError("no such thing")
        failed.wait(60)
        answered.append(number)
        return number

    with pytest.raises(ValueError, match="no such thing"):
        list(at_once(ask, range(100), lambda: None))
    assert sorted(answered) == list(range(1, 100))


@pytest.mark.parametrize("words", [["ls"], ["capture", "api"], ["doctor"]])
def test_ctrl_c_while_modules_are_imported_prints_no_traceback(lab: Lab, words: Sequence[str]) -> None:
    """A module of navi sends it, which the verb imports."""
    code = (
        "import os, signal, sys, types\n"
        "class Loader:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('navi.cli.verbs.'): os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Loader())\n"
        "from navi.cli import program\n"
        "program()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=lab.environment(), capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "")
