"""The dashboard in a terminal, and the nouns that its parts are made of.

begin(lab.local, "api", status="waiting", message="Shall I go on?")
with navi(lab) as screen:
    screen.wait_for("api")
    screen.press("Enter")
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from navi.core.address import LOCAL
from navi.core.failure import Failure, HostState
from navi.core.model import AgentStatus, Frame, HostView, Pane, Session, Source, Status, StatusFile, Tmux, TmuxSession
from tests.support.machines import Account, Lab
from tests.support.terminal import Terminal
from tests.support.waiting import until

NAVI = [sys.executable, "-m", "navi"]

HOUR = 3600

HOUR_AGO = int(time.time()) - HOUR - 60
"""One time for all sessions, so that none is the newer one."""

# ---- nouns


def session(
    name: str,
    status: str = "working",
    since: float | None = None,
    host: str = LOCAL,
    message: str = "",
    cwd: str = "/srv",
    source: Source = Source.HOOK,
    file: bool = True,
    agent: str = "",
    mates: tuple[AgentStatus, ...] = (),
    attached: int = 0,
) -> Session:
    """Return a session with a status file (unless `file` is false) and one pane."""
    pane = Pane("%1", "0.0", 100, "cat", "a title", cwd)
    return Session(
        host,
        name,
        Status(status, source, since, "reported by its hook"),
        message,
        cwd,
        agent,
        TmuxSession("$1", name, 1000.0, attached, (pane,)),
        StatusFile(name, status=status, teammates=mates, team="crew" if mates else "") if file else None,
    )


def view(
    name: str,
    *sessions: Session,
    state: HostState = HostState.CONNECTED,
    framed: float | None = None,
    latency: float = 0,
) -> HostView:
    """Return a host with these sessions. `framed` is when its last frame came, in seconds of its own clock."""
    failure = None if state is HostState.CONNECTED else Failure(state, f"cause of {name}", f"remedy of {name}")
    frame = Frame(1000, "boot", Tmux.OK, True, "3.3a", home="/home/me")
    return HostView(
        name,
        name,
        state,
        failure,
        failure,
        latency or None,
        frame=frame,
        sessions=sessions,
        framed=framed,
        heard=framed,
    )


# ---- real sessions


def begin(account: Account, name: str, command: str = "exec cat", **fields: object) -> None:
    """Start a session whose pane shows what is typed into it, with a status of an hour ago that nothing contradicts."""
    account.new_session(name, command)
    account.write_status(name, **{"timestamp": HOUR_AGO, **fields})


# ---- the screen


def configure(lab: Lab, **settings: object) -> None:
    """Write config.yaml."""
    path = Path(lab.environment()["XDG_CONFIG_HOME"]) / "navi" / "config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(settings))


@contextmanager
def navi(
    lab: Lab, width: int = 100, height: int = 30, variables: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Run the dashboard at the lab's own machine, in a terminal, with more variables in its environment."""
    more = [f"{name}={value}" for name, value in (variables or {}).items()]
    with Terminal(["env", *more, *NAVI], lab.environment(), width, height) as screen:
        yield screen


def names(screen: Terminal) -> list[str]:
    """Return the first words of the sessions that are listed, from the top."""
    found = re.findall(r"^│?.(?:❯| )[ +][^\s\w] (\S+)", screen.screen(), re.MULTILINE)
    return [str(name) for name in found]


def wait_names(screen: Terminal, *wanted: str) -> None:
    """Wait until just these sessions are listed, in this order."""
    until(lambda: names(screen) == list(wanted), what=f"the list is {' '.join(wanted)}")


def wrapped(words: str) -> re.Pattern[str]:
    """Return a pattern for words that a dialog breaks into lines: borders, and what is beside it, are between them."""
    between = r"(?: +| *│[^\n]*\n[^\n]*?│ *)"
    return re.compile(between.join(map(re.escape, words.split())))


def wait_selected(screen: Terminal, name: str) -> None:
    """Wait until the cursor is on a session."""
    until(lambda: selected(screen) == name, what=f"the cursor is on {name}")


def selected(screen: Terminal) -> str:
    """Return the name of the session under the cursor, "" if there is none."""
    found = re.search(r"^│?.❯[ +]\S (\S+)", screen.screen(), re.MULTILINE)
    return found[1] if found else ""


def mouse(screen: Terminal, button: int, column: int, line: int) -> None:
    """Press a button of the mouse (0 the left one, 64 and 65 the wheel) over a cell counted from 0, and let it go."""
    screen.type(f"\x1b[<{button};{column + 1};{line + 1}M\x1b[<{button};{column + 1};{line + 1}m")


def click(screen: Terminal, words: str) -> None:
    """Click on the first of these words that the screen shows."""
    line, text = next((line, text) for line, text in enumerate(screen.screen().splitlines()) if words in text)
    mouse(screen, 0, text.index(words), line)


# ---- the terminal


def tmux_of(screen: Terminal, *words: str) -> str:
    """Run a command of the tmux that a terminal is a pane of; return what it says."""
    return screen._tmux(*words).strip()


def modes(screen: Terminal) -> tuple[str, str]:
    """Return all that a program may leave set: the settings of the tty, and the modes of the terminal."""
    path = tmux_of(screen, "display-message", "-p", "#{pane_tty}")
    settings = subprocess.run(["stty", "-F", path, "-g"], capture_output=True, text=True, check=True).stdout
    flags = ("alternate_on", "cursor_flag", "mouse_any_flag", "keypad_flag", "keypad_cursor_flag", "insert_flag")
    region = "#{scroll_region_upper},#{scroll_region_lower}"
    return settings, tmux_of(screen, "display-message", "-p", region + "".join(f" #{{{flag}}}" for flag in flags))


def record(screen: Terminal) -> Path:
    """Write down every byte that comes to a terminal from now on; return the file."""
    path = screen.folder / "record"
    tmux_of(screen, "pipe-pane", "-o", f"cat >>{path}")
    until(path.exists, what="the terminal is recorded")
    return path
