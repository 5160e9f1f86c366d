"""The sessions of tmux servers, including servers that navi does not know (script look/servers)."""

from collections.abc import Sequence
from typing import NamedTuple

from navi.core.text import decode
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, Record, read_records


class ServerSession(NamedTuple):
    """A session of a server: its name, how many clients are attached to it, when it was created (epoch)."""

    name: str
    attached: int
    created: int


class SessionLine(NamedTuple):
    """What tmux prints about each session, a line each: the default of each field is its format in tmux."""

    attached: str = "#{session_attached}"
    created: str = "#{session_created}"
    name: str = "#{session_name}"


class Server(NamedTuple):
    """The answer of a server: "ok", "none" or how it failed; and its sessions."""

    socket: str
    answer: str
    sessions: tuple[ServerSession, ...] = ()


class Servers(NamedTuple):
    """The servers that were asked, and the folder of the registry: its path, and whether it is there."""

    folder: str
    is_there: bool
    servers: tuple[Server, ...]


def servers(sockets: Sequence[str] = ()) -> Operation[Servers]:
    """Return the operation that asks servers for their sessions; "" is the default server. Without sockets, it asks all
    those in the registry's folder.
    """
    arguments = (" ".join(SessionLine()), *sockets)
    return Operation("servers", link("look/servers"), arguments, _read_servers, time_limit=60, reads=True)


def _read_servers(answer: Answer) -> Servers:
    records = read_records(answer)
    exists, _, folder = next((record.rest for record in records if record.kind == "folder"), "").partition(" ")
    return Servers(folder, exists == "yes", tuple(_server(record) for record in records if record.kind == "server"))


def _server(record: Record) -> Server:
    word, _, socket = record.rest.partition(" ")
    lines = decode(record.body).splitlines() if word == "ok" else []
    parts = (line.split(" ", len(SessionLine._fields) - 1) for line in lines)
    found = [SessionLine(*part) for part in parts if len(part) == len(SessionLine._fields)]
    numbered = [one for one in found if one.attached.isdigit() and one.created.isdigit()]
    return Server(socket, word, tuple(_session(one) for one in numbered))


def _session(line: SessionLine) -> ServerSession:
    return ServerSession(line.name, int(line.attached), int(line.created))
