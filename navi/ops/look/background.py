"""Sessions that agents run without a terminal, as a look reports them.

    background                     there is what follows, and no more
    worker PROCESS ID NAME         the body is what the process wrote into its state file
    job PROCESS                    the body is what the file of its job says
"""

from __future__ import annotations

from collections.abc import Iterable

from navi.core.model import BackgroundAgent
from navi.core.text import clean
from navi.ops.look.agent_records import read_object
from navi.ops.operation import Record, number

MOST_SESSIONS = 500
"""The most sessions of one host that navi believes."""

LONGEST_ID = 64


def read_background(records: Iterable[Record]) -> tuple[BackgroundAgent, ...]:
    """Return the sessions of a look. Records of an unexpected shape are left out."""
    found: dict[int, BackgroundAgent] = {}
    for record in records:
        fields = record.rest.split(" ", 2)
        process = number(fields[0])
        if record.kind == "worker" and len(fields) == 3 and process and len(found) < MOST_SESSIONS:
            kind, id = clean(fields[2])[:80], clean(fields[1])[:LONGEST_ID]
            found[process] = BackgroundAgent(kind, id, process, read_object(record.body) or {})
        elif record.kind == "job" and process in found:
            found[process] = found[process]._replace(job=read_object(record.body) or {})
    return tuple(found.values())
