"""The one table of the tools."""

from __future__ import annotations

from navi.compat.tool import Option, Tool

SESSION = Option(("-s", "--session"), "NAME", "session name, looked up in the registry")
TARGET = Option(("-t", "--target"), "TARGET", "pane, as tmux names it")
SOCKET = Option(("-S", "--socket"), "PATH", "socket of a tmux server")
DRY_RUN = Option(("--dry-run",), "", "say what would be done, and do nothing")
VERBOSE = Option(("-v", "--verbose"), "", "say more")

CREATE = Tool(
    "create-session.sh",
    "Create a tmux session, and register it.",
    (
        Option(("-n", "--name"), "NAME", "session name (required)"),
        Option(
            ("-S", "--socket"), "PATH", "socket of the tmux server; claude.sock of the registry's folder by default"
        ),
        Option(("-w", "--window"), "NAME", 'window name (default: "shell")'),
        Option(("--python",), "", "launch Python, with PYTHON_BASIC_REPL=1"),
        Option(("--gdb",), "", "launch gdb"),
        Option(("--shell",), "", "launch bash (default)"),
        Option(("--no-register",), "", "leave it out of the registry"),
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
    (Option(("--json",), "", "output as JSON"),),
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
        Option(("-c", "--command"), "TEXT", "what is typed, then comes Enter; C-c and the like are keys (required)"),
        SOCKET,
        Option(("-L", "--socket-name"), "NAME", "name of a tmux server"),
        Option(("-l", "--literal"), "", "without Enter"),
        Option(("-m", "--multiline"), "", "several lines, and an empty one behind them"),
        Option(("-w", "--wait"), "PATTERN", "wait for this in what comes afterwards"),
        Option(("-T", "--timeout"), "SECONDS", "how long (default: 30)"),
        Option(("-r", "--retries"), "N", "how often to try (default: 3)"),
        Option(("-i", "--interval"), "SECONDS", "is of no effect: what comes is seen at once"),
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
)

WAIT = Tool(
    "wait-for-text.sh",
    "Wait for text in a session. Without -s and -t: in the only one that is registered.",
    (
        SESSION,
        TARGET,
        Option(("-p", "--pattern"), "PATTERN", "extended regular expression (required)"),
        SOCKET,
        Option(("-F", "--fixed"), "", "the pattern is a fixed string"),
        Option(("-T", "--timeout"), "SECONDS", "how long (default: 15)"),
        Option(("-i", "--interval"), "SECONDS", "is of no effect: what comes is seen at once"),
        Option(("-l", "--lines"), "N", "lines of scrollback that count (default: 1000)"),
    ),
    {0: "Found", 1: "Not found, or anything else"},
    wrong=1,
    failed=1,
    function="panes.await_text",
)

HEALTH = Tool(
    "pane-health.sh",
    "Tell what the process of a session does. Without -s and -t: of the only one that is registered.",
    (SESSION, TARGET, SOCKET, Option(("--format",), "json|text", "output format (default: json)")),
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
    function="panes.tell_health",
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
    function="sessions.kill_one",
)

CLEANUP = Tool(
    "cleanup-sessions.sh",
    "Remove what is dead from the registry. What lives is killed if it is removed; navi undo brings it back.",
    (
        DRY_RUN,
        Option(("--all",), "", "all sessions, also those that live"),
        Option(("--older-than",), "AGE", "also what was not used for that long: 90s, 30m, 2h, 1d"),
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
        Option(("-L", "--socket"), "NAME", "name of a tmux server"),
        Option(("-S", "--socket-path"), "PATH", "socket of a tmux server"),
        Option(("-A", "--all"), "", "all sockets under CLAUDE_TMUX_SOCKET_DIR"),
        Option(("-q", "--query"), "TEXT", "only names that contain or match this, in whatever case"),
    ),
    {0: "Success", 1: "No server, or invalid arguments"},
    wrong=1,
    failed=1,
    function="sessions.find",
)

TOOLS = {tool.script.removesuffix(".sh"): tool for tool in (CREATE, LIST, SEND, WAIT, HEALTH, KILL, CLEANUP, FIND)}
"""The tools by name; beside them stands `registry`, for lib/registry.sh."""
