"""What exists on a host and what is known about it: immutable values without I/O.

A `Frame` is one answer of a host's watch: its tmux sessions and status files. A `Session` combines and judges the two
(`navi.core.status`). Other modules import these classes from here.
"""

from navi.core.model.agent import AgentProcess, BackgroundAgent, HeadlessAgent
from navi.core.model.host import Frame, HostView, Machine
from navi.core.model.notes import AnswerState, HowLost, LostSession, Marks, NotedAnswer
from navi.core.model.session import Session
from navi.core.model.status import Evidence, Source, Status
from navi.core.model.status_file import AgentStatus, Conversation, Origin, StatusFile
from navi.core.model.tmux import PROOF, Pane, ScreenMatch, Tmux, TmuxSession

__all__ = [
    "PROOF",
    "AgentProcess",
    "AgentStatus",
    "AnswerState",
    "BackgroundAgent",
    "Conversation",
    "Evidence",
    "Frame",
    "HeadlessAgent",
    "HostView",
    "HowLost",
    "LostSession",
    "Machine",
    "Marks",
    "NotedAnswer",
    "Origin",
    "Pane",
    "ScreenMatch",
    "Session",
    "Source",
    "Status",
    "StatusFile",
    "Tmux",
    "TmuxSession",
]
