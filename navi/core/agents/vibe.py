"""Mistral Vibe 3.0.

Its title shows that it works or asks, but not what. Dialogs are a frame in place of the box, and mark a choice only by
its colour; a digit chooses at once. A file that it holds while it runs says which process has a conversation.
"""

from navi.core.agents.dialog import DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, Trace, TranscriptFiles

FRAME = "^\u2514\u2500"
"""The lower edge of a dialog. Only the line with the folder is below it."""

ASKED = "^\u2502 .*\\? *\u2502"
"""The question in a dialog."""

CHOICE = "^\u2502 +[0-9]\\. (Allow once|Deny) *\u2502"
"""A choice of a permission dialog. A low pane has room only for its choices."""

NEEDED = "^ ?[^ A-Za-z0-9>]+ +User input required"
"""The line above a question. Text of the model is further right."""

BOX = "^>( |$)"
"""The first line of the box, between two rules."""

BUSY = "^ ?[^ A-Za-z0-9>]+ +[^ ].*\\([0-9][0-9ms ]* Esc/"
"""The line above the box while it works. A narrow pane cuts it."""

RULE = "^\u2500\u2500\u2500"

TOP = "^\u250c"

INSIDE = "^\u2502"

BLOCK = "(\u2581|\u2582|\u2583|\u2584|\u2585|\u2586|\u2587|\u2588)"

SIDES = f"^\u2502 ?| *{BLOCK}? *\u2502$|^\u2514.*$"
"""The sides of a dialog, with the bar of one that is higher than its frame, and its lower edge."""

BAR = f" +{BLOCK}$"
"""The bar at the right of a conversation that is higher than the pane."""

LOCK = "logs/session/active/{session_id}.lock.json"

KIND = AgentKind(
    "vibe",
    commands=("vibe", "vibe-rs"),
    titles=(("permission", ("[?] *",)), ("working", (">> *",))),
    resume="--resume {session_id}",
    skip_permissions="--auto-approve",
    keeps=("--agent=", "--auto-approve", "--yolo", "--add-dir=", "--trust"),
    transcript=TranscriptFiles("~/.vibe", "VIBE_HOME", LOCK, '"process_id":{pid},'),
    trace=Trace("~/.vibe", "VIBE_HOME", LOCK),
    prompt="^> [^ ]",
    border=RULE,
    screens=(
        ScreenRule("waiting", "trust dialog", ((1, "^\u2581\u2581\u2581"), (30, "Trust this folder\\?"))),
        ScreenRule("permission", "permission dialog", ((2, FRAME), (30, "^\u2502 Permission for "))),
        ScreenRule("waiting", "question", ((2, FRAME), (30, NEEDED), (30, ASKED))),
        ScreenRule("waiting", "other question", ((2, FRAME), (30, NEEDED))),
        ScreenRule("permission", "end of a permission dialog", ((2, FRAME), (8, CHOICE))),
        ScreenRule("waiting", "menu", ((2, FRAME), (30, "^\u2502 .*[a-z]"))),
        ScreenRule("working", "busy line", ((20, BOX), (8, BUSY))),
        ScreenRule("error", "failed turn", ((20, BOX), (0, "^  \u23a2 Error: "))),
        ScreenRule("idle", "prompt", ((20, BOX),)),
    ),
    asked=(
        RequestLine(
            "wants to run ",
            "^\u2502 ([^Pt ]|P[^e]|t[^o]|to[^o])",
            SIDES,
            after="^\u2502 (Permission for the file_system\\.bash )?tool \\(.*\\) *\u2502$",
        ),
        RequestLine(
            "wants to write ",
            "^\u2502 (File: )?/",
            f"^\u2502 (File: )?|{SIDES}",
            after="^\u2502 (Permission for the )?file_system\\.write_file tool ",
        ),
        RequestLine(
            "wants to use ", "^\u2502 Permission for the [^ ]", f"^\u2502 Permission for the | tool.*$|{SIDES}",
        ),
        RequestLine("wants what its low pane has no room for", FRAME, ".*"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", TOP, inside=INSIDE, sides=SIDES, asks="^Permission for ",
            tool="^Permission for the ", cut=" tool.*$", allow="^Allow once", deny="^Deny",
        ),
        DialogRule(
            ("end of a permission dialog",), "permission", "^\u2502 Permission for ", inside=INSIDE, sides=SIDES,
            allow="^Allow once", deny="^Deny",
        ),
        DialogRule(
            ("question", "other question"), "question", TOP, inside=INSIDE, sides=SIDES, free="^Type your answer",
        ),
    ),
    box=PromptBox(
        BOX,
        RULE,
        "^> ",
        pasted="\\[Pasted [0-9]+ characters.",
        queued="^\u00bb Queued",
        bullet="^  ",
        noise=f"{RULE}|{BUSY}|^ +Paste the same text again",
        bar=BAR,
    ),
)
