"""Kimi Code 2.1.

Its title is that of its conversation. Dialogs and menus are between two rules in place of the box, and a line above
the box tells that it works. A digit answers at once, and the answers to a question are reviewed after that. Its
process hides the arguments that it was started with.
"""

from navi.core.agents.dialog import Choices, DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, TranscriptFiles

RULE = "^ \u2500\u2500\u2500"
"""An edge of a dialog. The lines with the model and the context are below the last one."""

BOX = "^ \u2502 >( |$)"
"""The first line of the box."""

EDGE = "^ \u2570\u2500"
"""The lower edge of the box."""

MOON = "\U0001f311|\U0001f312|\U0001f313|\U0001f314|\U0001f315|\U0001f316|\U0001f317|\U0001f318"

SPINNER = "\u280b|\u2819|\u2839|\u2838|\u283c|\u2834|\u2826|\u2827|\u2807|\u280f"

BUSY = f"^  ({MOON}|{SPINNER})( |$)"
"""The line above the box while it works, or above the prompts that wait. What the model says is further right."""

APPROVE = "^   (\u25b6|  )[ 0-9.]* ?(Approve once|Reject$|Reject with feedback)"

CHOICE = "^   (\u2192|  )? *\\[[0-9]+. "
"""A choice of a question."""

SUBMIT = "^   (\u2192|  )? *\\[1. Submit$"

FAILED = "^   Error: "

QUEUE = "^   \u2191 to edit"

KIND = AgentKind(
    "kimi",
    commands=("kimi", "kimi-code"),
    resume="--session {session_id}",
    transcript=TranscriptFiles("~/.kimi-code", "KIMI_CODE_HOME", "sessions/*/{session_id}/state.json"),
    keeps=("--model=", "-m=", "--yolo", "-y", "--auto", "--plan", "--add-dir=", "--agent=", "--skills-dir="),
    skip_permissions="--auto",
    model="--model",
    prompt="^ \u2728 ",
    border="^ (\u256d|\u2570)\u2500",
    screens=(
        ScreenRule("waiting", "trust dialog", ((30, "^  Trust this folder\\?$"), (16, "^     Don't trust$"))),
        ScreenRule("permission", "permission dialog", ((3, RULE), (12, APPROVE))),
        ScreenRule("waiting", "review of answers", ((3, RULE), (8, SUBMIT))),
        ScreenRule("waiting", "question", ((3, RULE), (30, CHOICE), (40, "^  question$"), (40, "^  [?] "))),
        ScreenRule("waiting", "end of a question", ((3, RULE), (6, CHOICE))),
        ScreenRule("waiting", "menu", ((3, RULE),)),
        ScreenRule("working", "busy line", ((16, BOX), (16, BUSY))),
        ScreenRule("error", "failed turn", ((16, BOX), (0, FAILED))),
        ScreenRule("idle", "prompt", ((16, BOX),)),
    ),
    asked=(
        RequestLine("wants to run ", "^   [$] ", "^   [$] ", after="^   \u25b6 Run this command"),
        RequestLine("wants to write ", "^   [/~]", "^   | +[+]?[0-9]+ .*$", after="^   \u25b6 (Write|Edit|Create) "),
        RequestLine("wants to ", "^   \u25b6 [A-Z].*\\?", "^   \u25b6 |\\?$"),
        RequestLine("wants what its low pane has no room for", "^   \u2191/\u2193 select", ".*"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", RULE, asks="^   \u25b6 [A-Z]", allow="^Approve once", deny="^Reject$",
        ),
        DialogRule(
            ("review of answers",), "question", RULE, skip="^  question$|^  .*   Submit$", choices=Choices.BRACKETS,
        ),
        DialogRule(
            ("question", "end of a question"), "question", RULE, asks="^  [?] ",
            skip="^  question$|^  .*   Submit$|^    Type your answer, then", choices=Choices.BRACKETS, free="^Other",
        ),
    ),
    box=PromptBox(
        BOX,
        EDGE,
        "^ \u2728 ",
        pasted="\\[paste #[0-9]+ [+0-9A-Za-z ]+\\]",
        queued=QUEUE,
        bullet="^( \u25cf |   )",
        noise=f"{BUSY}|{RULE}|^ \u256d|{QUEUE}|^   \u276f ",
        side="^ \u2502 ?| *\u2502$",
        interrupt=("Escape",),
    ),
)
