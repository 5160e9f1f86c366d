"""The screens of navi that are stored and pictured: how to get to each, in which sizes and looks.

tests/tui/test_golden.py compares them with tests/tui/golden/, and contrib/screenshot takes pictures of them.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import yaml

from tests.support.ahead import navi_ahead
from tests.support.golden import Golden, golden_of, parsed
from tests.support.machines import Keys, Lab
from tests.support.scene import Times, scene
from tests.support.terminal import Display, Terminal
from tests.support.waiting import until
from tests.support.xterm import Xterm

T = TypeVar("T")

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
    """`steps` lead there from the first row of the list, and `has` is what it shows in the usual size when all has been
    fetched. Each size is looked at after the ones before it.
    """

    name: str
    steps: tuple[Step, ...]
    sizes: tuple[Size, ...] = (USUAL, SMALL)
    looks: tuple[str, ...] = ("dark",)
    has: tuple[str, ...] = ()


TYPED = "go on, please"

SCREENS = (
    Screen("list", (), (LARGE, USUAL, SMALL, TINY), tuple(LOOKS)),
    Screen("preview", (Step(("p", "p"), "Do you want to proceed"),), (LARGE, USUAL, SMALL)),
    Screen("preview-below", (Step(("L",), "Do you want to proceed"),), (USUAL,)),
    Screen(
        "details", (Step(("i",), "How the status was decided"),), (LARGE, USUAL), ("dark", "light"),
        has=("Do you want to proceed", "1 changed, 1 commit not pushed"),
    ),
    Screen("details-done", (Step(("End",), r"❯ \S rollback"), Step(("i",), "Details ·")), (USUAL, TINY)),
    Screen(
        "git", (Step(("G",), "diff --git a/retry.py"),), (USUAL, SMALL, TINY), ("dark", "light"),
        has=("2 success", "fetched"),
    ),
    Screen("hosts", (Step(("H",), "Permission denied"),), (LARGE, USUAL)),
    Screen("help", (Step(("?",), "next session"),), (LARGE, USUAL, SMALL, TINY)),
    Screen("form", (Step(("n",), "directory"),), (USUAL, SMALL, TINY), ("dark", "16", "mono")),
    Screen(
        "confirmation", (Step(("x",), "(?i)kill.*api"),), (USUAL, SMALL, TINY), tuple(LOOKS),
        has=("1 changed, 1 commit not pushed", r"running +head"),
    ),
    Screen(
        "results", (
            Step((" ",), "1 selected"), Step(("j", "j", " "), "2 selected"), Step(("j", " "), "3 selected"),
            Step((":",), "Message"), Step((), TYPED, TYPED), Step(("Enter",), "2 of 3 done, 1 failed"),
        ),
    ),
    Screen("answer", (Step(("1",), "❯ 1  Yes"),), (USUAL, SMALL, TINY), ("dark", "light")),
    Screen(
        "headless", (Step(("!", "!"), r"❯ \S Bring"), Step(("w",), "permission: Script git tag -s")),
        has=("1 answers",),
    ),
    Screen("palette", (Step(("C-p",), "(?i)command"), Step((), "kill", "kill")), (USUAL, SMALL, TINY)),
    Screen("host-picker", (Step(("f",), "(?i)all hosts"),)),
    Screen("search", (Step(("/",), "(?i)search"), Step((), "nightly", "nightly")), has=("done: Two remarks",)),
)  # fmt: skip
"""The list is there in every size and look, each page as most people see it. Sizes in which a row would break after
what the machine chooses, such as a process id, are left out: `crowded` finds these rows.
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

READY = ("3 working", "gpu auth", "fix-retry", "Esc to cancel")
"""What the dashboard shows when it knows all statuses, and the first session's preview is there."""

AT_ONCE = 3
"""Dashboards that run at once: each mostly waits."""


def each(work: Callable[[Case], T], cases: Iterable[Case]) -> list[T]:
    """Do some work for each case, several at once, and return the results in the order of the cases."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, cases))


Opener = Callable[[list[str], Mapping[str, str], Size, Look], AbstractContextManager[Display]]


def in_tmux(words: list[str], environment: Mapping[str, str], size: Size, look: Look) -> Terminal:
    """Open a pane of tmux, which has no colours of its own."""
    del look
    return Terminal(words, environment, *size)


def in_xterm(words: list[str], environment: Mapping[str, str], size: Size, look: Look) -> Xterm:
    """Open an xterm."""
    return Xterm(words, environment, *size, look.front, look.back)


@contextmanager
def fleet(times: Times, keys: Keys | None = None) -> Iterator[Lab]:
    """Set the scene in a folder of its own, and keep its ssh connections: dashboards start sooner."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="navi-", dir="/tmp")))
        lab = stack.enter_context(Lab(folder, keys))
        stack.enter_context(scene(lab, times))
        words = [*navi_ahead(times.ahead), "ls"]
        subprocess.run(words, env=environment_of(lab), capture_output=True, check=False)
        for path in (folder / "run").rglob("*.lock"):
            fcntl.flock(stack.enter_context(path.open()), fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield lab


def environment_of(lab: Lab) -> dict[str, str]:
    """Return the environment to run this navi in, from any folder."""
    return lab.environment() | {"PYTHONPATH": str(ROOT)}


def own_files(lab: Lab, settings: Mapping[str, str]) -> Mapping[str, str]:
    """Return variables for a dashboard that nothing of another one changes: configuration and state of its own."""
    shared = lab.environment()
    folder = Path(tempfile.mkdtemp(prefix="dashboard-", dir=lab.folder))
    for variable, name in (("XDG_CONFIG_HOME", "remotes.yaml"), ("XDG_STATE_HOME", "offers")):
        (folder / variable / "navi").mkdir(parents=True)
        shutil.copy(Path(shared[variable]) / "navi" / name, folder / variable / "navi")
    (folder / "XDG_CONFIG_HOME" / "navi" / "config.yaml").write_text(yaml.safe_dump(dict(settings)))
    return {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}


@contextmanager
def dashboard(lab: Lab, times: Times, look: str, open_terminal: Opener = in_tmux) -> Iterator[Display]:
    """Run navi in a terminal until the context is left. The first row of the list is selected, and all is there."""
    chosen = LOOKS[look]
    environment = {**environment_of(lab), **own_files(lab, chosen.settings), **chosen.variables}
    with open_terminal(navi_ahead(times.ahead), environment, USUAL, chosen) as display:
        for name in SESSIONS:
            display.wait_for(name, timeout=60)
        display.press("g")
        for words in READY:
            display.wait_for(words, timeout=60)
        yield display


def go_to(display: Display, screen: Screen) -> None:
    """Press the keys that lead to a screen."""
    for step in screen.steps:
        display.press(*step.keys)
        if step.text:
            display.type(step.text)
        display.wait_for(re.compile(step.shows), timeout=60)
    for words in screen.has:
        display.wait_for(re.compile(words), timeout=60)


RESTS = 2.0
"""Seconds after which a screen is taken to stay as it is: longer than a change is highlighted."""


def stored(name: str) -> Golden | None:
    """Return the screen of a name that is stored, None if there is none."""
    path = GOLDEN / f"{name}.txt"
    return parsed(path.read_text()) if path.exists() else None


def busy(display: Display) -> Callable[[], bool]:
    """Return a function that tells whether the program in a terminal works, or would if it had the processor."""
    if not isinstance(display, Terminal):
        return lambda: False
    threads = Path(f"/proc/{display.pid}/task")
    return lambda: any(state_of(thread) != "S" for thread in threads.iterdir())


def state_of(thread: Path) -> str:
    """Return the letter of a thread's state, "" if it has ended."""
    try:
        return (thread / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def settled(
    display: Display,
    known: Golden | None = None,
    is_wanted: Callable[[Golden], bool] = lambda _: False,
    rests: float = RESTS,
) -> Golden:
    """Wait until a screen is a wanted one, or else stays as it is for so many seconds while navi has nothing to do, and
    return it. Styles of the `known` one keep their letters.
    """
    is_busy = busy(display)
    since, last = time.monotonic(), golden_of(display.screen(escapes=True), known)

    def is_done() -> bool:
        nonlocal since, last
        seen = golden_of(display.screen(escapes=True), known)
        if seen != last or is_busy():
            since, last = time.monotonic(), seen
        return is_wanted(seen) or time.monotonic() - since > rests

    until(is_done, 120, "the screen stays as it is", interval=0.05)
    return last
