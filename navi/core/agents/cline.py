"""Cline's CLI 3.0.

Its title is its last prompt. Each item of a conversation begins with a sign in the second column, which moves while it
works; texts go on further right. While a text comes that is longer than the screen, the sign is in the first line, so
none is there once it has ended. Dialogs replace the box, menus float over the conversation.
"""

from navi.core.agents.dialog import Choices, DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, Trace, TranscriptFiles

RULE = "^ *\u2500\u2500\u2500"
"""An edge of the box. At first it is in the middle of the screen."""

BOX = "^ *\u276f( |$)"
"""The first line of the box, or a prompt that was sent."""

OPEN = "^(\u276f( |$)| +\u276f (What can I do for you\\?|Plan something\\.\\.\\.$))"
"""The first line of the box, which a prompt that was sent is not."""

FIRST = "^     +What can I do for you\\?$|^ *\u276f (What can I do for you\\?|Plan something\\.\\.\\.$)"
"""Above the box and in it, before there is a conversation."""

PROMPT = "^ \u276f "

SPINNER = "\u280b|\u2819|\u2839|\u2838|\u283c|\u2834|\u2826|\u2827|\u2807|\u280f"

BUSY = f"^ ({SPINNER})( |$)"
"""The first line of what it does or writes now."""

ENDED = "^ (\\*|x) ?[^ ]"
"""The first line of what it did or wrote."""

FAILED = "^ \\* ?Error: "

ASKS = "^ Cline needs permission"

CHOOSES = "^ Cline is asking a question"

LEAVES = "(navigate|select|change provider|save|switch tabs).*Esc (to )?(close|cancel|go back)( |$)"
"""The last line of a menu."""

BAR = " *(\u2588|\u2584|\u2580)$"

END = "^ +(\u2588|\u2584)$"
"""The line below the last item, where the bar ends unless the conversation is scrolled back."""

KIND = AgentKind(
    "cline",
    commands=("cline",),
    start="cline -i",
    resume="--id {session_id}",
    transcript=TranscriptFiles("~/.cline", "CLINE_DIR", "data/sessions/*/{session_id}.json", '"pid": {pid},'),
    trace=Trace("~/.cline", "CLINE_DIR", "data/logs/cline.log", '"pid":{pid},*"sessionId":"{session_id}"'),
    keeps=(
        "--auto-approve=", "--model=", "-m=", "--provider=", "-P=", "--plan", "-p", "--thinking=",
        "--compaction=", "--config=", "--data-dir=", "--hooks-dir=",
    ),
    skip_permissions="--auto-approve true",
    model="--model",
    prompt=PROMPT,
    border=RULE,
    screens=(
        ScreenRule("permission", "permission dialog", ((12, "^  \\[y. Approve   "), (60, ASKS))),
        ScreenRule("permission", "end of a permission dialog", ((8, "^  \\[y. Approve   "),)),
        ScreenRule("waiting", "question", ((60, CHOOSES),)),
        ScreenRule("waiting", "end of a question", ((12, "^  (> |  )Type a response"),)),
        ScreenRule("waiting", "menu", ((60, LEAVES),)),
        ScreenRule("waiting", "offer", ((60, "^ .* Press Enter to [a-z]+, any other( |$)"),)),
        ScreenRule("waiting", "menu without its end", ((4, "^ *\u25bc [0-9]+ more( |$)"),)),
        ScreenRule("working", "busy sign", ((16, OPEN), (0, BUSY))),
        ScreenRule("error", "failed turn", ((16, OPEN), (0, FAILED))),
        ScreenRule("idle", "ended turn", ((16, OPEN), (0, ENDED))),
        ScreenRule("idle", "prompt", ((16, OPEN), (80, PROMPT))),
        ScreenRule("idle", "first prompt", ((16, BOX), (40, FIRST))),
        ScreenRule("idle", "end of a long text", ((16, OPEN), (9, END))),
        ScreenRule("unknown", "middle of a long text", ((16, OPEN),)),
    ),
    asked=(
        RequestLine("wants to run ", "^   [$] ", f"^   [$] |{BAR}", after="^ Approve tool call"),
        RequestLine("wants to write ", "^   [^ ]", f"^   |{BAR}", after="^ editor$"),
        RequestLine("wants to use ", "^ [a-z_]+$", "^ ", after="^ Approve tool call"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog", "end of a permission dialog"), "permission", ASKS, sides=BAR,
            asks="^ Approve tool call", skip=ASKS, choices=Choices.KEYS, allow="^Approve$", deny="^Deny$",
        ),
        DialogRule(
            ("question", "end of a question"), "question", CHOOSES, sides=BAR, skip=CHOOSES,
            choices=Choices.LIST, free="^Type a response", marker=">", types=True,
        ),
    ),
    box=PromptBox(
        BOX,
        RULE,
        PROMPT,
        hint="^(Ask anything|Plan something|What can I do for you)",
        pasted="\\[.*Pasted [+][0-9]+ lines[]]",
        queued="^\u2502 Queued messages:",
        bullet=f"^( (\\*|x|{SPINNER}) ?|   )",
        noise=f"{RULE}|^(\u256d|\u2502|\u2570)",
        bar=BAR,
    ),
)
