"""The log of what navi does, for users who turn it on.

Python's own `logging` takes 8.6 ms to import, of the 40 ms that a verb may take in all. So code that may run in a verb
gets its log passed in: a logger of `logging` where the log is turned on, SILENT where it is not.
"""

from typing import Protocol


class Log(Protocol):
    """What is used of a logger of `logging`. Values are put into the message only where it is written."""

    def debug(self, message: str, *values: object) -> None:
        """Write what is of use only for finding a fault."""
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
