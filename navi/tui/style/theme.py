"""Colours and symbols: one table of styles, each without colours, with 16 and with 256, dark and light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from navi.config.settings import Problem, Restyling, Settings
from navi.core.failure import HostState
from navi.tui.style.colors import ATTRIBUTES, Colors, restyle
from navi.tui.style.terminal_theme import hinted_theme


class Style(NamedTuple):
    """A style in urwid's words: the foreground if it has one, attributes, and `on` with a background if it has one.

    Users choose what the 16 colours look like. Only those are here that can be read in all the usual choices.
    """

    name: str
    mono: str
    dark_16: str
    light_16: str
    dark: str
    light: str

    def form(self, theme: str, colors: Colors) -> str:
        """Return the form for a theme and a number of colours."""
        if colors == 1:
            return self.mono
        if theme == "light":
            return self.light_16 if colors == 16 else self.light
        return self.dark_16 if colors == 16 else self.dark


STYLES = (
    #     name          mono        dark, 16              light, 16       dark           light
    Style("title",      "bold",     "bold",               "bold",         "bold",        "bold"),
    Style("dim",        "default",  "light gray",         "default",      "h248",        "h240"),
    Style("key",        "bold",     "light cyan",         "dark blue",    "h80",         "h24"),
    Style("notice",     "bold",     "yellow",             "dark magenta", "h221",        "h58"),
    Style("fault",      "bold",     "light red",          "dark red",     "h210",        "h124"),
    Style("good",       "default",  "light green",        "default",      "h77",         "h22"),
    Style("name",       "bold",     "bold",               "bold",         "bold",        "bold"),
    Style("host",       "default",  "dark cyan",          "dark blue",    "h111",        "h20"),
    Style("message",    "italics",  "italics",            "italics",      "italics",     "italics"),
    Style("match",      "standout", "standout",           "standout",     "h16 on h221", "h16 on h221"),
    Style("cursor",     "standout", "standout",           "standout",     "h16 on h80",  "h231 on h24"),
    Style("border",     "default",  "light gray",         "default",      "h247",        "h240"),
    Style("active",     "bold",     "light cyan",         "dark blue",    "h80",         "h24"),
    Style(
        "refused", "strikethrough", "light gray,strikethrough", "strikethrough", "h247,strikethrough",
        "h240,strikethrough",
    ),
    Style("stale",      "default",  "light gray",         "default",      "h247",        "h240"),
    Style("selected",   "bold",     "light cyan,bold",    "bold",         "h80,bold",    "h24,bold"),
    Style("permission", "bold",     "light magenta,bold", "dark magenta", "h213,bold",   "h90,bold"),
    Style("waiting",    "bold",     "yellow,bold",        "dark magenta", "h221,bold",   "h58,bold"),
    Style("working",    "default",  "light cyan",         "dark blue",    "h80",         "h24"),
    Style("error",      "bold",     "light red,bold",     "dark red",     "h210,bold",   "h124,bold"),
    Style("idle",       "default",  "default",            "default",      "default",     "default"),
    Style("stopped",    "default",  "light gray",         "default",      "h248",        "h240"),
    Style("done",       "default",  "light green",        "default",      "h77",         "h22"),
    Style("offline",    "default",  "light gray",         "default",      "h247",        "h240"),
    Style("unknown",    "default",  "light gray",         "default",      "h247",        "h240"),
)  # fmt: skip

GROUNDS = (
    Style("row",     "standout",  "standout",  "standout",  "h252 on h236", "h16 on h253"),
    Style("changed", "underline", "underline", "underline", "h252 on h17",  "h16 on h229"),
)  # fmt: skip
"""What is behind all of a session, and the foreground of what has the terminal's own there: of the session under the
cursor, and for a moment of a session whose status has changed.
"""

CHOSEN_COLORS: dict[str, Colors] = {"mono": 1, "16": 16, "256": 256, "true": 16777216}

STATUS_STYLES = frozenset({"permission", "waiting", "working", "error", "idle", "stopped", "done", "offline"})


def status_style(word: str) -> str:
    """Return the style for a status; an unknown word looks like `unknown`."""
    return word if word in STATUS_STYLES else "unknown"


def lit(style: str) -> str:
    """Return the name of a style within the session under the cursor."""
    return f"{style} row"


def flashing(style: str) -> str:
    """Return the name of a style within a session whose status has just changed."""
    return f"{style} changed"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Signs that take one column in every terminal (none of ambiguous width)."""

    cursor: str
    status: Mapping[str, str]
    hosts: Mapping[HostState, str]
    bar: str
    rule: str
    wall: str
    corners: str
    thumb: str
    ellipsis: str
    dot: str
    bookmark: str
    full: str
    empty: str

    def of_status(self, word: str) -> str:
        """Return the symbol for a status."""
        return self.status.get(word, self.status["unknown"])


UNICODE = Glyphs(
    cursor="❯",
    status={
        "permission": "?", "waiting": "!", "working": "✻", "error": "✖", "idle": "-", "stopped": "✕",
        "done": "✔", "offline": "-", "unknown": ".",
    },
    hosts={
        HostState.CONNECTED: "✔", HostState.CONNECTING: "~", HostState.DISCONNECTED: "-", HostState.UNREACHABLE: "✖",
        HostState.AUTH: "?", HostState.HOSTKEY: "!", HostState.NO_TMUX: "✕", HostState.ERROR: "✖",
    },
    bar="▎",
    rule="─",
    wall="│",
    corners="╭╮╰╯",
    thumb="▐",
    ellipsis="…",
    dot="·",
    bookmark="⚑",
    full="▰",
    empty="▱",
)  # fmt: skip

ASCII = Glyphs(
    cursor=">",
    status={
        "permission": "?", "waiting": "!", "working": "*", "error": "x", "idle": "-", "stopped": "s",
        "done": "+", "offline": "-", "unknown": ".",
    },
    hosts={
        HostState.CONNECTED: "+", HostState.CONNECTING: "~", HostState.DISCONNECTED: "-", HostState.UNREACHABLE: "x",
        HostState.AUTH: "?", HostState.HOSTKEY: "!", HostState.NO_TMUX: "s", HostState.ERROR: "x",
    },
    bar="|",
    rule="-",
    wall="|",
    corners="++++",
    thumb="#",
    ellipsis="...",
    dot="-",
    bookmark="!b",
    full="#",
    empty=".",
)  # fmt: skip

HOST_STYLES = {
    HostState.CONNECTED: "good",
    HostState.CONNECTING: "notice",
    HostState.DISCONNECTED: "dim",
    HostState.AUTH: "notice",
    HostState.HOSTKEY: "fault",
    HostState.UNREACHABLE: "fault",
    HostState.NO_TMUX: "notice",
    HostState.ERROR: "fault",
}


def choose_glyphs(settings: Settings, unicode_terminal: bool) -> Glyphs:
    """Return the symbols to use: the user's choice, else what the terminal's encoding can show."""
    if settings.glyphs == "auto":
        return UNICODE if unicode_terminal else ASCII
    return UNICODE if settings.glyphs == "unicode" else ASCII


def choose_colors(settings: Settings, environment: Mapping[str, str]) -> Colors:
    """Return how many colours to use. NO_COLOR wins over everything (no-color.org)."""
    if environment.get("NO_COLOR"):
        return 1
    if settings.colors in CHOSEN_COLORS:
        return CHOSEN_COLORS[settings.colors]
    terminal = environment.get("TERM", "")
    if terminal in ("dumb", "vt100", "vt220") or terminal.endswith("-mono"):
        return 1
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return 16777216
    return 256 if "256" in terminal or "direct" in terminal else 16


# ---- the palette

Look = tuple[str, str]
"""Foreground with attributes, and background, in urwid's words."""

Entry = tuple[str, str, str, str, str, str]
"""A style as urwid takes it: with 16 colours, without, and with more."""


def choose_theme(settings: Settings, environment: Mapping[str, str]) -> str:
    """Return the theme to begin with, `dark` or `light`: the user's choice, else what the environment hints at."""
    return hinted_theme(environment) if settings.theme == "auto" else settings.theme


def palette(theme: str = "dark", colors: Colors = 256, own: Sequence[Restyling] = ()) -> list[Entry]:
    """Return all styles, each plain and on each of the grounds. `own` are the user's, without mistakes."""
    texts = {entry.style: " ".join(entry.words) for entry in own} if colors > 1 else {}
    looks = {style.name: _look(style, theme, colors, texts) for style in (*STYLES, *GROUNDS)}
    entries = [_entry(style.name, looks[style.name], colors) for style in STYLES]
    for ground in GROUNDS:
        below = looks[ground.name]
        entries.append(_entry(f" {ground.name}", below, colors))
        entries += [_entry(f"{style.name} {ground.name}", _put(looks[style.name], below), colors) for style in STYLES]
    return entries


def _look(style: Style, theme: str, colors: Colors, texts: Mapping[str, str]) -> Look:
    if style.name in texts:
        return restyle(texts[style.name], colors)
    front, _, back = style.form(theme, colors).partition(" on ")
    if front.partition(",")[0] in ATTRIBUTES.values():
        front = f"default,{front}"
    return front, back or "default"


def _put(look: Look, ground: Look) -> Look:
    """Return a look on a ground. What is reversed within what is reversed is underlined."""
    (color, *attributes), (below, *more) = look[0].split(","), ground[0].split(",")
    back = look[1] if look[1] != "default" else ground[1]
    if "standout" in attributes and "standout" in more:
        attributes.remove("standout")
        more = ["underline"]
    elif "standout" in more and back == "default":
        color = "default"
    return ",".join(dict.fromkeys((below if color == "default" else color, *attributes, *more))), back


def _entry(name: str, look: Look, colors: Colors) -> Entry:
    """Return a style as urwid takes it: only for the colours that the terminal has."""
    front, back = look
    if colors == 1:
        return name, "default", "default", front, "default", "default"
    basic = look if colors == 16 else ("default", "default")
    return name, *basic, "default", front, back


def check_styles(entries: Sequence[Restyling]) -> tuple[tuple[Restyling, ...], tuple[Problem, ...]]:
    """Return the user's styles that are right, and what is wrong with the rest."""
    faults = {entry: fault for entry in entries if (fault := _fault(entry))}
    good = tuple(entry for entry in entries if entry not in faults)
    return good, tuple(Problem(entry.file, entry.line, f"styles: {fault}") for entry, fault in faults.items())


def _fault(entry: Restyling) -> str:
    """Say what is wrong with a style, "" if nothing is."""
    names = [style.name for style in (*STYLES, *GROUNDS)]
    if entry.style not in names:
        from difflib import get_close_matches  # only here: it takes long to import

        close = get_close_matches(entry.style, names, 1)
        hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(names)}"
        return f"unknown style `{entry.style}`; {hint}"
    try:
        restyle(" ".join(entry.words), 256)
    except ValueError as error:
        hint = "write colours and attributes, such as `bold #ffd75f on 236` or `bright-red`"
        return f"`{error}` of `{entry.style}` is no colour or attribute; {hint}"
    return ""
