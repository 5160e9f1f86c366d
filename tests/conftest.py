"""Fixtures for every test: a lab of real machines, and real terminals."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.machines import Keys, Lab
from tests.support.terminal import Terminal

# What nohup, or a shell in the background, has us ignore would be ignored by every program of the tests, too, and a
# shell can't undo that.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No example fails for being slow on a busy machine, and where nobody looks for new ones, each run has the same.
settings.register_profile("calm", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable" if os.environ.get("CI") else "calm")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Keys for all labs of this run."""
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def lab(keys: Keys) -> Iterator[Lab]:
    """A lab without machines in a folder with a short path; all it started has ended afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    try:
        with Lab(folder, keys) as lab:
            yield lab
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Open terminals, `terminal(["navi"], lab.environment())`, that are closed at the end of the test."""
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
