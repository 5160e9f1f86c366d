"""The verb doctor: checks the configuration and hosts, and prints what is wrong with the remedies."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.asking.at_once import at_once
from navi.cli.context import Context, no_host
from navi.cli.output.output import Output
from navi.config.reader import read_remotes, read_settings
from navi.config.remote import Remote
from navi.config.settings import Problem, Settings
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.text import clean, plural
from navi.doctor.examine import examine_here, examine_remote, explain_options
from navi.doctor.finding import Finding, Result
from navi.headless.harness.configured import programs
from navi.ops import HostSettings

if TYPE_CHECKING:
    from navi.cli.arguments import Options

CONFIGURATION = "configuration"
COLOURS = {Result.OK: "32", Result.WARNING: "33", Result.FAULT: "31", Result.NOT_DONE: "2"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A host to check; `remote` is None for this machine."""

    name: str
    remote: Remote | None = None


def run_doctor(options: Options, context: Context) -> int:
    """Check the configuration, this machine and remotes; print what is wrong and what to type."""
    settings, wrong = read_settings(context.files.settings)
    wrong = (*wrong, *_wrong_keys(settings))
    remotes, more = read_remotes(context.files.remotes)
    candidates = _candidates(options.hosts, remotes, context)
    report = FindingsReport(context.output, options.json, _colourful(context.environment))
    if not options.hosts or wrong or more:
        report.add(LOCAL, _configuration((*wrong, *more), len(remotes)), CONFIGURATION)

    def examine(candidate: Candidate) -> Sequence[Finding]:
        with context.progress.waiting(candidate.name, counted=True):
            return _examine(candidate, settings, context.environment, options.verbose)

    with context.progress.of(len(candidates)):
        for candidate, found in zip(candidates, at_once(examine, candidates, context.cancel), strict=True):
            report.add(candidate.name, found, candidate.name)
    return report.end()


def _candidates(names: Sequence[str], remotes: Sequence[Remote], context: Context) -> list[Candidate]:
    """Return the named hosts, or this machine and all enabled remotes. Raise UsageError."""
    known = {LOCAL: Candidate(LOCAL)} | {remote.name: Candidate(remote.name, remote) for remote in remotes}
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise no_host(unknown, tuple(known), context.files.remotes)
    if names:
        return [known[name] for name in dict.fromkeys(names)]
    return [one for one in known.values() if one.remote is None or one.remote.enabled]


def _wrong_keys(settings: Settings) -> tuple[Problem, ...]:
    """Return what is wrong with the keys of the dashboard, whose table is imported only if some are rebound."""
    if not settings.keys:
        return ()
    from navi.tui.keys.keymap import rebind
    from navi.tui.keys.table import KEYS

    return rebind(KEYS, settings.keys)[1]


def _configuration(problems: Sequence[Problem], count: int) -> list[Finding]:
    if not problems:
        return [Finding(CONFIGURATION, Result.OK, f"OK; {plural(count, 'remote')}")]
    remedy = "correct that line; see navi-remotes(5) and navi(1), CONFIGURATION"
    return [Finding(CONFIGURATION, Result.FAULT, str(problem), remedy) for problem in problems]


def _examine(
    candidate: Candidate, settings: Settings, environment: Mapping[str, str], verbose: bool
) -> Sequence[Finding]:
    needed = programs(settings.harnesses)
    if candidate.remote is None:
        return examine_here(HostSettings(settings.sessions_dir, settings.cleanup), environment, needed)
    found = examine_remote(candidate.remote, environment, needed)
    return (*explain_options(candidate.remote, environment), *found) if verbose else found


def _colourful(environment: Mapping[str, str]) -> bool:
    plain = environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb"
    return sys.stdout.isatty() and not plain


class FindingsReport:
    """Prints each host's findings in turn, or one JSON document at the end."""

    def __init__(self, output: Output, as_json: bool, colourful: bool) -> None:
        self._output = output
        self._as_json = as_json
        self._colourful = colourful
        self._findings: list[tuple[str, Finding]] = []

    def add(self, host: str, found: Sequence[Finding], title: str) -> None:
        """Add what was found on a host."""
        self._findings += [(host, finding) for finding in found]
        if self._as_json:
            return
        lines = [clean(title)]
        for finding in found:
            if finding.result is not Result.NOT_DONE:
                lines += self._lines(finding)
        undone = ", ".join(finding.check for finding in found if finding.result is Result.NOT_DONE)
        lines += [f"  {self._symbol(Result.NOT_DONE)} {undone}"] if undone else []
        self._output.print_as_it_is("\n".join(lines))
        self._output.stdout.flush()

    def _lines(self, finding: Finding) -> list[str]:
        lines = [f"  {self._symbol(finding.result)} {finding.check:<16} {clean(finding.found)}"]
        if finding.result is not Result.OK and finding.remedy:
            lines.append(f"  {'':<8} {'  do this:':<16} {clean(finding.remedy)}")
        return lines

    def _symbol(self, result: Result) -> str:
        word = f"{result:<8}"
        return f"\033[{COLOURS[result]}m{word}\033[m" if self._colourful else word

    def end(self) -> int:
        """Print the document if there is one; return the exit status: that of the first fault."""
        if self._as_json:
            self._output.print_json([
                {"host": host, "check": finding.check, "result": str(finding.result), "found": clean(finding.found),
                 "remedy": clean(finding.remedy) if finding.result is not Result.OK else ""}
                for host, finding in self._findings
            ])  # fmt: skip
        faults = (finding.status for _, finding in self._findings if finding.result is Result.FAULT)
        return next(faults, exits.OK)
