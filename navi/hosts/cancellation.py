"""Cancelling blocking calls from another thread."""

from __future__ import annotations

import os

from navi.hosts.poll import wait_for_files


class Cancelled(Exception):
    """A request was cancelled; whether it was carried out is not known."""


class Cancellation:
    """Lets any thread cancel the requests of some hosts, those under way and later ones."""

    def __init__(self) -> None:
        receiver, sender = os.pipe()
        self._receiver, self._sender = open(receiver, "rb", 0), open(sender, "wb", 0)  # noqa: SIM115

    def fileno(self) -> int:
        """Return the file that becomes readable when requests are cancelled."""
        return self._receiver.fileno()

    def cancel(self) -> None:
        """Cancel the requests. May be called at any time, and again."""
        self._sender.close()

    def pause(self, seconds: float) -> None:
        """Wait. Raise Cancelled."""
        if wait_for_files([self.fileno()], [], seconds):
            raise Cancelled

    def close(self) -> None:
        """Close the files, when no request is under way any more."""
        self._sender.close()
        self._receiver.close()
