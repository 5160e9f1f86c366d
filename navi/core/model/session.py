"""A session on a host: what tmux and its status file know of it, combined and judged."""

from typing import NamedTuple

from navi.core.address import LOCAL, address_of
from navi.core.headless import HeadlessStatus
from navi.core.model.agent import BackgroundAgent, HeadlessAgent
from navi.core.model.notes import Marks
from navi.core.model.status import Status
from navi.core.model.status_file import AgentStatus, Conversation, StatusFile
from navi.core.model.tmux import TmuxSession

SHORT_LABEL = 40
"""Characters of a session's label within a sentence."""


class Session(NamedTuple):
    """A session on a host. Its identity is (host, name, socket). One without a terminal has `background` and nothing of
    tmux; the agent's id for it takes the place of the socket. One that navi itself runs without a terminal has
    `headless`, and the hub's id as its name.

    `conversation` is the one that has the status, None if no hook reported it. Of a session without `tmux`, `socket` is
    that of its tmux server if its status file names one, and `unjudged` says why this machine can't know what became of
    it, "" if tmux knows. `feedback` is how much of it waits for the end of the agent's turn, None if the agent takes
    none.
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
        """The name that people see: the session's name, or its title without a terminal."""
        return self.headless.title if self.headless and self.headless.title else self.name

    @property
    def short_label(self) -> str:
        """The label within a sentence."""
        return self.label if len(self.label) <= SHORT_LABEL else f"{self.label[: SHORT_LABEL - 1].rstrip()}…"

    @property
    def called(self) -> str:
        """What titles and messages call it: its address, with the title of one without a terminal as its name."""
        return address_of(self.host, self.short_label)

    @property
    def word(self) -> str:
        """The status that is shown: without a terminal the hub's, but for its `waiting`, because any other agent that
        waits asks a person something.
        """
        if self.headless and self.headless.status != HeadlessStatus.WAITING:
            return self.headless.status
        return self.status.word

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
