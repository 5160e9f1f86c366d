"""OpenCode 1.18.

Its title shows only the name of its conversation, once it has one. The lines below its box show that it works. Dialogs
replace the box; menus cover the conversation. Only its text, which is in a frame as a prompt is, and an end without a
time mark a failed turn.
"""

from navi.core.agents.dialog import Choices, DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, Trace

END = "     \u25a3  "
"""The end of a turn, or of the part so far; the time, or that it was interrupted, follows the model."""

SPOKEN = f"^     ([A-Za-z0-9$%#(]|\u2192|\u2190|\u2731|\u2699)|^{END}.* \u00b7 .* \u00b7 "
"""What the model wrote or did, or the end of a turn that did not fail. Where no prompt is shown, the current turn
begins here.
"""

FAILED = f"^{END}[A-Za-z0-9() ._:/-]+ \u00b7 [A-Za-z0-9() ._:/-]+$"
"""The end of a turn that failed: behind its model is nothing."""

TEXT = "^  \u2503  [^ ]+( [A-Za-z0-9(]|$)"
"""A line in a frame, but not the one with the model in the box, where a dot follows the first word. It may be a draft:
then a turn that ended because its user refused something passes for a failed one, until the draft is sent.
"""

CHOICES = "^  \u2503 +(Allow once|Confirm) "

ASKS = "^  \u2503  \u25b3 Permission required"

INSIDE = "^  \u2503"

SIDES = "^  \u2503 ?"

SPINNER = "\u280b|\u2819|\u2839|\u2838|\u283c|\u2834|\u2826|\u2827|\u2807|\u280f"

STOPPED = f"^  \u2503  (({SPINNER}) |User aborted the command)"
"""The box of a command that its user has interrupted: for a moment it looks as before, without a busy line below."""

COMMAND = f"^  \u2503  ([$#]|{SPINNER}) "
"""The first line in the frame of a command, which is part of an answer."""

KIND = AgentKind(
    "opencode",
    commands=("opencode",),
    resume="--session {session_id}",
    trace=Trace("", "", "", "OC | *"),
    keeps=("--model=", "-m=", "--agent="),
    prompt=SPOKEN,
    screens=(
        ScreenRule("permission", "permission dialog", ((5, CHOICES), (30, "^  \u2503  \u25b3 "))),
        ScreenRule("waiting", "question", ((4, "^  \u2503 .*enter +(submit|confirm|esc)"), (20, "^  \u2503  .*\\?"))),
        ScreenRule("waiting", "menu", ((36, "  Select [a-z]+  .*  esc"),)),
        ScreenRule("working", "busy line", ((4, "^   (\u25a0|\u2b1d)"),)),
        ScreenRule("idle", "interrupted command", ((4, "ctrl\\+p"), (0, STOPPED))),
        ScreenRule("error", "failed turn", ((4, "ctrl\\+p"), (0, f"^{END}"), (0, TEXT))),
        ScreenRule("idle", "prompt", ((4, "ctrl\\+p"),)),
    ),
    asked=(
        RequestLine("wants to run ", "^  \u2503  [$] ", "^  \u2503  [$] ", after=ASKS),
        RequestLine("wants to edit ", "^  \u2503    \u2192 Edit ", "^  \u2503    \u2192 Edit ", after=ASKS),
        RequestLine("wants to use ", "^  \u2503    [^A-Za-z0-9 ]+ [A-Z]", "^  \u2503    [^A-Za-z0-9 ]+ ", after=ASKS),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", "^ *$", inside=INSIDE, sides=SIDES, asks="^ \u25b3 ",
            tool="^   [^A-Za-z0-9 ]+ ", choices=Choices.ROW, digits=False,
            labels="Allow once|Allow always|Reject|Confirm|Cancel", allow="^Allow once", deny="^Reject",
        ),
        DialogRule(("question",), "question", "^ *$", inside=INSIDE, sides=SIDES, free="^Type your own answer"),
    ),
    box=PromptBox(
        "^ +\u2503( |$)",
        "^ +\u2503  [A-Z][a-z]+ \u00b7 ",
        "^  \u2503  ",
        hint="^ *Ask anything",
        pasted="\\[Pasted ~[0-9]+ lines.",
        queued="^  \u2503  +QUEUED",
        bullet="^     ",
        noise=f"^{END}|^  \u2503",
        apart=COMMAND,
        failed=FAILED,
        interrupt=("Escape", "Escape"),
    ),
)
