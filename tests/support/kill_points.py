"""Kill hub and relay with SIGKILL just before chosen lines of their code; and learn which lines they run.

points = KillPoints(folder)
points.note()                       # hubs and relays note which lines they run
environment |= points.variables     # ... start `navi serve` with it, and end it again
for point in points.noted(): ...
points.arm([point, ...])            # the hub will be killed at the first one of its points, the next hub at the second

Python itself imports the module `sitecustomize` before anything else, also in the relay that the hub starts. It counts
lines of functions only: what importing runs is no step of theirs.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import NamedTuple

HOOK = r"""
import json, os, signal, sys, threading

FOLDER, PARTS = {folder!r}, {parts!r}
WORDS = sys.orig_argv[1:]
ROLE = "hub" if "serve" in WORDS else "relay" if "--foreground" in WORDS else ""
FUNCTION = 2  # neither a module nor a class: inspect.CO_NEWLOCALS


def read(name):
    try:
        with open(os.path.join(FOLDER, name)) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {{}}


def in_code(code):
    found = [part for part in PARTS if part in code.co_filename]
    return code.co_filename[code.co_filename.index(found[0]):] if found and code.co_flags & FUNCTION else ""


def note(frame, event, _):
    file = in_code(frame.f_code)
    if not file:
        return None
    def line(frame, event, _):
        if event == "line":
            key = (file, frame.f_lineno)
            times = COUNTS[key] = COUNTS.get(key, 0) + 1
            if not times & (times - 1):  # 1, 2, 4, 8 ...
                os.write(NOTES, b"%s %d %d\n" % (file.encode(), frame.f_lineno, times))
        return line
    return line


def kill(frame, event, _):
    code = frame.f_code
    if code not in HAS_POINT:
        HAS_POINT[code] = in_code(code) == POINT["file"] and POINT["line"] in {{line for _, _, line in code.co_lines()}}
    return at_line if HAS_POINT[code] else None


def at_line(frame, event, _):
    if event == "line" and frame.f_lineno == POINT["line"]:
        POINT["time"] -= 1
        if POINT["time"] == 0:
            open(os.path.join(FOLDER, "killed-%s-%d" % (ROLE, KILLED)), "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
    return at_line


PLAN, COUNTS, HAS_POINT, TRACE = read("plan"), {{}}, {{}}, None
KILLED = sum(name.startswith("killed-" + ROLE) for name in os.listdir(FOLDER)) if ROLE else 0
if ROLE and PLAN.get("note"):
    NOTES = os.open(os.path.join(FOLDER, "notes-" + ROLE), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    TRACE = note
elif KILLED < len(PLAN.get(ROLE, ())):
    POINT = PLAN[ROLE][KILLED]
    TRACE = kill
if TRACE:
    threading.settrace(TRACE)
    sys.settrace(TRACE)
"""

PARTS = (
    "navi/headless/", "navi/ops/headless/", "navi/cli/verbs/serve.py", "navi/cli/verbs/daemon.py",
    "navi/cli/asking/relay_supervisor.py",
)  # fmt: skip
"""The files whose lines count."""


ROLES = ("hub", "relay")

MOST: Mapping[str, int] = {"hub": 4, "relay": 2}
"""How often each is killed in one story."""


class Point(NamedTuple):
    """A line of code just before which the hub or the relay is killed, when it gets there for the so-manieth time after
    its start.
    """

    role: str
    file: str
    line: int
    time: int = 1

    def __str__(self) -> str:
        return f"{self.role} at {self.file}:{self.line}, time {self.time}"


class KillPoints:
    """What hubs and relays do that are started with `variables`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        module = folder / "python"
        module.mkdir(parents=True)
        (module / "sitecustomize.py").write_text(HOOK.format(folder=str(folder), parts=PARTS))
        others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        self.variables: Mapping[str, str] = {"PYTHONPATH": os.pathsep.join(filter(None, (str(module), *others)))}

    def note(self) -> None:
        """Let them note which lines they run, beside what was noted before."""
        self._plan({"note": True})

    def arm(self, points: Sequence[Point]) -> None:
        """Let hub and relay be killed at points of theirs: at the first one, and after the next start at the second."""
        self._plan({role: [one._asdict() for one in points if one.role == role] for role in ROLES})

    def _plan(self, plan: Mapping[str, object]) -> None:
        for path in self._folder.glob("killed-*"):
            path.unlink()
        (self._folder / "plan").write_text(json.dumps(plan))

    def killed(self, role: str) -> int:
        """Return how many hubs or relays have been killed at points since these were armed."""
        return len(list(self._folder.glob(f"killed-{role}-*")))

    def noted(self, chance: random.Random) -> Sequence[Point]:
        """Return the first execution of each line that was noted, in their order, and then a later one of each."""
        first, later = [], []
        for role in ROLES:
            most: dict[tuple[str, int], int] = {}
            for words in (self._folder / f"notes-{role}").read_text().splitlines():
                file, line, times = words.split()
                most[file, int(line)] = max(int(times), most.get((file, int(line)), 0))
            first += [Point(role, *place) for place in most]
            later += [Point(role, *place, chance.randint(2, times)) for place, times in most.items() if times > 1]
        return [*first, *later]


def groups(
    points: Sequence[Point], chance: random.Random, most: Mapping[str, int] = MOST
) -> Iterator[Sequence[Point]]:  # fmt: skip
    """Yield points in groups for one story each: at most so many of each role, in the order in which the story comes to
    them.
    """
    places = {point: number for number, point in enumerate(points)}

    def of(role: str) -> list[Sequence[Point]]:
        found, size = [one for one in points if one.role == role], most[role]
        chance.shuffle(found)
        return [sorted(found[at : at + size], key=places.__getitem__) for at in range(0, len(found), size)]

    for some in zip_longest(*map(of, ROLES), fillvalue=()):
        yield [*chain.from_iterable(some)]
