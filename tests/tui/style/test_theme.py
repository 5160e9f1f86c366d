"""Colours and symbols."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
import urwid

from navi.config.settings import Problem, Restyling, Settings
from navi.core.failure import HostState
from navi.core.status import PRIORITY
from navi.tui.style.colors import BASIC, Colors, Rgb, parse_rgb
from navi.tui.style.paint import width_of
from navi.tui.style.theme import (
    ASCII,
    GROUNDS,
    HOST_STYLES,
    STYLES,
    UNICODE,
    Entry,
    Glyphs,
    check_styles,
    choose_colors,
    choose_glyphs,
    choose_theme,
    flashing,
    lit,
    palette,
    status_style,
)
from tests.support.contrast import contrast

COLORS = [
    ({"TERM": "xterm-256color"}, "auto", 256),
    ({"TERM": "xterm"}, "auto", 16),
    ({"TERM": "xterm-direct"}, "auto", 256),
    ({"TERM": "xterm", "COLORTERM": "truecolor"}, "auto", 16777216),
    ({"TERM": "xterm", "COLORTERM": "24bit"}, "auto", 16777216),
    ({"TERM": "xterm", "COLORTERM": "yes"}, "auto", 16),
    ({"TERM": "dumb", "COLORTERM": "truecolor"}, "auto", 1),
    ({"TERM": "vt100"}, "auto", 1),
    ({"TERM": "screen-mono"}, "auto", 1),
    ({}, "auto", 16),
    ({"TERM": "dumb"}, "256", 256),
    ({"TERM": "xterm-256color"}, "mono", 1),
    ({"TERM": "xterm-256color"}, "16", 16),
    ({"TERM": "xterm"}, "true", 16777216),
    ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "auto", 1),
    ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "true", 1),
    ({"TERM": "xterm-256color", "NO_COLOR": ""}, "auto", 256),
]


@pytest.mark.parametrize(("environment", "chosen", "expected"), COLORS)
def test_setting_and_environment_decide_the_number_of_colours(
    environment: dict[str, str], chosen: str, expected: int
) -> None:
    assert choose_colors(Settings(colors=chosen), environment) == expected


GLYPHS = [("auto", True, UNICODE), ("auto", False, ASCII), ("ascii", True, ASCII), ("unicode", False, UNICODE)]


@pytest.mark.parametrize(("chosen", "unicode_terminal", "expected"), GLYPHS)
def test_setting_and_terminal_decide_the_symbols(chosen: str, unicode_terminal: bool, expected: Glyphs) -> None:
    assert choose_glyphs(Settings(glyphs=chosen), unicode_terminal) == expected


def symbols(glyphs: Glyphs) -> list[str]:
    """Return every symbol of a set."""
    single = [glyphs.cursor, glyphs.bar, glyphs.rule, glyphs.wall, glyphs.thumb, glyphs.dot]
    return [*single, *glyphs.corners, *glyphs.status.values(), *glyphs.hosts.values()]


def test_every_sign_takes_one_column() -> None:
    assert {width_of(symbol) for glyphs in (UNICODE, ASCII) for symbol in symbols(glyphs)} == {1}


def test_the_ascii_signs_are_ascii() -> None:
    assert all(symbol.isascii() for symbol in symbols(ASCII))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_status_and_state_has_a_sign(glyphs: Glyphs) -> None:
    assert {*PRIORITY, "offline", "unknown"} == set(glyphs.status)
    assert set(HostState) == set(glyphs.hosts) == set(HOST_STYLES)


def test_a_word_that_nobody_knows_is_shown_as_unknown() -> None:
    assert status_style("dancing") == "unknown"
    assert UNICODE.of_status("dancing") == UNICODE.of_status("unknown")


# ---- themes

THEMES = ("dark", "light")
COUNTS: tuple[Colors, ...] = (1, 16, 256, 16777216)

BACKGROUNDS = {
    "dark": ("#000000", "#1e1e1e", "#282a36", "#282c34", "#2e3440", "#002b36"),
    "light": ("#ffffff", "#fdf6e3", "#eff1f5", "#fafafa", "#eeeeee"),
}
"""Backgrounds that people have: those of terminals' defaults, and of Dracula, One Dark, Nord, Solarized, Catppuccin."""

USUAL: dict[str, tuple[str, ...]] = {
    "xterm": (
        "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
        "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
    ),
    "VGA": (
        "#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa",
        "#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff",
    ),
    "Tango": (
        "#000000", "#cc0000", "#4e9a06", "#c4a000", "#3465a4", "#75507b", "#06989a", "#d3d7cf",
        "#555753", "#ef2929", "#8ae234", "#fce94f", "#729fcf", "#ad7fa8", "#34e2e2", "#eeeeec",
    ),
}  # fmt: skip
"""What the first 16 colours look like in many terminals."""


def value(color: str) -> Rgb:
    """Return the value of a colour written as #rrggbb."""
    found = parse_rgb(color)
    assert found
    return found


def known(parts: tuple[int | None, int | None, int | None]) -> Rgb:
    """Return a value all of which is known."""
    red, green, blue = parts
    assert red is not None
    assert green is not None
    assert blue is not None
    return red, green, blue


def contrasts(theme: str, colors: Colors) -> Iterator[tuple[str, float]]:
    """Yield the contrast of every style with each background that may be behind it, where both are known."""
    for name, _, _, _, front, back in palette(theme, colors):
        spec = urwid.AttrSpec(front, back, colors)
        values = spec.get_rgb_values()
        text = known(values[:3]) if spec.foreground_high or spec.foreground_true else None
        own = known(values[3:]) if spec.background_high or spec.background_true else None
        if text is not None:
            for behind in [own] if own else map(value, BACKGROUNDS[theme]):
                yield f"{name} {text} on {behind}", contrast(text, behind)
        else:
            assert own is None, f"{name}: the terminal's own foreground on a background of ours"


@pytest.mark.parametrize("colors", [256, 16777216])
@pytest.mark.parametrize("theme", THEMES)
def test_all_text_can_be_read(theme: str, colors: Colors) -> None:
    found = list(contrasts(theme, colors))
    assert len(found) > len(STYLES) * 2
    assert [(what, ratio) for what, ratio in found if ratio < 4.5] == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("terminal", USUAL)
def test_with_16_colours_only_those_are_used_that_can_be_read_in_the_usual_palettes(theme: str, terminal: str) -> None:
    ground = value("#000000" if theme == "dark" else "#ffffff")
    used = {entry[1].partition(",")[0] for entry in palette(theme, 16)} - {"default"}
    assert used
    assert {name for name in used if contrast(value(USUAL[terminal][BASIC.index(name)]), ground) < 4.2} == set()
    assert {entry[2] for entry in palette(theme, 16)} == {"default"}


def entries(theme: str = "dark", colors: Colors = 256, own: tuple[Restyling, ...] = ()) -> dict[str, Entry]:
    """Return the styles by name."""
    return {entry[0]: entry for entry in palette(theme, colors, own)}


def test_every_style_is_there_plain_and_on_every_ground() -> None:
    names = [style.name for style in STYLES]
    expected = [*names, *map(lit, ["", *names]), *map(flashing, ["", *names])]
    for theme, colors in product(THEMES, COUNTS):
        assert sorted(entry[0] for entry in palette(theme, colors)) == sorted(expected)


@pytest.mark.parametrize("colors", COUNTS)
@pytest.mark.parametrize("theme", THEMES)
def test_urwid_can_draw_every_style(theme: str, colors: Colors) -> None:
    for _, front, back, mono, high_front, high_back in palette(theme, colors):
        urwid.AttrSpec(front, back, 16)
        urwid.AttrSpec(mono, "default", 1)
        for count in (256, 16777216):
            urwid.AttrSpec(high_front, high_back, count)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colors", COUNTS)
def test_what_needs_you_what_is_selected_and_what_matches_stands_out(theme: str, colors: Colors) -> None:
    found = {name: entry[1:] for name, entry in entries(theme, colors).items()}
    for name in ("permission", "waiting", "error", "match", "cursor"):
        assert found[name] != found["idle"]
    for style in STYLES:
        plain, row, changed = found[style.name], found[lit(style.name)], found[flashing(style.name)]
        assert style.name in ("match", "cursor") or len({plain, row, changed}) == 3
    assert found[lit("match")] != found[lit("")] != found[flashing("")]


def test_without_colours_there_are_only_attributes() -> None:
    words = {word for entry in palette("light", 1) for word in entry[3].split(",")}
    assert words == {"default", "bold", "italics", "underline", "standout", "strikethrough"}
    assert {part for entry in palette("light", 1) for part in (*entry[1:3], *entry[4:])} == {"default"}


THEME = [
    ("dark", {"COLORFGBG": "0;15"}, "dark"),
    ("light", {}, "light"),
    ("auto", {}, "dark"),
    ("auto", {"COLORFGBG": "0;15"}, "light"),
]


@pytest.mark.parametrize(("chosen", "environment", "expected"), THEME)
def test_the_theme_is_chosen_or_hinted_at(chosen: str, environment: dict[str, str], expected: str) -> None:
    assert choose_theme(Settings(theme=chosen), environment) == expected


# ---- the user's own styles


def own(style: str, *words: str) -> Restyling:
    """Return an entry of `styles` in line 7."""
    return Restyling(style, words, "config.yaml", 7)


def test_a_style_of_the_user_is_in_place_of_the_themes() -> None:
    found = entries(own=(own("waiting", "bold", "#ff8700"), own("row", "on 17")))
    assert found["waiting"][4:] == ("h208,bold", "default")
    assert found[lit("waiting")][4:] == ("h208,bold", "h17")
    assert found[lit("idle")][4:] == ("default", "h17")
    assert found[flashing("waiting")][4:] == ("h208,bold", "h17")
    assert entries("light", 16, (own("waiting", "bold", "#ff8700"),))["waiting"][1] == "brown,bold"
    assert entries("dark", 1, (own("waiting", "reverse"),)) == entries("dark", 1)


MISTAKES = [
    (own("waitin", "red"), "unknown style `waitin`; did you mean `waiting`?"),
    (own("xyz", "red"), "unknown style `xyz`; there are title, dim, key, notice"),
    (own("waiting", "pink"), "`pink` of `waiting` is no colour or attribute; write colours and attributes, such as"),
    (own("waiting", "red", "on"), "`on` of `waiting` is no colour or attribute"),
]


@pytest.mark.parametrize(("entry", "fault"), MISTAKES)
def test_a_wrong_style_is_reported_and_the_others_count(entry: Restyling, fault: str) -> None:
    good, (problem,) = check_styles((own("dim", "white"), entry))
    assert good == (own("dim", "white"),)
    assert problem == Problem("config.yaml", 7, problem.text)
    assert problem.text.startswith(f"styles: {fault}")


def test_the_users_styles_and_the_grounds_have_names_of_their_own() -> None:
    names = [style.name for style in (*STYLES, *GROUNDS)]
    assert len(names) == len(set(names))
    assert check_styles(tuple(own(name, "bold") for name in names)) == (tuple(own(name, "bold") for name in names), ())
