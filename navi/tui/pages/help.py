"""The page of help: the keys in force, by context."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from navi.tui.keymap import Binding, Keymap, shown
from navi.tui.pages.page import Entry, Page
from navi.tui.paint import Line


class HelpPage(Page):
    """Follows nothing."""

    context = "help"
    title = "Keys"

    def lines(self) -> Sequence[Entry]:
        """Return every key with what it does."""
        return help_lines(self.services.keymap)


def help_lines(keymap: Keymap) -> list[Line]:
    """Return the keys in force with their commands, each group with the contexts in which its keys hold."""
    lines: list[Line] = []
    for group, bindings in groupby(keymap.bindings, lambda binding: binding.group):
        lines.append([("title", f" {group.title}"), ("dim", f"   {', '.join(group.contexts)}")])
        lines += map(_line, bindings)
        lines.append([])
    return lines


def _line(binding: Binding) -> Line:
    keys = " ".join(map(shown, binding.keys))
    return [("key", f"  {keys:<12}"), ("dim", f" {binding.command:<15}"), ("", binding.help)]
