"""The fields of the form for a new session that are about an agent without a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from navi.tui.dialogs.fields import ChoiceField, Field, TextField
from navi.tui.dialogs.message_form import TextArea

MODES: tuple[tuple[str, str], ...] = (
    ("", "as configured on the host"), ("default", "default"), ("acceptEdits", "acceptEdits"), ("plan", "plan"),
    ("bypassPermissions", "bypassPermissions"),
)  # fmt: skip
"""The permission modes of Claude Code; other agents have their own."""

WARNING = "an agent without a terminal runs the hooks and servers of its folder without asking"


class SpawnFields:
    """`harnesses` are ids and names. `area` is the field of the prompt, which may have several lines."""

    def __init__(
        self, harnesses: Sequence[tuple[str, str]], harness: str = "", model: str = "", mode: str = ""
    ) -> None:
        self._harness = ChoiceField("agent", harnesses, harness)
        self._model = TextField("model", model, hint=" the agent's default", longest=200)
        modes = MODES if mode in dict(MODES) else (*MODES, (mode, mode))
        self._mode = ChoiceField("permissions", modes, mode)
        self.area = TextArea(hint=" what the agent should do")
        self.area.label = "prompt"
        self._title = TextField("title", hint=" the beginning of the prompt", longest=100)

    def fields(self, directory: Field) -> list[Field]:
        """Return the fields in their order."""
        return [self.area, directory, self._harness, self._model, self._mode, self._title]

    @property
    def harness(self) -> str:
        """The id of the harness."""
        return self._harness.value

    @property
    def model(self) -> str:
        """The model, "" for the agent's own choice."""
        return self._model.text.strip()

    @property
    def mode(self) -> str:
        """The permission mode, "" for the agent's own choice."""
        return self._mode.value

    @property
    def prompt(self) -> str:
        """What the agent is to do."""
        return self.area.text.strip()

    @property
    def title(self) -> str:
        """What was typed as a title."""
        return self._title.text.strip()
