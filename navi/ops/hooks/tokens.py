"""The tokens that an agent's session has used, counted on its host from its transcripts (script hooks/tokens)."""

from __future__ import annotations

import re

from navi.core import exits
from navi.core.metrics import Tokens
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, OperationError, read_records

MOST_BYTES = 16 * 1024 * 1024
"""The most bytes of transcripts that one call reads."""

MOST_SECONDS = 2
"""Seconds, roughly, for which one call reads."""

SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def tokens(session_id: str, most: int = MOST_BYTES, seconds: int = MOST_SECONDS) -> Operation[Tokens]:
    """Return the operation that counts what the agent's session of this id has used so far.

    It counts each message of Claude Code's transcript once, with the numbers of its last line; so it does those of
    sub-agents at any depth, whether in transcripts of their own or, as older versions write them, in the same one. A
    call reads on from where the last one stopped, at most `most` bytes and for about so many `seconds`. While the
    answer is `partial`, another call reads more. Raise OperationError for an invalid id, or with the status NO_SESSION
    if there is no transcript.
    """
    if not SESSION_ID.fullmatch(session_id):
        raise OperationError("the status file's session id is not a valid Claude Code id", exits.NO_SESSION)
    arguments = (HostSetting.SESSIONS_DIR, session_id, str(most), str(seconds))
    return Operation("tokens", link("hooks/tokens"), arguments, _read, time_limit=30, reads=True)


def _read(answer: Answer) -> Tokens:
    found = [record.rest for record in read_records(answer) if record.kind == "tokens"]
    if len(found) != 1 or not re.fullmatch(r"\d{1,20}( \d{1,20}){6}", found[0], re.ASCII):
        raise OperationError("the host returned no token counts; its awk may be broken")
    return Tokens(*map(int, found[0].split()))
