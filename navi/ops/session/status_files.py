"""Removing status files of sessions that have ended (script session/remove_files)."""

from __future__ import annotations

from collections.abc import Sequence

from navi.ops.linker import link
from navi.ops.look.pane_record import PANE_FORMAT
from navi.ops.operation import Answer, HostSetting, Operation, read_records


def remove_status_files(names: Sequence[str], dry_run: bool) -> Operation[frozenset[str]]:
    """Return the operation that removes the status files of these names if their sessions have ended.

    If the host's status files may not be cleaned up, those that don't say where they were written stay. The answer has
    the names of those that were removed or, with `dry_run`, would be. The host keeps the newest 200 of them in
    .navi/ended.
    """
    arguments = (HostSetting.SESSIONS_DIR, HostSetting.CLEANUP, PANE_FORMAT, "yes" if dry_run else "", *names)
    return Operation("remove status files", link("session/remove_files"), arguments, _read_removed, time_limit=40)


def _read_removed(answer: Answer) -> frozenset[str]:
    return frozenset(record.rest for record in read_records(answer) if record.kind == "cleaned")
