"""The commands that begin, change and end sessions: which dialog asks, which action follows, what is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from navi.config.places import Places
from navi.config.reader import read_templates
from navi.config.settings import Settings
from navi.config.undo_list import Killed, forget, last_killed, remember
from navi.core.address import LOCAL, address_of
from navi.core.model import HostView, Session
from navi.core.text import clean, short_path
from navi.fleet import Fleet
from navi.ops import OperationError
from navi.ops.directories import Directories, directories
from navi.ops.lifecycle import (
    Created,
    check_name,
    dismiss,
    identity,
    kill,
    launch_again,
    new,
    new_keep,
    rename,
    undo,
)
from navi.ops.marks import check_tags, mark, retag, shown
from navi.tui.actions import Action, Actions, Tell, living
from navi.tui.dialogs.dialog import Confirm, Dialog, Form, Report
from navi.tui.dialogs.fields import TextField
from navi.tui.dialogs.new_form import NewForm
from navi.tui.paint import Line
from navi.tui.theme import Glyphs, status_style


class Stage(Protocol):
    """What the commands need of the screen."""

    def open(self, dialog: Dialog) -> None:
        """Put a dialog on the screen, in place of one that is there."""
        ...

    def close(self) -> None:
        """Take the dialog away."""
        ...

    def shows(self, dialog: Dialog) -> bool:
        """Whether that dialog is on the screen."""
        ...

    def tell(self, words: str, style: str = "notice") -> None:
        """Say something at the foot of the screen."""
        ...

    def expect(self, host: str, name: str, attach: bool) -> None:
        """Put the cursor on a session as soon as it is listed, and attach to it if asked."""
        ...


class Lifecycle:
    """One method for each command; the sessions are those that are selected."""

    def __init__(
        self, fleet: Fleet, settings: Settings, actions: Actions, glyphs: Glyphs, stage: Stage, places: Places
    ) -> None:
        self._fleet = fleet
        self._settings = settings
        self._actions = actions
        self._glyphs = glyphs
        self._stage = stage
        self._places = places
        self._state = places.state

    # ---- asking and telling

    def _confirm(self, verb: str, sessions: Sequence[Session], make: Callable[[Session], Action]) -> None:
        """Ask, with a table of what will happen, and then do it."""
        table = [self._row(session) for session in sessions]
        title = f"{verb} {_names(sessions)}?"
        self._stage.open(
            Confirm(
                self._glyphs, title, table, f"{verb.lower()}s {'it' if len(sessions) == 1 else 'them'}",
                lambda: self._do(verb, [make(session) for session in sessions]), self._stage.close,
            )
        )  # fmt: skip

    def _row(self, session: Session) -> Line:
        view = self._fleet.view(session.host)
        word = session.status.word
        return [
            ("name", f" {clean(session.name)}"),
            ("host", f" [{clean(view.name)}]"),
            (status_style(word), f"  {clean(word)}"),
            ("dim", f"  {short_path(session.cwd, view.frame.home if view.frame else '')}"),
        ]

    def _do(self, verb: str, actions: Sequence[Action]) -> None:
        """One result is told at the foot of the screen; more make a table."""
        if len(actions) == 1:
            self._actions.order(actions, lambda _: self._stage.tell)
            return
        report = Report(self._glyphs, verb, [action.about for action in actions], self._stage.close)
        self._stage.open(report)
        self._actions.order(actions, lambda action: lambda words, style: report.put(action.about, words, style))

    def _hand_in(self, form: Form, action: Action) -> None:
        """Do what a form asks for. A failure stands in the form, which keeps what was typed."""
        form.busy = True
        form.tell(note=f"{action.operation.name} on {action.host} ...")
        self._actions.order([action], lambda _: self._answer_to(form))

    def _answer_to(self, form: Form) -> Tell:
        def tell(words: str, style: str) -> None:
            form.busy = False
            if style == "fault" and self._stage.shows(form):
                form.tell(fault=words)
                return
            if self._stage.shows(form):
                self._stage.close()
            self._stage.tell(words, style)

        return tell

    # ---- ending and bringing back

    def kill(self, sessions: Sequence[Session]) -> None:
        """End sessions, after asking."""
        self._confirm("Kill", sessions, self._kill)

    def _kill(self, session: Session) -> Action:
        keep = new_keep()
        line, more = launch_again(session, self._settings.agents)

        def done(kept: str) -> str:
            if kept:
                remember(self._state, Killed(session.host, kept, session.address))
            if session.tmux is None:
                return f"removed the status file of {session.address}"
            return f"killed {session.address}" + ("; u brings it back" if kept else "; nothing could be kept of it")

        def happened(view: HostView) -> bool:
            return living(view, session) is None

        operation = kill(session, keep, line, more)
        return Action(session.host, session.address, operation, done, happened, lambda: done(keep))

    def undo(self) -> None:
        """Bring back what was killed last, from here or by `navi kill`."""
        hosts = {view.name for view in self._fleet.views}
        last = next((killed for killed in last_killed(self._state) if killed.host in hosts), None)
        if last is None:
            self._stage.tell("nothing was killed from this machine lately")
            return
        forget(self._state, last)

        def done(created: Created) -> str:
            self._stage.expect(last.host, created.name, False)
            return f"{last.address} is back"

        def tell(words: str, style: str) -> None:
            if style == "fault":
                remember(self._state, last)
            self._stage.tell(words, style)

        operation = undo(last.keep)
        action = Action(
            last.host, last.address, operation, done, lambda view: _has(view, last.address),
            lambda: forget(self._state, last),
        )  # fmt: skip
        self._actions.order([action], lambda _: tell)

    # ---- changing

    def rename(self, session: Session) -> None:
        """Ask for another name, and give it."""
        field = TextField("name", session.name, longest=200)
        form = _OneField(self._glyphs, f"Rename {_names([session])}", field, lambda: submit(), self._stage.close)

        def submit() -> None:
            try:
                name = check_name(field.text)
                if name == session.name:
                    self._stage.close()
                    return
                self._hand_in(form, self._rename(session, name))
            except OperationError as error:
                form.tell(fault=str(error))

        self._stage.open(form)

    def _rename(self, session: Session, name: str) -> Action:
        def done(_: object) -> str:
            self._stage.expect(session.host, name, False)
            return f"{session.address} is {name} now"

        return Action(
            session.host, session.address, rename(session, name), done,
            lambda view: (now := living(view, session)) is not None and now.name == name,
            lambda: self._stage.expect(session.host, name, False),
        )  # fmt: skip

    def dismiss(self, sessions: Sequence[Session]) -> None:
        """Take the notice of sessions for known. It loses nothing, so only many are asked about."""
        if len(sessions) > 1:
            self._confirm("Dismiss", sessions, self._dismiss)
        else:
            self._do("Dismiss", [self._dismiss(session) for session in sessions])

    def _dismiss(self, session: Session) -> Action:
        return Action(
            session.host, session.address, dismiss(session),
            lambda _: f"dismissed {session.address}", lambda view: _dismissed(view, session),
        )  # fmt: skip

    # ---- marking

    def bookmark(self, sessions: Sequence[Session]) -> None:
        """Bookmark sessions, or take it back if all of them are."""
        change = "-b" if all(session.marks.bookmarked for session in sessions) else "+b"
        words = "bookmarked" if change == "+b" else "no longer bookmarked:"
        self._do("Bookmark", [self._mark(session, (change,), words) for session in sessions])

    def tag(self, session: Session) -> None:
        """Ask for the tags of a session."""
        field = TextField("tags", " ".join(session.marks.tags), hint="words, with blanks between them")
        form = _OneField(self._glyphs, f"Tags of {_names([session])}", field, lambda: submit(), self._stage.close)

        def submit() -> None:
            try:
                changes = retag(session.marks.tags, check_tags(field.text))
            except OperationError as error:
                form.tell(fault=str(error))
                return
            if changes:
                self._hand_in(form, self._mark(session, changes, "tagged"))
            else:
                self._stage.close()

        self._stage.open(form)

    def _mark(self, session: Session, changes: tuple[str, ...], words: str) -> Action:
        operation = mark(session.name, changes)

        def happened(view: HostView) -> bool:
            return any(one.key == session.key and shown(one.marks, changes) for one in view.sessions)

        return Action(session.host, session.address, operation, lambda _: f"{words} {session.address}", happened)

    # ---- beginning

    def new(self, session: Session | None) -> None:
        """Ask where and what, and create it. `session` presets machine and directory."""
        self._open_new(session, name="", runs="")

    def clone(self, session: Session) -> None:
        """Ask for a session like this one."""
        self._open_new(session, name=f"{session.name}-2", runs=session.agent or "shell")

    def _open_new(self, session: Session | None, name: str, runs: str) -> None:
        templates, problems = read_templates(self._places.templates, self._settings.agents)
        form = NewForm(
            self._glyphs, self._fleet.views, self._settings.agents, templates, session, name, runs,
            lambda: self._create(form), self._complete, self._stage.close,
        )  # fmt: skip
        if problems:
            form.tell(fault=str(problems[0]))
        self._stage.open(form)

    def _create(self, form: NewForm) -> None:
        host = self._fleet.host(form.host)
        attach = form.attach
        name = form.name

        def done(created: Created) -> str:
            self._stage.expect(host.name, created.name, attach)
            slow = "; its shell is still starting" if created.slow else ""
            return f"created {clean(created.name)} on {host.name}{slow}"

        try:
            operation = new(name, form.directory, form.launch)
        except OperationError as error:
            form.tell(fault=str(error))
            return
        address = address_of(host.name, name)
        taken = _has(self._fleet.view(host.name), address)  # then a view tells nothing
        action = Action(
            host.name, address, operation, done, lambda view: None if taken else _has(view, address),
            lambda: self._stage.expect(host.name, name, False),
        )  # fmt: skip
        self._hand_in(form, action)

    def _complete(self, form: NewForm, text: str) -> None:
        """Ask the form's machine for directories that begin so."""

        def done(found: Directories) -> str:
            form.offer(text, found)
            return ""

        host = self._fleet.host(form.host)

        def tell(words: str, style: str) -> None:
            if style == "fault":
                form.tell(fault=words)

        action = Action(host.name, "", directories(text), done, lambda _: None)
        self._actions.order([action], lambda _: tell)


class _OneField(Form):
    """A form with one field."""

    def __init__(
        self, glyphs: Glyphs, title: str, field: TextField, submit: Callable[[], None], close: Callable[[], None]
    ) -> None:
        super().__init__(glyphs, title, submit, close)
        self._field = field

    def fields(self) -> Sequence[TextField]:
        """The one."""
        return (self._field,)


def _names(sessions: Sequence[Session]) -> str:
    if len(sessions) > 1:
        return f"{len(sessions)} sessions"
    host = "on this machine" if sessions[0].host == LOCAL else f"on {clean(sessions[0].host)}"
    return f"{clean(sessions[0].name)} {host}"


def _has(view: HostView, address: str) -> bool:
    return any(session.address == address and session.tmux for session in view.sessions)


def _dismissed(view: HostView, session: Session) -> bool:
    """Whether its file has no message any more, and is about something newer."""
    files = [one.file for one in view.sessions if identity(one) == identity(session)]
    return any(file is not None and not file.message and file.status == "working" for file in files)
