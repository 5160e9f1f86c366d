"""The one table of verbs: command line, help, completion, manual and the tools of `navi mcp` follow from its rows."""

from typing import NamedTuple

from navi.cli.arguments import (
    ADDRESS,
    COUNT,
    FILE,
    HOST,
    INTEGER,
    SECONDS,
    SSH_HOST,
    STATUS,
    TEMPLATE,
    Argument,
    flag,
    option,
    positional,
)


class Verb(NamedTuple):
    """A verb: its name, what it does, the function that carries it out (below `navi.`), and its arguments.

    One that `takes_command` has a command of the user after --. One that is an `mcp_tool` can be called by agents; it
    is `read_only` if it changes nothing. If the `status_is_answer`, an exit status other than 0 is not a failure.
    """

    name: str
    help: str
    function: str
    arguments: tuple[Argument, ...] = ()
    takes_command: bool = False
    mcp_tool: bool = False
    read_only: bool = False
    status_is_answer: bool = False


# ---- arguments of several verbs

JSON = flag("--json", help="write one JSON document to standard output")
ONE = positional("address", "ADDR", help="SESSION, or HOST/SESSION", kind=ADDRESS)
SEVERAL = positional("addresses", "ADDR", help="SESSION, or HOST/SESSION", kind=ADDRESS, many="+")
HOSTS = option("--host", value="H", help="a host; this machine by default", kind=HOST, collects=True)
SOCKET = option(
    "-S", key="socket", value="SOCKET", help="another tmux server of the host, by its socket", default="", kind=FILE
)
TARGET_HOST = option("--host", value="H", help="the host of the target; this machine by default", kind=HOST)
TARGET = option("-t", key="target", value="TARGET", help="a pane, as tmux names it", default="")
DRY_RUN = flag("--dry-run", help="only print what would be done")
TIMESTAMPS = flag("--timestamps", help="put the time before each line")

PANE = (
    positional(
        "address", "ADDR", kind=ADDRESS, many="?",
        help="SESSION, or HOST/SESSION; by default the only session registered on this machine",
    ),
    TARGET_HOST, SOCKET, TARGET,
)  # fmt: skip
"""The arguments that name one pane."""


def _timeout(seconds: float) -> Argument:
    return option(
        "--timeout", value="S", help=f"seconds to wait; {seconds:g} by default", kind=SECONDS, default=float(seconds)
    )


# ---- arguments of one verb

LS = (
    option("--host", value="H", help="a host; all by default", kind=HOST, collects=True),
    option("--status", value="S", help="only sessions with this status", kind=STATUS, collects=True),
    option("--filter", choices=("all", "local", "remote"), help="which hosts; all by default", default="all"),
    JSON,
)

NEW = (
    positional("name", "NAME", help="the session's name"),
    option("--host", value="H", help="the host; this machine by default", kind=HOST, default="local"),
    option(
        "-c", key="directory", value="DIR", kind=FILE,
        help="a directory on the host; by default the current one, on a remote the home",
    ),
    flag("--shell", help="only the shell; the default", group="program"),
    flag("--python", help="Python, with its plain prompt", group="program"),
    flag("--gdb", help="the GNU debugger", group="program"),
    option("--agent", value="NAME", help="an agent; claude by default", many="?", bare="", group="program"),
    option("--command", value="CMD", help="a command line for the shell there; it ends the session", group="program"),
    option("--template", value="T", help="the template T.yaml of templates/", kind=TEMPLATE, group="program"),
    flag("--skip-permissions", help="start the agent without permission prompts"),
    option("--env", value="K=V", help="a variable of its environment", collects=True, default=[]),
    flag("--keep", help="keep its pane when its program has ended"),
    option("--window", value="NAME", help="the name of its window", default=""),
    option(
        "--wait", value="RE", many="?", bare="",
        help="wait until it shows this, or by default its prompt; otherwise create nothing",
    ),
    _timeout(15),
    SOCKET,
    flag("--no-register", help="leave it out of the registry"),
    flag("--attach", help="attach to it", interactive=True),
    JSON,
)  # fmt: skip

SEND = (
    *PANE,
    positional("text", "TEXT", help="the text to type; Enter follows", many="?"),
    flag("--literal", help="do not press Enter"),
    flag("--multiline", help="the text has several lines: end it with an empty one"),
    option("--keys", value="K", help="keys by their names in tmux: C-c, Up, Escape", many="+"),
    flag("--interrupt", help="press the keys that end the agent's turn, and wait for its end; --timeout S"),
    flag("--stdin", help="read the text from standard input", interactive=True),
    option(
        "--wait",
        value="RE",
        many="?",
        bare="",
        help="wait until a new line, of an agent's answer, matches this extended regular expression; without RE, print "
        "the answer when the agent's turn ends",
    ),
    flag("--fixed", help="the text to wait for is no expression"),
    _timeout(30),
    flag("--feedback", help="for the end of the agent's turn, in a session that navi collaborate lets take feedback"),
    option("--retries", value="N", help="how often to press Enter; 3 by default", kind=INTEGER, default=3),
    flag("--force", help="type even into a dialog or all synchronized panes, and leave copy mode first"),
    JSON,
)

ANSWER = (
    *PANE,
    flag("--allow", help="say yes, just this once", group="answer"),
    flag("--deny", help="say no", group="answer"),
    option(
        "--choose", value="N|LABEL", group="answer", collects=True,
        help="a choice, by its number or label; 1,3 ticks several, =TEXT is a text of one's own; once for each of "
        "several things that an agent without a terminal asks",
    ),
    option("--text", value="TEXT", help="a text of one's own, where a choice takes one", group="answer"),
    option("--seen", value="DIGEST", help="answer only the question with this digest, else exit with 75"),
    DRY_RUN, JSON,
)  # fmt: skip

KILL = (
    SEVERAL,
    flag("--withdraw", help="let the agent go on that was to end when its host can be reached"),
    DRY_RUN, SOCKET, JSON,
)  # fmt: skip

WAIT = (
    SEVERAL,
    SOCKET,
    option("--pattern", value="RE", help="until a line matches this extended regular expression"),
    option("--fixed", value="S", help="until a line holds this text"),
    option("--until", value="STATUS", help="until the agent has this status", kind=STATUS, collects=True),
    flag("--any", help="until one of several sessions does", group="which"),
    flag("--all", help="until all of them do; the default", group="which"),
    _timeout(15),
    option("--lines", value="N", help="search only so many lines of scrollback; all by default", kind=INTEGER),
)

CAPTURE = (
    *PANE,
    option("--lines", value="N", help="only the last lines", kind=COUNT),
    option("--start", value="N", help="from this line on; 0 is the top of the screen", kind=INTEGER),
    flag("--no-strip", help="keep colours and control characters"),
    TIMESTAMPS,
    option("-o", key="output", value="FILE", help="write into a file", kind=FILE, writes=True),
    JSON,
)

TAIL = (
    *PANE,
    option("--lines", value="N", help="lines to begin with; 10 by default", kind=COUNT, default=10),
    flag("--follow", help="go on with new output"),
    option("--until", value="RE", help="follow until a line matches"),
    TIMESTAMPS,
)

HEALTH = (
    positional("addresses", "ADDR", help="SESSION, or HOST/SESSION; all by default", kind=ADDRESS, many="*"),
    TARGET_HOST, SOCKET, TARGET, JSON,
)  # fmt: skip

ANEW = flag("--anew", help="start a new conversation, also where the old one is not known")

RESTORE = (
    positional("addresses", "ADDR", help="SESSION, or HOST/SESSION; the newest of its name", kind=ADDRESS, many="*"),
    option("--host", value="H", help="all lost sessions of a host", kind=HOST, collects=True),
    flag("--all", help="all lost sessions of this machine and all remotes"),
    ANEW, DRY_RUN, JSON,
)  # fmt: skip

SPAWN = (
    positional("prompt", "PROMPT", help="what the agent is to do; - reads it from standard input"),
    option("--host", value="H", help="the host; this machine by default", kind=HOST, default="local"),
    option("-c", key="directory", value="DIR", kind=FILE, help="a directory on the host; by default the home there"),
    option("--harness", value="N", help="how navi talks to the agent; claude-code by default", default="claude-code"),
    option("--model", value="M", help="the agent's model", default=""),
    option("--permission-mode", value="M", help="the agent's permission mode", default=""),
    option("--title", value="TEXT", help="a title; the beginning of the prompt by default", default=""),
    JSON,
)

SERVE = (
    option("--port", value="P", help="the port of the page; 6284 by default, 0 is any free one", kind=COUNT),
    flag("--page", help="print another address of the page of the hub that runs, which works once"),
)

DAEMON = (
    positional("action", help="start the relay, stop it, or tell whether it runs", choices=("start", "stop", "status")),
    flag("--foreground", help="be the relay, until a signal comes"),
)

CLEANUP = (
    HOSTS,
    DRY_RUN,
    option("--older-than", value="AGE", help="also kill and remove sessions unused for AGE (90s, 30m, 12h, 7d)"),
    flag("--all", help="kill and remove every registered session"),
    JSON,
)

RECONCILE = (
    flag("--report", help="print the differences; the default", group="what"),
    flag("--repair", help="repair the registry", group="what"),
    HOSTS, JSON,
)  # fmt: skip

REGISTRY = (
    positional("action", help="save a copy, or restore one", choices=("backup", "restore")),
    positional("file", "FILE", help="the copy; standard output by default", kind=FILE, many="?"),
    option("--host", value="H", help="the host; this machine by default", kind=HOST, default="local"),
)

HOOKS = (
    positional(
        "action", help="install them, tell which are installed, or remove them", choices=("install", "status", "remove")
    ),
    positional(
        "agents",
        help="only these agents; by default all that are used there",
        choices=("claude", "opencode", "gemini", "qwen", "copilot"),
        many="*",
    ),
    HOSTS._replace(group="where"),
    flag("--all", help="this machine and all remotes", group="where"),
    flag("--yes", help="make the changes without asking"),
    JSON,
)

STATUS_LINE = (
    option("--format", choices=("plain", "tmux"), help="plain text, or with tmux's styles", default="plain"),
    JSON,
)

TAGS = positional("changes", "+tag|-tag", help="a tag to add or to remove; by default the tags are printed", many="...")
OFF = flag("--off", help="remove the bookmark")
COMMENTS = flag("--comments", help="also the comments of the pull request")
SHELL = positional(
    "shell", choices=("bash", "zsh", "fish", "words"), help="the shell; words completes the command line behind --"
)

VERBS = (
    Verb("ls", "list sessions with their status and health", "cli.verbs.ls.run_ls", LS, mcp_tool=True, read_only=True),
    Verb("new", "create a session", "cli.verbs.lifecycle.run_new", NEW, mcp_tool=True),
    Verb(
        "attach", "attach to a session", "cli.verbs.attach.run_attach",
        (*PANE, flag("--no-attach", help="only open a session without a terminal in one, and print its address")),
    ),
    Verb("send", "type into a session, and wait for its reply", "cli.verbs.send.run_send", SEND, mcp_tool=True),
    Verb("answer", "print what an agent asks, or answer it", "cli.verbs.answer.run_answer", ANSWER, mcp_tool=True),
    Verb(
        "wait", "wait until sessions show a text, or have a status", "cli.verbs.wait.run_wait", WAIT,
        mcp_tool=True, read_only=True,
    ),
    Verb(
        "capture", "print what a session shows, and its scrollback", "cli.verbs.capture.run_capture", CAPTURE,
        mcp_tool=True, read_only=True,
    ),
    Verb("tail", "print a session's output as it comes", "cli.verbs.capture.run_tail", TAIL),
    Verb(
        "health", "report whether the processes of sessions run", "cli.verbs.health.run_health", HEALTH,
        mcp_tool=True, read_only=True, status_is_answer=True,
    ),
    Verb("kill", "kill sessions", "cli.verbs.lifecycle.run_session_verb", KILL, mcp_tool=True),
    Verb(
        "rename", "rename a session", "cli.verbs.lifecycle.run_rename",
        (ONE, positional("name", "NEW", help="the new name"), SOCKET), mcp_tool=True,
    ),
    Verb(
        "dismiss", "acknowledge sessions' notifications", "cli.verbs.lifecycle.run_session_verb",
        (SEVERAL, SOCKET, JSON), mcp_tool=True,
    ),
    Verb(
        "undo", "restore a session that was killed", "cli.verbs.lifecycle.run_undo",
        (positional("address", "ADDR", help="the last one by default", kind=ADDRESS, many="?"),), mcp_tool=True,
    ),
    Verb(
        "restart", "end agents and start them again in their conversations", "cli.verbs.restore.run_restart",
        (SEVERAL, ANEW, DRY_RUN, SOCKET, JSON), mcp_tool=True,
    ),
    Verb(
        "restore", "bring back sessions that a reboot, a crash or a kill ended",
        "cli.verbs.restore.run_restore", RESTORE,
        mcp_tool=True,
    ),
    Verb("spawn", "start an agent without a terminal", "cli.verbs.headless.run_spawn", SPAWN, mcp_tool=True),
    Verb(
        "resume", "go on with a session without a terminal whose agent has ended", "cli.verbs.headless.run_resume",
        (
            ONE, positional("prompt", "PROMPT", help="what the agent is to do next", many="?"),
            flag("--anew", help="in a new conversation, which begins with what is stored of the one so far"),
        ),
        mcp_tool=True,
    ),
    Verb(
        "mode", "print or change the permission mode of an agent without a terminal",
        "cli.verbs.headless_mode.run_mode",
        (ONE, positional("mode", "MODE", help="the new one; by default the present one is printed", many="?"), JSON),
        mcp_tool=True,
    ),
    Verb(
        "collaborate", "let the agent of a session in a terminal take feedback",
        "cli.verbs.collaborate.run_collaborate",
        (ONE, flag("--off", help="stop taking feedback"), SOCKET, JSON), mcp_tool=True,
    ),
    Verb("serve", "keep the sessions without a terminal, until it is stopped", "cli.verbs.serve.run_serve", SERVE),
    Verb(
        "daemon", "start, stop or check the relay to the agents of such sessions",
        "cli.verbs.daemon.run_daemon", DAEMON,
    ),
    Verb(
        "lock", "keep others from typing into a session", "cli.verbs.lock.run_lock",
        (*PANE, option("--seconds", value="N", help="how long; 600 by default", kind=COUNT, default=600)),
        takes_command=True,
    ),
    Verb(
        "unlock", "release a lock set by `navi lock`", "cli.verbs.lock.run_unlock",
        (*PANE, flag("--force", help="even a lock of somebody else")),
    ),
    Verb(
        "cleanup", "remove dead, old or all registered sessions",
        "cli.verbs.registry.run_cleanup", CLEANUP, mcp_tool=True,
    ),
    Verb(
        "reconcile", "compare the registry and status files with tmux", "cli.verbs.registry.run_reconcile", RECONCILE,
        mcp_tool=True, status_is_answer=True,
    ),
    Verb("registry", "back up or restore the registry", "cli.verbs.registry.run_registry", REGISTRY),
    Verb("tag", "add, remove or print tags of a session", "cli.verbs.tag.run_tag", (ONE, TAGS, SOCKET), mcp_tool=True),
    Verb(
        "bookmark", "bookmark sessions, or remove their bookmark", "cli.verbs.lifecycle.run_session_verb",
        (SEVERAL, OFF, SOCKET, JSON), mcp_tool=True,
    ),
    Verb(
        "git", "show the git state of a session's directory", "cli.verbs.git.run_git", (ONE, COMMENTS, SOCKET, JSON),
        mcp_tool=True, read_only=True,
    ),
    Verb("hooks", "install, check or remove the agents' status hooks", "cli.verbs.hooks.run_hooks", HOOKS),
    Verb(
        "status", "print one line for a status bar, without connecting",
        "cli.verbs.status_line.run_status", STATUS_LINE,
        mcp_tool=True, read_only=True,
    ),
    Verb(
        "hosts", "list the hosts and their states, or log in to one", "cli.verbs.hosts.run_hosts",
        (
            option(
                "--login", value="H", kind=HOST, interactive=True,
                help="log in to this host: ssh asks for passphrase, code or confirmation of its key",
            ),
            option(
                "--add", value="H", kind=SSH_HOST, many="*", writes=True,
                help="add hosts of ~/.ssh/config to remotes.yaml; without H, print those that it lacks",
            ),
            JSON,
        ),
        mcp_tool=True, read_only=True,
    ),
    Verb(
        "doctor", "find out what is wrong with a host, and how to fix it", "cli.verbs.doctor.run_doctor",
        (
            positional("hosts", "H", help="this machine and all remotes by default", kind=HOST, many="*"),
            flag("-v", "--verbose", help="also print ssh's options, with their reasons"), JSON,
        ),
        mcp_tool=True, read_only=True,
    ),
    Verb(
        "explain", "explain where a session's status comes from", "cli.verbs.explain.run_explain", (ONE, SOCKET, JSON),
        mcp_tool=True, read_only=True,
    ),
    Verb(
        "tool", "run a tool of contrib/tmux-tools", "compat.run_tool",
        (positional("tool", "NAME", help="its name without .sh; its own arguments follow --"),), takes_command=True,
    ),
    Verb(
        "notify", "notify you of sessions that need you, without the dashboard, until it is stopped",
        "cli.verbs.notify.run_notify",
    ),
    Verb("mcp", "serve the verbs to agents over the Model Context Protocol", "cli.verbs.mcp.run_mcp"),
    Verb(
        "manual", "show a page of the manual", "cli.verbs.manual.run_manual",
        (
            positional(
                "page", many="?", choices=("navi", "verbs", "remotes"),
                help="of navi itself, by default; of verbs, with all their options; or of remotes.yaml",
            ),
        ),
    ),
    Verb(
        "completion", "print a shell's completion script for navi", "cli.verbs.completion.run_completion", (SHELL,),
        takes_command=True,
    ),
)  # fmt: skip
