"""Transcripts in Claude Code's format, and the tokens to count in them.

path = transcript(lab.local, "one", [message("msg_1", output=1), message("msg_1", output=90)])
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from navi.core.metrics import Tokens
from tests.support.machines import Account

KINDS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def message(
    id: object, input: object = 2, output: object = 10, read: object = 300, written: object = 40, **more: object
) -> dict[str, object]:
    """Return one line of a message: the agent writes several, with its id in each."""
    usage = dict(zip(KINDS, (input, output, read, written), strict=True))
    usage |= {"cache_creation": {"ephemeral_1h_input_tokens": 7, "input_tokens": 5000}, "service_tier": "standard"}
    content = [{"type": "tool_use", "name": "Write", "input": {"content": 'a "quoted" \\ text\n{"usage": 1}'}}]
    said = {"model": "m", "id": id, "type": "message", "role": "assistant", "content": content, "usage": usage}
    return {"parentUuid": None, "isSidechain": False, "message": said, "type": "assistant", "uuid": "u", **more}


def result(text: str = "done") -> dict[str, object]:
    """Return the line of a tool's result, which mentions usage and does not count."""
    quoted = json.dumps(message("msg_quoted", output=9999))
    told = {"stdout": quoted, "usage": {"input_tokens": 7777}, "type": "assistant"}
    content = [{"type": "tool_result", "content": text + quoted}]
    return {"type": "user", "message": {"role": "user", "content": content}, "toolUseResult": told}


def transcript(
    account: Account, session_id: str, lines: Iterable[object], project: str = "-srv", agent: str = ""
) -> Path:
    """Write the transcript of a session, or of one of its sub-agents; replace an existing one."""
    folder = account.home / ".claude" / "projects" / project
    path = folder / session_id / "subagents" / f"agent-{agent}.jsonl" if agent else folder / f"{session_id}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(written, lines)))
    return path


def append(path: Path, *lines: object) -> None:
    """Append lines to a transcript."""
    with path.open("ab") as file:
        file.writelines(map(written, lines))


def written(line: object) -> bytes:
    """Return a line as in the file; bytes are not changed."""
    return line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() + b"\n"


def reference(data: bytes) -> Tokens:
    """Count a transcript's tokens independently of navi."""
    used: dict[object, tuple[int, ...]] = {}
    skipped = 0
    for number, line in enumerate(data.split(b"\n")[:-1]):
        if b'"usage"' not in line or b'"assistant"' not in line:
            continue
        try:
            document = json.loads(line, strict=False)
        except ValueError:
            skipped += 1
            continue
        said = document.get("message") if isinstance(document, dict) else None
        usage = said.get("usage") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(usage, dict) or document.get("type") != "assistant":
            skipped += not isinstance(document, dict)
            continue
        numbers = [_figure(usage, kind) for kind in KINDS]
        id = said.get("id")
        if None in numbers or (isinstance(id, str) and not _usable(id)):
            skipped += 1
        else:
            used[id if isinstance(id, str) and id else number] = tuple(one or 0 for one in numbers)
    input, output, read, cached = (sum(one[kind] for one in used.values()) for kind in range(4))
    return Tokens(input, output, read, cached, len(used), skipped)


def _figure(usage: Mapping[str, object], kind: str) -> int | None:
    value = usage.get(kind)
    if value is None or isinstance(value, dict | list):
        return 0
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _usable(id: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_.:-]{0,100}", id) is not None
