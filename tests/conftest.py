"""Fixtures for all tests: a lab of real machines, and real terminals."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests.support.estimate import Estimate
from tests.support.machines import Keys, Lab
from tests.support.terminal import Terminal

# Programs of the tests would inherit signals that nohup or a background shell made this process ignore, and a shell
# cannot undo that.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No example fails because a busy machine is slow. In CI, each run has the same examples.
settings.register_profile("calm", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable" if os.environ.get("CI") else "calm")


LONGEST = 420
"""Seconds after which a test fails, so that no run waits for ever. The longest take a minute, or three if busy."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Let a test fail that takes too long, wherever it waits."""

    def fail(*_: object) -> NoReturn:
        raise AssertionError(f"the test did not end within {LONGEST} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(LONGEST)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pytest_configure(config: pytest.Config) -> None:
    """Have the process that prints tell how long the run will take."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Estimate(lambda words: reporter.write_line(f"\n{words}")))


@pytest.fixture(autouse=True)
def _unicode() -> None:
    """Let urwid draw Unicode: which encoding it has is a state of the whole process, which some tests change."""
    import urwid

    urwid.set_encoding("utf8")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Return the keys for all labs of this run."""
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def lab(keys: Keys) -> Iterator[Lab]:
    """Yield a lab without machines in a folder with a short path; afterwards everything that it started has ended."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    try:
        with Lab(folder, keys) as lab:
            yield lab
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Yield a function that opens terminals, `terminal(["navi"], lab.environment())`; they close after the test."""
    with ExitStack() as opened:

        def open_terminal(
            words: Sequence[str],
            environment: Mapping[str, str],
            width: int = 120,
            height: int = 40,
            start: bool = True,
        ) -> Terminal:
            return opened.enter_context(Terminal(words, environment, width, height, start))

        yield open_terminal
