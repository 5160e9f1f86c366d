"""Looking at a host: everything that one poll, or the watch, has to tell (scripts look.sh, once.sh, watch.sh)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from navi.model import Frame, Pane, StatusFile, Tmux, TmuxSession
from navi.ops.operation import Answer, Operation, Record, Stream, script
from navi.status import read_status_file
from navi.text import clean, decode

ODD = {
    "link": "a symbolic link, which navi does not follow",
    "folder": "a folder",
    "special": "not a regular file",
    "unreadable": "not readable for this user",
    "large": "larger than 64 KiB",
}
"""What the script says of a file that it does not read."""


PROOF = (Tmux.OK, Tmux.NONE)
"""The answers by which tmux itself says which sessions there are."""


class Unwatchable(Exception):
    """The host can't be watched, only polled; the text says why."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life. `clock` is the host's time (epoch)."""

    clock: float


def look(sessions_dir: str, cleanup: bool) -> Operation[Frame]:
    """One look at a host: every session, pane and status file, and what was cleaned up."""
    return Operation("look", script("tmux", "look", "once"), (sessions_dir, _yes(cleanup)), _read_once, time_limit=30)


def watch(sessions_dir: str, cleanup: bool) -> Stream[Frame | Beat]:
    """Look at a host and go on telling what changes. The reader raises Unwatchable where only polling is left."""
    arguments = (script("tmux", "look", "watch"), sessions_dir, _yes(cleanup))
    return Stream("watch", script("launch"), arguments, lambda: FrameReader().read)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _read_once(answer: Answer) -> Frame:
    frame = FrameReader().read(answer)
    if isinstance(frame, Frame):
        return frame
    raise ValueError(f"the look said nothing (exit status {answer.status}): {clean(answer.errors)[:200]}")


class FrameReader:
    """Puts frames together from what is told. The watch tells only what changed; the rest is remembered here."""

    def __init__(self) -> None:
        self._frame = Frame(0.0, "", Tmux.FAILED)

    def read(self, answer: Answer) -> Frame | Beat:
        """Read one answer. Raises Unwatchable, or ValueError for an answer that makes no sense."""
        records = list(answer.records())
        told = {record.kind for record in records}
        for record in records:
            if record.kind == "unwatchable":
                raise Unwatchable(record.rest)
            if record.kind == "clock":
                self._read_clock(record)
            if record.kind == "system":
                self._frame = replace(self._frame, system=clean(record.rest)[:80])
            if record.kind == "home":
                self._frame = replace(self._frame, home=clean(record.rest))
        if "files" in told:
            self._frame = replace(self._frame, files=self._files(records))
        if "server" in told:
            self._frame = _with_tmux(self._frame, records)
        cleaned = tuple(record.rest for record in records if record.kind == "cleaned")
        self._frame = replace(self._frame, cleaned=cleaned)
        return self._frame if told & {"files", "server", "cleaned"} else Beat(self._frame.clock)

    def _read_clock(self, record: Record) -> None:
        clock, _, boot = record.rest.partition(" ")
        self._frame = replace(self._frame, clock=_number(clock), boot=clean(boot))

    def _files(self, records: list[Record]) -> tuple[StatusFile, ...]:
        known = {file.name: file for file in self._frame.files}
        found = []
        for record in records:
            name = record.rest.removesuffix(".json")
            if record.kind == "file":
                found.append(read_status_file(name, record.body))
            elif record.kind == "same" and name in known:
                found.append(known[name])
            elif record.kind == "same":
                raise ValueError(f"the watch takes {clean(name)!r} for known, but it was never told")
            elif record.kind == "odd":
                why, _, name = record.rest.partition(" ")
                found.append(StatusFile(name.removesuffix(".json"), problem=ODD.get(why, clean(why))))
        return tuple(found)


def _with_tmux(frame: Frame, records: list[Record]) -> Frame:
    """Read the answers of the tmux servers; the default server's stands first and decides how tmux is said to be.

    An answer that proves nothing leaves the sessions of that server as they were last seen.
    """
    servers = [record for record in records if record.kind == "server"]
    word = servers[0].rest.partition(" ")[0]
    tmux = Tmux(word) if word in list(Tmux) else Tmux.FAILED
    silent = {socket for answer, _, socket in (server.rest.partition(" ") for server in servers) if answer not in PROOF}
    error = "" if tmux in PROOF else clean(decode(servers[0].body)).strip()[:200]
    if tmux in PROOF and silent:
        error = "one of the user's other tmux servers does not answer"
    told, version = _sessions(records)
    kept = [session for session in frame.sessions if session.socket in silent]
    sessions = (*kept, *(session for session in told if session.socket not in silent))
    version = version or frame.tmux_version
    return replace(frame, tmux=tmux, proven=not silent, tmux_version=version, tmux_error=error, sessions=sessions)


def _sessions(records: list[Record]) -> tuple[tuple[TmuxSession, ...], str]:
    """Group the panes by server and session. A record that is not of the expected shape is left out."""
    found: dict[tuple[str, str], tuple[TmuxSession, list[Pane]]] = {}
    version = socket = ""
    texts: dict[str, str] = {}
    rest: list[str] = []
    children = _children(records)
    for record in [*records, Record("pane", "", b"")]:
        if record.kind in ("pane", "server"):
            if len(rest) == 14:
                session = found.setdefault((socket, rest[3]), (_tmux_session(rest, socket), []))
                session[1].append(_pane(rest, texts, children.get(_number(rest[2]), ())))
                version = version or clean(rest[0])
            rest, texts = [], {}
        if record.kind == "server":
            socket = record.rest.partition(" ")[2]
        elif record.kind == "pane":
            rest = record.rest.split("\t", 13)
        elif record.kind in ("command", "title", "path"):
            texts[record.kind] = clean(_whole(record))
    return tuple(replace(session, panes=tuple(panes)) for session, panes in found.values()), version


def _whole(record: Record) -> str:
    """A text that went on in the next line, as a folder's name may."""
    return f"{record.rest}\n{decode(record.body)}".rstrip("\n")


def _tmux_session(rest: list[str], socket: str) -> TmuxSession:
    return TmuxSession(rest[3], rest[13], _number(rest[4]), _number(rest[5]), (), socket, _number(rest[12]))


def _children(records: list[Record]) -> dict[int, tuple[str, ...]]:
    """The names of what runs below each pane that shows a shell, by the pane's process."""
    found: dict[int, tuple[str, ...]] = {}
    for record in records:
        if record.kind == "child":
            process, _, name = record.rest.partition(" ")
            found[_number(process)] = (*found.get(_number(process), ()), clean(name))
    return found


def _pane(rest: list[str], texts: dict[str, str], children: tuple[str, ...]) -> Pane:
    return Pane(
        id=rest[8],
        index=rest[11],
        process=_number(rest[2]),
        command=texts.get("command", ""),
        title=texts.get("title", ""),
        path=texts.get("path", ""),
        active=rest[7] == "11",
        dead=rest[1] == "1",
        exit_status=_number(rest[9]) if rest[9] else None,
        exit_signal=clean(rest[10]),
        activity=_number(rest[6]),
        children=children,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
