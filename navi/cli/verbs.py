"""The one table of verbs: the command line, its help and the manual come from it."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol


class Parser(Protocol):
    """What takes arguments down: argparse, or navi's own notes (arguments.py)."""

    def add_argument(self, *names: str, **more: Any) -> object:
        """Take an argument."""
        ...

    def add_mutually_exclusive_group(self) -> Any:
        """Return what takes arguments of which at most one may be given."""
        ...


class Verb(NamedTuple):
    """A verb: its name, what it does, the module and function that do it, and its arguments.

    With `runs`, what stands behind -- is a command of the user's.
    """

    name: str
    help: str
    function: str
    arguments: Callable[[Parser], None]
    runs: bool = False


def _json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1e7:
        raise ValueError
    return number


_seconds.__name__ = "number of seconds"


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


_count.__name__ = "number"


def _timeout(parser: Parser, usual: float) -> None:
    words = f"seconds to wait at most; {usual:g} by default"
    parser.add_argument("--timeout", metavar="S", type=_seconds, default=float(usual), help=words)


def _new(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="the session's name")
    parser.add_argument("--host", metavar="H", default="local", help="the machine; this one by default")
    parser.add_argument("-c", dest="directory", metavar="DIR", help="a directory of that machine; the home by default")
    runs = parser.add_mutually_exclusive_group()
    runs.add_argument("--shell", action="store_true", help="only the shell; the default")
    runs.add_argument("--python", action="store_true", help="Python, with its plain prompt")
    runs.add_argument("--gdb", action="store_true", help="the GNU debugger")
    runs.add_argument("--agent", metavar="NAME", nargs="?", const="", help="an agent; claude by default")
    runs.add_argument("--command", metavar="CMD", help="a command line, in the language of the shell there")
    runs.add_argument("--template", metavar="T", help="what the file T.yaml of templates/ says")
    parser.add_argument("--skip-permissions", action="store_true", help="the agent is not to ask for permissions")
    parser.add_argument("--env", metavar="K=V", action="append", default=[], help="a variable of its environment")
    parser.add_argument("--keep", action="store_true", help="its pane stays when its program has ended")
    parser.add_argument("--window", metavar="NAME", default="", help="the name of its window")
    parser.add_argument(
        "--wait", metavar="RE", nargs="?", const="", help="until it shows this, or its prompt; else nothing is created"
    )
    _timeout(parser, 15)
    parser.add_argument("-S", dest="socket", metavar="SOCKET", default="", help="another tmux server of that machine")
    parser.add_argument("--no-register", action="store_true", help="leave it out of the registry")
    parser.add_argument("--attach", action="store_true", help="attach to it")
    _json(parser)


def _kill(parser: Parser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="+", help="SESSION, or HOST/SESSION")
    parser.add_argument("--dry-run", action="store_true", help="say what would be killed")
    _json(parser)


def _rename(parser: Parser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    parser.add_argument("name", metavar="NEW", help="the new name")


def _dismiss(parser: Parser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="+", help="SESSION, or HOST/SESSION")
    _json(parser)


def _undo(parser: Parser) -> None:
    parser.add_argument("address", metavar="ADDR", nargs="?", help="the last one by default")


def _tag(parser: Parser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    words = "to add, or to take away; without any, they are printed"
    parser.add_argument("changes", metavar="+tag|-tag", nargs="...", help=words)


def _bookmark(parser: Parser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="+", help="SESSION, or HOST/SESSION")
    parser.add_argument("--off", action="store_true", help="take it back")
    _json(parser)


def _git(parser: Parser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    parser.add_argument("--comments", action="store_true", help="also what is said about the pull request")
    _json(parser)


def _hooks(parser: Parser) -> None:
    parser.add_argument("action", choices=("install", "status", "remove"), help="what to do about them")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--host", metavar="H", action="append", help="a machine; this one by default")
    where.add_argument("--all", action="store_true", help="this machine, and all remotes")
    parser.add_argument("--yes", action="store_true", help="make the changes without asking")
    _json(parser)


def _pane(parser: Parser) -> None:
    words = "SESSION, or HOST/SESSION; without it, the one that is registered on this machine"
    parser.add_argument("address", metavar="ADDR", nargs="?", help=words)
    parser.add_argument("--host", metavar="H", help="the machine of a target; this one by default")
    _server(parser)


def _server(parser: Parser) -> None:
    parser.add_argument("-S", dest="socket", metavar="SOCKET", default="", help="another tmux server of that machine")
    parser.add_argument("-t", dest="target", metavar="TARGET", default="", help="a pane, as tmux names it")


def _attach(parser: Parser) -> None:
    _pane(parser)


def _send(parser: Parser) -> None:
    _pane(parser)
    parser.add_argument("text", metavar="TEXT", nargs="?", help="what is typed; then comes Enter")
    parser.add_argument("--literal", action="store_true", help="without Enter")
    parser.add_argument("--multiline", action="store_true", help="several lines: end with an empty one")
    parser.add_argument("--keys", metavar="K", nargs="+", help="keys by their names in tmux: C-c, Up, Escape")
    parser.add_argument("--stdin", action="store_true", help="take the text from standard input")
    parser.add_argument("--wait", metavar="RE", help="wait for this in what comes afterwards")
    parser.add_argument("--fixed", action="store_true", help="what is waited for is a text, and no expression")
    _timeout(parser, 30)
    parser.add_argument("--retries", metavar="N", type=int, default=3, help="how often to press Enter; 3 by default")
    parser.add_argument("--force", action="store_true", help="also into copy mode, which is left, and into dialogs")
    _json(parser)


def _wait(parser: Parser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="+", help="SESSION, or HOST/SESSION")
    parser.add_argument("-S", dest="socket", metavar="SOCKET", default="", help="another tmux server of that machine")
    parser.add_argument("--pattern", metavar="RE", help="a line matches this extended regular expression")
    parser.add_argument("--fixed", metavar="S", help="a line holds this text")
    parser.add_argument("--until", metavar="STATUS", action="append", help="the agent's status is this")
    many = parser.add_mutually_exclusive_group()
    many.add_argument("--any", action="store_true", help="one of several is enough")
    many.add_argument("--all", action="store_true", help="all of them must; the default")
    _timeout(parser, 15)
    parser.add_argument("--lines", metavar="N", type=int, help="lines of scrollback that count; all by default")


def _capture(parser: Parser) -> None:
    _pane(parser)
    parser.add_argument("--lines", metavar="N", type=_count, help="the last lines only")
    parser.add_argument("--start", metavar="N", type=int, help="from this line on: 0 is the top of the screen")
    parser.add_argument("--no-strip", action="store_true", help="with colours, and everything as it is")
    parser.add_argument("--timestamps", action="store_true", help="with the time before each line")
    parser.add_argument("-o", dest="output", metavar="FILE", help="into a file")
    _json(parser)


def _tail(parser: Parser) -> None:
    _pane(parser)
    parser.add_argument("--lines", metavar="N", type=_count, default=10, help="lines to begin with; 10 by default")
    parser.add_argument("--follow", action="store_true", help="go on with what comes")
    parser.add_argument("--until", metavar="RE", help="follow until a line matches")
    parser.add_argument("--timestamps", action="store_true", help="with the time before each line")


def _lock(parser: Parser) -> None:
    _pane(parser)
    parser.add_argument("--seconds", metavar="N", type=_count, default=600, help="how long; 600 by default")


def _unlock(parser: Parser) -> None:
    _pane(parser)
    parser.add_argument("--force", action="store_true", help="whoever has it")


def _ls(parser: Parser) -> None:
    parser.add_argument("--host", metavar="H", action="append", help="a machine; all by default")
    parser.add_argument("--status", metavar="S", action="append", help="only sessions with this status")
    parser.add_argument("--filter", choices=("all", "local", "remote"), default="all", help="which machines")
    _json(parser)


def _health(parser: Parser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="*", help="SESSION, or HOST/SESSION; all by default")
    parser.add_argument("--host", metavar="H", help="the machine of a target; this one by default")
    _server(parser)
    _json(parser)


def _cleanup(parser: Parser) -> None:
    parser.add_argument("--host", metavar="H", action="append", help="a machine; this one by default")
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed")
    parser.add_argument("--older-than", metavar="AGE", help="also what was not used for 90s, 30m, 12h, 7d; killed")
    parser.add_argument("--all", action="store_true", help="everything that is registered; what lives is killed")
    _json(parser)


def _reconcile(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--report", action="store_true", help="say what does not agree; the default")
    what.add_argument("--repair", action="store_true", help="mend it")
    parser.add_argument("--host", metavar="H", action="append", help="a machine; this one by default")
    _json(parser)


def _registry(parser: Parser) -> None:
    parser.add_argument("action", choices=("backup", "restore"), help="copy it, or put a copy in its place")
    parser.add_argument("file", metavar="FILE", nargs="?", help="the copy; standard output by default")
    parser.add_argument("--host", metavar="H", default="local", help="the machine; this one by default")


def _tool(parser: Parser) -> None:
    parser.add_argument("tool", metavar="NAME", help="its name without .sh; its own arguments stand behind --")


def _hosts(parser: Parser) -> None:
    _json(parser)


def _doctor(parser: Parser) -> None:
    parser.add_argument("hosts", metavar="H", nargs="*", help="this machine and all remotes by default")
    parser.add_argument("-v", "--verbose", action="store_true", help="also print ssh's options, with their reasons")
    _json(parser)


def _explain(parser: Parser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    _json(parser)


def _status(parser: Parser) -> None:
    parser.add_argument(
        "--format", choices=("plain", "tmux"), default="plain", help="for people, or with tmux's styles"
    )
    _json(parser)


def _completion(parser: Parser) -> None:
    shells = ("bash", "zsh", "fish", "words")
    parser.add_argument("shell", choices=shells, help="the shell; words completes the command line behind --")


def _mcp(_: Parser) -> None:
    """Without arguments."""


VERBS = (
    Verb("ls", "list sessions with their status and health", "cli.ls.run_ls", _ls),
    Verb("new", "create a session", "cli.lifecycle.run_new", _new),
    Verb("attach", "attach to a session", "cli.attach.run_attach", _attach),
    Verb("send", "type into a session, and wait for what it answers", "cli.send.run_send", _send),
    Verb("wait", "wait for what sessions show, or for their status", "cli.wait.run_wait", _wait),
    Verb("capture", "print what a session shows, and its scrollback", "cli.capture.run_capture", _capture),
    Verb("tail", "print what a session puts out, as it comes", "cli.capture.run_tail", _tail),
    Verb("health", "tell what the processes of sessions do", "cli.ls.run_health", _health),
    Verb("kill", "kill sessions", "cli.lifecycle.run_session_verb", _kill),
    Verb("rename", "give a session another name", "cli.lifecycle.run_rename", _rename),
    Verb("dismiss", "take the notices of sessions for known", "cli.lifecycle.run_session_verb", _dismiss),
    Verb("undo", "bring back a session that was killed", "cli.lifecycle.run_undo", _undo),
    Verb("lock", "keep others from typing into a session", "cli.lock.run_lock", _lock, runs=True),
    Verb("unlock", "let them again", "cli.lock.run_unlock", _unlock),
    Verb("cleanup", "remove what is dead, old, or everything", "cli.registry.run_cleanup", _cleanup),
    Verb("reconcile", "compare the registry with what tmux says", "cli.registry.run_reconcile", _reconcile),
    Verb("registry", "back the registry up, and restore it", "cli.registry.run_registry", _registry),
    Verb("tag", "add tags to a session, and take them away", "cli.marks.run_tag", _tag),
    Verb("bookmark", "bookmark sessions, or take that back", "cli.lifecycle.run_session_verb", _bookmark),
    Verb("git", "tell what git knows of a session's directory", "cli.git.run_git", _git),
    Verb("hooks", "install the agents' hooks, which tell their status", "cli.hooks.run_hooks", _hooks),
    Verb("status", "one line for a status bar, without connecting anew", "cli.status_line.run_status", _status),
    Verb("hosts", "list the hosts and how they are", "cli.hosts.run_hosts", _hosts),
    Verb("doctor", "find out what is wrong with a host, and what to do", "cli.doctor.run_doctor", _doctor),
    Verb("explain", "tell why a session's status is what it is", "cli.explain.run_explain", _explain),
    Verb("tool", "do what a script of contrib/tmux-tools does", "compat.run_tool", _tool, runs=True),
    Verb("mcp", "serve the verbs to agents, over the Model Context Protocol", "cli.mcp.run_mcp", _mcp),
    Verb(
        "completion",
        "print what makes a shell complete navi's command lines",
        "cli.completion.run_completion",
        _completion,
        runs=True,
    ),
)
