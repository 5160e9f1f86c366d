"""Pi 1.6.

Nothing marks a prompt that was sent: only its text tells it from an answer. The upper edge of its box tells that it
works. Dialogs replace the box, between its edges. Pi itself asks nothing but whether it may trust a folder: what else
it asks comes from extensions, in the dialogs that Pi has for them. Its title never changes, and its process hides the
arguments that it was started with.
"""

from navi.core.agents.dialog import Choices, DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, TranscriptFiles

RULE = "^\u2500\u2500"
"""An edge of the box, or of a dialog. Only the lines with the folder and the model are below the last one."""

SPINNER = "\u280b|\u2819|\u2839|\u2838|\u283c|\u2834|\u2826|\u2827|\u2807|\u280f"

BUSY = f"^\u2500\u2500 ({SPINNER}) "
"""The upper edge of the box while it works."""

KEYS = "^ +(.* )?([Ee]sc|[Ee]scape|escape/ctrl\\+c|Escape/Ctrl\\+C) (to )?(cancel|close|back|exit)"
"""The line with the keys above the lower edge of a dialog. A draft begins further left, and text is above the box."""

CHOICE = "^ \u2192 [^ ]"
"""The choice that is marked."""

MAY = "^ .*([Aa]llow|[Pp]ermit|[Aa]pprove).*\\?"

FAILED = "^ (Error: |If this looks like a pi bug|(sends a |a )?report to the developers)"
"""The last line above the box after a turn that failed. Below it are the edges, the folder and the model."""

BROKEN = '^ .*[0-9"][}]$'
"""The end of such a line that a narrow pane has broken."""

SESSIONS = "sessions/*/????-??-??T??-??-??-????_{session_id}.jsonl"

KIND = AgentKind(
    "pi",
    commands=("pi",),
    resume="--session {session_id}",
    keeps=("--model=", "--provider=", "--thinking=", "--tools=", "--approve", "-a", "--no-approve", "-na", "--offline"),
    transcript=TranscriptFiles("~/.pi/agent", "PI_CODING_AGENT_DIR", SESSIONS),
    model="--model",
    screens=(
        ScreenRule("waiting", "trust dialog", ((5, KEYS), (20, "^ Trust project folder\\?"))),
        ScreenRule("permission", "permission dialog", ((5, KEYS), (12, CHOICE), (16, MAY))),
        ScreenRule("waiting", "question", ((5, KEYS), (20, CHOICE), (30, "^ [^ ].*\\?$"))),
        ScreenRule("waiting", "menu", ((5, KEYS),)),
        ScreenRule("waiting", "menu without its keys", ((16, "^\u2192 "), (24, "^>( |$)"))),
        ScreenRule("waiting", "list of conversations", ((30, "^tab scope "), (30, "^Resume Session "))),
        ScreenRule("permission", "beginning of a permission dialog", ((2, MAY),)),
        ScreenRule("working", "busy line", ((12, BUSY),)),
        ScreenRule("error", "failed turn", ((5, FAILED),)),
        ScreenRule("error", "long line of a failed turn", ((5, BROKEN), (14, "^ Error: "))),
        ScreenRule("idle", "prompt", ((12, RULE),)),
    ),
    asked=(
        RequestLine("wants to run ", "^   [^ ]", "^ +", after="^ .*[Cc]ommand:$"),
        RequestLine("wants to write ", "^   [^ ]", "^ +", after="^ .*[Ff]ile:$"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", RULE, asks=MAY, choices=Choices.LIST, digits=False, allow="^Yes$",
            deny="^No$", escape="^No$",
        ),
        DialogRule(
            ("trust dialog",), "trust", RULE, asks="^ Trust project folder", choices=Choices.LIST, digits=False,
            allow="^Trust$", deny="^Do not trust$",
        ),
        DialogRule(("question",), "question", RULE, choices=Choices.LIST, digits=False),
    ),
    box=PromptBox(
        "^",
        RULE,
        "",
        pasted="\\[paste #[0-9]+ [+0-9A-Za-z ]+\\]",
        queued="^ (Steering|Follow-up): ",
        bullet="^ ",
        noise=f"{RULE}|^ (Steering|Follow-up): |^ \u21b3 |^ Took [0-9]|^ Elapsed [0-9]",
        bar=" +(\u2588|\u2502|\u2503|\u2590)$",
        pause=0.3,
    ),
)
