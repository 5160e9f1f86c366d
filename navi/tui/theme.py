"""Colours and signs: one table of styles, each with its 16-colour, 256-colour and monochrome form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from navi.config.settings import Settings
from navi.core.failure import HostState

STYLES: tuple[tuple[str, str, str, str, str], ...] = (
    # name, foreground (16), background (16), mono, foreground (256 and true colour)
    ("title", "default,bold", "default", "bold", "default,bold"),
    ("dim", "dark gray", "default", "default", "h245"),
    ("key", "light cyan", "default", "bold", "h80"),
    ("notice", "yellow", "default", "bold", "h221"),
    ("fault", "light red", "default", "bold", "h203"),
    ("good", "light green", "default", "default", "h77"),
    ("name", "default,bold", "default", "bold", "default,bold"),
    ("host", "light blue", "default", "default", "h111"),
    ("message", "default,italics", "default", "default", "default,italics"),
    ("match", "black", "yellow", "standout", "h16"),
    ("cursor", "black", "light cyan", "standout", "h16"),
    ("stale", "dark gray", "default", "default", "h240"),
    ("selected", "white,bold", "dark blue", "standout", "h80,bold"),
    ("permission", "light magenta,bold", "default", "bold", "h207,bold"),
    ("waiting", "yellow,bold", "default", "bold", "h221,bold"),
    ("working", "light cyan", "default", "default", "h80"),
    ("error", "light red,bold", "default", "bold", "h203,bold"),
    ("idle", "default", "default", "default", "default"),
    ("stopped", "dark gray", "default", "default", "h245"),
    ("done", "light green", "default", "default", "h77"),
    ("offline", "dark gray", "default", "default", "h240"),
    ("unknown", "dark gray", "default", "default", "h241"),
)

LIT = "h236"
"""The background of the session under the cursor, in terminals with 256 colours."""

Colors = Literal[1, 16, 256, 16777216]

CHOSEN_COLORS: dict[str, Colors] = {"mono": 1, "16": 16, "256": 256, "true": 16777216}

STATUS_STYLES = frozenset({"permission", "waiting", "working", "error", "idle", "stopped", "done", "offline"})


def status_style(word: str) -> str:
    """Return the style for a status; an unknown word looks like `unknown`."""
    return word if word in STATUS_STYLES else "unknown"


def lit(style: str) -> str:
    """Return the name of a style on the background of the selected session."""
    return f"{style} lit"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Signs that take one column in every terminal (none of ambiguous width)."""

    cursor: str
    status: Mapping[str, str]
    hosts: Mapping[HostState, str]
    bar: str
    rule: str
    wall: str
    ellipsis: str
    dot: str
    bookmark: str
    full: str
    empty: str

    def of_status(self, word: str) -> str:
        """Return the sign for a status."""
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
    ellipsis="~",
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
    """Return the signs to use: the user's choice, else what the terminal's encoding can show."""
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


def palette() -> list[tuple[str, str, str, str, str, str]]:
    """Return the styles in urwid's form: each plain, and on the background of the selected session."""
    plain = [(name, fg, bg, mono, high, _behind(name, "default")) for name, fg, bg, mono, high in STYLES]
    styles = [*STYLES, ("", "default", "default", "default", "default")]
    under_cursor = [
        (lit(name), fg, bg, mono, _on_dark(high), _behind(name, LIT)) for name, fg, bg, mono, high in styles
    ]
    return [*plain, *under_cursor]


def _behind(name: str, usual: str) -> str:
    """Return a style's background: matches and cursors have their own everywhere."""
    return {"match": "h221", "cursor": "h80"}.get(name, usual)


def _on_dark(style: str) -> str:
    """Replace the terminal's default colour, which may be a dark one."""
    return style.replace("default", "h252")
