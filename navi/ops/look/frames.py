"""Looking at a host, once or continuously: frames from records (scripts look/once and look/watch)."""

from collections import Counter
from typing import NamedTuple

from navi.core.marks import read_marks
from navi.core.model import PROOF, Frame, Machine, Pane, StatusFile, Tmux, TmuxSession
from navi.core.status_file import read_status_file
from navi.core.text import clean, decode
from navi.ops.linker import link
from navi.ops.look import background, lost_sessions
from navi.ops.look.agent_records import TICKS, PaneAgents, read_activity, read_agents, with_activity
from navi.ops.look.pane_record import PANE_FORMAT, PaneRecord
from navi.ops.operation import Answer, HostSetting, Operation, Record, Stream, number

ODD = {
    "link": "a symbolic link, which navi does not follow",
    "folder": "a folder",
    "special": "not a regular file",
    "unreadable": "not readable for this user",
    "large": "larger than 64 KiB",
}
"""Why the script does not read a file, by the word that it reports."""


MOST_SESSIONS = 2000
MOST_PANES = 10000
MOST_AGENTS = 2000
MOST_FILES = 5000
MOST_CHILDREN = 64
"""The most names of processes below one pane."""

MOST_FILE_BYTES = 4 * 1024 * 1024
"""Of all status files of a host together."""

MOST_RECORDS = {
    "pane": MOST_PANES, "command": MOST_PANES, "title": MOST_PANES, "path": MOST_PANES, "child": 2 * MOST_PANES,
    "server": 200, "file": MOST_FILES, "same": MOST_FILES, "odd": MOST_FILES, "cleaned": MOST_FILES,
    "background": 1, "worker": background.MOST_SESSIONS, "job": background.MOST_SESSIONS,
    "agent": MOST_AGENTS, "state": MOST_AGENTS, "screen": MOST_AGENTS, "activity": MOST_PANES,
    "lostsession": lost_sessions.MOST_SESSIONS,
    "clock": 1, "system": 1, "home": 1, "place": 1, "files": 1, "marks": 1, "doubt": 1, "unwatchable": 1,
}  # fmt: skip
"""Records of each kind that are believed in one answer. Records beyond that are dropped, and the frame says so."""

FILE_KINDS = ("file", "same", "odd")

CHANGES = frozenset({"files", "server", "cleaned", "activity", "background"})
"""The kinds of records that report a change; an answer with none of them is a heartbeat."""

LONGEST_TEXT = 4096
"""Characters of one text: no real name, path or title is longer."""

Sized = tuple[StatusFile, int]
"""A status file, with the bytes that it has."""


class Unwatchable(Exception):
    """The host can't be watched, only polled; the text says why."""


class Heartbeat(NamedTuple):
    """An answer without changes. `clock` is the host's time (epoch)."""

    clock: float


def look(cleanup: bool = False) -> Operation[Frame]:
    """Return the operation that looks at a host once: every session, pane and status file, and what was cleaned up.
    `cleanup` lets the host clean up where its configuration allows it.
    """
    return Operation(
        "look",
        link("look/once"),
        _about(cleanup),
        _read_once,
        time_limit=30,
        reads=not cleanup,
    )


def watch(cleanup: bool = False) -> Stream[Frame | Heartbeat]:
    """Return the stream that shows a host, and then its changes; `cleanup` as for a look.

    The reader raises Unwatchable if only polling is possible.
    """
    arguments = (link("look/watch"), *_about(cleanup))
    return Stream("watch", link("look/start_watch"), arguments, lambda: FrameReader().read)


def _about(cleanup: bool) -> tuple[str | HostSetting, ...]:
    return (HostSetting.SESSIONS_DIR, HostSetting.CLEANUP if cleanup else "no", PANE_FORMAT, HostSetting.AGENTS)


def _read_once(answer: Answer) -> Frame:
    frame = FrameReader().read(answer)
    if isinstance(frame, Frame):
        return frame
    raise ValueError(f"the snapshot is empty (exit status {answer.status}): {clean(answer.errors)[:200]}")


class FrameReader:
    """Builds frames from records. The watch sends only what changed; the rest is remembered here."""

    def __init__(self) -> None:
        self._frame = Frame(0.0, "", Tmux.FAILED)
        self._files: dict[str, Sized] = {}
        self._activity: dict[int, float] = {}

    def read(self, answer: Answer) -> Frame | Heartbeat:
        """Read one answer. Raise Unwatchable, or ValueError for an answer that makes no sense."""
        records, cut = _believed(answer)
        last = {record.kind: record for record in records}
        if "unwatchable" in last:
            raise Unwatchable(last["unwatchable"].rest[:300])
        self._read_host(last)
        if "files" in last:
            self._frame = self._frame._replace(files=self._read_files(records, cut))
        if "server" in last:
            self._frame = _with_tmux(self._frame, records, cut)
        if "background" in last:
            self._frame = self._frame._replace(background=background.read_background(records))
        if last.keys() & {"server", "activity"}:
            self._read_activity(records)
        cleaned = tuple(record.rest for record in records if record.kind == "cleaned")
        self._frame = self._frame._replace(cleaned=cleaned)
        return self._frame if last.keys() & CHANGES else Heartbeat(self._frame.clock)

    def _read_host(self, last: dict[str, Record]) -> None:
        if "clock" in last:
            clock, boot, ticks = (*last["clock"].rest.split(" ", 2), "", "")[:3]
            self._frame = self._frame._replace(clock=number(clock), boot=clean(boot), ticks=number(ticks))
        if "system" in last:
            self._frame = self._frame._replace(system=clean(last["system"].rest)[:80])
        if "place" in last:
            host, boot, socket = (*clean(last["place"].rest).split(" ", 2), "", "", "")[:3]
            self._frame = self._frame._replace(machine=Machine(host, boot, socket))
        if "home" in last:
            self._frame = self._frame._replace(home=clean(last["home"].rest))
        if "marks" in last:
            self._frame = self._frame._replace(marks=read_marks(decode(last["marks"].body)))

    def _read_activity(self, records: list[Record]) -> None:
        """Note when panes last produced output; forget panes that are gone."""
        self._activity |= read_activity(records)
        self._frame = with_activity(self._frame, self._activity)
        panes = (pane for session in self._frame.sessions for pane in session.panes)
        self._activity = {pane.process: pane.activity for pane in panes}

    def _read_files(self, records: list[Record], cut: Counter[str]) -> tuple[StatusFile, ...]:
        """Read the status files that there are now. Those beyond the limit become one more file, with the problem."""
        before, self._files = self._files, {}
        reported = [record for record in records if record.kind in FILE_KINDS]
        count = len(reported) + sum(cut[kind] for kind in FILE_KINDS)
        if count > MOST_FILES:  # the files left out before are not known now
            reported = [one for one in reported if one.kind != "same" or one.rest.removesuffix(".json") in before]
        room = MOST_FILE_BYTES
        for record in reported[:MOST_FILES]:
            file, size = _status_file(record, before, room)
            self._files[file.name] = (file, size)
            room -= size
        found = tuple(file for file, _ in self._files.values())
        return (*found, _rest_of_files(count - len(found))) if count > MOST_FILES else found


def _believed(answer: Answer) -> tuple[list[Record], Counter[str]]:
    """Return the records that navi believes, with headers of sane length, and how many of each kind it drops."""
    counts: Counter[str] = Counter()
    believed = []
    for record in answer.records():
        if record.kind in MOST_RECORDS:
            counts[record.kind] += 1
            if counts[record.kind] <= MOST_RECORDS[record.kind]:
                believed.append(record._replace(rest=record.rest[:LONGEST_TEXT]))
    return believed, counts - Counter(MOST_RECORDS)


def _status_file(record: Record, before: dict[str, Sized], room: int) -> Sized:
    """Read a status file, or return it as it was sent before. A file of more than `room` bytes is left out."""
    name = record.rest.removesuffix(".json")
    if record.kind == "odd":
        why, _, name = record.rest.partition(" ")
        return StatusFile(name.removesuffix(".json"), problem=ODD.get(why, clean(why))), 0
    if record.kind == "same" and name not in before:
        raise ValueError(f"the watch reports {clean(name)!r} as unchanged, but never sent it")
    size = before[name][1] if record.kind == "same" else len(record.body)
    if size > room:
        return StatusFile(name, problem=f"left out: all status files have more than {MOST_FILE_BYTES // 2**20} MiB"), 0
    return before[name] if record.kind == "same" else (read_status_file(name, record.body), size)


def _rest_of_files(count: int) -> StatusFile:
    """Return a file that represents those that are left out, so that people notice.

    No tmux session can have its name, because of the colon.
    """
    problem = f"more than {MOST_FILES} status files; {count} of them are left out"
    return StatusFile(f"and more: {count}", problem=problem, message=f"{problem}; see who writes so many")


def _with_tmux(frame: Frame, records: list[Record], cut: Counter[str]) -> Frame:
    """Read the answers of the tmux servers; that of the default server comes first and decides the state of tmux.

    An answer that proves nothing leaves the sessions of that server as they were last seen. One that is too large is a
    failure: dropped sessions look like ended ones.
    """
    servers = [record for record in records if record.kind == "server"]
    word = servers[0].rest.partition(" ")[0]
    tmux = Tmux(word) if word in list(Tmux) else Tmux.FAILED
    answers = (server.rest.partition(" ") for server in servers)
    # Another user's server has no session of ours.
    silent = {socket for answer, _, socket in answers if answer not in (*PROOF, Tmux.FOREIGN)}
    error = "" if tmux in PROOF else clean(decode(servers[0].body[:LONGEST_TEXT])).strip()[:200]
    if tmux is Tmux.LOST:
        error = f"process {error}"
    if tmux in PROOF and silent:
        error = "one of the user's other tmux servers does not answer"
    reported, version = _sessions(records, _booted(frame))
    excess = _excess(reported, cut)
    if excess:
        tmux, error = Tmux.FAILED, excess
    kept = [session for session in frame.sessions if session.socket in silent]
    sessions = (*kept, *(session for session in reported if session.socket not in silent))[:MOST_SESSIONS]
    frame = frame._replace(proven=not silent and not excess, silent=frozenset() if excess else frozenset(silent))
    lost_since = lost_sessions.read_lost(records, frame.machine)
    frame = frame._replace(lost=_lost(servers), doubt=_doubt(records), lost_sessions=lost_since)
    version = version or frame.tmux_version
    return frame._replace(tmux=tmux, tmux_version=version, tmux_error=error, sessions=sessions)


def _lost(servers: list[Record]) -> frozenset[int]:
    """Return the processes of the servers that run and can't be reached."""
    bodies = [decode(server.body[:LONGEST_TEXT]) for server in servers if server.rest.partition(" ")[0] == Tmux.LOST]
    return frozenset(number(body.strip()) for body in bodies)


def _doubt(records: list[Record]) -> str:
    return next((clean(record.rest) for record in records if record.kind == "doubt"), "")


def _excess(reported: tuple[TmuxSession, ...], cut: Counter[str]) -> str:
    """Say which limit the answers of the tmux servers exceeded, or ""."""
    if len(reported) > MOST_SESSIONS:
        return f"more than {MOST_SESSIONS} sessions; the rest is left out"
    kind = next((kind for kind in ("server", "pane", "command", "title", "path", "child", "agent") if cut[kind]), "")
    words = {"child": "processes below panes"}.get(kind, f"{kind}s")
    return f"more than {MOST_RECORDS[kind]} {words}; the rest is left out" if kind else ""


def _booted(frame: Frame) -> float | None:
    """Return when the host started (epoch), None if it does not report that."""
    return frame.clock - frame.ticks / TICKS if frame.ticks else None


def _sessions(records: list[Record], booted: float | None) -> tuple[tuple[TmuxSession, ...], str]:
    """Group the panes by server and session. A record that is not of the expected shape is left out."""
    found: dict[tuple[str, str], tuple[TmuxSession, list[Pane]]] = {}
    version = socket = ""
    texts: dict[str, str] = {}
    fields: PaneRecord | None = None
    children = _children(records)
    agents = read_agents(records, booted)
    for record in [*records, Record("pane", "", b"")]:
        if record.kind in ("pane", "server"):
            if fields:
                session = found.setdefault((socket, fields.session), (_tmux_session(fields, socket), []))
                process = number(fields.process)
                about = agents.get(process, PaneAgents())
                session[1].append(_pane(fields, texts, children.get(process, ()))._replace(**about._asdict()))
                version = version or clean(fields.version)
            fields, texts = None, {}
        if record.kind == "server":
            socket = record.rest.partition(" ")[2]
        elif record.kind == "pane":
            fields = PaneRecord.read(record.rest)
        elif record.kind in ("command", "title", "path"):
            texts[record.kind] = _whole(record)
    return tuple(session._replace(panes=tuple(panes)) for session, panes in found.values()), version


def _whole(record: Record) -> str:
    """Return the text of a record with all its lines: the name of a folder may have a line end in it. Bytes that are
    not UTF-8 become surrogates.
    """
    return f"{record.rest}\n{record.body[:LONGEST_TEXT].decode('utf-8', 'surrogateescape')}".rstrip("\n")


def _tmux_session(fields: PaneRecord, socket: str) -> TmuxSession:
    return TmuxSession(
        fields.session, fields.name, number(fields.created), number(fields.attached), (), socket,
        number(fields.server), fields.own == "1",
    )  # fmt: skip


def _children(records: list[Record]) -> dict[int, tuple[str, ...]]:
    """Return the names of the programs below each pane that shows a shell, by the pane's process."""
    found: dict[int, list[str]] = {}
    for record in records:
        if record.kind == "child":
            process, _, name = record.rest.partition(" ")
            below = found.setdefault(number(process), [])
            if len(below) < MOST_CHILDREN:
                below.append(clean(name))
    return {process: tuple(below) for process, below in found.items()}


def _pane(fields: PaneRecord, texts: dict[str, str], children: tuple[str, ...]) -> Pane:
    raw_path = texts.get("path", "")
    path = clean(raw_path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    return Pane(
        id=fields.id,
        position=fields.position,
        process=number(fields.process),
        command=clean(texts.get("command", "")),
        title=clean(texts.get("title", "")),
        path=path,
        active=fields.active == "11",
        dead=fields.dead == "1",
        exit_status=number(fields.exit_status) if fields.exit_status else None,
        exit_signal=clean(fields.exit_signal),
        children=children,
        raw_path=raw_path if raw_path != path else "",
    )
