"""The table of the tools of contrib/tmux-tools."""

from __future__ import annotations

from navi.cli.arguments import flag, option
from navi.compat.tool import Tool

SESSION = option("-s", "--session", value="NAME", help="session name, looked up in the registry")
TARGET = option("-t", "--target", value="TARGET", help="pane, as tmux names it")
SOCKET = option("-S", "--socket", value="PATH", help="socket of a tmux server")
DRY_RUN = flag("--dry-run", help="say what would be done, and do nothing")
VERBOSE = flag("-v", "--verbose", help="say more")

CREATE = Tool(
    "create-session.sh",
    "Create a tmux session, and register it.",
    (
        option("-n", "--name", value="NAME", help="session name (required)"),
        SOCKET._replace(help="socket of the tmux server; claude.sock of the registry's folder by default"),
        option("-w", "--window", value="NAME", help='window name (default: "shell")'),
        flag("--python", help="launch Python, with PYTHON_BASIC_REPL=1"),
        flag("--gdb", help="launch gdb"),
        flag("--shell", help="launch bash (default)"),
        flag("--no-register", help="leave it out of the registry"),
    ),
    {0: "Success", 1: "Invalid arguments", 2: "Session already exists", 3: "Tmux command failed"},
    wrong=1,
    failed=3,
    function="sessions.create",
    needs_words=True,
)

LIST = Tool(
    "list-sessions.sh",
    "List all registered sessions with their health: alive, dead, missing, zombie, server (not running), unknown.",
    (flag("--json", help="output as JSON"),),
    {0: "Success", 1: "Error"},
    wrong=1,
    failed=1,
    function="sessions.list_all",
)

SEND = Tool(
    "safe-send.sh",
    "Type into a session. Without -s and -t: into the only one that is registered.",
    (
        SESSION,
        TARGET,
        option(
            "-c", "--command", value="TEXT",
            help="what is typed, then comes Enter; C-c and the like are keys (required)",
        ),
        SOCKET,
        option("-L", "--socket-name", value="NAME", help="name of a tmux server"),
        flag("-l", "--literal", help="without Enter"),
        flag("-m", "--multiline", help="several lines, and an empty one behind them"),
        option("-w", "--wait", value="PATTERN", help="wait for this in what comes afterwards"),
        option("-T", "--timeout", value="SECONDS", help="how long (default: 30)"),
        option("-r", "--retries", value="N", help="how often to try (default: 3)"),
        option("-i", "--interval", value="SECONDS", help="is of no effect: what comes is seen at once"),
        VERBOSE,
    ),
    {
        0: "Command sent successfully",
        1: "Failed to send",
        2: "Timeout waiting for the pattern",
        3: "Pane not ready; nothing was sent",
        4: "Invalid arguments, or no such session in the registry",
    },
    wrong=4,
    failed=1,
    function="panes.type_text",
)  # fmt: skip

WAIT = Tool(
    "wait-for-text.sh",
    "Wait for text in a session. Without -s and -t: in the only one that is registered.",
    (
        SESSION,
        TARGET,
        option("-p", "--pattern", value="PATTERN", help="extended regular expression (required)"),
        SOCKET,
        flag("-F", "--fixed", help="the pattern is a fixed string"),
        option("-T", "--timeout", value="SECONDS", help="how long (default: 15)"),
        option("-i", "--interval", value="SECONDS", help="is of no effect: what comes is seen at once"),
        option("-l", "--lines", value="N", help="lines of scrollback that count (default: 1000)"),
    ),
    {0: "Found", 1: "Not found, or anything else"},
    wrong=1,
    failed=1,
    function="panes.await_text",
)

HEALTH = Tool(
    "pane-health.sh",
    "Tell what the process of a session does. Without -s and -t: of the only one that is registered.",
    (SESSION, TARGET, SOCKET, option("--format", value="json|text", help="output format (default: json)")),
    {
        0: "Healthy (pane alive, process running)",
        1: "Dead (pane marked as dead); or invalid arguments, or no such session in the registry",
        2: "Missing (pane or session doesn't exist)",
        3: "Zombie (process exited, pane still exists)",
        4: "Server not running",
        75: "Unknown (the server does not tell)",
    },
    wrong=1,
    failed=1,
    function="panes.print_health",
)

KILL = Tool(
    "kill-session.sh",
    "Kill a session and remove it from the registry. Without options: the only one that is registered.",
    (SESSION, SOCKET, TARGET, DRY_RUN, VERBOSE),
    {
        0: "Complete success (killed AND deregistered)",
        1: "Partial success (one operation succeeded)",
        2: "Complete failure (both failed, or not found)",
        3: "Invalid arguments",
    },
    wrong=3,
    failed=2,
    function="kill.kill_one",
)

CLEANUP = Tool(
    "cleanup-sessions.sh",
    "Remove what is dead from the registry. What lives is killed if it is removed; navi undo brings it back.",
    (
        DRY_RUN,
        flag("--all", help="all sessions, also those that live"),
        option("--older-than", value="AGE", help="also what was not used for that long: 90s, 30m, 2h, 1d"),
    ),
    {0: "Success", 1: "Invalid arguments, or something could not be removed"},
    wrong=1,
    failed=1,
    function="sessions.clean_up",
)

FIND = Tool(
    "find-sessions.sh",
    "List the sessions of a tmux server, the user's default one without options.",
    (
        option("-L", "--socket", value="NAME", help="name of a tmux server"),
        option("-S", "--socket-path", value="PATH", help="socket of a tmux server"),
        flag("-A", "--all", help="all sockets under CLAUDE_TMUX_SOCKET_DIR"),
        option("-q", "--query", value="TEXT", help="only names that contain or match this, in whatever case"),
    ),
    {0: "Success", 1: "No server, or invalid arguments"},
    wrong=1,
    failed=1,
    function="sessions.find",
)

TOOLS = {tool.script.removesuffix(".sh"): tool for tool in (CREATE, LIST, SEND, WAIT, HEALTH, KILL, CLEANUP, FIND)}
"""The tools by name. `registry`, for lib/registry.sh, is another one."""
