"""Checks of a machine, by what it reports about itself. Pure."""

from __future__ import annotations

import re
from shlex import quote

from navi.core.ages import exact_age
from navi.core.exits import UNAVAILABLE
from navi.core.model import PROOF, Frame, StatusFile, Tmux
from navi.core.registry import epoch
from navi.core.text import clean, plural
from navi.core.unlisted import unlisted
from navi.doctor.finding import Finding, Result
from navi.ops.look.checkup import Checkup
from navi.ops.look.frames import MOST_FILE_BYTES, MOST_FILES

MOST_SKEW = 2.0
"""Seconds that a clock may differ from ours."""

OLDEST_TMUX = (2, 6)

LEAST_FREE = 200 * 1024
"""KiB that should be free for the output of agents without a terminal: enough for two at their limit."""

CHECKS = ("tmux", "registry", "sessions folder", "status files", "hooks", "lingering", "agents")
"""The checks of `judge_host`, in its order."""


def judge_host(found: Checkup, host: str) -> tuple[Finding, ...]:
    """Return the findings about a machine, in the order of CHECKS. `host` is its name, for what to type."""
    return (
        _tmux(found, host), _registry(found), _folder(found), _files(found), _hooks(found, host), _lingering(found),
        _agents(found),
    )  # fmt: skip


TMUX = {
    Tmux.MISSING: (
        "no tmux on PATH, nor where package managers install it",
        "install it (apt install tmux, dnf install tmux, brew install tmux), or link it in ~/.local/bin",
        UNAVAILABLE,
    ),
    Tmux.OLD: ("{version} is older than 2.6", "install a newer tmux, and end the old server", UNAVAILABLE),
    Tmux.HUNG: (
        "the tmux server does not answer",
        "see its state: ps -C 'tmux: server' -o pid,stat,args; one that is stopped (T) goes on after kill -CONT PID",
        1,
    ),
    Tmux.LOST: (
        "the tmux server ({error}) runs, but its socket was moved or removed",
        "let it make its socket again: kill -USR1 with the number of that process",
        1,
    ),
    Tmux.FAILED: ("tmux says: {error}", "run tmux ls there, and correct what it complains about", 1),
}


def _tmux(found: Checkup, host: str) -> Finding:
    frame, version = found.frame, found.version or f"tmux {found.frame.tmux_version}".strip()
    word = Tmux.OLD if frame.tmux in PROOF and _too_old(version) else frame.tmux
    if word in TMUX:
        cause, remedy, status = TMUX[word]
        cause = cause.replace("{version}", version).replace("{error}", frame.tmux_error or "nothing")
        return Finding("tmux", Result.FAULT, cause, remedy, status)
    doubt = unlisted(frame, host)
    if doubt:
        remedy = f"{doubt.failure.remedy_in_verbs}; until then no status file is removed"
        return Finding("tmux", Result.WARNING, f"{version}; {doubt.failure.cause}", remedy)
    return Finding("tmux", Result.OK, f"{version}, {_servers(frame)}")


def _servers(frame: Frame) -> str:
    """Return how many sessions the tmux servers have, and which servers these are."""
    sockets = sorted({session.socket for session in frame.sessions if session.socket})
    if frame.tmux is Tmux.NONE and not sockets:
        return "no server is running"
    count = plural(len(frame.sessions), "session")
    others = ", ".join(map(clean, sockets))
    if frame.tmux is Tmux.NONE:
        return f"{count} on {others}; no default server is running"
    return f"{count} on the default server and {others}" if others else count


def _too_old(version: str) -> bool:
    found = re.search(r"(\d{1,4})\.(\d{1,4})", version)
    return found is not None and (int(found[1]), int(found[2])) < OLDEST_TMUX


def _registry(found: Checkup) -> Finding:
    if found.registry == "unusable":
        cause, _, remedy = found.distrust.partition("; ")
        return Finding("registry", Result.FAULT, cause, remedy.removeprefix("run: "))
    if found.registry == "private":
        usual = found.sockets.rpartition("-")[0]
        return Finding("registry", Result.OK, f"in {found.sockets}, because {usual} was not yours")
    return Finding("registry", Result.OK, f"in {found.sockets}")


FOLDERS = {
    "other": ("{dir} is not a folder", "move it away: mv {dir} {dir}.old"),
    "unreadable": ("{dir} can't be read", "give yourself access: chmod u+rwx {dir}"),
    "unwritable": ("{dir} can't be written to: {why}", "see its permissions and the disk: ls -ld {dir}; df {dir}"),
    "foreign": ("{dir} belongs to another user, who can write any status there", "set sessions_dir to your own folder"),
}
"""The faults of the folder of status files, with their remedies."""


def _folder(found: Checkup) -> Finding:
    check, folder = "sessions folder", found.directory
    if found.folder in FOLDERS:
        cause, remedy = FOLDERS[found.folder]
        cause = cause.replace("{dir}", folder).replace("{why}", found.complaint or "no reason given")
        return Finding(check, Result.FAULT, cause, remedy.replace("{dir}", quote(folder)))
    if found.folder == "absent":
        return Finding(check, Result.OK, f"{folder} does not exist yet; the first hook makes it")
    if found.mode[8:9] == "w" and found.mode[9:10] not in ("t", "T"):
        cause = f"anyone can write statuses into {folder} ({found.mode})"
        return Finding(check, Result.WARNING, cause, f"chmod go-w {quote(folder)}")
    return Finding(check, Result.OK, folder)


def _files(found: Checkup) -> Finding:
    check, odd = "status files", [file for file in found.frame.files if file.problem]
    strange = [*(f"{name} (no status in it)" for name in found.strange), *map(_odd, odd)]
    count = plural(found.files, "status file")
    if found.files > MOST_FILES or found.bytes > MOST_FILE_BYTES:
        cause = f"{count} of {found.bytes // 1024} KiB are more than navi reads"
        return Finding(check, Result.FAULT, cause, f"see who writes them: ls -lt {quote(found.directory)} | head")
    if strange:
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        cause = f"{count}; not usable: {', '.join(strange[:3])}{more}"
        return Finding(check, Result.WARNING, cause, f"move them out of {quote(found.directory)}, or set sessions_dir")
    return Finding(check, Result.OK, count)


def _odd(file: StatusFile) -> str:
    return clean(f"{file.name}.json ({file.problem})")


def _hooks(found: Checkup, host: str) -> Finding:
    remedy = f"navi hooks install --host {quote(host)}"
    if found.called == "unreadable":
        cause = f"{found.settings} can't be read"
        return Finding("hooks", Result.WARNING, cause, f"chmod u+r {quote(found.settings)}")
    if found.called == "yes" and not found.hook:
        cause = f"{found.settings} calls navi's hook, but it is not in {found.directory}/.navi"
        return Finding("hooks", Result.FAULT, cause, remedy)
    if found.called != "yes":
        state = "is installed, but" if found.hook else "is not installed, and"
        cause = f"navi's hook {state} {found.settings} does not call it; statuses are guessed from the panes"
        return Finding("hooks", Result.WARNING, cause, remedy)
    installed = f"installed, and called by {found.settings}"
    if not found.hook_log:
        return Finding("hooks", Result.OK, installed)
    cause = f"{installed}; it lost an event{_when_and_why(found)}"
    return Finding("hooks", Result.WARNING, cause, f"once that is settled: rm {quote(found.hook_log)}")


def _when_and_why(found: Checkup) -> str:
    """Return the end of a sentence with the age and the words of a line of the hook's log: `TIME AGENT: WORDS`."""
    time, _, words = found.lost.partition(" ")
    written = epoch(time)
    if written is None:
        return f": {found.lost}" if found.lost else ""
    return f" {exact_age(found.frame.clock - written)} ago: {words}"


def _lingering(found: Checkup) -> Finding:
    if not found.kills:
        return Finding("lingering", Result.OK, "no systemd-logind, which could end sessions at logout")
    if found.kills != "yes" or found.lingers == "yes":
        why = "lingering is on" if found.lingers == "yes" else "systemd-logind kills nothing (KillUserProcesses=no)"
        return Finding("lingering", Result.OK, f"sessions survive a logout: {why}")
    cause = "systemd-logind ends tmux, its sessions and agents without a terminal when you log out"
    return Finding(
        "lingering", Result.WARNING, f"{cause} (KillUserProcesses=yes, Linger=no)", "run there: loginctl enable-linger"
    )


def _agents(found: Checkup) -> Finding:
    """Report which agents can run without a terminal. None is not a fault: a host need not have any."""
    there = ", ".join(found.agents) or "none of those that navi can run without a terminal is on PATH"
    if found.free is not None and found.free < LEAST_FREE:
        cause = f"{there}; only {found.free // 1024} MiB are free for what they print"
        return Finding("agents", Result.WARNING, cause, f"see what takes the space: df {quote(found.directory)}")
    return Finding("agents", Result.OK, there)


def judge_clock(found: float, began: float, ended: float) -> Finding:
    """Judge a clock that showed `found`, in whole seconds, at some time from `began` to `ended` of ours (all epoch).

    Only a certain difference counts: a slow network does not make a clock wrong.
    """
    ahead, behind = found - ended, began - (found + 1)
    if max(ahead, behind) <= MOST_SKEW:
        return Finding("clock", Result.OK, "agrees with this machine's")
    word = f"{ahead:.0f} s ahead of" if ahead > 0 else f"{behind:.0f} s behind"
    remedy = "set one of them: timedatectl set-ntp true (ages of statuses are measured by that clock)"
    return Finding("clock", Result.WARNING, f"at least {word} this machine's", remedy)
