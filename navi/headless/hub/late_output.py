"""What a run that is over printed last, and that was not stored when its session ended: an older navi left a last line
without a line end in the log, whose files could not go because of it.
"""

from __future__ import annotations

from navi.headless.harness.base import Harness
from navi.headless.hub.run_state import begin, read, read_rest
from navi.headless.messages import Message
from navi.headless.store.removals import Removal
from navi.headless.store.store import Store
from navi.headless.store.stored import HUB, Batch, StoredSession


def keep_late_output(store: Store, harness: Harness, files: Removal, message: Message) -> Removal | None:
    """Store output of a run whose files are to be removed, and return what can be removed then; None if the output does
    not go on where that ends. It is shown behind the rest, and changes nothing of its session. Where another run has
    begun since, it has no place: then only the audit says how much was dropped.
    """
    row = store.needed(files.session_id)
    if message["offset"] != files.received or message["end"] <= files.received:
        return None
    if row.generation > files.generation:
        dropped = f"{message['end'] - files.received} bytes of run {files.generation}"
        store.note(HUB, "dropped what came too late", row.id, dropped)
    elif not store.receive(_only_lines(harness, row, message)):
        return None
    else:
        store.change(row.id, last_activity_at=row.last_activity_at)
    files = files._replace(received=message["end"])
    store.note_removal(files)
    return files


def _only_lines(harness: Harness, row: StoredSession, message: Message) -> Batch:
    """Return the lines of a message as a batch that changes nothing else."""
    lines = [one.encode("utf-8", "surrogateescape") for one in message["messages"] if isinstance(one, str)]
    at = begin(harness, row), row, message["offset"], message["end"]
    batch = (read_rest(*at, lines[0]) if message.get("rest") else read(*at, lines)).batch
    return batch._replace(opened=(), withdrawn=(), taken=(), refused={}, changes={})
