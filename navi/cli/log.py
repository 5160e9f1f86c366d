"""The log of what navi does to hosts, for a user who turns it on. Verbs import this, and `logging`, only then."""

from __future__ import annotations

import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from navi.core.text import clean

LARGEST_LOG = 1_000_000
"""Bytes after which the dashboard begins another file, and keeps one old one."""

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class CleanFormatter(logging.Formatter):
    """Makes one line of each message, and cleans it: values come from hosts."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the message's line."""
        return clean(super().formatMessage(record))

    def formatException(self, ei: ExceptionInfo) -> str:
        """Return a traceback's lines."""
        return "\n".join(map(clean, super().formatException(ei).splitlines()))


class PrivateFile(RotatingFileHandler):
    """A file that only this user can read, of a limited size."""

    def _open(self) -> TextIOWrapper:
        file = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        return open(file, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:
        """Do nothing: messages that can't be written must not appear on the dashboard's screen."""


def log_to_stderr(level: str) -> logging.Logger:
    """Return a log of a level that goes to standard error."""
    return _log_to(logging.StreamHandler(sys.stderr), "navi: %(message)s", level)


def log_to_file(folder: Path, level: str) -> logging.Logger:
    """Return a log of a level that goes to a file in a folder, or nowhere if that can't be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = PrivateFile(folder / "navi.log", maxBytes=LARGEST_LOG, backupCount=1)
    except OSError:
        handler = logging.NullHandler()
    return _log_to(handler, "%(asctime)s %(levelname)s %(message)s", level)


def _is_ours_or_a_warning(record: logging.LogRecord) -> bool:
    """Leave out what urwid logs, also in names below navi: keys may be a secret that the user types."""
    return record.levelno >= logging.WARNING or record.name == "navi"


def _log_to(handler: logging.Handler, line: str, level: str) -> logging.Logger:
    """Return a log that goes to a handler. So do the warnings of libraries: they must not appear on the screen of the
    dashboard.
    """
    handler.setFormatter(CleanFormatter(line))
    handler.addFilter(_is_ours_or_a_warning)
    logging.getLogger().addHandler(handler)
    log = logging.getLogger("navi")
    log.setLevel(level.upper())
    return log
