"""The audit of the session without a terminal that the page of details shows: who did what to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from navi.core.facts import Fact
from navi.core.model import Session
from navi.ops import OperationError
from navi.tui.pages.fetcher import Fetcher
from navi.tui.pages.page import Services

Found = tuple[Sequence[Mapping[str, Any]], str]
"""The entries of the audit, or why they are not known."""


class Audits:
    """Fetches audits on demand, and again when the session has changed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._seen: dict[str, object] = {}
        self._fetcher: Fetcher[str, Found] = Fetcher(services.background, self._read, services.changed)

    def follow(self, session: Session) -> None:
        """Call this often while the page is open."""
        agent = session.headless
        if agent is None or not agent.hub:
            return
        version = (agent.status, agent.mode, agent.asked, agent.run, agent.end_asked)
        if self._seen.get(session.name) != version and self._fetcher.fetch(session.name):
            self._seen[session.name] = version

    def fetch(self, session: Session) -> None:
        """Fetch the audit again, even if the session has not changed."""
        self._seen.pop(session.name, None)
        self.follow(session)

    def facts(self, session: Session) -> list[Fact]:
        """Return the audit as facts, none while it is not known."""
        found = self._fetcher.found(session.name) if session.headless else None
        if not found:
            return []
        from navi.headless.audit_facts import audit_facts

        entries, fault = found
        return [Fact("done by", fault)] if fault else audit_facts(entries, time.time())

    async def _read(self, name: str, show: Callable[[Found], None]) -> None:
        from navi.headless.trio_client import connected

        try:
            async with connected(self._services.hub_folder) as hub:
                show(((await hub.ask("GET", f"/api/sessions/{name}/audit"))["audit"], ""))
        except OperationError as error:
            show(((), f"unknown: {error}"))
