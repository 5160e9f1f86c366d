"""aider 0.86.

It prints one line after another, as a shell does: its last line shows what it does. It takes what is typed while it
works for the answer to its next question, and it has no conversations that can be resumed by an id.
"""

from navi.core.agents.kind import AgentKind, PromptBox, ScreenRule

ANSWERS = "\\[(Yes|No).:( |$)"
"""The end of the last line while it asks something; the answer that the user has typed so far follows it."""

PROMPT = "^([a-z]+ ?)*>( |$)"
"""The prompt, with the edit format or the mode before it; the draft follows it."""

BUSY = "^ *(\u2591\u2588|\u2588\u2591) +Waiting for "
"""The line below the prompt that was sent, until the answer begins."""

KIND = AgentKind(
    "aider",
    commands=("aider",),
    animated=False,
    skip_permissions="--yes-always",
    prompt="^([a-z]+ ?)*> [^ ]",
    screens=(
        ScreenRule("error", "failed turn", ((1, PROMPT), (0, "^ ?litellm\\."))),
        ScreenRule("idle", "prompt", ((1, PROMPT),)),
        ScreenRule("permission", "permission question", ((1, ANSWERS), (3, "^(Run shell command|Create new file)"))),
        ScreenRule("waiting", "question", ((1, ANSWERS),)),
        ScreenRule("working", "busy line", ((1, BUSY),)),
        ScreenRule("working", "command", ((0, "^Running "),)),
    ),
    box=PromptBox(
        PROMPT,
        "",
        "^([a-z]+ ?)*> ",
        noise="^\u2500\u2500\u2500|^Tokens: ",
        interrupt=("C-c",),
    ),
)
