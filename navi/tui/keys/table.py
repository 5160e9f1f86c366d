"""The one table of keys: the dashboard, its help, its footer and the man page come from it.

A row with a page opens that page; a page's own keys are in its file. `keys:` in config.yaml rebinds any row.
"""

from __future__ import annotations

from navi.tui.headless.page import TranscriptPage
from navi.tui.keys.keymap import (
    ANSWER,
    DIALOG,
    DIRECTORY,
    FORM,
    LIST,
    MESSAGE,
    PAGE,
    PICKER,
    PROMPT,
    SEARCH,
    TICKING,
    Binding,
    Group,
)
from navi.tui.pages.comments import CommentsPage
from navi.tui.pages.details import DetailsPage
from navi.tui.pages.git import GitPage
from navi.tui.pages.help import HelpPage
from navi.tui.pages.hosts import HostsPage
from navi.tui.pages.page import Page

MOVING = Group("Moving", (LIST, PAGE, DIALOG))
SELECTED = Group("The selected session", (LIST,))
AGENT = Group("The selected agent", (LIST, TranscriptPage.context))
SESSIONS = Group("Sessions", (LIST, PAGE))
GIT = Group("Git and its comments", (GitPage.context, CommentsPage.context))
FINDING = Group("Finding", (LIST, PAGE))
SEARCHING = Group("While a search is on", (SEARCH,))
TYPING = Group("While a search is typed", (PROMPT,))
SHOWN = Group("The list", (LIST,))
HOSTS = Group("Hosts", (LIST, PAGE))
HOST = Group("The selected host", (HostsPage.context,))
LOST = Group("Lost sessions", (HostsPage.context,))
PREVIEW = Group("The preview", (LIST,))
ANSWERS = Group("What agents ask", (LIST, PAGE, ANSWER))
QUESTIONS = Group("Questions and results", (DIALOG,))
PICKS = Group("Rows to tick", (TICKING,))
FORMS = Group("Forms", (FORM,))
MESSAGES = Group("The text of a message", (MESSAGE,))
PATHS = Group("The field of a directory", (DIRECTORY,))
PICKING = Group("Lists to choose from", (PICKER,))
DIALOGS = Group("Dialogs, forms and lists", (DIALOG, FORM, PICKER))
PAGES = Group("Pages", (PAGE,))
SCREEN = Group("Everywhere", (LIST, PAGE, DIALOG, FORM, PICKER))
NAVI = Group("navi", (LIST, PAGE))
QUITTING = Group("Quitting", (LIST,))

ROWS = (
    Binding("down", ("j", "down"), "next session, host or line", MOVING, name="next"),
    Binding("up", ("k", "up"), "previous session, host or line", MOVING, name="previous"),
    Binding("page_down", ("page down", "ctrl d"), "a page down", MOVING),
    Binding("page_up", ("page up", "ctrl u"), "a page up", MOVING),
    Binding("first", ("g", "home"), "first session, host or line", MOVING),
    Binding("last", ("end",), "last session, host or line", MOVING),
    Binding("attention", ("!",), "go to the next session that needs you", SELECTED, "next", name="next that needs you"),
    Binding(
        "mark", (" ",),
        "select several; answer, message, kill, dismiss, bookmark, interrupt, resume and mode then apply to all of "
        "them, and those for which it fails stay selected", SELECTED, "select", name="select",
    ),
    Binding(
        "answer", tuple("123456789"),
        "answer what it asks: shows the question with that choice; again, or Enter, sends it", ANSWERS,
        "answer",
    ),
    Binding(
        "attach", ("enter",), "attach to it; detach as usual in tmux to come back. One without a terminal gets one",
        AGENT, "attach",
    ),
    Binding("interrupt", ("ctrl c",), "interrupt the agent's turn; asks first", AGENT),
    Binding("resume", ("B",), "resume a session without a terminal whose agent has ended", AGENT),
    Binding(
        "mode", ("m",), "permission mode of an agent without a terminal: choose another one", AGENT,
        name="permission mode",
    ),
    Binding("message", (":",), "type a message to the session, or to all selected ones", SESSIONS, "message"),
    Binding(
        "feedback", ("F",), "feedback to an agent in a terminal, which gets it at the end of its turn", SESSIONS
    ),
    Binding("new", ("n",), "new session, on any host", SESSIONS, "new", name="new session"),
    Binding("clone", ("c",), "new session like this one", SESSIONS, name="session like this one"),
    Binding("kill", ("x",), "kill the session, or end an agent without a terminal; asks first", SESSIONS, "kill"),
    Binding("rename", ("R",), "rename the session", SESSIONS),
    Binding(
        "dismiss", ("d",),
        "dismiss its notification: the session counts as working; one without a terminal that has ended goes off "
        "the list", SESSIONS, "dismiss",
    ),
    Binding("undo", ("u",), "undo the last kill: restore its session", SESSIONS, name="undo the last kill"),
    Binding("bookmark", ("b",), "bookmark the session, or remove its bookmark", SESSIONS),
    Binding("tag", ("t",), "tags of the session, for everyone who looks at its host", SESSIONS, name="tags"),
    Binding(
        "details", ("i",), "details: where the status comes from, its age, panes, agents", SESSIONS, "details",
        DetailsPage,
    ),
    Binding(
        "watch", ("w",), "watch an agent without a terminal: what it prints, asks and was sent", SESSIONS, "watch",
        TranscriptPage,
    ),
    Binding(
        "git", ("G",), "git: branch, changes, last commit, pull request, difference", SESSIONS, page=GitPage
    ),
    Binding(
        "comments", ("c",), "comments on the pull request; back to git", GIT, "comments", CommentsPage
    ),
    Binding("search", ("/",), "search name, directory, message and tags; on a page, its text", FINDING, "search"),
    Binding("next_match", ("n",), "next match", SEARCHING, "next match"),
    Binding("previous_match", ("N",), "previous match", SEARCHING),
    Binding("search_down", ("down",), "next match", TYPING),
    Binding("search_up", ("up",), "previous match", TYPING),
    Binding("search_keep", ("enter",), "keep the search", TYPING),
    Binding("search_clear", ("esc", "ctrl c"), "end the search: all sessions are listed again", TYPING),
    Binding("sort", ("s",), "sort by priority, name, age, status, directory, marks", SHOWN, "sort"),
    Binding(
        "scope", ("f",), "choose the host whose sessions are listed, or all", SHOWN, "host", name="choose host",
    ),
    Binding(
        "host", tuple(f"meta {digit}" for digit in "1234567890"),
        "list only the first host's sessions, the second one's and so on; again, or 0: those of all hosts", SHOWN,
        name="first host's sessions",
    ),
    Binding(
        "marked", ("T",), "show only bookmarked sessions, then those of each tag", SHOWN,
        name="only bookmarked",
    ),
    Binding("offline", ("o",), "show or hide ended sessions", SHOWN, name="ended sessions"),
    Binding(
        "everything", ("a",), "show all tmux sessions, or only those with an agent", SHOWN, "all tmux",
        name="all tmux sessions",
    ),
    Binding(
        "density", ("v",), "one, two or three lines for each session, or as many as there is room", SHOWN,
        name="lines for each session",
    ),
    Binding(
        "leave", ("esc",), "leave the preview, clear the search, the selection, the filters", SHOWN, "clear",
        name="clear",
    ),
    Binding(
        "refresh", ("r",),
        "refresh this session's host, the selected one or the filter's; on git and comments, the page", HOSTS,
    ),
    Binding("refresh_all", ("ctrl r",), "refresh all hosts", HOSTS, name="refresh all hosts"),
    Binding(
        "hosts", ("H",), "hosts: state, latency, last error and what to do about it", HOSTS, "hosts", HostsPage
    ),
    Binding(
        "authenticate", ("A",),
        "log in to a host that needs a passphrase, a touch or a code, or whose key is new; on the page of hosts, to "
        "the selected one", HOSTS,
        "log in", name="log in",
    ),
    Binding(
        "add_hosts", ("+",), "add hosts of ~/.ssh/config to remotes.yaml: shows them, to be ticked", HOSTS,
        "add hosts",
    ),
    Binding(
        "hooks", ("I",), "install the agents' status hooks, on any host: shows what that changes", HOSTS,
        name="install hooks",
    ),
    Binding("host_sessions", ("enter", "f"), "list only its sessions", HOST, "sessions", name="list its sessions"),
    Binding(
        "restore", ("B",), "restore all lost sessions, which a reboot or a crash ended", LOST, "restore",
        name="restore lost sessions",
    ),
    Binding("preview", ("p",), "show or hide the preview", PREVIEW, "preview"),
    Binding("layout", ("L",), "preview beside the list, or below it", PREVIEW, name="beside or below"),
    Binding("wrap", ("W",), "wrap long lines, or cut them", PREVIEW, name="wrap lines"),
    Binding("shrink", ("[",), "smaller preview", PREVIEW, name="smaller preview"),
    Binding("grow", ("]",), "larger preview", PREVIEW, name="larger preview"),
    Binding(
        "focus", ("tab",), "move between list and preview; there, the moving keys scroll", PREVIEW, "list",
        name="list and preview",
    ),
    Binding("confirm", ("y", "Y"), "do it", QUESTIONS),
    Binding("decline", ("n", "N", "q"), "do nothing, and close", QUESTIONS),
    Binding(
        "ok", ("enter", " "),
        "close the results; in a question with several answers, Space ticks one", QUESTIONS,
    ),
    Binding("stop", ("s",), "of results that are still coming: do nothing of what has not begun", QUESTIONS),
    Binding("tick", (" ",), "tick the row, or clear it", PICKS),
    Binding("tick_all", ("a",), "tick all rows, or none", PICKS),
    Binding("use_ticked", ("enter",), "do it with the ticked rows", PICKS),
    Binding("submit", ("enter",), "submit the form", FORMS),
    Binding("next_field", ("tab", "down"), "next field", FORMS),
    Binding("previous_field", ("shift tab", "up"), "previous field", FORMS),
    Binding("new_line", ("ctrl n",), "a new line; pasted line ends stay", MESSAGES),
    Binding(
        "complete", ("ctrl space", "right"),
        "complete the path, or show the next recent directory; Right does so at the end of the text", PATHS,
    ),
    Binding("pick", ("enter",), "run the command, or list the host's sessions", PICKING),
    Binding("pick_down", ("down", "ctrl n", "tab"), "next row", PICKING),
    Binding("pick_up", ("up", "ctrl p", "shift tab"), "previous row", PICKING),
    Binding("pick_further", ("page down",), "a page down", PICKING),
    Binding("pick_back", ("page up",), "a page up", PICKING),
    Binding("cancel", ("esc", "ctrl c"), "close; what has begun goes on", DIALOGS),
    Binding("back", ("esc", "q", "ctrl c"), "back to where the page was opened", PAGES, "back"),
    Binding("redraw", ("ctrl l",), "redraw the screen", SCREEN),
    Binding(
        "palette", ("ctrl p", "meta x"), "more commands: all that work here, to search and run", NAVI, "more",
        name="more commands",
    ),
    Binding("help", ("?",), "this help", NAVI, "help", HelpPage),
    Binding("quit", ("q",), "quit; sessions go on", QUITTING, "quit"),
)  # fmt: skip

KEYS = (*ROWS, *(key for row in ROWS if row.page and issubclass(row.page, Page) for key in row.page.keys))
"""Every binding: the rows, and the keys that pages have of their own."""
