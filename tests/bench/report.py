"""Format figures as rows of one table, and describe the machine they were measured on."""

from __future__ import annotations

import math
import os
import platform
import re
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from tests.support.machines import program


def p95(samples: Sequence[float]) -> float:
    """Return the smallest sample that 95 % of the samples do not exceed."""
    return sorted(samples)[math.ceil(0.95 * len(samples)) - 1]


STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"median": statistics.median, "p95": p95, "max": max}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its samples, those of its floor, and its target.

    `limits` maps statistics (median, p95, max) to their largest allowed value; a row without limits has no target.
    """

    figure: str
    unit: str
    samples: Sequence[float]
    floor: Sequence[float] = ()
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The target in words."""
        return ", ".join(f"{name} <= {number(limit)}" for name, limit in self.limits.items())

    @property
    def met(self) -> str:
        """Whether the target is met: yes or NO; empty without a target."""
        if not self.limits:
            return ""
        return "yes" if all(STATISTICS[name](self.samples) <= limit for name, limit in self.limits.items()) else "NO"

    def cells(self) -> list[str]:
        """Return the texts of the table's columns, in the order of HEADINGS."""
        found = [number(measure(self.samples)) for measure in STATISTICS.values()]
        floor = number(statistics.median(self.floor)) if self.floor else ""
        return [self.figure, self.unit, str(len(self.samples)), *found, floor, self.target, self.met]


HEADINGS = ["figure", "unit", "samples", *STATISTICS, "floor", "target", "met"]
WORDY = {"figure", "unit", "target", "met"}


def number(value: float) -> str:
    """Return a number with three significant digits, or as an integer."""
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(rows: Sequence[Row]) -> str:
    """Return the table as text, with words aligned left and numbers right."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [
        cell.ljust(width) if heading in WORDY else cell.rjust(width)
        for heading, cell, width in zip(HEADINGS, cells, widths, strict=True)
    ]
    return "  ".join(aligned).rstrip()


def facts() -> str:
    """Return a description of the machine and the tools."""
    lines = [
        f"machine  {os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}",
        f"python   {platform.python_version()}, urwid {version('urwid')}, trio {version('trio')}",
        f"tools    {_first_line('tmux', '-V')}, {_first_line('ssh', '-V')}",
    ]
    return "\n".join(lines)


def _first_line(*words: str) -> str:
    done = subprocess.run([program(words[0]), *words[1:]], capture_output=True, text=True, check=True)
    return re.split(r"[,\n]", done.stdout + done.stderr)[0]
