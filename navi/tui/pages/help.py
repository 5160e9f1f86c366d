"""The page of help: the keys in force, those first that hold where it was opened, then what the symbols of the list
mean; in two columns if there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from navi.core.model import Session
from navi.tui.keys.keymap import Binding, Group, Keymap, shown
from navi.tui.pages.legend import legend_lines
from navi.tui.pages.page import Entry, Page, Services
from navi.tui.pages.view import fold
from navi.tui.style.paint import Line, columns_of, fit, width_of
from navi.tui.style.theme import Glyphs

TWO_FROM = 100
"""Columns from which the keys are shown in two columns."""

NAMES_FROM = 60
"""Columns from which the names of commands have a column in a single one."""

GAP = 3
"""Columns between two columns."""

KEYS = 17
"""Columns of the keys in every group, as of the words of the legend; less on a narrow page."""

LEAST_KEYS = 13
"""Columns of the keys on the narrowest page: none needs more once only the first ones are named."""

MOST_KEYS = 3
"""Keys of a command that are all named."""

OWN = Group("The page of help", ("help",))


class HelpPage(Page):
    """Follows nothing. The names of commands are of use only to those who write config.yaml, so a key shows them."""

    context = "help"
    title = "Keys"
    is_aside = True
    keys = (
        Binding(
            "command_names", ("e",), "show or hide the names of commands, for keys in config.yaml", OWN, "names",
            name="names of commands",
        ),
    )

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._named = False

    @property
    def heading(self) -> str:
        """The title, with the context that the first keys are of."""
        return f"{self.title} {self.services.glyphs.dot} {self.opened_in[0]}" if self.opened_in else self.title

    def lines(self) -> Sequence[Entry]:
        """Return every key with what it does, and every symbol."""
        keymap = self.services.keymap
        groups = [tuple(help_lines(keymap, [group])) for group in groups_for(keymap, self.opened_in)]
        return [HelpColumns((*groups, *map(tuple, legend_lines(self.services.glyphs))), self._named)]

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """Return the command that shows the names of commands."""
        return {"command_names": self._toggle}

    def _toggle(self) -> None:
        self._named = not self._named
        self.services.changed()


@dataclass(frozen=True, slots=True)
class HelpColumns:
    """Groups of lines: below each other, or in two columns of about the same height. `named` shows commands' names."""

    groups: tuple[tuple[Line, ...], ...]
    named: bool = False

    def lines(self, width: int, glyphs: Glyphs) -> list[Line]:
        """Return the lines for a width."""
        if width < TWO_FROM:
            return [line for group in self.groups for line in self._fold(group, width, width >= NAMES_FROM, glyphs)]
        room = (width - GAP) // 2
        left, right = _halves([self._fold(group, room, room >= TWO_FROM, glyphs) for group in self.groups])
        rows = max(len(left), len(right))
        pairs = zip([*left, *[[]] * (rows - len(left))], [*right, *[[]] * (rows - len(right))], strict=True)
        return [[*fit(one, room + GAP, ellipsis=glyphs.ellipsis), *other] for one, other in pairs]

    def _fold(self, group: Sequence[Line], width: int, roomy: bool, glyphs: Glyphs) -> list[Line]:
        rows = [self._row(line, min(KEYS, max(LEAST_KEYS, width * 3 // 10)), roomy, glyphs.ellipsis) for line in group]
        pieces = [piece for line in rows for piece in fold(line, width)]
        return [one if columns_of(one) <= width else fit(one, width, ellipsis=glyphs.ellipsis) for one in pieces]

    def _row(self, line: Line, room: int, roomy: bool, ellipsis: str) -> Line:
        """Return a line with so many columns for the keys, and with the name of the command if names are shown: in a
        column of its own if there is room.
        """
        if len(line) != 3:
            return line
        (key_style, keys), (name_style, name), (style, text) = line
        begin = [(key_style, f"  {_brief(keys, room, ellipsis):<{room}} ")]
        if self.named and roomy:
            return [*begin, (name_style, f"{name:<14} "), (style, text)]
        return [*begin, (style, f"{text} ({name})" if self.named else text)]


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
    """Return a binding's keys, its name, and what it does."""
    return [("key", " ".join(map(shown, binding.keys))), ("dim", binding.command), ("", binding.help)]


def _brief(keys: str, room: int, ellipsis: str) -> str:
    """Return keys as they are shown: of many only the first and the last, and as many as there is room."""
    names = keys.split()
    if len(names) > MOST_KEYS:
        whole = f"{names[0]} ... {names[-1]}"
        return whole if width_of(whole) <= room else f"{names[0]}...{names[-1]}"
    while width_of(keys) > room and len(names) > 1:
        names = names[:-1]
        keys = f"{' '.join(names)} {ellipsis}"
    return keys
