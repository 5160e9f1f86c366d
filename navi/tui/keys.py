"""The one table of keys: the dashboard, its help, its footer and the man page come from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """A command of the dashboard: its name, the keys (as urwid calls them), and what it does, for people.

    `footer` is the short word for the footer, "" if it is not worth the place.
    """

    command: str
    keys: tuple[str, ...]
    help: str
    group: str
    footer: str = ""


MOVE, ACT, SHOW, HOSTS, PREVIEW, OTHER = "Moving", "Sessions", "The list", "Hosts", "The preview", "navi"

KEYS = (
    Key("down", ("j", "down"), "next session", MOVE),
    Key("up", ("k", "up"), "previous session", MOVE),
    Key("page_down", ("page down", "ctrl d"), "a page down", MOVE),
    Key("page_up", ("page up", "ctrl u"), "a page up", MOVE),
    Key("first", ("g", "home"), "first session", MOVE),
    Key("last", ("end",), "last session", MOVE),
    Key("attention", ("!",), "next session that waits for a person", MOVE),
    Key("attach", ("enter",), "attach to the session; detach as usual in tmux to come back", ACT, "attach"),
    Key("new", ("n",), "new session, on any machine; after a search, the next match", ACT, "new"),
    Key("clone", ("c",), "new session like this one; on the page of git, the comments", ACT),
    Key("kill", ("x",), "kill the session; asks first", ACT, "kill"),
    Key("rename", ("R",), "rename the session", ACT),
    Key("dismiss", ("d",), "dismiss its notice: the session counts as working", ACT),
    Key("undo", ("u",), "bring back the session that was killed last", ACT),
    Key("bookmark", ("b",), "bookmark the session, or take that back", ACT),
    Key("tag", ("t",), "tags of the session, for all who look at its host", ACT),
    Key("mark", (" ",), "select several; kill and dismiss are then about all of them", ACT),
    Key("details", ("i",), "details: where the status comes from, its age, panes, agents", ACT, "details"),
    Key("git", ("G",), "git: branch, changes, last commit, pull request, difference", ACT),
    Key("search", ("/",), "search name, directory, message and tags", SHOW, "search"),
    Key("previous_match", ("N",), "previous match", SHOW),
    Key("sort", ("s",), "sort by priority, name, age, status, directory, marks", SHOW, "sort"),
    Key("scope", ("f",), "show all, local, remote, then each host", SHOW, "filter"),
    Key("marked", ("T",), "show only bookmarked sessions, then those of each tag", SHOW),
    Key("offline", ("o",), "show or hide ended sessions", SHOW),
    Key("everything", ("a",), "show all tmux sessions, or only those with an agent", SHOW),
    Key("refresh", ("r",), "look at this session's host now; without a session, at the filter's", HOSTS),
    Key("refresh_all", ("ctrl r",), "look at all hosts now", HOSTS),
    Key("hosts", ("H",), "hosts: state, latency, last error and what to do about it", HOSTS, "hosts"),
    Key(
        "authenticate",
        ("A",),
        "log in to a host that asks for a passphrase, a touch or a code, or whose key is new",
        HOSTS,
    ),
    Key("preview", ("p",), "show or hide the preview", PREVIEW, "preview"),
    Key("layout", ("L",), "preview beside the list, or below it", PREVIEW),
    Key("wrap", ("W",), "wrap long lines, or cut them", PREVIEW),
    Key("shrink", ("[",), "smaller preview", PREVIEW),
    Key("grow", ("]",), "larger preview", PREVIEW),
    Key("focus", ("tab",), "move between list and preview; there, the moving keys scroll", PREVIEW),
    Key("help", ("?",), "this help", OTHER, "help"),
    Key("leave", ("esc",), "close, clear the search, back to the list", OTHER),
    Key("redraw", ("ctrl l",), "draw the screen anew", OTHER),
    Key("quit", ("q", "ctrl c"), "quit; sessions go on", OTHER, "quit"),
)

NAMES = {
    "enter": "Enter", "down": "Down", "up": "Up", "page down": "PgDn", "page up": "PgUp", "home": "Home",
    "end": "End", "tab": "Tab", "esc": "Esc", " ": "Space",
}  # fmt: skip


def shown(key: str) -> str:
    """Write a key as people and manuals do: `Enter`, `^R`, `j`."""
    if key.startswith("ctrl "):
        return "^" + key[5:].upper()
    return NAMES.get(key, key)


def key_of(command: str) -> str:
    """Return the first key of a command, as people write it. Raise StopIteration for an unknown command."""
    return next(shown(entry.keys[0]) for entry in KEYS if entry.command == command)


def command_of(key: str) -> str | None:
    """Return the command of a key, or None."""
    return next((entry.command for entry in KEYS if key in entry.keys), None)
