"""Gemini CLI 0.61.

A dialog is a frame in place of the box; its title shows that a person is needed, but not why. An error leaves no mark
in the title. A resized terminal leaves older lines above the box, such as the busy line.
"""

from navi.core.agents.dialog import DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, Trace

FRAME = "^\u2570"
"""The lower edge of a dialog, which is the last line."""

ASKED = "^\u2502 .*\\? *\u2502"
"""The question in a dialog."""

EDGE = "^\u2500\u2500\u2500"
"""The upper edge of the box."""

SIDES = "^ ?\u2502 ?| *\u2502$"
"""The sides of a dialog, or of the box in it."""

TOP = "^ ?\u256d"

INSIDE = "^ ?\u2502"

KIND = AgentKind(
    "gemini",
    commands=("gemini",),
    resume="--resume {session_id}",
    trace=Trace("~/.gemini", "", "tmp/*/chats/session-*-{short_id}.jsonl", "{session_id}"),
    keeps=("--model=", "-m=", "--approval-mode=", "--yolo", "-y", "--sandbox", "-s", "--include-directories="),
    titles=(("permission", ("\u270b*",)), ("working", ("\u2726*", "\u23f2*")), ("idle", ("\u25c7*",))),
    prompt="^ > [^ ]",
    border=f"{EDGE}|^ workspace ",
    screens=(
        ScreenRule("waiting", "question", ((1, FRAME), (4, "^\u2502 Enter to (select|submit)"), (30, ASKED))),
        ScreenRule("waiting", "other question", ((1, FRAME), (4, "^\u2502 Enter to (select|submit)"))),
        ScreenRule("permission", "permission dialog", ((1, FRAME), (12, "1\\. Allow once"), (20, ASKED))),
        ScreenRule("waiting", "trust dialog", ((3, "^ \u2570"), (30, "^ \u2502 Do you trust "))),
        ScreenRule("waiting", "dialog", ((1, FRAME), (30, "^\u2502 .*[a-z]"))),
        ScreenRule("working", "busy line", ((7, "^ [^ >!*]+ .*\\(esc to cancel"),)),
        ScreenRule("error", "failed turn", ((9, EDGE), (0, "^\u2715 "))),
        ScreenRule("error", "end of a failed turn", ((9, EDGE), (0, "^\u2139 This request failed"))),
        ScreenRule("idle", "prompt", ((9, EDGE),)),
    ),
    asked=(
        RequestLine("wants to run ", "^\u2502 [?] Shell  ", "^\u2502 [?] Shell  | *\u2502$"),
        RequestLine(
            "wants to write ", "^\u2502 [?] WriteFile  Writing to ", "^\u2502 [?] WriteFile  Writing to | *\u2502$",
        ),
        RequestLine("wants to use ", "^\u2502 [?] ", "^\u2502 [?] | *\u2502$"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", TOP, inside=INSIDE, sides=SIDES, tool="^[?] ", cut="  .*$",
            asks="^(Allow|Apply|Do you want) .*[?]", allow="^Allow once", deny="^No(,|$)",
        ),
        DialogRule(
            ("question", "other question"), "question", TOP, inside=INSIDE, sides=SIDES, skip="^Answer Questions",
            free="^Enter a custom value",
        ),
        DialogRule(
            ("trust dialog",), "trust", TOP, inside=INSIDE, sides=SIDES, asks="^Do you trust ", allow="^Trust folder",
            deny="^Don't trust",
        ),
        DialogRule(("dialog",), "menu", TOP, inside=INSIDE, sides=SIDES),
    ),
    box=PromptBox(
        "^ > ",
        "^ workspace ",
        "^ > ",
        hint="^ *Type your message or ",
        pasted="\\[Pasted Text: [0-9]+ (lines|chars).",
        queued="^  Queued \\(press ",
        bullet="^(\u2726 |  )",
        noise=f"{EDGE}|\\? for shortcuts$|^ [^ >!*]+ .*\\(esc to cancel|^ (Shift\\+Tab|Press Ctrl\\+O) |^  Queued ",
    ),
)
