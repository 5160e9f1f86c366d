"""An agent as its host finds it: in a pane, without a terminal by itself, or run by navi."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from navi.core.headless import OVER, HeadlessStatus


class AgentProcess(NamedTuple):
    """An agent that runs in a pane, as its host recognized it by its program.

    `parent` is the process of the agent in whose tool it was started, 0 if there is none. `started` is its start in
    ticks since boot, 0 if the host can't tell, and `began` the same as a time (epoch), None if that is not known.
    `suspended` means stopped by a signal, as by Ctrl-Z. `file` is the object in the agent's own state file, None if it
    has none; nothing has checked the values in it.
    """

    name: str
    process: int
    parent: int = 0
    started: int = 0
    suspended: bool = False
    file: Mapping[str, object] | None = None
    began: float | None = None


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
    """A session whose agent navi runs without a terminal, as its hub knows it, the texts cleaned. `status` is in the
    hub's words; `reason` explains it.

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
