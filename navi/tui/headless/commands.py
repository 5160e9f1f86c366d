"""The commands about sessions without a terminal: each asks the hub, in the background, and reports what it answers."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from navi.config.person import user_and_machine
from navi.core.address import LOCAL
from navi.core.headless import INTERRUPTIBLE, HeadlessStatus
from navi.core.listing import SessionKey
from navi.core.model import Session
from navi.core.text import clean
from navi.tui.commands.actions import ShowResult
from navi.tui.commands.drafts import Drafts, subject_of_all
from navi.tui.commands.reports import answer_to, close_and_keep, put_in, report_on_work, selecting
from navi.tui.dialogs.dialog import Confirm, Subject
from navi.tui.dialogs.message_form import MessageForm
from navi.tui.dialogs.rows import names_of
from navi.tui.dialogs.spawn_fields import SpawnFields
from navi.tui.headless.modes import choose_mode, set_mode
from navi.tui.pages.page import Services
from navi.tui.screen_protocol import Screen
from navi.tui.style.paint import Line
from navi.tui.style.theme import status_style
from navi.tui.terminal_programs import TerminalPrograms

if TYPE_CHECKING:
    from navi.headless.trio_client import TrioHubClient

HubRequest = Callable[["TrioHubClient"], Awaitable[str]]
"""Asks the hub for something, and returns what is reported."""

SHORT = 200
"""Bytes of a line that nobody reads."""

STORED = "what is stored of the one so far, of which its agent has no record"


class HeadlessCommands:
    """`has_hub` says whether one is connected. A message that was not sent is kept for the next form."""

    def __init__(
        self, services: Services, screen: Screen, programs: TerminalPrograms, has_hub: Callable[[], bool]
    ) -> None:
        self._has_hub = has_hub
        self._services = services
        self._screen = screen
        self._programs = programs
        self._drafts = Drafts()
        self._names: dict[tuple[SessionKey, str], str] = {}

    # ---- asking the hub

    def order(self, work: HubRequest, show_result: ShowResult) -> None:
        """Ask the hub for something in the background, and show the result."""
        self._services.background.start(partial(self._carry_out, work, show_result))

    async def _carry_out(self, work: HubRequest, show_result: ShowResult) -> None:
        from navi.headless.trio_client import connected
        from navi.ops import OperationError

        try:
            async with connected(self._services.hub_folder) as hub:
                words = await work(hub)
        except OperationError as error:
            show_result(str(error), "fault")
        else:
            show_result(words, "good")

    def _each(
        self, title: str, sessions: Sequence[Session], work: Callable[[Session], HubRequest],
        failed: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Do the same to each session; show one result in the footer, several in a table. `failed` is called for each
        that fails.
        """
        again = self._screen.ordered()
        if len(sessions) == 1:
            self.order(work(sessions[0]), selecting(self._screen.show_message, again, sessions[0]))
            return
        report = report_on_work(self._screen, title, list(map(subject_in_table, sessions)))
        for one in sessions:
            self.order(work(one), selecting(put_in(report, name_in_table(one), failed), again, one))

    # ---- messages

    def message(self, sessions: Sequence[Session]) -> None:
        """Ask for a text, and send it. An agent that has ended goes on with it."""
        keep = partial(self._drafts.keep, subject_of_all(sessions))
        form = MessageForm(
            self._services.glyphs, _title("Message to", sessions), self._drafts.of(subject_of_all(sessions)),
            lambda: self._submit(form, sessions, keep),
            lambda: close_and_keep(self._screen, form.busy, form.text, keep),
        )  # fmt: skip
        self._screen.open(form)
        form.show_note(_consequence(sessions))

    def _submit(self, form: MessageForm, sessions: Sequence[Session], keep: Callable[[str], None]) -> None:
        text = form.text
        if not text.strip():
            form.show_fault("there is nothing to send")
        elif len(sessions) > 1:
            keep("")
            self._each("Send", sessions, lambda one: self._sending(one, text), lambda: keep(text))
        else:
            keep("")
            again = self._screen.ordered()
            form.busy = True
            form.show_note(f"sending to {clean(sessions[0].called)} ...")
            show_result = answer_to(form, self._screen, lambda: keep(text))
            self.order(self._sending(sessions[0], text), selecting(show_result, again, sessions[0]))

    def _sending(self, session: Session, text: str) -> HubRequest:
        """Return what sends a text. One that failed has the same name when it is sent again: the hub takes it once."""
        which = (session.key, text)

        async def work(hub: TrioHubClient) -> str:
            words = await _send(session, text, self._names.setdefault(which, str(uuid.uuid4())), hub)
            self._names.pop(which, None)
            return words

        return work

    # ---- ending turns and agents

    def interrupt(self, sessions: Sequence[Session]) -> None:
        """Ask, and end the turns of agents that are at work or ask something."""
        busy = [one for one in sessions if one.word in INTERRUPTIBLE]
        if not busy:
            quits = f"{self._screen.key_of('quit')} quits navi"
            self._screen.show_message(f"no agent works in {names_of(sessions)}; {quits}")
            return
        does = f"interrupts {'it' if len(busy) == 1 else 'them'}"
        self._confirm("Interrupt", busy, does, lambda: self._each("Interrupt", busy, lambda s: partial(_interrupt, s)))

    def mode(self, sessions: Sequence[Session]) -> None:
        """Show the permission modes of agents, and give them the chosen one."""
        living = [one for one in sessions if one.headless and not one.headless.over]
        if not living:
            key = self._screen.key_of("resume")
            self._screen.show_message(f"no agent runs in {names_of(sessions)}; {key} resumes it")
            return
        chosen = lambda mode: self._each("Mode", living, lambda one: partial(set_mode, one, mode))  # noqa: E731
        choose_mode(self._screen, self._services.glyphs, _title("Permission mode of", living), living, chosen)

    def kill(self, sessions: Sequence[Session]) -> None:
        """Ask, and end agents. Their conversations stay, and can be resumed."""
        living = [one for one in sessions if one.headless and not one.headless.over]
        if not living:
            keys = f"{self._screen.key_of('dismiss')} takes it off the list"
            self._screen.show_message(f"the agent of {names_of(sessions)} has ended already; {keys}")
            return
        agents = "its agent" if len(living) == 1 else "their agents"
        if all(one.headless and one.headless.ends_later for one in living):
            does = f"lets {agents} go on, which {'was' if len(living) == 1 else 'were'} to end when reached again"
            self._confirm("Do not end", living, does, lambda: self._each("Go on", living, lambda s: partial(_go_on, s)))
            return
        does = f"ends {agents}{_when(living)}; {self._screen.key_of('resume')} goes on with the conversation"
        hints = (f"{self._screen.key_of('resume')} goes on with its conversation", self._screen.key_of("kill"))
        end = partial(_end, hints=hints)
        self._confirm("End", living, does, lambda: self._each("End", living, lambda one: partial(end, one)))

    def dismiss(self, sessions: Sequence[Session]) -> None:
        """Take sessions whose agents have ended off the list."""
        self._each("Dismiss", sessions, lambda one: partial(_dismiss, one))

    def resume(self, sessions: Sequence[Session]) -> None:
        """Go on with the conversations of agents that have ended. Ask first where that is a new conversation."""
        lost = [one for one in sessions if one.headless and one.headless.lost]

        def confirmed() -> None:
            self._each("Resume", sessions, lambda one: partial(_resume, one, ""))

        if lost:
            self._confirm("Begin anew", lost, f"begins a new conversation with {STORED}", confirmed)
        else:
            confirmed()

    def _confirm(self, verb: str, sessions: Sequence[Session], does: str, confirmed: Callable[[], None]) -> None:
        table = [_row(one) for one in sessions]
        title = f"{_title(verb, sessions)}?"
        self._screen.open(Confirm(self._services.glyphs, title, table, does, confirmed, self._screen.close))

    # ---- opening in a terminal

    def open_in_terminal(self, session: Session) -> None:
        """Ask, and let the session go on in a terminal, for good."""
        agent = session.headless
        if agent and agent.status == HeadlessStatus.DISCONNECTED:
            words = "its host can't be reached, so that its agent may still run; nothing was opened"
            self._screen.show_message(f"{clean(session.called)}: {words}", "fault")
            return
        ends = "" if agent and agent.over else "ends its agent, and "
        does = f"{ends}goes on with the conversation in tmux, for good"
        table: list[Line] = [_row(session), [("dim", f" {self._screen.key_of('watch')} shows it here, as it is")]]
        if behind := _stays_behind(session):
            table.append([("notice", f" {behind}")])
        title = f"Open {names_of([session])} in a terminal?"
        confirmed = partial(self._programs.open_in_terminal, session)
        self._screen.open(Confirm(self._services.glyphs, title, table, does, confirmed, self._screen.close))

    # ---- beginning

    def fields(self, like: Session | None) -> SpawnFields | None:
        """Return the fields of an agent without a terminal, None where no hub is connected."""
        if not self._has_hub():
            return None
        from navi.headless.harness import HARNESSES

        harnesses = [(one.id, one.name) for one in HARNESSES.values()]
        agent = like.headless if like else None
        return SpawnFields(harnesses, agent.harness, agent.model, agent.mode) if agent else SpawnFields(harnesses)

    def spawn(self, fields: SpawnFields, host: str, directory: str, show_result: ShowResult) -> None:
        """Start an agent without a terminal; the cursor goes there, unless the user has gone on."""
        place = self._screen.place

        async def work(hub: TrioHubClient) -> str:
            made = await hub.ask(
                "POST", "/api/sessions/spawn", prompt=fields.prompt, cwd=directory, host=host, harness=fields.harness,
                model=fields.model, permission_mode=fields.mode, title=fields.title, by=user_and_machine(),
            )  # fmt: skip
            id = str(made["session_id"])
            self._screen.expect(lambda session: session.headless is not None and session.name == id, place)
            new = "; the first one in its folder: it runs that folder's hooks and servers without asking"
            return f"spawned {id}{new if made.get('new_folder') else ''}"

        self.order(work, show_result)


# ---- what is asked of the hub


def _path(session: Session, last: str = "") -> str:
    return f"/api/sessions/{session.name}{last}"


async def _send(session: Session, text: str, name: str, hub: TrioHubClient) -> str:
    if session.headless and session.headless.over:
        return await _resume(session, text, hub)
    message = {"type": "user_message", "uuid": name, "content": text, "by": user_and_machine()}
    await hub.tell({**message, "session_id": session.name})
    reached = session.headless is None or session.headless.status != HeadlessStatus.DISCONNECTED
    label = session.called
    return f"sent to {label}" if reached else f"kept for {label} until its host can be reached"


async def _resume(session: Session, text: str, hub: TrioHubClient) -> str:
    """Go on with a conversation, or begin another one with what is stored of it, if its agent has no record of it."""
    anew = session.headless is not None and session.headless.lost
    await hub.ask("POST", _path(session, "/resume"), prompt=text, by=user_and_machine(), anew=anew)
    return f"{session.called} goes on {'in a new' if anew else 'with its'} conversation"


async def _interrupt(session: Session, hub: TrioHubClient) -> str:
    await hub.tell({"type": "interrupt", "session_id": session.name, "by": user_and_machine()})
    return f"asked the agent of {session.called} to end its turn"


async def _dismiss(session: Session, hub: TrioHubClient) -> str:
    await hub.ask("POST", _path(session, "/archive"))
    return f"{session.called} is off the list; its transcript stays: navi capture {session.address}"


async def _go_on(session: Session, hub: TrioHubClient) -> str:
    await hub.ask("DELETE", _path(session, "/end"))
    return f"the agent of {session.called} goes on"


async def _end(session: Session, hub: TrioHubClient, hints: tuple[str, str]) -> str:
    """End an agent, and wait for the proof that it has ended; or have that done when its host is reached again."""
    from navi.ops import OperationError

    after, kill = hints
    info = await hub.ask("GET", _path(session, "/info"))
    try:
        ended = await hub.end(info, user_and_machine(), SHORT)
    except OperationError as error:
        raise OperationError(f"{session.called}: {error}", error.status) from error
    if not ended:
        return f"{session.called} ends when its host can be reached; {kill} again lets it go on"
    return f"ended {session.called}; {after}"


# ---- words


def name_in_table(session: Session) -> str:
    """Return what a session is called among others: titles may be the same."""
    return f"{session.called} {session.name[-4:]}"


def subject_in_table(session: Session) -> Subject:
    """Return what a row of results about a session is about."""
    host = "" if session.host == LOCAL else clean(session.host)
    name = f"{session.short_label} {session.name[-4:]}"
    return Subject(name_in_table(session), clean(name), host, clean(session.called))


def _title(verb: str, sessions: Sequence[Session]) -> str:
    return f"{verb} {names_of(sessions)}"


def _when(sessions: Sequence[Session]) -> str:
    """Say when agents are ended, where that is not at once."""
    away = sum(one.headless is not None and one.headless.status == HeadlessStatus.DISCONNECTED for one in sessions)
    if not away:
        return ""
    return " as soon as its host can be reached" if len(sessions) == 1 else f", {away} when their hosts can be reached"


def _consequence(sessions: Sequence[Session]) -> str:
    """Say what becomes of a message, where that is not plain."""
    agents = [one.headless for one in sessions if one.headless]
    if any(one.lost for one in agents):
        return f"it begins a new conversation with {STORED}, and this message"
    if any(one.over for one in agents):
        return "its agent has ended; it goes on with its conversation and this message"
    if any(one.ends_later for one in agents):
        return "its agent ends when its host can be reached; the message is kept until it is resumed"
    if any(one.status == HeadlessStatus.DISCONNECTED for one in agents):
        return "its host can't be reached; the message is kept, and handed over when it can be"
    return ""


def _stays_behind(session: Session) -> str:
    """Say what of its permission mode and model an agent does not have in a terminal, "" if it has all of it."""
    from navi.headless.harness import HARNESSES
    from navi.headless.modes import stays_behind

    agent = session.headless
    return stays_behind(HARNESSES.get(agent.harness), agent.mode, agent.model) if agent else ""


def _row(session: Session) -> Line:
    return [
        ("name", f" {clean(session.called)}"), ("key", " Remote"),
        (status_style(session.status.word), f"  {clean(session.word)}"), ("dim", f"  {clean(session.message)}"),
    ]  # fmt: skip
