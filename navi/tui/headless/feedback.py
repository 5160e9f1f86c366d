"""Feedback to agents in terminals: it waits at the hub until the agent's turn ends, when its hook hands it over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from navi.config.person import user_and_machine
from navi.core.model import Session
from navi.core.text import clean
from navi.hosts import HostError
from navi.tui.commands.drafts import Drafts
from navi.tui.commands.reports import answer_to, close_and_keep
from navi.tui.dialogs.message_form import MessageForm
from navi.tui.headless.commands import HeadlessCommands
from navi.tui.pages.page import Services
from navi.tui.screen_protocol import Screen

if TYPE_CHECKING:
    from navi.headless.trio_client import TrioHubClient

WHEN = "its agent gets it at the end of its turn"


class FeedbackCommands:
    """Asks for feedback and sends it. What was not sent is kept for the next form for its session."""

    def __init__(self, services: Services, commands: HeadlessCommands, screen: Screen) -> None:
        self._services = services
        self._commands = commands
        self._screen = screen
        self._drafts = Drafts()

    def feedback(self, session: Session) -> None:
        """Ask for a text, and send it to the session's agent. Raise OperationError if that takes none."""
        if session.headless:
            key = self._screen.key_of("message")
            self._screen.show_message(f"an agent without a terminal takes messages at any time; {key} sends one")
            return
        from navi.headless.feedback import conversation_of

        conversation = conversation_of(session)
        keep = partial(self._drafts.keep, session.key)
        form = MessageForm(
            self._services.glyphs, f"Feedback to {clean(session.called)}", self._drafts.of(session.key),
            lambda: self._submit(form, session, conversation),
            lambda: close_and_keep(self._screen, form.busy, form.text, keep),
        )  # fmt: skip
        self._screen.open(form)
        form.show_note(_consequence(session))

    def _submit(self, form: MessageForm, session: Session, conversation: str) -> None:
        text = form.text
        if not text.strip():
            form.show_fault("there is nothing to send")
            return
        self._drafts.keep(session.key, "")
        form.busy = True
        form.show_note(f"sending to {clean(session.called)} ...")
        work = partial(self._send, session, conversation, text)
        self._commands.order(work, answer_to(form, self._screen, lambda: self._drafts.keep(session.key, text)))

    async def _send(self, session: Session, conversation: str, text: str, hub: TrioHubClient) -> str:
        """Send feedback; an agent that takes none yet is to take it from now on."""
        from navi.headless.feedback import taking

        found = await hub.ask("GET", f"/api/sessions/by-claude-session/{conversation}")
        id = taking(found["sessions"], session.host) or await self._begin(session, conversation, hub)
        sent = await hub.ask("POST", f"/api/sessions/{id}/feedback", content=text, by=user_and_machine())
        before = int(sent["position"]) - 1
        after = f", after {before} before it" if before else ""
        return f"queued for {session.called}{after}: {WHEN}"

    async def _begin(self, session: Session, conversation: str, hub: TrioHubClient) -> str:
        """Let the agent take feedback; return the id that the session has for the hub."""
        from navi.headless.feedback import check_hooks
        from navi.ops import OperationError
        from navi.ops.hooks.files import look_at_hooks

        fleet = self._services.fleet
        try:
            folder = fleet.host(session.host).settings.sessions_dir
            check_hooks(await fleet.ask(session.host, look_at_hooks(folder)), session.host)
        except KeyError:
            raise OperationError(f"{session.host} is not a host in remotes.yaml") from None
        except HostError as error:
            raise OperationError(str(error)) from error
        made = await hub.ask(
            "POST", "/api/sessions/live", title=session.name, project_path=session.cwd,
            claude_session_id=conversation, host=session.host, tmux_name=session.name, interactive=True,
        )  # fmt: skip
        return str(made["id"])


def _consequence(session: Session) -> str:
    """Say what becomes of feedback to a session."""
    if session.feedback is None:
        return f"{WHEN}; from now on it takes feedback (navi collaborate)"
    waits = f"{session.feedback} before it {'waits' if session.feedback == 1 else 'wait'}"
    return f"{WHEN}; {waits}" if session.feedback else WHEN
