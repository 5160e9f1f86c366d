"""What exists on a host and what is known about it: immutable values without I/O.

A `Frame` is one answer of a host's watch: its tmux sessions and status files. A `Session` combines and judges the two
(`navi.core.status`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from navi.core.address import LOCAL, address_of
from navi.core.failure import Failure, HostState
from navi.core.headless import OVER, HeadlessStatus

SHORT_LABEL = 40
"""Characters of a session's label within a sentence."""


class AgentProcess(NamedTuple):
    """An agent that runs in a pane, as its host recognized it by its program.

    `parent` is the process of the agent in whose tool it was started, 0 if there is none. `started` is its start in
    ticks since boot, 0 if the host can't tell, and `began` the same as a time (epoch), None if that is not known.
    `suspended` means stopped by a signal, as by Ctrl-Z. `file` is the object in the agent's own state file, None if it
    has none; only its text was parsed.
    """

    name: str
    process: int
    parent: int = 0
    started: int = 0
    suspended: bool = False
    file: Mapping[str, object] | None = None
    began: float | None = None


class Screen(NamedTuple):
    """What the bottom of a pane shows, by the rule of the agent in it that holds: status, name of the rule, and the
    text that it found. All are empty if no rule holds.
    """

    status: str = ""
    rule: str = ""
    text: str = ""


class BackgroundAgent(NamedTuple):
    """A session that an agent runs without a terminal: its `kind` of agent, the agent's `id` for it, and its process.

    `file` is the object in the process's own state file, `job` that in the file of the job, empty if it can't be read.
    """

    kind: str
    id: str
    process: int
    file: Mapping[str, object] = MappingProxyType({})
    job: Mapping[str, object] = MappingProxyType({})


class HeadlessAgent(NamedTuple):
    """A session whose agent navi runs without a terminal, as its hub knows it, the texts cleaned. `status` is what it
    is shown as, in the hub's words; `reason` says more about it.

    `asked` are the kinds of the open questions, the oldest first. `run` counts its starts, `messages` what it printed.
    `conversation` is the agent's own id. `cost` is in dollars, None if that is not known. `hub` says that the hub is
    connected, so that something can be sent or answered. `lost` says that the agent could not go on with its
    conversation. `end_asked` is when a person asked for the end of its agent (epoch), or 0. `mode` is its permission
    mode, `modes` are those that it can be given.
    """

    title: str
    status: str
    reason: str = ""
    asked: tuple[str, ...] = ()
    harness: str = ""
    model: str = ""
    mode: str = ""
    conversation: str = ""
    run: int = 1
    messages: int = 0
    cost: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    hub: bool = True
    lost: bool = False
    end_asked: float = 0.0
    end_asked_by: str = ""
    modes: tuple[str, ...] = ()

    @property
    def ends_later(self) -> bool:
        """Whether its agent is to end as soon as its host is reached."""
        return self.status == HeadlessStatus.DISCONNECTED and self.end_asked > 0

    @property
    def over(self) -> bool:
        """Whether its agent has ended."""
        return self.status in OVER


class Pane(NamedTuple):
    """A pane as tmux lists it, its texts cleaned. `position` is `WINDOW.PANE`; `activity` is when its window last
    produced output (epoch).

    `children` names the processes below a pane that shows a shell ("?" if the host can't tell). `agents` are the agents
    that run in it. `screen` is None if it was not looked at. `raw_path` is the path
    with the bytes that cleaning changed, "" if it changed none: for commands, never for a screen.
    """

    id: str
    position: str
    process: int
    command: str
    title: str
    path: str
    active: bool = True
    dead: bool = False
    exit_status: int | None = None
    exit_signal: str = ""
    activity: float = 0.0
    children: tuple[str, ...] = ()
    raw_path: str = ""
    agents: tuple[AgentProcess, ...] = ()
    screen: Screen | None = None


class TmuxSession(NamedTuple):
    """A session as tmux lists it. `socket` is "" for the user's default server, `server` the server's process,
    `created` an epoch time; `own` tells whether navi created it.
    """

    id: str
    name: str
    created: float
    attached: int
    panes: tuple[Pane, ...]
    socket: str = ""
    server: int = 0
    own: bool = False

    @property
    def pane(self) -> Pane:
        """The pane that a person sees after attaching."""
        return next((pane for pane in self.panes if pane.active), self.panes[0])

    @property
    def activity(self) -> float:
        """When any of its panes last produced output (epoch)."""
        return max(pane.activity for pane in self.panes)


class AgentStatus(NamedTuple):
    """The status of one of several agents in a session (`agents` and `team.agents` of a status file)."""

    name: str
    status: str
    timestamp: float | None = None


class Place(NamedTuple):
    """Where a hook ran: machine, its start, the tmux server's socket and process, session and pane.

    `host` is NAME:ID and `boot` the start of the kernel and of the first process, because clones and containers share
    parts of these. A frame has the machine, its start, and the default server's socket.
    """

    host: str = ""
    boot: str = ""
    socket: str = ""
    server: int = 0
    session: str = ""
    pane: str = ""


class Conversation(NamedTuple):
    """What a hook reported of one run of an agent that can be resumed: `id` is the agent's own, "" if it has none.

    `parent` is the id of the conversation in whose tool it runs, "" for one that a person started. `pane`, `server`,
    `host` and `boot` are those of its last event, as in a Place. Times are of the host's clock (epoch).
    """

    id: str
    agent: str = ""
    status: str = ""
    message: str = ""
    timestamp: float | None = None
    cwd: str = ""
    pane: str = ""
    server: int = 0
    host: str = ""
    boot: str = ""
    parent: str = ""
    started: float | None = None


class StatusFile(NamedTuple):
    """A status file as an agent's hook wrote it, its texts cleaned. `problem` says why it can't be read, or is "".

    `timestamp` is an epoch time of the host's own clock. `fields` is the whole document, for display only. `place` is
    None if the file doesn't say where it was written, and `conversations` is empty if it has none, as those of older
    hooks don't. Status, message, cwd and timestamp are those of the most urgent conversation.
    """

    name: str
    problem: str = ""
    status: str = ""
    message: str = ""
    cwd: str = ""
    timestamp: float | None = None
    agents: tuple[AgentStatus, ...] = ()
    team: str = ""
    teammates: tuple[AgentStatus, ...] = ()
    fields: Mapping[str, object] = MappingProxyType({})
    place: Place | None = None
    conversations: tuple[Conversation, ...] = ()


class GivenAnswer(NamedTuple):
    """An answer that navi gave to an agent's question: when (host's epoch time), who gave it, and what was chosen.

    `call` names it. `state` is `sent` before the key was pressed, then `gone` or `there`, as the question was seen,
    `died` if the agent has ended, or `unfinished` for a text that was not submitted. `socket` is that of the tmux
    server, "" for the default one.
    """

    call: str
    time: float
    state: str
    socket: str = ""
    digest: str = ""
    who: str = ""
    answer: str = ""
    question: str = ""


class LostSession(NamedTuple):
    """A session that ended without its user's doing, as its host noted it while it lived.

    `key` is where its host keeps the note. `how` is `reboot`, `server` (its tmux server ended), `ended` (only the
    session did) or `killed` (by navi). `conversation` is the agent's own id of it, "" if it is not known, and `options`
    are those that the agent gets again. `environment` names the variables that it had. `time` is when it was last noted
    (host's epoch time).
    """

    key: str
    name: str
    how: str
    directory: str = ""
    agent: str = ""
    conversation: str = ""
    type: str = ""
    line: str = ""
    options: str = ""
    environment: tuple[str, ...] = ()
    time: float = 0.0
    socket: str = ""


class Marks(NamedTuple):
    """A session's bookmark and tags, and the last answers to its questions, kept on its host."""

    bookmarked: bool = False
    tags: tuple[str, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()


class Tmux(StrEnum):
    """The result of listing a tmux server's sessions. Only OK and NONE prove anything. A FOREIGN one belongs to another
    user and is not asked.
    """

    OK = "ok"
    NONE = "none"
    MISSING = "missing"
    OLD = "old"
    HUNG = "hung"
    FAILED = "failed"
    FOREIGN = "foreign"
    LOST = "lost"


PROOF = (Tmux.OK, Tmux.NONE)
"""The answers by which tmux itself says which sessions there are."""


class Frame(NamedTuple):
    """One snapshot of a host. `clock` is the host's time (epoch), `ticks` the time since its start in hundredths of a
    second, 0 if it does not tell; `cleaned` names the sessions whose status files were removed.

    `tmux` is how the default server answered; `proven` is true if every tmux server of the user listed its sessions.
    `silent` has the sockets of those that did not, empty if that is not known. `marks` has the marks by session name.

    `place` says which machine this is. `lost` has the processes of tmux servers that run but can't be reached. `doubt`
    says why a status file that doesn't say where it was written can't be judged, "" if it can. `background` has the
    sessions that agents run without a terminal, `lost_sessions` those that a reboot or the end of a tmux server ended.
    """

    clock: float
    boot: str
    tmux: Tmux
    proven: bool = False
    tmux_version: str = ""
    tmux_error: str = ""
    sessions: tuple[TmuxSession, ...] = ()
    files: tuple[StatusFile, ...] = ()
    cleaned: tuple[str, ...] = ()
    system: str = ""
    home: str = ""
    marks: Mapping[str, Marks] = MappingProxyType({})
    silent: frozenset[str] = frozenset()
    place: Place = Place()
    lost: frozenset[int] = frozenset()
    doubt: str = ""
    background: tuple[BackgroundAgent, ...] = ()
    lost_sessions: tuple[LostSession, ...] = ()
    ticks: int = 0


class Source(StrEnum):
    """Where a status comes from.

    HOOK is the status file of the agent's hook, STATE the file in which the agent itself writes its state, PROCESS what
    the host knows of the agent's process, PANE whether the pane is dead, shows a shell or prints, TMUX its sessions,
    HUB what navi's hub knows of an agent without a terminal.
    """

    HOOK = "hook"
    STATE = "state file"
    TITLE = "title"
    SCREEN = "screen"
    PROCESS = "process"
    PANE = "pane"
    TMUX = "tmux"
    HUB = "hub"


class Evidence(NamedTuple):
    """What one source says: the status that follows from it ("" if none does), since when (host's epoch time), and
    that in words, without an age.

    `message` is what the agent asks or reports there. `where` names the agent and its pane, "" for a whole session;
    `agent` the one of several agents that a hook speaks of. `decided` says whether the session has its status from
    here.
    """

    source: Source
    word: str
    since: float | None
    text: str
    message: str = ""
    where: str = ""
    agent: str = ""
    decided: bool = False


class Status(NamedTuple):
    """What an agent does: the status word, its source, since when (host's epoch time), and the reason.

    `agent` names the agent of the session that has this status, "" for the session's own. `evidence` has all that was
    weighed; of it, one piece decided.
    """

    word: str
    source: Source
    since: float | None
    reason: str
    agent: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def inferred(self) -> bool:
        """Whether neither a hook nor the agent's own state file reports the status: navi derived it."""
        return self.source not in (Source.HOOK, Source.STATE, Source.HUB)


class Session(NamedTuple):
    """A session on a host. Its identity is (host, name, socket). One without a terminal has `background` and nothing of
    tmux; the agent's id for it takes the place of the socket. One that navi itself runs without a terminal has
    `headless`, and the hub's id as its name.

    `conversation` is the one that has the status, None if no hook reported of it.
    Of a session without `tmux`, `socket` is that of its tmux server if its status file names one, and `unjudged` says
    why this machine can't tell what became of it, "" if tmux knows. `feedback` is how much of it waits for the end
    of the agent's turn, None if the agent takes none.
    """

    host: str
    name: str
    status: Status
    message: str = ""
    cwd: str = ""
    agent: str = ""
    tmux: TmuxSession | None = None
    file: StatusFile | None = None
    marks: Marks = Marks()
    socket: str = ""
    unjudged: str = ""
    background: BackgroundAgent | None = None
    conversation: Conversation | None = None
    headless: HeadlessAgent | None = None
    feedback: int | None = None

    @property
    def label(self) -> str:
        """What it is called where a person reads it: its name, or the title of one without a terminal."""
        return self.headless.title if self.headless and self.headless.title else self.name

    @property
    def short_label(self) -> str:
        """What it is called within a sentence."""
        return self.label if len(self.label) <= SHORT_LABEL else f"{self.label[: SHORT_LABEL - 1].rstrip()}…"

    @property
    def word(self) -> str:
        """Its status as it is shown: one without a terminal has those of the hub."""
        return self.headless.status if self.headless else self.status.word

    @property
    def key(self) -> tuple[str, str, str]:
        """The session's identity: host, name, socket."""
        if self.headless:
            return (self.host, self.name, "without a terminal")
        if self.background:
            return (self.host, self.name, f"{self.background.kind} {self.background.id}")
        return (self.host, self.name, self.tmux.socket if self.tmux else self.socket)

    @property
    def address(self) -> str:
        """The address that people write: `name` on this machine, `host/name` elsewhere."""
        return address_of(self.host, self.name)

    @property
    def folder(self) -> str:
        """Its directory as its host names it, which may be no text: for commands, never for a screen."""
        if self.tmux and self.tmux.pane.raw_path and self.cwd == self.tmux.pane.path:
            return self.tmux.pane.raw_path
        return self.cwd

    @property
    def remote(self) -> str:
        """The host's name, or "" for this machine (the key `remote` in status JSON)."""
        return "" if self.host == LOCAL else self.host

    @property
    def teammates(self) -> tuple[AgentStatus, ...]:
        """The other agents of its team."""
        return self.file.teammates if self.file else ()


class HostView(NamedTuple):
    """Everything known about a host at one moment: an immutable value that faces may keep.

    Times are from `time.monotonic` on this machine: `heard` is when the host last sent anything, `framed` when its last
    frame arrived, `retry_at` when navi connects next, `rebooted` when its boot id changed. `trying` says that navi is
    connecting now. `skew` is how many seconds its clock is ahead of ours. `unwatched` says why it is polled instead of
    watched, or is "". `failure` is the current failure; `last_failure` remains after a recovery.
    """

    name: str
    destination: str = ""
    state: HostState = HostState.DISCONNECTED
    failure: Failure | None = None
    last_failure: Failure | None = None
    latency: float | None = None
    frame: Frame | None = None
    sessions: tuple[Session, ...] = ()
    heard: float | None = None
    framed: float | None = None
    retry_at: float | None = None
    attempts: int = 0
    skew: float = 0.0
    rebooted: float | None = None
    unwatched: str = ""
    trying: bool = False

    @property
    def fresh(self) -> bool:
        """Whether the host's sessions are current."""
        return self.state in (HostState.CONNECTED, HostState.NO_TMUX)

    def clock(self, now: float) -> float:
        """Return the host's time (epoch) at our time `now` (epoch)."""
        return now + self.skew
