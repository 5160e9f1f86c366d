"""Qwen Code 0.24.

Its title shows that it works or that a person is needed, but not why; it does not show menus and the trust question.
Dialogs replace the box. The busy line is above the box, and may be broken anywhere.
"""

from navi.core.agents.dialog import DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, Trace, TranscriptFiles

WAITS = "^  [^ ]+ Waiting for user confirmation"
"""The last line below a dialog."""

KEYS = "Enter: Select|Space: Toggle"
"""The line with the keys, in a question; several choices of one can be ticked."""

FRAME = "^  +\u2570"
"""The lower edge of a menu, which is the last line."""

BOX = "^>( |$)"
"""The first line of the box. Completions of commands may be below it."""

BUSY = "^  \\.+ *[^ .]"
"""The busy line above the box, or a tool that runs. Text of the model begins with another sign, or further right."""

BAR = " +(\u2588|\u2502)$"
"""The bar at the right of a conversation that is higher than the pane."""

TOOL = "^  [?] "
"""The line of the tool above a dialog. Text that the dialog quotes is further right."""

TOP = "^  +\u256d"

INSIDE = "^  +\u2502"

SIDES = f"^ +\u2502 ?|{BAR}"

KIND = AgentKind(
    "qwen",
    commands=("qwen",),
    resume="--resume {session_id}",
    transcript=TranscriptFiles("~/.qwen", "", "projects/*/chats/{session_id}.runtime.json", '"pid": {pid},'),
    trace=Trace("~/.qwen", "", "projects/*/chats/{session_id}.runtime.json"),
    keeps=("--model=", "-m=", "--approval-mode=", "--yolo", "-y", "--sandbox", "-s", "--include-directories="),
    titles=(("permission", ("\u2733*",)), ("working", ("\u25d0*",))),
    skip_permissions="--yolo",
    prompt="^  > [^ ]",
    border="^\u2500\u2500\u2500",
    screens=(
        ScreenRule("waiting", "question", ((1, WAITS), (4, KEYS), (30, "^   [^ ].*\\?$"))),
        ScreenRule("waiting", "other question", ((1, WAITS), (4, KEYS))),
        ScreenRule("permission", "permission dialog", ((1, WAITS), (12, "^   [^ ]* *[0-9]\\. Yes, allow once"))),
        ScreenRule("waiting", "dialog", ((1, WAITS),)),
        ScreenRule("waiting", "trust dialog", ((1, FRAME), (16, "^  +\u2502 Do you trust "))),
        ScreenRule("waiting", "menu", ((1, FRAME), (30, "^  +\u2502 .*[a-z]"))),
        ScreenRule("working", "busy line", ((20, BOX), (8, BUSY))),
        ScreenRule("error", "failed turn", ((20, BOX), (0, "^  \u2715 "))),
        ScreenRule("idle", "prompt", ((20, BOX),)),
    ),
    asked=(
        RequestLine("wants to run ", "^     [^ ]", f"^ +|{BAR}", after="^  [?] Shell "),
        RequestLine(
            "wants to write ", "^  [?] WriteFile Writing to ", f"^  [?] WriteFile Writing to | +\u2190.*$|{BAR}",
        ),
        RequestLine("wants to use ", "^  [?] ", f"^  [?] | +\u2190.*$|{BAR}"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", TOOL, sides=BAR, asks="^ +(Allow execution|Apply this|Do you want) ",
            tool=TOOL, cut=" .*$", allow="^Yes, allow once", deny="^No(,|$)",
        ),
        DialogRule(
            ("question", "other question"), "question", TOOL, sides=BAR, skip=TOOL, free="^(> )?Type something",
            tick="Space", leave="Enter",
        ),
        DialogRule(
            ("trust dialog",), "trust", TOP, inside=INSIDE, sides=SIDES, asks="^Do you trust ", allow="^Trust folder",
            deny="^Don't trust",
        ),
        DialogRule(("menu",), "menu", TOP, inside=INSIDE, sides=SIDES),
    ),
    box=PromptBox(
        BOX,
        "^\u2500\u2500\u2500",
        "^  > ",
        hint="^ *Type your message or ",
        pasted="\\[Pasted Content [0-9]+ chars.",
        queued="to edit queued messages",
        bullet="^(  [^ A-Za-z0-9]+ |    )",
        noise=f"^\u2500\u2500\u2500|to edit queued messages|{BUSY}",
        bar=BAR,
    ),
)
