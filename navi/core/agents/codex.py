"""Codex 0.171.

While it writes a text, nothing but its title tells that it works. Its title says that a person is needed, but not why.
It shows its box before it takes a prompt; the folder below the box comes with that.
"""

from navi.core.agents.dialog import Dialog
from navi.core.agents.kind import AgentKind, Asked, ScreenRule

PLACE = "^  [^ ].* \u00b7 [~/]"
"""The line below the box, with the model and the folder."""

CONFIRM = "^  Press enter to confirm"

ASKS = "^  (Would you like to|Do you want to (approve|allow)) "

KIND = AgentKind(
    "codex",
    commands=("codex", "codex-*"),
    titles=(("permission", ("[[] [.!] ] Action Required*",)), ("working", ("[\u2800-\u28ff]*",))),
    prompt="^\u203a [^ ]",
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
        Asked("wants to run ", "^  [$] ", "^  [$] ", after="^  Would you like to run "),
        Asked("wants to edit ", "^  (Destination: *)?[/~]", "^  (Destination: *)?", after="^  Destination:"),
    ),
    dialogs=(
        Dialog(
            ("permission dialog",), "permission", ASKS, asks=ASKS, tool=ASKS,
            cut="^(run|make) the following ?|[?].*$", allow="^Yes, proceed", deny="^No(,|$)",
        ),
        Dialog(("question", "other question"), "question", "^  Question [0-9]", skip="^ *Question [0-9]"),
        Dialog(
            ("trust dialog",), "trust", "^  Folder access", asks="^  Trust this folder", allow="^Trust and continue",
            deny="^Back ",
        ),
        Dialog(("hooks question",), "question", "^  Hooks need review"),
        Dialog(("menu",), "menu", "^  [A-Z][A-Za-z ]*$"),
    ),
)
