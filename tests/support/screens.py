"""The screens of navi that are stored and pictured: how to get to each, in which sizes and looks.

tests/tui/test_golden.py compares them with tests/tui/golden/, and contrib/screenshot takes pictures of them.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.support.dashboard import configure
from tests.support.golden import Golden, golden_of, parsed
from tests.support.machines import Lab
from tests.support.terminal import Display, Terminal
from tests.support.waiting import until
from tests.support.xterm import Xterm

ROOT = Path(__file__).resolve().parent.parent.parent

GOLDEN = ROOT / "tests" / "tui" / "golden"


class Size(NamedTuple):
    """The size of a terminal, in columns and lines."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


TINY, SMALL, USUAL, LARGE = Size(40, 10), Size(80, 24), Size(120, 40), Size(200, 50)


class Look(NamedTuple):
    """Colours: settings of config.yaml, variables of the environment, and the colours of an xterm."""

    settings: Mapping[str, str]
    variables: Mapping[str, str]
    front: str
    back: str


LOOKS: Mapping[str, Look] = {
    "dark": Look({"theme": "dark"}, {}, "#d4d7de", "#15171c"),
    "light": Look({"theme": "light"}, {}, "#24292e", "#fdfdfc"),
    "16": Look({"theme": "dark", "colors": "16"}, {}, "#e5e5e5", "#000000"),
    "mono": Look({}, {"NO_COLOR": "1"}, "#e5e5e5", "#000000"),
}


class Step(NamedTuple):
    """Keys to press, by tmux's names, or a text to type; then what to wait for."""

    keys: tuple[str, ...]
    shows: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """`steps` lead there from the first row of the list. Each size is looked at after the ones before it."""

    name: str
    steps: tuple[Step, ...]
    sizes: tuple[Size, ...] = (USUAL, SMALL)
    looks: tuple[str, ...] = ("dark",)


API = Step(("!",), r"❯ \S api")
"""The session that asks, the second one that needs somebody."""

TYPED = "go on, please"

SCREENS = (
    Screen("list", (), (LARGE, USUAL, SMALL, TINY), tuple(LOOKS)),
    Screen("preview", (API, Step(("p", "p"), "Do you want to proceed")), (LARGE, USUAL, SMALL)),
    Screen("preview-below", (API, Step(("L",), "Do you want to proceed")), (USUAL,)),
    Screen("details", (API, Step(("i",), "evidence")), (LARGE, USUAL), ("dark", "light")),
    Screen("details-done", (Step(("End",), r"❯ \S rollback"), Step(("i",), "decided by")), (SMALL, TINY)),
    Screen("git", (API, Step(("G",), "diff --git a/retry.py")), (USUAL, SMALL, TINY), ("dark", "light")),
    Screen("hosts", (Step(("H",), "Permission denied"),), (LARGE, USUAL)),
    Screen("help", (Step(("?",), "next session"),), (LARGE, USUAL, SMALL, TINY)),
    Screen("form", (Step(("n",), "directory"),), (USUAL, SMALL, TINY), ("dark", "16", "mono")),
    Screen("confirmation", (API, Step(("x",), "(?i)kill.*api")), (USUAL, SMALL, TINY), tuple(LOOKS)),
    Screen(
        "results", (
            API, Step((" ",), "1 selected"), Step(("j", " "), "2 selected"), Step(("j", " "), "3 selected"),
            Step((":",), "message"), Step((), TYPED, TYPED), Step(("Enter",), "sent"),
        ),
    ),
    Screen("answer", (API, Step(("1",), "❯ 1  Yes")), (USUAL, SMALL, TINY), ("dark", "light")),
    Screen("headless", (Step(("w",), "git tag -s"),)),
    Screen("palette", (Step(("C-p",), "(?i)command"), Step((), "kill", "kill")), (USUAL, SMALL, TINY)),
    Screen("host-picker", (Step(("f",), "(?i)all hosts"),)),
    Screen("search", (Step(("/",), "(?i)search"), Step((), "nightly", "nightly"))),
)  # fmt: skip
"""The list is there in every size and look, each page as most people see it. Where lines break after an age, or after
the name of a kernel, only sizes are here in which they do not.
"""


class Case(NamedTuple):
    """A screen in one look."""

    screen: Screen
    look: str

    def __str__(self) -> str:
        return f"{self.screen.name}-{self.look}"

    def name(self, size: Size) -> str:
        """Return the name of the screen in a size, which is that of its file."""
        return f"{self.screen.name}-{size}-{self.look}"


CASES = tuple(Case(screen, look) for screen in SCREENS for look in screen.looks)

SESSIONS = (
    "api", "billing", "search", "images", "nightly", "release", "deploy", "rollback", "website", "notes",
    "Bring", "Find",
)  # fmt: skip
"""The names of all sessions of the scene, as the list shows them."""

Opener = Callable[[list[str], Mapping[str, str], Size, Look], AbstractContextManager[Display]]


def in_tmux(words: list[str], environment: Mapping[str, str], size: Size, look: Look) -> Terminal:
    """Open a pane of tmux, which has no colours of its own."""
    del look
    return Terminal(words, environment, *size)


def in_xterm(words: list[str], environment: Mapping[str, str], size: Size, look: Look) -> Xterm:
    """Open an xterm."""
    return Xterm(words, environment, *size, look.front, look.back)


@contextmanager
def dashboard(lab: Lab, look: str, open_terminal: Opener = in_tmux) -> Iterator[Display]:
    """Run navi in a terminal until the context is left. The first row of the list is selected, and all is there."""
    chosen = LOOKS[look]
    configure(lab, **chosen.settings)
    environment = lab.environment() | dict(chosen.variables) | {"PYTHONPATH": str(ROOT)}
    with open_terminal([sys.executable, "-m", "navi"], environment, USUAL, chosen) as display:
        for name in SESSIONS:
            display.wait_for(name, timeout=60)
        display.wait_for("gpu auth", timeout=60)
        display.press("g")
        yield display


def go_to(display: Display, screen: Screen) -> None:
    """Press the keys that lead to a screen."""
    for step in screen.steps:
        display.press(*step.keys)
        if step.text:
            display.type(step.text)
        display.wait_for(re.compile(step.shows), timeout=60)


RESTS = 2.0
"""Seconds after which a screen is taken to stay as it is: longer than a change is highlighted."""


def stored(name: str) -> Golden | None:
    """Return the screen of a name that is stored, None if there is none."""
    path = GOLDEN / f"{name}.txt"
    return parsed(path.read_text()) if path.exists() else None


def settled(display: Display, known: Golden | None = None) -> Golden:
    """Wait until a screen stays as it is, and return it."""
    since, last = time.monotonic(), golden_of(display.screen(escapes=True), known)

    def rests() -> bool:
        nonlocal since, last
        seen = golden_of(display.screen(escapes=True), known)
        if seen != last:
            since, last = time.monotonic(), seen
        return time.monotonic() - since > RESTS

    until(rests, 60, "the screen stays as it is", interval=0.1)
    return last
