"""The log of what navi does, for users who turn it on.

Python's own `logging` takes 8.6 ms to import, of the 40 ms that a verb may take in all. So code that may run in a verb
gets its log passed in: a logger of `logging` where the log is turned on, SILENT where it is not.
"""

from typing import Protocol


class Log(Protocol):
    """The part of a logger of `logging` that navi uses. The values go into the message only if it is written."""

    def debug(self, message: str, *values: object) -> None:
        """Write details that help only to find a fault."""
        ...

    def info(self, message: str, *values: object) -> None:
        """Write what navi does to a host: connects, retries, clean-up."""
        ...

    def warning(self, message: str, *values: object) -> None:
        """Write what went wrong and navi can recover from."""
        ...

    def exception(self, message: str, *values: object) -> None:
        """Write a fault in navi itself, with the exception that is being handled."""
        ...


class SilentLog:
    """A log that is turned off."""

    def debug(self, message: str, *values: object) -> None:
        """Write nothing."""

    info = warning = exception = debug


SILENT = SilentLog()
