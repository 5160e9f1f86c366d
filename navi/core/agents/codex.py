"""Codex 0.171.

While it writes a text, only its title shows that it works. Its title shows that a person is needed, but not why;
without a mark, "CONVERSATION | FOLDER", it shows that the agent rests, unless the user has chosen other titles. A
command in a list of completions looks like a prompt, except for the gap before its explanation. It shows its box before
it accepts a prompt; the folder appears below the box when it does.
"""

from navi.core.agents.dialog import DialogRule
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, Trace, TranscriptFiles

PLACE = "^  [^ ].* \u00b7 [~/]"
"""The line below the box, with the model and the folder."""

CONFIRM = "^  Press enter to confirm"

ASKS = "^  (Would you like to|Do you want to (approve|allow)) "

KIND = AgentKind(
    "codex",
    commands=("codex", "codex-*"),
    resume="resume {session_id}",
    trace=Trace("~/.codex", "CODEX_HOME", "tui-thread-reference-capabilities/{session_id}"),
    keeps=(
        "--model=", "-m=", "--profile=", "-p=", "--sandbox=", "-s=", "--ask-for-approval=", "-a=", "--add-dir=",
        "--full-auto", "--dangerously-bypass-approvals-and-sandbox", "--search", "--oss",
    ),
    transcript=TranscriptFiles(
        "~/.codex",
        "CODEX_HOME",
        "sessions/*/*/*/rollout-????-??-??T??-??-??-{session_id}.jsonl",
        '"originator":"codex-tui"',
    ),
    titles=(
        ("permission", ("[[] [.!] ] Action Required*",)),
        ("working", ("[\u2800-\u28ff]*",)),
        ("idle", ("* | *",)),
    ),
    prompt="^\u203a ([^ /]|/[^ ]*( [^ ]|$))",
    border=f"^\u203a |{PLACE}",
    screens=(
        ScreenRule(
            "permission",
            "permission dialog",
            ((3, CONFIRM), (30, ASKS)),
        ),
        ScreenRule("waiting", "question", ((3, "^  (.* \\| )?enter to submit (answer|all)"), (20, "^  [^ ].*\\?$"))),
        ScreenRule("waiting", "other question", ((3, "^  (.* \\| )?enter to submit (answer|all)"),)),
        ScreenRule("waiting", "trust dialog", ((2, "^  enter continue"), (20, "^  Trust this folder\\?"))),
        ScreenRule("waiting", "hooks question", ((2, "^  enter confirm"), (12, "^  Hooks need review"))),
        ScreenRule("waiting", "menu", ((2, "^  enter (select|continue|confirm) "),)),
        ScreenRule("error", "failed turn", ((0, "^\u25a0 ([^C]|C[^o]|Co[^n])"),)),
        ScreenRule("idle", "ended turn", ((0, "^  Worked for |^\u25a0 Conversation interrupted"),)),
        ScreenRule("working", "busy line", ((0, "^(\u2022|\u25e6) .* esc to interrupt\\)"),)),
        ScreenRule("idle", "first prompt", ((4, PLACE), (0, "^  >_ OpenAI Codex"))),
    ),
    asked=(
        RequestLine("wants to run ", "^  [$] ", "^  [$] ", after="^  Would you like to run "),
        RequestLine("wants to edit ", "^  (Destination: *)?[/~]", "^  (Destination: *)?", after="^  Destination:"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", ASKS, asks=ASKS, tool=ASKS,
            cut="^(run|make) the following ?|[?].*$", allow="^Yes, proceed", deny="^No(,|$)",
        ),
        DialogRule(("question", "other question"), "question", "^  Question [0-9]", skip="^ *Question [0-9]"),
        DialogRule(
            ("trust dialog",), "trust", "^  Folder access", asks="^  Trust this folder", allow="^Trust and continue",
            deny="^Back ",
        ),
        DialogRule(("hooks question",), "question", "^  Hooks need review"),
        DialogRule(("menu",), "menu", "^  [A-Z][A-Za-z ]*$"),
    ),
    box=PromptBox(
        "^\u203a( |$)",
        PLACE,
        "^\u203a ",
        hint="^Ask Codex to do anything",
        pasted="\\[Pasted Content [0-9]+ chars.",
        queued="^  \u21b3 ",
        bullet="^(\u2022 |  )",
        noise="^  Worked for |^(\u2022|\u25e6) .* esc to interrupt\\)|^  \u2514 Tip: |^  \u21b3 ",
    ),
)
