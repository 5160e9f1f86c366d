"""The verb doctor: everything that can be wrong between here and a session, checked in the order of the way there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.context import AT_ONCE, Machines
from navi.cli.output import UsageError, print_json
from navi.config.reader import read_remotes, read_settings
from navi.config.remote import Remote
from navi.config.settings import Problem, Settings
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.failure import Failure, HostState
from navi.core.text import clean
from navi.doctor import route
from navi.doctor.probe import Probe, look_around
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.exchange import local_peer
from navi.ops import HostSettings, OperationError
from navi.ops import checkup as ops
from navi.ops.checkup import Finding, Result, checkup, clock, findings

if TYPE_CHECKING:
    from argparse import Namespace

CONFIGURATION = "configuration"
HERE = ("ssh", "sockets folder", *ops.CHECKS)
THERE = (*route.CHECKS, "clock", *ops.CHECKS)
"""The checks of this machine and of a remote, in their order."""

COLOURS = {Result.OK: "32", Result.WARNING: "33", Result.FAULT: "31", Result.NOT_DONE: "2"}


@dataclass(frozen=True, slots=True)
class Patient:
    """A host that is to be checked; `remote` is None for this machine."""

    name: str
    remote: Remote | None = None


def run_doctor(options: Namespace, machines: Machines) -> int:
    """Check the configuration, this machine and remotes; tell what is wrong and what to type."""
    settings, wrong = read_settings(machines.places.settings)
    remotes, more = read_remotes(machines.places.remotes)
    patients = _patients(options.hosts, remotes, machines)
    report = Report(options.json, _colourful(machines.environment))
    if not options.hosts or wrong or more:
        report.tell(LOCAL, _configuration((*wrong, *more), len(remotes)), CONFIGURATION)

    def examine(patient: Patient) -> list[Finding]:
        return _examine(patient, settings, machines.environment)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for patient, found in zip(patients, pool.map(examine, patients), strict=True):
            report.tell(patient.name, found, patient.name)
    return report.end()


def _patients(names: Sequence[str], remotes: Sequence[Remote], machines: Machines) -> list[Patient]:
    """The hosts that are named, or this machine and all that are enabled. Raises UsageError."""
    known = {LOCAL: Patient(LOCAL)} | {remote.name: Patient(remote.name, remote) for remote in remotes}
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        where = machines.places.remotes
        raise UsageError(f"there is no host `{unknown}` in {where}; known are {', '.join(known)}")
    if names:
        return [known[name] for name in dict.fromkeys(names)]
    return [patient for patient in known.values() if patient.remote is None or patient.remote.enabled]


def _configuration(problems: Sequence[Problem], count: int) -> list[Finding]:
    if not problems:
        told = f"reads well; {count} remote{'' if count == 1 else 's'}"
        return [Finding(CONFIGURATION, Result.OK, told)]
    remedy = "mend that line; see navi-remotes(5) and navi(1), CONFIGURATION"
    return [Finding(CONFIGURATION, Result.FAULT, str(problem), remedy) for problem in problems]


def _examine(patient: Patient, settings: Settings, environment: Mapping[str, str]) -> list[Finding]:
    if patient.remote is None:
        host = BlockingHost(local_peer(HostSettings(settings.sessions_dir, settings.cleanup)), environment)
        found = _guarded(lambda: findings(host.run(checkup()), LOCAL))
        return _with_undone([*look_around(environment), *found], HERE)
    remote = patient.remote
    return _with_undone(_guarded(lambda: _examine_remote(remote, environment)), THERE)


def _examine_remote(remote: Remote, environment: Mapping[str, str]) -> Sequence[Finding]:
    probed = Probe(remote, environment).examine(checkup())
    if probed.answer is None:
        return probed.findings
    time = clock(probed.answer.frame.clock, probed.began, probed.ended)
    return (*probed.findings, time, *findings(probed.answer, remote.name))


def _guarded(ask: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    """A host that answers nonsense is a finding, and hides no other host."""
    try:
        return ask()
    except HostError as error:
        failure = error.failure
    except (OperationError, ValueError, OSError) as error:
        failure = Failure(HostState.ERROR, str(error), "look at what sh runs on that machine")
    return [Finding("checkup", Result.FAULT, failure.cause, failure.remedy, exits.of_failure(failure))]


def _with_undone(found: Sequence[Finding], checks: Sequence[str]) -> list[Finding]:
    """Add those checks that a fault has made impossible. A way without a jump or a name to look up has none."""
    done = {finding.check for finding in found}
    if checks[-1] in done:
        return list(found)
    after = max((place for place, check in enumerate(checks) if check in done), default=-1)
    return [*found, *(Finding(check, Result.NOT_DONE, "") for check in checks[after + 1 :])]


def _colourful(environment: Mapping[str, str]) -> bool:
    plain = environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb"
    return sys.stdout.isatty() and not plain


class Report:
    """Prints each host's block as soon as it is its turn, or one document at the end."""

    def __init__(self, as_json: bool, colourful: bool) -> None:
        self._as_json = as_json
        self._colourful = colourful
        self._told: list[tuple[str, Finding]] = []

    def tell(self, host: str, found: Sequence[Finding], title: str) -> None:
        """Take what was found on a host."""
        self._told += [(host, finding) for finding in found]
        if self._as_json:
            return
        lines = [clean(title)]
        for finding in found:
            if finding.result is not Result.NOT_DONE:
                lines += self._lines(finding)
        undone = ", ".join(finding.check for finding in found if finding.result is Result.NOT_DONE)
        lines += [f"  {self._sign(Result.NOT_DONE)} {undone}"] if undone else []
        print("\n".join(lines), flush=True)

    def _lines(self, finding: Finding) -> list[str]:
        lines = [f"  {self._sign(finding.result)} {finding.check:<16} {clean(finding.found)}"]
        if finding.result is not Result.OK and finding.remedy:
            lines.append(f"  {'':<8} {'  do this:':<16} {clean(finding.remedy)}")
        return lines

    def _sign(self, result: Result) -> str:
        word = f"{result:<8}"
        return f"\033[{COLOURS[result]}m{word}\033[m" if self._colourful else word

    def end(self) -> int:
        """Print the document, if one is wanted; return the exit status: that of the first fault."""
        if self._as_json:
            print_json([
                {"host": host, "check": finding.check, "result": str(finding.result), "found": clean(finding.found),
                 "remedy": clean(finding.remedy) if finding.result is not Result.OK else ""}
                for host, finding in self._told
            ])  # fmt: skip
        faults = (finding.status for _, finding in self._told if finding.result is Result.FAULT)
        return next(faults, os.EX_OK)
