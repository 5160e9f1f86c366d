"""The page of help: the keys in force, those first that hold where it was opened; in two columns if there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from navi.tui.keymap import Binding, Group, Keymap, shown
from navi.tui.pages.page import Entry, Page
from navi.tui.pages.view import fold
from navi.tui.paint import Line, columns_of, fit
from navi.tui.theme import Glyphs

TWO_FROM = 100
"""Columns from which the keys are shown in two columns."""

NAMES_FROM = 60
"""Columns from which the names of commands have a column in a single one."""

GAP = 3
"""Columns between two columns."""


class HelpPage(Page):
    """Follows nothing."""

    context = "help"
    title = "Keys"

    @property
    def heading(self) -> str:
        """The title, with the context that the first keys are of."""
        return f"{self.title} {self.services.glyphs.dot} {self.opened_in[0]}" if self.opened_in else self.title

    def lines(self) -> Sequence[Entry]:
        """Return every key with what it does."""
        keymap = self.services.keymap
        return [Columns(tuple(tuple(help_lines(keymap, [group])) for group in groups_for(keymap, self.opened_in)))]


@dataclass(frozen=True, slots=True)
class Columns:
    """Groups of lines: below each other, or in two columns of about the same height."""

    groups: tuple[tuple[Line, ...], ...]

    def lines(self, width: int, glyphs: Glyphs) -> list[Line]:
        """Return the lines for a width."""
        if width < TWO_FROM:
            lines = [line if width >= NAMES_FROM else _brief(line) for group in self.groups for line in group]
            pieces = [piece for line in lines for piece in fold(line, width)]
            return [one if columns_of(one) <= width else fit(one, width, ellipsis=glyphs.ellipsis) for one in pieces]
        room = (width - GAP) // 2
        groups = [[piece for line in group for piece in fold(_brief(line), room)] for group in self.groups]
        left, right = _halves(groups)
        rows = max(len(left), len(right))
        pairs = zip([*left, *[[]] * (rows - len(left))], [*right, *[[]] * (rows - len(right))], strict=True)
        return [[*fit(one, room + GAP, ellipsis=glyphs.ellipsis), *other] for one, other in pairs]


def _brief(line: Line) -> Line:
    """Put a command's name behind what it does, where there is little room, and of many keys show the ends."""
    if len(line) != 3:
        return line
    (key_style, keys), (_, command), (style, text) = line
    first, *others = keys.split()
    shown_keys = f"  {f'{first} ... {others[-1]}':<12} " if len(others) > 2 else f"{keys} "
    return [(key_style, shown_keys), (style, f"{text} ({command.strip()})")]


def _halves(groups: Sequence[list[Line]]) -> tuple[list[Line], list[Line]]:
    """Split groups where the higher half is lowest."""
    heights = [len(group) for group in groups]
    cut = min(range(len(groups) + 1), key=lambda place: max(sum(heights[:place]), sum(heights[place:])))
    left, right = ([line for group in half for line in group] for half in (groups[:cut], groups[cut:]))
    return left, right


def groups_for(keymap: Keymap, contexts: Sequence[str]) -> list[Group]:
    """Return all groups of keys: first those that hold in these contexts, the topmost first."""
    groups = list(dict.fromkeys(binding.group for binding in keymap.bindings))

    def rank(group: Group) -> int:
        return min((contexts.index(one) for one in group.contexts if one in contexts), default=len(contexts))

    return sorted(groups, key=rank)


def help_lines(keymap: Keymap, groups: Sequence[Group] | None = None) -> list[Line]:
    """Return the keys in force with their commands, each group with the contexts in which its keys hold."""
    lines: list[Line] = []
    for group in groups_for(keymap, ()) if groups is None else groups:
        lines.append([("title", f" {group.title}"), ("dim", f"   {', '.join(group.contexts)}")])
        lines += [_line(binding) for binding in keymap.bindings if binding.group == group]
        lines.append([])
    return lines


def _line(binding: Binding) -> Line:
    keys = " ".join(map(shown, binding.keys))
    return [("key", f"  {keys:<12}"), ("dim", f" {binding.command:<15}"), ("", binding.help)]
