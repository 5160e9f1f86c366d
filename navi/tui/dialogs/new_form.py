"""The form for a new session: its host, name, directory, and what runs in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.config.settings import Template
from navi.core.address import LOCAL
from navi.core.agents import AgentKind
from navi.core.launch import PRESETS, Launch, agent
from navi.core.launch import command as command_line
from navi.core.model import HostView, Session
from navi.core.text import clean, short_path
from navi.ops.look.directories import Directories
from navi.tui.dialogs.dialog import Form
from navi.tui.dialogs.fields import CheckBox, ChoiceField, Field, TextField
from navi.tui.dialogs.spawn_fields import WARNING, SpawnFields
from navi.tui.keys.keymap import DIRECTORY, MESSAGE
from navi.tui.style.theme import Glyphs

COMMAND, TEMPLATE = "command", "template "

Complete = Callable[["NewForm", str], None]
"""Requests directories; the answer comes by `NewForm.offer`."""


class NewForm(Form):
    """In the field of the directory, a key completes with the directories of the chosen host.

    `spawning` are the fields of an agent without a terminal, None if none can be started. The host is `host`, or else
    that of the session.
    """

    def __init__(
        self, glyphs: Glyphs, views: Sequence[HostView], kinds: Sequence[AgentKind], templates: Sequence[Template],
        session: Session | None, started_in: str, name: str, runs: str,
        submit: Callable[[], None], complete: Complete, close: Callable[[], None],
        spawning: SpawnFields | None = None, host: str = "",
    ) -> None:  # fmt: skip
        super().__init__(glyphs, "New session", submit, close)
        self.spawning = spawning
        self._headless = CheckBox("", "without a terminal", bool(spawning and runs and session and session.headless))
        self._views = views
        self._kinds = {kind.name: kind for kind in kinds}
        self._templates = {f"{TEMPLATE}{template.name}": template for template in templates}
        self._session = session
        self._started_in = started_in
        self._complete = complete
        wanted = host or (session.host if session else "")
        here = wanted if wanted in {view.name for view in views} else LOCAL
        hosts = [(view.name, f"{clean(view.name)} {glyphs.hosts[view.state]}") for view in views]
        self._host = ChoiceField("host", hosts, here)
        self._name = TextField("name", name, longest=200)
        self._directory = TextField("directory", self._usual_directory(here))
        offered = (*self._kinds, *PRESETS, COMMAND, *self._templates)
        self._runs = ChoiceField("agent", [(one, one) for one in offered], runs)
        self._line = TextField("command line", hint="the host's shell runs it")
        self._free = CheckBox("", "skip permission prompts")
        self._attach = CheckBox("", "open it afterwards")
        self._untouched = self._directory.text
        self._offers: tuple[str, ...] = ()
        self._place = self.fields().index(self.spawns.area if self.spawns else self._name)
        self._show_host()

    # ---- what was filled in

    @property
    def host(self) -> str:
        """The host's name."""
        return self._host.value

    @property
    def name(self) -> str:
        """What was typed, or else what runs in it, numbered if that name is taken."""
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
        """A directory on that host."""
        return self._directory.text.strip()

    @property
    def launch(self) -> Launch:
        """What to run."""
        word = self._runs.value
        if word in self._kinds:
            return agent(self._kinds[word], self._free.ticked)
        if word in self._templates:
            return self._templates[word].launch
        return command_line(self._line.text.strip()) if word == COMMAND else PRESETS[word]

    @property
    def spawns(self) -> SpawnFields | None:
        """The fields of an agent without a terminal, None if a session of tmux is wanted."""
        return self.spawning if self._headless.ticked else None

    @property
    def attach(self) -> bool:
        """Whether to attach to it afterwards."""
        return self._attach.ticked

    # ---- keys

    def fields(self) -> Sequence[Field]:
        """Return the fields that matter: no host if there is only one, no command line for an agent."""
        kind = self._kinds.get(self._runs.value)
        seen: list[Field] = [self._host] if len(self._views) > 1 else []
        seen += [self._headless] if self.spawning else []
        if self.spawns:
            return [*seen, *self.spawns.fields(self._directory)]
        seen += [self._name, self._directory, self._runs]
        if self._runs.value == COMMAND:
            seen.append(self._line)
        if kind and kind.skip_permissions:
            seen.append(self._free)
        return [*seen, self._attach]

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts of keys; in the fields of the directory and of a prompt, one more."""
        if self._types_prompt and not self.busy:
            return (MESSAGE, *super().contexts)
        return (DIRECTORY, *super().contexts) if self.focused is self._directory and not self.busy else super().contexts

    def press(self, key: str, command: str | None) -> None:
        """Complete a directory, or do as any form. In a prompt of several lines, up and down move between them."""
        if command == "complete" and not (key == "right" and not self._directory.at_end):
            self._offer_next()
            return
        if self.spawns and self._types_prompt and (command == "new_line" or (key == "enter" and command is None)):
            self.spawns.area.break_line()
            self.changed()
            return
        if self.spawns and self._types_prompt and key in ("up", "down") and self.spawns.area.press(key):
            self.changed()
            return
        before, spawned = (self.host, self._runs.value), self.spawns
        super().press(key, command)
        if (self.host, self._runs.value) != before:
            self._change_directory()
        if self.spawns is not spawned:
            self.show_note(WARNING if self.spawns else "")

    def keys(self) -> list[tuple[str, str]]:
        """Return the keys of the form, and those of the field of a directory and of a prompt."""
        keys = super().keys()
        if self.busy:
            return keys
        own = {DIRECTORY: ("complete", "completes"), MESSAGE: ("new_line", "new line")}
        return [keys[0], *(own[context] for context in self.contexts if context in own), *keys[1:]]

    @property
    def _types_prompt(self) -> bool:
        return bool(self.spawns and self.focused is self.spawns.area)

    @property
    def takes_lines(self) -> bool:  # type: ignore[override]
        """Line ends of pasted text stay in a prompt."""
        return self._types_prompt

    def _change_directory(self) -> None:
        """Replace a directory that was not typed: it belongs to the host, or the template, chosen before."""
        if self._directory.text == self._untouched:
            template = self._templates.get(self._runs.value)
            usual = template.directory if template else ""
            self._directory.text = self._untouched = usual or self._usual_directory(self.host)
        self._offers = ()
        self._show_host()

    def _usual_directory(self, host: str) -> str:
        """Return the selected session's directory on its own host; else the one that navi was started in, or the home
        of a remote.
        """
        selected = self._session.cwd if self._session and self._session.host == host else ""
        usual = selected or (self._started_in if host == LOCAL else "")
        frame = next(view for view in self._views if view.name == host).frame
        return short_path(usual, frame.home if frame else "") if usual else "~"

    def _show_host(self) -> None:
        name = "this machine" if self.host == LOCAL else clean(self.host)
        self.title = f"New session on {name}"
        self.changed()

    # ---- directories

    def _recent(self) -> tuple[str, ...]:
        """Return the directories of that host's sessions."""
        found = [session.cwd for view in self._views if view.name == self.host for session in view.sessions]
        return tuple(dict.fromkeys(path for path in found if path))

    def _offer_next(self) -> None:
        """Show the next recent directory while nothing else was typed, else complete."""
        if self.directory in self._offers:
            place = self._offers.index(self.directory)
            self._directory.text = self._offers[(place + 1) % len(self._offers)]
            self.changed()
        else:
            self.show_note("fetching directories ...")
            self._complete(self, self.directory)

    def offer(self, host: str, text: str, found: Directories) -> None:
        """Take directories of a host that begin with `text`: fill in what is common to all, and name them."""
        if (host, text) != (self.host, self.directory):
            return
        recent = tuple(dict.fromkeys((*found.recent, *self._recent())))
        if recent and text in ("", "~", "~/", self._untouched):
            self._offers = recent
            self._directory.text = recent[0]
            key = self.keymap.name("complete")
            self.show_note(f"{len(recent)} recent: {key} shows the next one; type to complete others")
            return
        if not found.matches:
            self.show_note("no directory begins with this")
            return
        if len(found.matches) == 1:
            self._directory.text = f"{found.matches[0]}/"
            self.show_note("")
        else:
            self._directory.text = common_start(found.matches)
            self.show_note("  ".join(path.rpartition("/")[2] for path in found.matches))


def common_start(texts: Sequence[str]) -> str:
    """Return what all texts begin with."""
    first, last = min(texts), max(texts)
    same = (place for place, letter in enumerate(first) if last[place : place + 1] != letter)
    return first[: next(same, len(first))]
