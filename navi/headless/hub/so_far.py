"""What is stored of a conversation as a prompt, for an agent that has lost its own record of it."""

from __future__ import annotations

from collections.abc import Iterator

from navi.headless.harness import HARNESSES
from navi.headless.harness.base import Taken, Text, ToolCall, ToolResult
from navi.headless.hub.run_state import launch_of
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.headless.transcript import Reader

KEPT = (Taken, Text, ToolCall, ToolResult)
"""What belongs to a conversation; how its turns ended does not."""

LONGEST = 100_000
"""Characters of a conversation that are printed again: its end."""

PREFACE = "This conversation goes on from an earlier one, of which you have no record. This is what was printed in it:"


def printed_so_far(store: Store, row: StoredSession) -> str:
    """Return the end of what was stored of a session, with a preface; "" if there is nothing."""
    reader = Reader({one.uuid: one.body for one in store.inputs(row.id)})
    text = "\n".join(_lines(store, row, reader))
    if len(text) > LONGEST:
        text = f"(its beginning is left out)\n{text[-LONGEST:]}"
    return f"{PREFACE}\n\n{text}" if text else ""


def _lines(store: Store, row: StoredSession, reader: Reader) -> Iterator[str]:
    codec = HARNESSES[row.harness].codec
    memory, index = codec.remember(launch_of(row)), 0
    while page := store.messages(row.id, index):
        for message in page:
            memory, events = codec.read(memory, message.body)
            yield from reader.lines([one for one in events if isinstance(one, KEPT)])
        index += len(page)
