"""What navi knows about a kind of agent. Each kind has a file of its own in this folder, which holds only data."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from navi.core.agents.dialog import DialogRule
from navi.core.model import Pane

MOST_LINES = 80
"""How many lines at the bottom of a screen a host looks at."""


MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,199}(\[[A-Za-z0-9]{1,20}\])?", re.ASCII)
"""The name of a model as it may go into a command line, in quotes: no shell interprets any part of it, and it can't be
an option. The size of its context is in brackets.
"""


class ScreenRule(NamedTuple):
    """What a screen shows while its agent has a status.

    `shows` has pairs of a number N up to MOST_LINES and an extended regular expression (see `patterns`): one of the
    last N lines that are not empty must match, or for N = 0 one of the lines after the last prompt that was sent. All
    pairs must hold. The text of the line that matches last becomes the message, unless the agent's `asked` finds a
    better one. The first rule of an agent that holds decides.
    """

    status: str
    name: str
    shows: tuple[tuple[int, str], ...]


class RequestLine(NamedTuple):
    """Where a screen with a permission dialog says what the agent wants.

    The first match of `line` counts, searched downwards from the last line that matches `after`, and with `below` from
    below the first line there that matches that. Without `after`, the last match of `line` counts. The message is
    `words` and that line without the parts that match `cut`; it replaces the text of the question. All but `words` are
    extended regular expressions (see `patterns`). The first entry of an agent that matches decides.
    """

    words: str
    line: str
    cut: str
    after: str = ""
    below: str = ""


class StateFile(NamedTuple):
    """Where each process of an agent reports its own state, as one JSON object in one line.

    The file is `folder`/`file`, with {pid} in its name; the environment variable `variable` of the process replaces
    the folder. `words` translates its field `status` into our statuses, `details` the field `waitingFor` in place of
    it. The object has `pid` and `procStart` (the start of the process, as in /proc/PID/stat) too, and may have
    `sessionId`, `cwd` and `statusUpdatedAt` (ms).
    """

    folder: str
    variable: str
    file: str
    words: Mapping[str, str]
    details: Mapping[str, str]


class BackgroundSessions(NamedTuple):
    """How an agent runs sessions without a terminal.

    The state file of such a process has the field `kind` with the word `kind`, and the field `id` names the job. The
    job's own file is `file`, with {id} in its name, below the folder of the state file: one JSON object, which may have
    `state`, `needs`, `detail`, `intent`, `name`, `nameSource` and `cwd`. `attach` and `stop` are the agent's commands
    for a job.
    """

    kind: str
    id: str
    file: str
    attach: str
    stop: str


class PromptBox(NamedTuple):
    """The box of an agent, where its next prompt is written, and what becomes of a prompt on its screen.

    `start` matches the beginning of the box's first line, up to the draft, and `end` the first line below the draft:
    the last one on the screen counts. `hint` matches what an empty box shows, `pasted` what it shows for a long text.
    `shown` matches what is before a prompt that was sent ("": nothing is), `queued` a line that is there while prompts
    wait for the end of a turn. `bullet` precedes the words of an answer, `noise` matches lines that are not part of it,
    `bar` what is at the right of a conversation, and `side` both sides of the box. `apart` matches a line that looks
    like a prompt but is not one: it and the lines below it that `start` matches belong to the answer. So do the lines
    that look like a prompt directly above one that `failed` matches: they say why a turn has failed. All of them are
    extended regular expressions (see `patterns`).

    `pause` is how many seconds pass between a text and Enter: an agent takes input that comes at once for pasted text.
    `interrupt` are the keys that end a turn.
    """

    start: str
    end: str
    shown: str
    hint: str = ""
    pasted: str = ""
    queued: str = ""
    bullet: str = ""
    noise: str = ""
    bar: str = ""
    apart: str = ""
    failed: str = ""
    side: str = ""
    pause: float = 0.1
    interrupt: tuple[str, ...] = ("Escape",)


class TranscriptFiles(NamedTuple):
    """Where an agent keeps a file for each conversation, if nothing else shows which one it has.

    `files` is a glob below `folder`, with {session_id} in it; the environment variable `variable` replaces the folder.
    If `files` also has {pid} in it, a file proves that this process has the conversation. So does a line with `mark` if
    that has {pid} in it; `started_at` (epoch or ISO 8601), if present, tells since when. Otherwise the first line of a
    file has `cwd` and `timestamp` (ISO 8601) or `createdAt` (epoch in ms), and `mark` is in it if a person began the
    conversation.
    """

    folder: str
    variable: str
    files: str
    mark: str = ""


class Trace(NamedTuple):
    """What a process of an agent writes when it begins or resumes a conversation, which proves that it has it.

    `files` is a glob below `folder` with {session_id}, {short_id} (its first 8 characters) or {pid} in it; the
    environment variable `variable` replaces the folder. One of these files is written after the process was started.
    With `says`, that text with {session_id} in it is in the file, too. One with a * has two parts, one of them with
    {pid}, that are in one line near the end of a log. Without `files`, `says` is a glob for the title of its pane,
    which it has only in a conversation.
    """

    folder: str
    variable: str
    files: str
    says: str = ""


class AgentKind(NamedTuple):
    """How to recognize an agent in a pane, and how to start it.

    `commands` are globs for the name of its program, or of the script that node, python or another interpreter runs,
    without its extension. `titles` are globs for the pane's title, by status. `screens` are rules for the text at the
    bottom of the pane, `asked` finds there what a permission is for, and `dialogs` describe how to answer; `prompt`
    matches a line with a prompt that was sent, `border` the lines above and below the box in which the next prompt is
    written (extended regular expressions); `box` describes that further. A dialog takes keys once it is older than
    `settles` seconds, and ignores those that come before.

    `animated` agents redraw at least every few seconds while they work. `start` is the command line that starts the
    agent ("" for its name), `resume` the arguments that continue a conversation, with {session_id} in them, and
    `skip_permissions` the option that turns its permission prompts off. `keeps` are the options that it gets again when
    it is restored; those that end in = take the next word. `modes` are the options that start it in a permission mode,
    by the name that this has where the agent runs without a terminal, and `model` is the option that starts it with a
    model, "" if it has none.

    A hook that `reports_as_session` reports without the agent's name: the status file's own fields are this agent's.
    One that `reports_end` reports that the agent has ended.
    """

    name: str
    commands: tuple[str, ...]
    titles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    animated: bool = True
    start: str = ""
    resume: str = ""
    skip_permissions: str = ""
    screens: tuple[ScreenRule, ...] = ()
    asked: tuple[RequestLine, ...] = ()
    dialogs: tuple[DialogRule, ...] = ()
    settles: float = 0.0
    prompt: str = ""
    border: str = ""
    state: StateFile | None = None
    background: BackgroundSessions | None = None
    box: PromptBox | None = None
    keeps: tuple[str, ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    model: str = ""
    transcript: TranscriptFiles | None = None
    trace: Trace | None = None
    reports_as_session: bool = False
    reports_end: bool = False

    def runs_in(self, pane: Pane) -> bool:
        """Whether this agent is the pane's foreground command or a child of its shell."""
        names = (base_name(pane.command), *pane.children)
        return not pane.dead and any(fnmatchcase(name, glob) for name in names for glob in self.commands)

    def options_of(self, mode: str) -> str:
        """Return the options that start it in a permission mode, "" if it has none for that."""
        return dict(self.modes).get(mode, "")

    def option_of_model(self, model: str) -> str:
        """Return the option that starts it with a model, "" if it has none, or if the name may not go into a command
        line.
        """
        return f"{self.model} '{model}'" if self.model and MODEL.fullmatch(model) else ""

    def status_in_title(self, pane: Pane) -> str:
        """Return the status that the pane's title shows, or ""."""
        for status, globs in self.titles:
            if any(fnmatchcase(pane.title, glob) for glob in globs):
                return status
        return ""


def base_name(command: str) -> str:
    """Return a command's name without its folder and without the dash of a login shell."""
    return command.removeprefix("-").rpartition("/")[2]
