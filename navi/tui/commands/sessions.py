"""The commands that create, change and end sessions: which dialog opens, which action follows, what is reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from navi.config.navi_files import NaviFiles
from navi.config.reader import read_templates
from navi.config.settings import Settings
from navi.config.undo_list import UndoEntry, forget, last_killed, remember
from navi.core.address import LOCAL, address_of
from navi.core.launch import variables_of_caller
from navi.core.marks import retag
from navi.core.model import Session
from navi.core.text import clean, short_path
from navi.fleet import Fleet
from navi.ops import Operation, OperationError
from navi.ops.look.directories import Directories, directories
from navi.ops.outcome import undo_hint
from navi.ops.session.creation import STILL_STARTING, Created, check_name, new
from navi.ops.session.lifecycle import rename, undo
from navi.ops.session.losses import MOST_SESSIONS, Losses, losses
from navi.ops.session.marks import check_tags, mark, name_of_marks
from navi.ops.session.verbs import SESSION_VERBS, SessionVerb, VerbTarget
from navi.tui.commands.actions import PENDING, Action, Actions, ShowResult
from navi.tui.commands.drafts import Drafts
from navi.tui.commands.reports import answer_to, close_and_keep, report_on_sessions, selecting
from navi.tui.dialogs.dialog import Confirm, Form
from navi.tui.dialogs.fields import TextField
from navi.tui.dialogs.kill_dialog import KillDialog, may_lose
from navi.tui.dialogs.new_form import NewForm
from navi.tui.dialogs.rows import names_of, session_row
from navi.tui.dialogs.spawn_fields import SpawnFields
from navi.tui.screen_protocol import Screen
from navi.tui.style.theme import Glyphs

VERBS = {"kill": "kills", "dismiss": "dismisses"}
"""What a confirmation does, in words."""


class Spawner(Protocol):
    """What starts agents without a terminal."""

    def fields(self, like: Session | None) -> SpawnFields | None:
        """Return the fields of a form, filled in like a session; None where none can be started."""
        ...

    def spawn(self, fields: SpawnFields, host: str, directory: str, show_result: ShowResult) -> None:
        """Start an agent, and show the result."""
        ...


class SessionCommands:
    """The commands about sessions."""

    def __init__(
        self, fleet: Fleet, settings: Settings, actions: Actions, glyphs: Glyphs, screen: Screen, files: NaviFiles,
        spawner: Spawner | None = None,
    ) -> None:  # fmt: skip
        self._spawner = spawner
        self._fleet = fleet
        self._settings = settings
        self._actions = actions
        self._glyphs = glyphs
        self._screen = screen
        self._files = files
        self._state = files.state
        self._prompts = Drafts()

    # ---- asking and reporting

    def _confirm(self, verb: str, sessions: Sequence[Session], confirmed: Callable[[], None]) -> None:
        """Ask, with a table of the sessions; before a kill, with what may be lost."""
        title = f"{verb.capitalize()} {names_of(sessions)}?"
        question = f"{VERBS.get(verb, verb)} {'it' if len(sessions) == 1 else 'them'}"
        if verb != "kill":
            rows = [session_row(session, self._directory(session)) for session in sessions]
            self._screen.open(Confirm(self._glyphs, title, rows, question, confirmed, self._screen.close))
            return
        directories = list(map(self._directory, sessions))
        dialog = KillDialog(self._glyphs, title, sessions, directories, question, confirmed, self._screen.close)
        self._screen.open(dialog)
        for host in dict.fromkeys(session.host for session in sessions):
            self._look(dialog, [session for session in sessions if session.host == host and may_lose(session)])

    def _look(self, dialog: KillDialog, sessions: Sequence[Session]) -> None:
        """Ask a host what may be lost with sessions, a few at a time, for as long as the dialog is open."""
        if not sessions or not self._screen.shows(dialog):
            return
        now, later = sessions[:MOST_SESSIONS], sessions[MOST_SESSIONS:]

        def done(found: tuple[Losses, ...]) -> str:
            dialog.put(now, found)
            return ""

        def show_result(words: str, style: str) -> None:
            if style == "fault":
                dialog.put(now, words)
            self._look(dialog, later)

        self._actions.order(Action(now[0].host, "", losses(now), done, looks=True), show_result)

    def _directory(self, session: Session) -> str:
        frame = self._fleet.view(session.host).frame
        return short_path(session.cwd, frame.home if frame else "")

    def _do(self, verb: str, sessions: Sequence[Session], make: Callable[[Session], Action], hint: str = "") -> None:
        """Carry out an action on each session. Show one result at the bottom of the screen, several in a table, with a
        hint below it.

        Raise OperationError if there is no action for the only session.
        """
        if len(sessions) == 1:
            action = make(sessions[0])
            show_result = selecting(self._screen.show_message, self._screen.ordered(), sessions[0])
            self._actions.order(action, show_result)
            return
        each = [(session, self._made(make, session)) for session in sessions]
        report_on_sessions(self._screen, self._actions, verb, each, self._screen.ordered()).hint(hint)

    def _made(self, make: Callable[[Session], Action], session: Session) -> Action | str:
        """Return the action on a session, or why there is none."""
        try:
            return make(session)
        except OperationError as error:
            return str(error)

    def _submit(self, form: Form, action: Action) -> None:
        """Carry out the action of a form, which shows a failure and keeps what was typed."""
        form.busy = True
        form.show_note(f"{action.operation.name} on {action.host} ...")
        self._actions.order(action, answer_to(form, self._screen))

    def _action(self, session: Session, operation: Operation[Any], then: Callable[[Any], None]) -> Action:
        """Return the action that carries an operation out on a session, and then calls `then` with its answer."""

        def done(answer: object) -> str:
            then(answer)
            return operation.report(session.address, answer)

        return Action(session.host, session.address, operation, done)

    # ---- verbs that do the same to each session

    def change(self, name: str, sessions: Sequence[Session]) -> None:
        """Carry out a verb of SESSION_VERBS on sessions, after asking where something may be lost.

        Raise OperationError if it can't be carried out on the only session.
        """
        verb = SESSION_VERBS[name]
        off = all(verb.on(session) for session in sessions)

        def confirmed() -> None:
            key = self._screen.key_of("undo")
            hint = f"{key} brings back the last one, {key} again the one before" if verb.undoable else ""
            several = len(sessions) > 1
            self._do(name, sessions, lambda session: self._change(verb, session, off, not several), hint)

        if len(sessions) >= verb.asks_from:
            self._confirm(name, sessions, confirmed)
        else:
            confirmed()

    def _change(self, verb: SessionVerb, session: Session, off: bool, hints: bool) -> Action:
        operation = verb.operation(VerbTarget(session, session, self._settings.agents, off))

        def done(answer: Any) -> str:
            words = operation.report(session.address, answer)
            if not verb.undoable:
                return words
            if answer.undo_id:
                killed = UndoEntry(session.host, answer.undo_id, session.address)
                remember(self._state, killed)
                self._screen.offer_undo(killed)
            return words + (undo_hint(answer.undo_id, self._screen.key_of("undo")) if hints else "")

        return Action(session.host, session.address, operation, done)

    # ---- restoring

    @property
    def last_killed(self) -> UndoEntry | None:
        """The session that `undo` restores: the one that the footer offers, although another program may have killed
        one since, or else the last one of all programs.
        """
        hosts = {view.name for view in self._fleet.views}
        offered = self._screen.offered_undo
        killed = [offered, *last_killed(self._state)] if offered else last_killed(self._state)
        return next((one for one in killed if one.host in hosts), None)

    def undo(self) -> None:
        """Restore the session that the footer offers, or else the one that was killed last, also by `navi kill`."""
        last = self.last_killed
        if last is None:
            self._screen.show_message("no session was killed from this machine lately; nothing to undo")
            return
        forget(self._state, last)
        self._screen.withdraw_undo(last)
        place = self._screen.place
        operation = undo(last.undo_id, last.address.removeprefix(f"{last.host}/"), self._variables(last.host))

        def done(created: Created) -> str:
            forget(self._state, last)
            self._screen.withdraw_undo(last)
            self._screen.expect(_is_created(last.host, created), place)
            return operation.report(last.address, created)

        def show_result(words: str, style: str) -> None:
            if style in ("fault", PENDING):
                remember(self._state, last)
            if style == "fault":
                self._screen.offer_undo(last)
            self._screen.show_message(words, style)

        self._actions.order(Action(last.host, last.address, operation, done), show_result)

    # ---- changing

    def rename(self, session: Session) -> None:
        """Ask for a new name, and rename the session."""
        field = TextField("name", session.name, longest=200)
        form = _OneField(self._glyphs, f"Rename {names_of([session])}", field, lambda: submit(), self._screen.close)

        def submit() -> None:
            try:
                name = check_name(field.text)
                if name == session.name:
                    self._screen.close()
                    return
                renamed = lambda now: self._screen.expect(_has_key(session.host, now, session.key[2]), form)  # noqa: E731
                self._submit(form, self._action(session, rename(session, name), renamed))
            except OperationError as error:
                form.show_fault(str(error))

        self._screen.open(form)

    def tag(self, session: Session) -> None:
        """Ask for the tags of a session, and change them."""
        field = TextField("tags", " ".join(session.marks.tags), hint="words, with blanks between them")
        form = _OneField(self._glyphs, f"Tags of {names_of([session])}", field, lambda: submit(), self._screen.close)

        def submit() -> None:
            try:
                name, changes = name_of_marks(session), retag(session.marks.tags, check_tags(field.text))
            except OperationError as error:
                form.show_fault(str(error))
                return
            if changes:
                self._submit(form, self._action(session, mark(name, changes), lambda _: None))
            else:
                self._screen.close()

        self._screen.open(form)

    # ---- creating

    def new(self, session: Session | None, host: str = "") -> None:
        """Ask for a new session's host and command, and create it. `session` presets host and directory, but on
        another `host` if one is given.
        """
        self._open_new(session, name="", runs="", host=host)

    def clone(self, session: Session) -> None:
        """Ask for a new session like this one, and create it."""
        self._open_new(session, name=f"{session.label}-2", runs=session.agent or "shell")

    def _open_new(self, session: Session | None, name: str, runs: str, host: str = "") -> None:
        templates, problems = read_templates(self._files.templates, self._settings.agents)
        spawning = self._spawner.fields(session if runs else None) if self._spawner else None
        keep = partial(self._prompts.keep, session.key if session and runs else "new")
        form = NewForm(
            self._glyphs, self._fleet.configured, self._settings.agents, templates, session, _current_directory(),
            name, runs, lambda: self._create(form, keep), self._complete,
            lambda: close_and_keep(self._screen, form.busy, spawning.prompt if spawning else "", keep), spawning, host,
        )  # fmt: skip
        if spawning:
            spawning.area.text = self._prompts.of(session.key if session and runs else "new")
        if problems:
            form.show_fault(str(problems[0]))
        self._screen.open(form)

    def _create(self, form: NewForm, keep: Callable[[str], None]) -> None:
        host = form.host
        attach = form.attach
        if form.spawns and self._spawner:
            self._spawn(self._spawner, form, form.spawns, keep)
            return
        try:
            variables = (*self._variables(host), *form.launch.variables)
            operation = new(form.name, form.directory, form.launch._replace(variables=variables))
        except OperationError as error:
            form.show_fault(str(error))
            return

        def done(created: Created) -> str:
            self._screen.expect(_is_created(host, created), form, attach)
            words = operation.report(address_of(host, created.name), created)
            return f"{words}; {STILL_STARTING}" if created.slow else words

        def late(created: Created) -> None:
            self._screen.expect(_is_created(host, created), form)

        self._submit(form, Action(host, address_of(host, form.name), operation, done, late))

    def _spawn(self, spawner: Spawner, form: NewForm, fields: SpawnFields, keep: Callable[[str], None]) -> None:
        if not fields.prompt:
            form.show_fault("the prompt is empty")
            return
        keep("")
        form.busy = True
        form.show_note(f"starting an agent on {clean(form.host)} ...")
        spawner.spawn(fields, form.host, form.directory, answer_to(form, self._screen, lambda: keep(fields.prompt)))

    def _variables(self, host: str) -> tuple[str, ...]:
        """Return the variables that a session on that host gets from navi's own environment."""
        return variables_of_caller(self._files.environment) if host == LOCAL else ()

    def _complete(self, form: NewForm, text: str) -> None:
        """Ask the form's host for directories that begin with what was typed."""
        host = form.host

        def done(found: Directories) -> str:
            form.offer(host, text, found)
            return ""

        def show_result(words: str, style: str) -> None:
            if style == "fault" and form.host == host:
                form.show_fault(words)

        action = Action(host, "", directories(text), done)
        self._actions.order(action, show_result)


class _OneField(Form):
    """A form with one field."""

    widest = 64

    def __init__(
        self, glyphs: Glyphs, title: str, field: TextField, submit: Callable[[], None], close: Callable[[], None]
    ) -> None:
        super().__init__(glyphs, title, submit, close)
        self._field = field

    def fields(self) -> Sequence[TextField]:
        """Return the one field."""
        return (self._field,)


def _is_created(host: str, created: Created) -> Callable[[Session], bool]:
    """Return what tells a session that was created there from one of the same name on another tmux server."""

    def is_it(session: Session) -> bool:
        panes = session.tmux.panes if session.tmux and session.host == host else ()
        return any(pane.process == created.process for pane in panes)

    return is_it


def _has_key(*key: str) -> Callable[[Session], bool]:
    return lambda session: session.key == key and session.tmux is not None


def _current_directory() -> str:
    """Return the directory that navi was started in, "" where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""
