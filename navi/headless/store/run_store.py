"""What the store takes of a run in one transaction, so that a hub that is killed has all of it or nothing."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from navi.core.text import clean
from navi.headless.harness.base import Due, Harness, mode_of
from navi.headless.hub.run_state import launch_of
from navi.headless.refused import Refused
from navi.headless.store.counts import SENT
from navi.headless.store.removals import Removal
from navi.headless.store.store import Store
from navi.headless.store.stored import AGENT, Batch, By, StoredInput, StoredSession
from navi.ops.headless.runs import LONGEST_INPUT

LONGEST_WHY = 200
"""Characters of an agent's reason that are kept."""


NO_DATA = (
    ValueError, TypeError, OverflowError, sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)  # fmt: skip
"""What the database raises for values that it does not take, however often it gets them."""

GAP = b"navi: the log on its host was cut; what the agent printed meanwhile may be missing here"
"""A message in place of output that may be missing."""

NO_ID = str(uuid.UUID(int=0))


def check_length(line: str) -> None:
    """Raise Refused for a line that no host would take: it would keep all others behind it from the agent."""
    if len(line) >= LONGEST_INPUT:
        raise Refused(f"it has more than the {LONGEST_INPUT // 1024**2} MiB that an agent can be sent at once")


def change_noted(
    store: Store, session_id: str, changes: Mapping[str, Any], by: By, what: str, detail: str = ""
) -> None:
    """Change columns of a session, and note who did that."""
    store.change(session_id, **changes)
    store.note(by, what, session_id, detail)


def end_noted(store: Store, changes: Mapping[str, Any], files: Removal) -> None:
    """Change columns of a session whose run has ended, and note that the files of the run can go."""
    store.change(files.session_id, **changes)
    store.note_removal(files)


def open_noted(store: Store, session_id: str, tmux_name: str, by: By) -> StoredSession:
    """Note that a session runs in a terminal now, and who opened it there. One that did already is noted no more."""
    remote = store.needed(session_id).remote
    row = store.open_in_terminal(session_id, tmux_name)
    if remote:
        store.note(by, "opened it in a terminal", session_id, tmux_name)
    return row


def queue_noted(store: Store, session_id: str, several: Iterable[StoredInput], by: By) -> StoredInput:
    """Store inputs that belong together, and who sent them; return the first. Those that come again are noted once."""
    before = store.last_input(session_id)
    first, *_ = [store.queue(session_id, one.uuid, one.kind, one.body, one.by) for one in several]
    if first.seq > before:
        store.note(by, SENT[first.kind], session_id, first.body if first.kind == "mode" else "")
    return first


def begin_run(store: Store, row: StoredSession, harness: Harness, prompt: str, by: By, what: str) -> StoredSession:
    """Store the first inputs of a run that was just stored: the handshake, whatever waits, and then the prompt.

    It belongs into one transaction with that: a hub that is killed has stored all of a beginning, or nothing.
    """
    waiting = store.take_back(row.id)
    for line in harness.codec.handshake(launch_of(row)):
        store.queue(row.id, str(uuid.uuid4()), "line", line)
    for one in waiting:
        store.queue(row.id, one.uuid, one.kind, one.body, one.by, one.created_at)
    if prompt:
        check_length(harness.codec.prompt(harness.codec.remember(launch_of(row)), NO_ID, prompt))
        store.queue(row.id, str(uuid.uuid4()), "user", prompt, by.name)
    store.note(by, what, row.id, " ".join(filter(None, (row.harness, row.permission_mode))))
    return row


def cut_log(store: Store, batch: Batch, size: int) -> None:
    """Note that a log has only `size` bytes now, with the messages of a batch."""
    if store.receive(batch):
        store.change(batch.session_id, log_offset=size)


def receive(store: Store, batch: Batch, dues: Iterable[Due], starting: bool) -> bool:
    """Store a batch, with what the agent must be sent for it whoever watches; return false if the batch does not fit.
    The key of a due line makes it one input, also after a new start; while the agent starts, prompts wait for it.
    """
    if not store.receive(batch):
        return False
    for due in dues:
        key = f"{batch.session_id} {batch.generation} {due.key}"
        if starting:
            store.queue_before_prompts(batch.session_id, key, due.line)
        else:
            store.queue(batch.session_id, key, "line", due.line)
    for key, why in batch.refused.items():
        words, reason = mode_of(key), clean(why)[:LONGEST_WHY]
        if words:
            store.note(AGENT, "refused the permission mode", batch.session_id, f"{words}: {reason}")
        else:
            store.note(AGENT, "refused the interrupt", batch.session_id, reason)
    return True
