"""Operations: what a verb means, as a value.

An operation is a POSIX sh script, its arguments and a parser for its answer; it is frozen, does no I/O, and never
knows whether the machine that runs it is this one.
"""

from __future__ import annotations

from navi.ops.operation import Answer, HostSetting, HostSettings, Interactive, Operation, OperationError, Stream

__all__ = ["Answer", "HostSetting", "HostSettings", "Interactive", "Operation", "OperationError", "Stream"]
