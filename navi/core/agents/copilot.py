"""GitHub Copilot CLI 1.0.

Its title shows nothing. A dialog is a frame in place of the box, a menu or a question a list between rules. The last
line, below the box, shows that it works.
"""

from navi.core.agents.dialog import Choices, DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, Trace, TranscriptFiles

FRAME = "^\u2570"
"""The lower edge of a dialog, which is the last line."""

KEYS = "esc (to )?cancel"
"""The last words of the line with the keys, in a menu or a question."""

TYPED = "^ \u276f Other \\(type your answer below"
"""The choice of a question that takes a text, while it is marked: then there is a box for the text below the keys."""

BOX = "^\u276f( |\u00a0|$)"
"""The first line of the box. Completions of commands may be below it."""

BUSY = "^ (\u25cb|\u25ce|\u25c9|\u25cf) (Working|Thinking|Cancelling|Compacting|Waiting)"

FAILED = "^ \u2717 ([0-9][0-9][0-9] |Failed to get response|Execution failed)"
"""The end of a turn that failed. The line of a tool that failed begins with the same sign."""

CHANGED = "^\u2502 [^ ].* [+][0-9]+ -[0-9]"
"""A file, and how many lines are added and removed."""

TOP = "^\u256d"

INSIDE = "^\u2502"

SIDES = "^\u2502 ?| *\u2502$"

KIND = AgentKind(
    "copilot",
    commands=("copilot",),
    resume="--resume={session_id}",
    trace=Trace(
        "~/.copilot", "COPILOT_HOME", "logs/process-*-{pid}.log", "Registering foreground session: {session_id}"
    ),
    keeps=(
        "--model=", "--agent=", "--add-dir=", "--allow-all-tools", "--allow-all-paths", "--allow-tool=",
        "--deny-tool=",
    ),
    transcript=TranscriptFiles("~/.copilot", "COPILOT_HOME", "session-state/{session_id}/inuse.{pid}.lock"),
    skip_permissions="--allow-all-tools",
    prompt="^ \u276f [^ ]",
    border="^\u2500\u2500\u2500",
    screens=(
        ScreenRule("waiting", "trust dialog", ((1, FRAME), (14, "^\u2502 Do you trust "))),
        ScreenRule("permission", "permission dialog", ((1, FRAME), (18, "^\u2502 Do you want to "))),
        ScreenRule("waiting", "question", ((2, KEYS), (30, "^ Copilot needs information"), (24, "^ [^ ].*\\?$"))),
        ScreenRule("waiting", "other question", ((2, KEYS), (30, "^ Copilot needs information"))),
        ScreenRule("waiting", "question with a text", ((14, TYPED), (30, "^ Copilot needs information"))),
        ScreenRule("waiting", "dialog", ((1, FRAME), (30, "^\u2502 .*[a-z]"))),
        ScreenRule("waiting", "menu", ((2, KEYS),)),
        ScreenRule("working", "busy line", ((1, BUSY),)),
        ScreenRule("error", "failed turn", ((20, BOX), (0, FAILED))),
        ScreenRule("idle", "prompt", ((20, BOX),)),
    ),
    asked=(
        RequestLine("wants to create ", CHANGED, "^\u2502 | [+][0-9]+ -[0-9]+ *\u2502$", after="^\u2502 Create file"),
        RequestLine("wants to edit ", CHANGED, "^\u2502 | [+][0-9]+ -[0-9]+ *\u2502$", after="^\u2502 Edit file"),
        RequestLine("wants to run ", "^\u2502 \u2502 ", "^\u2502 \u2502 | *\u2502 \u2502$", after="^\u2502 \u256d"),
        RequestLine("wants to ", "^\u2502 Do you want to ", "^\u2502 Do you want to |\\?? *\u2502$"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", TOP, inside=INSIDE, sides=SIDES, asks="^Do you want to ", tool="^ *",
            digits=False, allow="^Yes$", deny="^No(,|$)", escape="[(]Esc",
        ),
        DialogRule(
            ("trust dialog",), "trust", TOP, inside=INSIDE, sides=SIDES, asks="^Do you trust ", digits=False,
            allow="^Yes$", deny="^No ", escape="[(]Esc",
        ),
        DialogRule(
            ("question", "other question", "question with a text"), "question", "^ Copilot needs information",
            choices=Choices.LIST, digits=False, skip="^ Copilot needs information", free="^Other \\(type your answer",
        ),
    ),
    box=PromptBox(
        BOX,
        "^\u2500\u2500\u2500",
        "^ \u276f ",
        pasted="\\[Paste #[0-9]+ - [0-9]+ lines.",
        queued="^Queued \\([0-9]",
        bullet="^( \u25cf |   )",
        noise="^\u2500\u2500\u2500|^ [~/]|^Queued \\([0-9]|^ \u2514 ",
        bar="( +[0-9][0-9]:[0-9][0-9])?( *\u2503)?$",
        interrupt=("Escape", "Escape"),
    ),
)
