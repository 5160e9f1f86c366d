"""What a machine knows of itself that navi depends on (script checkup.sh), and what to think of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from shlex import quote

from navi.core.model import Frame, StatusFile, Tmux
from navi.core.text import clean, decode
from navi.ops.look import MOST_FILE_BYTES, MOST_FILES, PROOF, FrameReader
from navi.ops.operation import LOOK, Answer, HostSetting, Operation, Record, script

MOST_SKEW = 2.0
"""Seconds that a clock may differ from ours."""

OLDEST_TMUX = (2, 6)
UNAVAILABLE = 69
LONGEST = 300
"""Characters of one text that is shown."""


class Result(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    NOT_DONE = "not done"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to type. `status` is the exit status that a fault stands for."""

    check: str
    result: Result
    found: str
    remedy: str = ""
    status: int = 1


@dataclass(frozen=True, slots=True)
class Checkup:
    """What checkup.sh tells. `folder` is a word of FOLDERS, or good, absent, other; `strange` are files without a
    status. `called` says whether Claude Code's `settings` call the hook: yes, no, absent, unreadable. `kills` and
    `lingers` are systemd-logind's words, "" where it has none.
    """

    frame: Frame
    version: str = ""
    folder: str = ""
    mode: str = ""
    directory: str = ""
    complaint: str = ""
    files: int = 0
    bytes: int = 0
    strange: tuple[str, ...] = ()
    hook: bool = False
    called: str = ""
    settings: str = ""
    kills: str = ""
    lingers: str = ""


CHECKS = ("tmux", "sessions folder", "status files", "hooks", "lingering")
"""The checks of `findings`, in its order."""


def checkup() -> Operation[Checkup]:
    """Ask a machine about itself. The parser raises ValueError for an answer that makes no sense."""
    return Operation("checkup", script(*LOOK, "look/checkup"), (HostSetting.SESSIONS_DIR,), _read, time_limit=30)


def _read(answer: Answer) -> Checkup:
    frame = FrameReader().read(answer)
    last = {record.kind: record for record in answer.records()}
    if not isinstance(frame, Frame) or not last.keys() >= {"clock", "folder", "count", "hooks"}:
        raise ValueError(f"it did not tell all (exit status {answer.status}): {clean(answer.errors)[:200]}")
    folder, mode = _words(last["folder"])
    directory, complaint = _body(last["folder"])
    files, size = _words(last["count"])
    hook, called = _words(last["hooks"])
    kills, lingers = _words(last["lingering"]) if "lingering" in last else ("", "")
    strange = [name for name in decode(last["count"].body).splitlines() if name]
    return Checkup(
        frame, clean(last["version"].rest)[:80] if "version" in last else "", folder, mode, directory, complaint,
        _number(files), _number(size), tuple(clean(name)[:LONGEST].removeprefix("./") for name in strange),
        hook == "yes", called, _body(last["hooks"])[0], kills, lingers,
    )  # fmt: skip


def _words(record: Record) -> tuple[str, str]:
    first, _, second = clean(record.rest)[:LONGEST].partition(" ")
    return first, second


def _body(record: Record) -> tuple[str, str]:
    first, _, rest = decode(record.body[:8192]).rstrip("\n").partition("\n")
    return clean(first)[:LONGEST], clean(rest)[:LONGEST]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


# ---- judging


def findings(found: Checkup, host: str) -> tuple[Finding, ...]:
    """Judge what a machine told of itself, in the order of CHECKS. `host` is its name, for what to type."""
    return (_tmux(found), _folder(found), _files(found), _hooks(found, host), _lingering(found))


TMUX = {
    Tmux.MISSING: (
        "there is no tmux on PATH, nor where package managers put one",
        "install it (apt install tmux, dnf install tmux, brew install tmux), or link it in ~/.local/bin",
        UNAVAILABLE,
    ),
    Tmux.OLD: ("{version} is older than 2.6", "install a newer tmux, and end the old server", UNAVAILABLE),
    Tmux.HUNG: (
        "the tmux server does not answer",
        "look at it: ps -C 'tmux: server' -o pid,stat,args; one that is stopped (T) goes on after kill -CONT PID",
        1,
    ),
    Tmux.FAILED: ("tmux says: {error}", "run tmux ls there and mend what it says", 1),
}


def _tmux(found: Checkup) -> Finding:
    frame, version = found.frame, found.version or f"tmux {found.frame.tmux_version}".strip()
    word = Tmux.OLD if frame.tmux in PROOF and _too_old(version) else frame.tmux
    if word in TMUX:
        cause, remedy, status = TMUX[word]
        told = cause.replace("{version}", version).replace("{error}", frame.tmux_error or "nothing")
        return Finding("tmux", Result.FAULT, told, remedy, status)
    count = len(frame.sessions)
    told = "no server runs" if word is Tmux.NONE else f"{count} session{'' if count == 1 else 's'}"
    if not frame.proven:
        remedy = "see which: ps -C 'tmux: server' -o pid,stat,args; until then no status file is removed"
        return Finding("tmux", Result.WARNING, f"{version}; {frame.tmux_error}", remedy)
    return Finding("tmux", Result.OK, f"{version}, {told}")


def _too_old(version: str) -> bool:
    found = re.search(r"(\d{1,4})\.(\d{1,4})", version)
    return found is not None and (int(found[1]), int(found[2])) < OLDEST_TMUX


FOLDERS = {
    "other": ("{dir} is not a folder", "move it away: mv {dir} {dir}.old"),
    "unreadable": ("{dir} can't be read", "give yourself access: chmod u+rwx {dir}"),
    "unwritable": ("{dir} can't be written to: {why}", "see its permissions and the disk: ls -ld {dir}; df {dir}"),
    "foreign": ("{dir} is another user's, who can write any status there", "set sessions_dir to a folder of yours"),
}
"""What can be wrong with the folder of status files, and what to do about it."""


def _folder(found: Checkup) -> Finding:
    check, place = "sessions folder", found.directory
    if found.folder in FOLDERS:
        told, remedy = FOLDERS[found.folder]
        told = told.replace("{dir}", place).replace("{why}", found.complaint or "no reason given")
        return Finding(check, Result.FAULT, told, remedy.replace("{dir}", quote(place)))
    if found.folder == "absent":
        return Finding(check, Result.OK, f"{place} is not there yet; the first hook makes it")
    if found.mode[8:9] == "w" and found.mode[9:10] not in ("t", "T"):
        told = f"anybody can write statuses into {place} ({found.mode})"
        return Finding(check, Result.WARNING, told, f"chmod go-w {quote(place)}")
    return Finding(check, Result.OK, place)


def _files(found: Checkup) -> Finding:
    check, odd = "status files", [file for file in found.frame.files if file.problem]
    strange = [*(f"{name} (no status in it)" for name in found.strange), *map(_odd, odd)]
    count = f"{found.files} status file{'' if found.files == 1 else 's'}"
    if found.files > MOST_FILES or found.bytes > MOST_FILE_BYTES:
        told = f"{count} of {found.bytes // 1024} KiB together are more than navi reads"
        return Finding(check, Result.FAULT, told, f"see who writes them: ls -lt {quote(found.directory)} | head")
    if strange:
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        told = f"{count}; of no use: {', '.join(strange[:3])}{more}"
        return Finding(check, Result.WARNING, told, f"move them out of {quote(found.directory)}, or set sessions_dir")
    return Finding(check, Result.OK, count)


def _odd(file: StatusFile) -> str:
    return clean(f"{file.name}.json ({file.problem})")


def _hooks(found: Checkup, host: str) -> Finding:
    remedy = f"navi hooks install --host {quote(host)}"
    if found.called == "unreadable":
        told = f"{found.settings} can't be read"
        return Finding("hooks", Result.WARNING, told, f"chmod u+r {quote(found.settings)}")
    if found.called == "yes" and not found.hook:
        told = f"{found.settings} calls navi's hook, but it is not in {found.directory}/.navi"
        return Finding("hooks", Result.FAULT, told, remedy)
    if found.called != "yes":
        there = "is there, but" if found.hook else "is not installed, and"
        told = f"navi's hook {there} {found.settings} does not call it; statuses are read off the panes"
        return Finding("hooks", Result.WARNING, told, remedy)
    return Finding("hooks", Result.OK, f"installed, and called by {found.settings}")


def _lingering(found: Checkup) -> Finding:
    if not found.kills:
        return Finding("lingering", Result.OK, "there is no systemd-logind that could end sessions at logout")
    if found.kills != "yes" or found.lingers == "yes":
        why = "you linger" if found.lingers == "yes" else "systemd-logind leaves processes alone (KillUserProcesses=no)"
        return Finding("lingering", Result.OK, f"sessions outlive a logout: {why}")
    told = "systemd-logind ends tmux and its sessions when you log out (KillUserProcesses=yes, Linger=no)"
    return Finding("lingering", Result.WARNING, told, "run there: loginctl enable-linger")


def clock(found: float, began: float, ended: float) -> Finding:
    """Judge a clock that said `found`, in whole seconds, at some time from `began` to `ended` of ours (all epoch).

    Only a difference that is certain counts: a slow line is no wrong clock.
    """
    ahead, behind = found - ended, began - (found + 1)
    if max(ahead, behind) <= MOST_SKEW:
        return Finding("clock", Result.OK, "agrees with the one here")
    word = f"{ahead:.0f} s ahead of" if ahead > 0 else f"{behind:.0f} s behind"
    remedy = "set one of them: timedatectl set-ntp true (ages of statuses are told by the clock there)"
    return Finding("clock", Result.WARNING, f"at least {word} the one here", remedy)
