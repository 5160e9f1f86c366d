"""The hooks in an agent's settings, which are JSON: `hooks` has a list of groups for each event, and each group a list.

{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "…"}]}]}}

Claude Code introduced this form; others adopted it. All functions turn text into text: what the user wrote stays
unchanged.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from navi.config.remote import SESSIONS_DIR
from navi.core.text import clean
from navi.ops.hooks.json_text import delete, insert, parse, replace
from navi.ops.operation import OperationError


def hook_command(sessions_dir: str, agent: str = "claude") -> str:
    """Return the command line by which an agent calls the hook; it succeeds even if the hook is gone.

    Otherwise it would block the agent: sh ends with 2 if it finds no file, which tells most agents to stop.
    """
    folder = sessions_dir or SESSIONS_DIR
    if folder.startswith("~/"):
        quoted = f'"$HOME"/{shlex.quote(folder[2:].rstrip("/"))}'
    elif folder.startswith("/"):
        quoted = shlex.quote(folder.rstrip("/"))
    else:
        raise OperationError(f"sessions_dir must begin with / or ~/, not `{clean(folder)}`; fix it first")
    variable = "" if folder == SESSIONS_DIR else f"CLAUDE_SESSIONS_DIR={quoted} "
    return f"{variable}sh {quoted}/.navi/hook {agent} || true"


def is_hook_command(command: object, agent: str = "claude") -> bool:
    """Return whether a command is navi's call of the hook for an agent, from any folder."""
    try:
        words = shlex.split(command) if isinstance(command, str) else []
    except ValueError:
        return False
    if words and words[0].startswith("CLAUDE_SESSIONS_DIR="):
        del words[0]
    called = len(words) == 5 and words[0] == "sh" and words[1].endswith("/.navi/hook")
    return called and words[2:] == [agent, "||", "true"]


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """The settings of an agent: `path` names them in messages. Methods return new texts, or raise OperationError."""

    agent: str
    path: str
    text: str

    def hooks(self) -> dict[str, list[object]] | None:
        """Return the hooks that are set, None without any. Raise OperationError if none could be added."""
        where = clean(self.path)
        try:
            document = parse(self.text)
        except ValueError as error:
            raise OperationError(
                f"{where} is not valid JSON: {clean(str(error))}; fix it first; nothing was changed"
            ) from None
        hooks = document.get("hooks", {}) if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(hooks, dict):
            raise OperationError(
                f"{where} must be a JSON object, and so must its `hooks`; fix it first; nothing was changed"
            )
        for event, groups in hooks.items():
            if not isinstance(groups, list):
                raise OperationError(f"{where}: the hooks of {clean(event)} must be a list; nothing was changed")
        return hooks if "hooks" in document else None

    def called(self) -> list[str]:
        """Return the events at which the hook is called."""
        return [event for event, groups in (self.hooks() or {}).items() if any(self._ours(groups))]

    def with_event(self, event: str, hook: Mapping[str, object]) -> AgentSettings:
        """Return settings that call the hook at an event; an existing call there gets this command."""
        hooks, group = self.hooks(), {"hooks": [hook]}
        if hooks is None:
            return self._changed(insert(self.text, (), {event: [group]}, "hooks"))
        if event not in hooks:
            return self._changed(insert(self.text, ("hooks",), [group], event))
        text, ours = self.text, list(self._ours(hooks[event]))
        for number, position, written in ours:
            if written != hook["command"]:
                path = ("hooks", event, number, "hooks", position, "command")
                text = replace(text, path, hook["command"])
        return self._changed(text if ours else insert(text, ("hooks", event), group))

    def without(self, events: Collection[str] | None = None) -> AgentSettings:
        """Return settings without the hook of these events, or of all.

        They are removed from the last to the first, so that the numbers of the others stay valid.
        """
        found = self
        for event, groups in reversed((self.hooks() or {}).items()):
            wanted = events is None or event in events
            for number, position, _ in reversed(list(self._ours(groups)) if wanted else []):
                text = delete(found.text, ("hooks", event, number, "hooks", position))
                found = found._changed(text)._without_empty(event, number)
        return found

    def _without_empty(self, event: str, number: int) -> AgentSettings:
        """Remove the group, the event and the hooks that have become empty."""
        hooks = self.hooks() or {}
        group = hooks[event][number]
        if not isinstance(group, dict) or group["hooks"]:
            return self
        text = delete(self.text, ("hooks", event, number))
        if len(hooks[event]) == 1:
            text = delete(text, ("hooks", event))
            if len(hooks) == 1:
                text = delete(text, ("hooks",))
        return self._changed(text)

    def _ours(self, groups: list[object]) -> Iterator[tuple[int, int, str]]:
        """Yield where an event's groups call the hook: the number of the group, that of the hook in it, and the
        command.
        """
        for number, group in enumerate(groups):
            hooks = group.get("hooks") if isinstance(group, dict) else None
            for position, hook in enumerate(hooks if isinstance(hooks, list) else []):
                command = hook.get("command") if isinstance(hook, dict) else None
                if isinstance(command, str) and is_hook_command(command, self.agent):
                    yield number, position, command

    def _changed(self, text: str) -> AgentSettings:
        return AgentSettings(self.agent, self.path, text)
