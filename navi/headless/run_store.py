"""What the store takes of a run in one transaction, so that a hub that is killed has all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from navi.headless.harness.base import Due, Harness
from navi.headless.run_state import launch_of
from navi.headless.store import Store
from navi.headless.stored import Batch, Refused, StoredSession
from navi.ops.headless import LONGEST_INPUT


NO_ID = str(uuid.UUID(int=0))


def check_length(line: str) -> None:
    """Raise Refused for a line that no host would take: it would keep all others behind it from the agent."""
    if len(line) >= LONGEST_INPUT:
        raise Refused(f"it has more than the {LONGEST_INPUT // 1024**2} MiB that an agent can be sent at once")


def begin_run(store: Store, row: StoredSession, harness: Harness, prompt: str, by: str) -> StoredSession:
    """Store the first inputs of a run that was just stored: the handshake, whatever waits, and then the prompt.

    It belongs into one transaction with that: a hub that is killed has stored all of a beginning, or nothing.
    """
    waiting = store.take_back(row.id)
    for line in harness.codec.handshake(launch_of(row)):
        store.queue(row.id, str(uuid.uuid4()), "line", line)
    for one in waiting:
        store.queue(row.id, one.uuid, one.kind, one.body, one.by)
    if prompt:
        check_length(harness.codec.prompt(harness.codec.remember(launch_of(row)), NO_ID, prompt))
        store.queue(row.id, str(uuid.uuid4()), "user", prompt, by)
    return row


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
    return True
