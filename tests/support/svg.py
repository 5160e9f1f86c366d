"""Screens of a terminal as SVG: a picture of one, or a recording of several. Text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from tests.support.styles import Run, Style, lines_of, width_of

CELL = (8.43, 16)
"""A character's width and a line's height in pixels: DejaVu Sans Mono at FONT_SIZE."""

FONTS, FONT_SIZE = "'DejaVu Sans Mono', Menlo, Consolas, monospace", 14
BASELINE, MARGIN = 13, 14
FOREGROUND, BACKGROUND = "#d4d7de", "#15171c"

SIXTEEN = (
    "#2b2f37", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d4d7de",
    "#7f848e", "#ff7b86", "#a9dc76", "#ffd866", "#78bdff", "#e08cf5", "#6fd6e3", "#ffffff",
)  # fmt: skip


def colour(name: str) -> str:
    """Return a colour of a style in SVG's notation: one of xterm's 256, or as it is."""
    if name.startswith("#"):
        return name
    number = int(name)
    if number < 16:
        return SIXTEEN[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    levels = (0, 95, 135, 175, 215, 255)
    red, rest = divmod(number - 16, 36)
    return "#" + "".join(f"{levels[place]:02x}" for place in (red, *divmod(rest, 6)))


def colours(style: Style) -> tuple[str, str]:
    """Return the colours of characters and of their background; the latter is "" for the terminal's own."""
    front = colour(style.front) if style.front else ""
    back = colour(style.back) if style.back else ""
    return (back or BACKGROUND, front or FOREGROUND) if style.reverse else (front or FOREGROUND, back)


# ---- one screen


STROKES = {"⎿": (2.5, 0, 2.5, 12.5, 8, 12.5)}
"""Signs that DejaVu Sans Mono and most other fonts lack, as lines from point to point in a cell."""

PIECE = re.compile(rf"[{''.join(STROKES)}]|[^\s{''.join(STROKES)}]+(?: [^\s{''.join(STROKES)}]+)*")
"""What is placed as one: words with single blanks between them, for SVG's readers differ in what more blanks are."""


def pieces_of(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield the runs without their blanks."""
    for run in runs:
        for found in PIECE.finditer(run.text):
            column = run.column + width_of(run.text[: found.start()])
            yield Run(column, width_of(found[0]), found[0], run.style)


def tspan(piece: Run) -> str:
    """Return the tspan of a piece. Its length is given, for other fonts are not as wide."""
    looks = [f'fill="{colours(piece.style)[0]}"']
    looks += ['font-weight="bold"'] if piece.style.bold else []
    looks += ['font-style="italic"'] if piece.style.italic else []
    looks += ['text-decoration="underline"'] if piece.style.underline else []
    looks += ['opacity="0.7"'] if piece.style.dim else []
    place = f'x="{left_of(piece.column):.1f}" textLength="{CELL[0] * piece.width:.1f}"'
    return f'<tspan {place} {" ".join(looks)}>{escape(piece.text, quote=False)}</tspan>'


def path(piece: Run, top: float) -> str:
    """Return the lines of a sign."""
    left, numbers = left_of(piece.column), STROKES[piece.text]
    points = [f"{left + x:.1f} {top + y:.1f}" for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    return f'<path d="M{" L".join(points)}" fill="none" stroke="{colours(piece.style)[0]}"/>'


def left_of(column: int) -> float:
    """Return the x coordinate of a column."""
    return MARGIN + column * CELL[0]


def boxes(runs: Iterable[Run], top: float) -> Iterator[str]:
    """Yield the backgrounds of a line: one box for adjacent runs of one colour."""
    for back, group in groupby(runs, lambda run: colours(run.style)[1]):
        if back:
            first, *more = group
            wide = CELL[0] * (first.width + sum(run.width for run in more))
            place = f'x="{left_of(first.column):.1f}" y="{top:g}" width="{wide:.1f}" height="{CELL[1]:g}"'
            yield f'<rect {place} fill="{back}" shape-rendering="crispEdges"/>'


def body_of(screen: str) -> list[list[str]]:
    """Return the elements of each line of a screen."""
    body: list[list[str]] = []
    for number, runs in enumerate(lines_of(screen)):
        top = MARGIN + number * CELL[1]
        pieces = list(pieces_of(runs))
        words = "".join(tspan(piece) for piece in pieces if piece.text not in STROKES)
        drawn = [path(piece, top) for piece in pieces if piece.text in STROKES]
        body.append([*boxes(runs, top), *drawn, *([f'<text y="{top + BASELINE:g}">{words}</text>'] if words else [])])
    return body


def picture(screen: str, title: str, width: int) -> str:
    """Return an SVG of a terminal's lines, which may hold SGR sequences. `width` is the terminal's, in columns."""
    lines = body_of(screen)
    return framed([element for line in lines for element in line], title, width, len(lines))


def framed(body: Iterable[str], title: str, width: int, height: int) -> str:
    """Return the SVG document with these elements. The size is in columns and lines."""
    wide, high = 2 * MARGIN + width * CELL[0], 2 * MARGIN + height * CELL[1]
    size = f'width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.0f} {high:.0f}"'
    font = f'font-family="{FONTS}" font-size="{FONT_SIZE}" xml:space="preserve"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
    ]
    return "\n".join([*head, *body, "</svg>", ""])


# ---- several screens


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen of a recording: its lines, the seconds for which it is shown, and the words below it."""

    screen: str
    seconds: float
    words: str


def recording(frames: Sequence[Frame], title: str, width: int, still: int) -> str:
    """Return an SVG that shows the frames again and again. Whoever wants no motion sees the frame `still`.

    A line that several frames in a row have in common is in the file once.
    """
    height = max(len(lines_of(frame.screen)) for frame in frames) + 2
    columns = [layer(frame, height) for frame in frames]
    ends = list(running(frame.seconds for frame in frames))
    shown: dict[tuple[int, int], list[str]] = {}
    for line in range(height):
        for first, last, elements in stretches([column[line] for column in columns]):
            shown.setdefault((first, last), []).extend(elements)
    groups = [group for (first, last), elements in shown.items() for group in grouped(first, last, elements)]
    return framed([timing(shown, ends, still), *groups], title, width, height)


def layer(frame: Frame, height: int) -> list[list[str]]:
    """Return the elements of each line of a frame; its words are in the last line."""
    lines = body_of(frame.screen)
    lines += [[] for _ in range(height - len(lines))]
    y = MARGIN + (height - 1) * CELL[1] + BASELINE
    lines[-1] = [f'<text x="{MARGIN}" y="{y:g}" fill="{SIXTEEN[3]}" font-weight="bold">{escape(frame.words)}</text>']
    return lines


def running(numbers: Iterable[float]) -> Iterator[float]:
    """Yield the sums up to each number, from 0 on."""
    total = 0.0
    yield total
    for number in numbers:
        total += number
        yield total


def stretches(line: Sequence[list[str]]) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the frames, from one up to before another, that have the same elements in a line, and the elements."""
    first = 0
    for elements, group in groupby(line):
        last = first + len(list(group))
        if elements:
            yield first, last, elements
        first = last


def grouped(first: int, last: int, elements: Iterable[str]) -> Iterator[str]:
    """Yield the group of what these frames show."""
    yield f'<g class="f{first}-{last}">'
    yield from elements
    yield "</g>"


def timing(shown: Mapping[tuple[int, int], object], ends: Sequence[float], still: int) -> str:
    """Return the style sheet that shows each group while its frames last."""
    total = ends[-1]
    rules = [f"g{{animation:{total:g}s step-end infinite}}"]
    for first, last in shown:
        begin, end = 100 * ends[first] / total, 100 * ends[last] / total
        steps = [f"0%{{visibility:{'hidden' if first else 'visible'}}}"]
        steps += [f"{begin:.2f}%{{visibility:visible}}"] if first else []
        steps += [f"{end:.2f}%{{visibility:hidden}}"] if end < 100 else []
        name = f"a{first}-{last}"
        rules += [f".f{first}-{last}{{animation-name:{name}}}", f"@keyframes {name}{{{''.join(steps)}}}"]
    hidden = [f".f{first}-{last}" for first, last in shown if not first <= still < last]
    calm = f"g{{animation:none!important}}{','.join(hidden)}{{visibility:hidden}}" if hidden else ""
    return f"<style>{''.join(rules)}@media (prefers-reduced-motion:reduce){{{calm}}}</style>"
