"""The form for a new session: on which machine, called what, where, and what runs in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.config.settings import Template
from navi.core.address import LOCAL
from navi.core.agents import AgentKind
from navi.core.launch import PRESETS, Launch, agent, command
from navi.core.model import HostView, Session
from navi.core.text import clean, short_path
from navi.ops.directories import Directories
from navi.tui.dialogs.dialog import Form
from navi.tui.dialogs.fields import Box, Choice, Field, TextField
from navi.tui.theme import Glyphs

COMMAND, TEMPLATE = "command", "template "

Complete = Callable[["NewForm", str], None]
"""Asks for directories; the answer comes by `NewForm.offer`."""


class NewForm(Form):
    """Tab completes in the field of the directory, with the directories of the chosen machine."""

    def __init__(
        self, glyphs: Glyphs, views: Sequence[HostView], kinds: Sequence[AgentKind], templates: Sequence[Template],
        session: Session | None, name: str, runs: str,
        submit: Callable[[], None], complete: Complete, close: Callable[[], None],
    ) -> None:  # fmt: skip
        super().__init__(glyphs, "New session", submit, close)
        self._views = views
        self._kinds = {kind.name: kind for kind in kinds}
        self._templates = {f"{TEMPLATE}{template.name}": template for template in templates}
        self._session = session
        self._complete = complete
        here = session.host if session else LOCAL
        machines = [(view.name, f"{clean(view.name)} {glyphs.hosts[view.state]}") for view in views]
        self._machine = Choice("machine", machines, here)
        self._name = TextField("name", name, longest=200)
        self._directory = TextField("directory", self._usual_directory(here))
        self._runs = Choice("runs", [(one, one) for one in (*self._kinds, *PRESETS, COMMAND, *self._templates)], runs)
        self._line = TextField("command line", hint="in the language of the shell there")
        self._free = Box("permissions", "skip them")
        self._attach = Box("then", "attach to it")
        self._untouched = self._directory.text
        self._offers: tuple[str, ...] = ()
        self._place = self.fields().index(self._name)
        self._say_where()

    # ---- what is asked for

    @property
    def host(self) -> str:
        """The machine's name."""
        return self._machine.value

    @property
    def name(self) -> str:
        """What was typed, or else what runs in it, numbered where that is taken."""
        typed = self._name.text.strip()
        taken = {session.name for view in self._views if view.name == self.host for session in view.sessions}
        base = name = self._runs.value.removeprefix(TEMPLATE)
        number = 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        return typed or name

    @property
    def directory(self) -> str:
        """A directory of that machine."""
        return self._directory.text.strip()

    @property
    def launch(self) -> Launch:
        """What is to run."""
        word = self._runs.value
        if word in self._kinds:
            return agent(self._kinds[word], self._free.ticked)
        if word in self._templates:
            return self._templates[word].launch
        return command(self._line.text.strip()) if word == COMMAND else PRESETS[word]

    @property
    def attach(self) -> bool:
        """Whether to attach to it afterwards."""
        return self._attach.ticked

    # ---- keys

    def fields(self) -> Sequence[Field]:
        """Only those that matter: no machine where there is one, no command line for an agent."""
        kind = self._kinds.get(self._runs.value)
        seen: list[Field] = [self._machine] if len(self._views) > 1 else []
        seen += [self._name, self._directory, self._runs]
        if self._runs.value == COMMAND:
            seen.append(self._line)
        if kind and kind.skip_permissions:
            seen.append(self._free)
        return [*seen, self._attach]

    def press(self, key: str) -> None:
        """In the field of the directory, Tab completes."""
        if key == "tab" and self.focused is self._directory and not self.busy:
            self._offer_next()
            return
        before = (self.host, self._runs.value)
        super().press(key)
        if (self.host, self._runs.value) != before:
            self._change_directory()

    def _change_directory(self) -> None:
        """A directory that nobody has typed is of the machine, or the template, before."""
        if self._directory.text == self._untouched:
            template = self._templates.get(self._runs.value)
            usual = template.directory if template else ""
            self._directory.text = self._untouched = usual or self._usual_directory(self.host)
        self._offers = ()
        self._say_where()

    def _usual_directory(self, host: str) -> str:
        """The selected session's, on its own machine; elsewhere the home."""
        if self._session is None or self._session.host != host or not self._session.cwd:
            return "~"
        view = next(view for view in self._views if view.name == host)
        return short_path(self._session.cwd, view.frame.home if view.frame else "")

    def _say_where(self) -> None:
        name = "this machine" if self.host == LOCAL else clean(self.host)
        self.title = f"New session on {name}"
        self.changed()

    # ---- directories

    def _recent(self) -> tuple[str, ...]:
        """Where sessions of that machine are."""
        found = [session.cwd for view in self._views if view.name == self.host for session in view.sessions]
        return tuple(dict.fromkeys(path for path in found if path))

    def _offer_next(self) -> None:
        """Go on to the next of the recent ones while nothing else was typed, else complete."""
        if self.directory in self._offers:
            place = self._offers.index(self.directory)
            self._directory.text = self._offers[(place + 1) % len(self._offers)]
            self.changed()
        else:
            self.tell(note="looking ...")
            self._complete(self, self.directory)

    def offer(self, text: str, found: Directories) -> None:
        """Take directories that begin with `text`: write what is common to all, and name them."""
        if text != self.directory:
            return
        recent = tuple(dict.fromkeys((*found.recent, *self._recent())))
        if recent and text in ("", "~", "~/", self._untouched):
            self._offers = recent
            self._directory.text = recent[0]
            self.tell(note=f"{len(recent)} recent: Tab shows the next one; type to look further")
            return
        if not found.matches:
            self.tell(note="no directory begins so")
            return
        if len(found.matches) == 1:
            self._directory.text = f"{found.matches[0]}/"
            self.tell()
        else:
            self._directory.text = common_start(found.matches)
            self.tell(note="  ".join(path.rpartition("/")[2] for path in found.matches))


def common_start(texts: Sequence[str]) -> str:
    """Return what all texts begin with."""
    first, last = min(texts), max(texts)
    same = (place for place, letter in enumerate(first) if last[place : place + 1] != letter)
    return first[: next(same, len(first))]
