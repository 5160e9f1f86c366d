"""Claude Code 2.1.

The native build's process is named after its version. The title begins with a spinner or a star; the star does not mean
that nothing is asked.
"""

from navi.core.agents.dialog import Choices, DialogRule
from navi.core.agents.kind import AgentKind, BackgroundSessions, PromptBox, RequestLine, ScreenRule, StateFile

CHOICE = "^ *(\u276f )?1\\. |^ *\u2191 [0-9]\\."
"""The first of several choices, or in a pane too low for all, the first that is shown."""

BOX = "^(\u276f|!)\u00a0"
"""The first line of the box. Dialogs replace it, so a dialog that a draft or the conversation quotes is not taken for
one. Only a trust dialog may come soon below the box of an agent that has ended.
"""

SPINNER = "^(\u00b7|\u2722|\u2733|\u2736|\u273b|\u273d|\\*) [^ ].*(\u2026( \\(|$)|[Rr]etrying in )"
"""The line above the box while it works; it is missing while a text is streamed."""

ENDED = "^\u273b .* for [0-9]+[smhd]|^  \u23bf  Interrupted"
"""The end of a turn. While a text is streamed and a draft is in the box, the screen shows neither this nor the busy
line.
"""

NOISE = (
    "^(\u2500\u2500\u2500|  \u276f |\u273b .* for [0-9]+[smhd]|  \u23bf +(\u00a0)?Tip: |  Waiting for permission)"
    f"|{SPINNER}"
)
"""Lines that are not part of an answer."""

RULE = "^\u2500\u2500\u2500"
"""The line above a dialog. Text that a dialog quotes is further right."""

PANEL_EDGE = "^\u2594\u2594\u2594"
"""The upper edge of a panel, in which some versions show menus and plans."""

PANEL = f"{RULE}|{PANEL_EDGE}"
"""The line above a menu or a plan."""

TIP = 'Tip: auto mode handles these prompts for you \u2014 choose "switch to auto mode" below'
"""All of it: whatever else begins so may be what the agent wants to do."""

MODES = ("default", "acceptEdits", "plan", "auto", "dontAsk", "bypassPermissions")
"""Its permission modes, with a terminal and without one."""

KIND = AgentKind(
    "claude",
    commands=("claude", "claude-code", "[0-9]*.[0-9]*.[0-9]*"),
    # Some versions have the second title whatever they do.
    titles=(("working", ("[\u2800-\u28ff]*",)), ("", ("\u2733 Claude Code",)), ("idle", ("\u2733*",))),
    resume="--resume {session_id}",
    skip_permissions="--dangerously-skip-permissions",
    keeps=(
        "--dangerously-skip-permissions", "--allow-dangerously-skip-permissions", "--permission-mode=", "--model=",
        "--add-dir=", "--settings=", "--mcp-config=", "--agent=", "--effort=", "--ide", "--verbose",
    ),
    reports_as_session=True,
    reports_end=True,
    modes=tuple((mode, f"--permission-mode {mode}") for mode in MODES),
    model="--model",
    prompt="^\u276f [^ ]",
    border="^\u2500\u2500\u2500",
    screens=(
        ScreenRule(
            "waiting", "trust dialog without numbers",
            ((3, "Enter to confirm"), (16, "^ *(\u276f )?Yes, I trust this folder$")),
        ),
        ScreenRule("waiting", "trust dialog", ((3, "Enter to confirm"), (16, "Yes, I trust this folder"))),
        ScreenRule("working", "spinner", ((10, BOX), (0, SPINNER))),
        ScreenRule("working", "busy line", ((10, BOX), (3, "^  .*esc to interrupt"))),
        ScreenRule("error", "failed turn", ((10, BOX), (0, "^\u25cf API Error"))),
        ScreenRule("idle", "ended turn", ((10, BOX), (0, ENDED))),
        ScreenRule("working", "background agent", ((10, BOX), (0, "^\u273b Waiting for [0-9]+ background agent"))),
        ScreenRule("idle", "prompt", ((10, BOX), (3, "\\? for shortcuts"))),
        ScreenRule("waiting", "plan dialog", ((12, CHOICE), (30, "[Ee]xit plan mode\\?|Would you like to proceed\\?"))),
        ScreenRule("waiting", "question", ((3, "Enter to select"), (30, CHOICE), (20, "^[^ ].*\\?$"))),
        ScreenRule("waiting", "other question", ((3, "Enter to select"), (30, CHOICE))),
        ScreenRule("waiting", "review of answers", ((4, "^ *(\u276f )?1\\. Submit answers$"),)),
        ScreenRule("permission", "permission dialog", ((30, CHOICE), (4, "Esc to cancel"), (30, "^ *Do you want to "))),
        ScreenRule("waiting", "menu", ((3, "Esc to (cancel|exit|close)|Enter to (confirm|set)"),)),
        ScreenRule("waiting", "menu", ((40, PANEL_EDGE),)),
    ),
    asked=(
        RequestLine("wants to run ", "^ [^ ]", "^ +", after="^ Bash command", below="^\u254c\u254c\u254c"),
        RequestLine("wants to run ", "^   [^ ]", "^ +", after="^ Bash command"),
        RequestLine("wants to ", "^ Do you want to (create|make) ", "^ Do you want to |\\?.*$"),
    ),
    dialogs=(
        DialogRule(
            ("permission dialog",), "permission", RULE, asks="^ *Do you want to ",
            skip=f"^ {TIP}$|^ \u2191 [0-9]+ more lines$|^ Esc to cancel", tool="^ *",
            allow="^Yes$", deny="^No(,|$)",
        ),
        DialogRule(
            ("trust dialog",), "trust", RULE, asks="^ Quick safety check", allow="^Yes, I trust", deny="^No(,|$)",
        ),
        DialogRule(
            ("trust dialog without numbers",), "trust", RULE, asks="^ Quick safety check", choices=Choices.LIST,
            digits=False, allow="^Yes, I trust", deny="^No(,|$)",
        ),
        DialogRule(
            ("plan dialog",), "plan", PANEL, asks="[Ee]xit plan mode\\?|Would you like to proceed\\?",
            skip=PANEL_EDGE, allow="^Yes(, and (manually approve edits|switch to default .*))?$", deny="^No(,|$)",
        ),
        DialogRule(
            ("question", "other question"), "question", RULE,
            skip="^ *(\u2190 +)?(\u2610|\u2612|\u2714) |^ *(\u276f +)?Submit$", free="^Type something", leave="Tab",
        ),
        DialogRule(("review of answers",), "question", RULE, skip="^\u2190 "),
        DialogRule(("menu",), "menu", PANEL, skip=PANEL_EDGE),
    ),
    settles=0.4,  # 2.1.332 ignores keys for some 0.15 s, which a busy machine stretches
    state=StateFile(
        "~/.claude",
        "CLAUDE_CONFIG_DIR",
        "sessions/{pid}.json",
        {"busy": "working", "waiting": "waiting", "shell": "idle", "idle": "idle"},
        {"permission prompt": "permission", "worker request": "permission", "sandbox request": "permission"},
    ),
    background=BackgroundSessions("bg", "jobId", "jobs/{id}/state.json", attach="attach", stop="stop"),
    box=PromptBox(
        BOX,
        "^\u2500\u2500\u2500",
        "^\u276f ",
        hint='^(Try "|Press up to edit queued messages)',
        pasted="\\[Pasted text #[0-9]+( \\+[0-9]+ lines)?.",
        queued="Press up to edit queued messages",
        bullet="^(\u25cf |  )",
        noise=NOISE,
    ),
)
