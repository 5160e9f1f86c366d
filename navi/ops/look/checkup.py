"""What a machine reports about itself that navi depends on (script checkup.sh)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from navi.core.model import Frame
from navi.core.text import clean, decode
from navi.ops.linker import link
from navi.ops.look.frames import FrameReader
from navi.ops.look.pane_record import PANE_FORMAT
from navi.ops.operation import Answer, HostSetting, Operation, Record, number

LONGEST_TEXT = 300
"""Characters of one text that is shown."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What a machine reports about itself. `folder` is the state of the folder of status files: good, absent, other
    (not a folder), unreadable, unwritable, foreign; `strange` are files in it without a status. `called` says whether
    Claude Code's `settings` call the hook: yes, no, absent, unreadable. `kills` and `lingers` are systemd-logind's
    words, "" where it has none. `registry` is the state of the registry's folder `sockets`: usual, private (the usual
    one is another user's), or unusable, for the reason `distrust`. `lost` is the last line of the hook's log
    `hook_log`. `free` are the free KiB of the disk, None if that is not known; `agents` the programs of agents, with
    versions.
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
    registry: str = ""
    sockets: str = ""
    distrust: str = ""
    hook_log: str = ""
    lost: str = ""
    free: int | None = None
    agents: tuple[str, ...] = ()


def checkup(programs: Sequence[str] = ()) -> Operation[Checkup]:
    """Return the operation that asks a machine about itself, and about these programs of agents. The parser raises
    ValueError for an answer that makes no sense.
    """
    arguments: tuple[str | HostSetting, ...] = (HostSetting.SESSIONS_DIR, PANE_FORMAT, *programs)
    return Operation("checkup", link("look/checkup"), arguments, _read, time_limit=30, reads=True)


def _read(answer: Answer) -> Checkup:
    frame = FrameReader().read(answer)
    last = {record.kind: record for record in answer.records()}
    if not isinstance(frame, Frame) or not last.keys() >= {"clock", "folder", "count", "hooks"}:
        raise ValueError(f"incomplete answer (exit status {answer.status}): {clean(answer.errors)[:200]}")
    folder, mode = _words(last["folder"])
    directory, complaint = _body(last["folder"])
    files, size = _words(last["count"])
    hook, called = _words(last["hooks"])
    kills, lingers = _words(last["lingering"]) if "lingering" in last else ("", "")
    registry, sockets = _words(last["registry"]) if "registry" in last else ("", "")
    strange = [name for name in decode(last["count"].body).splitlines() if name]
    return Checkup(
        frame, clean(last["version"].rest)[:80] if "version" in last else "", folder, mode, directory, complaint,
        number(files), number(size), tuple(clean(name)[:LONGEST_TEXT].removeprefix("./") for name in strange),
        hook == "yes", called, _body(last["hooks"])[0], kills, lingers,
        registry, sockets, _body(last["registry"])[0] if "registry" in last else "",
        clean(last["hooklog"].rest)[:LONGEST_TEXT] if "hooklog" in last else "",
        _body(last["hooklog"])[0] if "hooklog" in last else "",
        *_agents(last),
    )  # fmt: skip


def _agents(last: Mapping[str, Record]) -> tuple[int | None, tuple[str, ...]]:
    if "agents" not in last:
        return None, ()
    free, body = last["agents"].rest.strip(), decode(last["agents"].body[:8192])
    found = (clean(line.replace("\t", ": "))[:80].removesuffix(": ") for line in body.splitlines() if line.strip())
    return number(free) if free else None, tuple(sorted(found))


def _words(record: Record) -> tuple[str, str]:
    first, _, second = clean(record.rest)[:LONGEST_TEXT].partition(" ")
    return first, second


def _body(record: Record) -> tuple[str, str]:
    first, _, rest = decode(record.body[:8192]).rstrip("\n").partition("\n")
    return clean(first)[:LONGEST_TEXT], clean(rest)[:LONGEST_TEXT]
