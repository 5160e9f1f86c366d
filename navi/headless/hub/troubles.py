"""What did not get to an agent's host although that is reached, and why. The hub sends it again, and says so."""

from __future__ import annotations

from collections.abc import Mapping

from navi.headless.store.stored import StoredInput

NOUNS: Mapping[str, str] = {
    "user": "a message", "answer": "an answer", "interrupt": "an interrupt", "mode": "a permission mode",
}  # fmt: skip
"""What the kinds of inputs are called."""


class Troubles:
    """Those of one session, as long as one relay reaches it. `end` says why its agent could not be ended."""

    def __init__(self) -> None:
        self.end = ""
        self._inputs: dict[int, tuple[str, str]] = {}

    def note(self, one: StoredInput, why: str) -> None:
        """Note why an input did not get there."""
        self._inputs[one.seq] = (NOUNS.get(one.kind, "what it needs"), why)

    def forget(self, seq: int) -> bool:
        """Note that all inputs up to a number are there; return whether one of them had not got there before."""
        before = len(self._inputs)
        self._inputs = {number: what for number, what in self._inputs.items() if number > seq}
        return len(self._inputs) < before

    def of(self, one: StoredInput) -> str:
        """Return why an input did not get there, "" if that is not known."""
        return self._inputs[one.seq][1] if one.seq in self._inputs else ""

    def words(self, ends: bool) -> str:
        """Return for people what failed, and that it is tried again; `ends` says that the agent is to end."""
        if ends:
            return f"it could not be ended: {self.end}; navi tries again" if self.end else ""
        first = next((self._inputs[seq] for seq in sorted(self._inputs)), None)
        return f"{first[0]} did not get to its host: {first[1]}; navi tries again" if first else ""
