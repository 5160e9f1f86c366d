"""Who may use the hub over HTTP: programs with the token of a file, and pages with a cookie.

A page gets its cookie for a code, which works once. The cookie is signed with the token, so that it outlives the hub;
whoever removes the file and starts the hub again has logged out all pages.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Literal

COOKIE = "navi"

LASTS = 30 * 86_400
"""Seconds for which a cookie is good."""

MOST_CODES = 8
"""Codes that are good at once; the oldest is dropped for another one."""

User = Literal["", "page", "program"]
"""Who sends a request: "" is nobody that we know."""


class Login:
    """Tokens, codes and cookies. `token` is the one of the file; times are epoch times."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._codes: list[str] = []

    def invite(self) -> str:
        """Return a new code."""
        code = secrets.token_urlsafe(16)
        self._codes = [*self._codes[1 - MOST_CODES :], code]
        return code

    def exchange(self, given: str, now: float) -> str | None:
        """Return a cookie for a code, which is used up, or for the token; None if it is neither."""
        code = next((one for one in self._codes if same(one, given)), None)
        if code is None and not same(self._token, given):
            return None
        self._codes = [one for one in self._codes if one != code]
        text = f"{int(now) + LASTS}.{secrets.token_urlsafe(16)}"
        return f"{text}.{self._signature(text)}"

    def user(self, authorization: str, cookies: str, now: float) -> User:
        """Return who sends a request with these headers. A wrong token is not made good by a cookie."""
        if authorization:
            kind, _, given = authorization.partition(" ")
            return "program" if kind.lower() == "bearer" and same(self._token, given.strip()) else ""
        values = re.findall(rf"(?:^|;)\s*{COOKIE}=([^;\s]*)", cookies)
        return "page" if any(self._is_good(one, now) for one in values[:10]) else ""

    def _is_good(self, cookie: str, now: float) -> bool:
        text, _, signature = cookie.rpartition(".")
        if not same(self._signature(text), signature):
            return False
        return now < int(text.partition(".")[0])

    def _signature(self, text: str) -> str:
        return hmac.new(self._token.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def same(wanted: str, given: str) -> bool:
    """Return whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))


def read_token(path: Path) -> str:
    """Return the token of a file that only this user can read. Make it if there is none, or if others could read it.

    Raise OSError. Only who holds the lock of the store may call this.
    """
    with suppress(OSError):
        text = _read_private(path)
        if re.fullmatch(r"[!-~]{32,}", text):
            return text
    return _make(path)


def _read_private(path: Path) -> str:
    """Return the text of a file, "" if it is none of this user alone. Raise OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        found = os.fstat(file.fileno())
        private = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
        return file.read(1000).decode("ascii", "replace").strip() if private else ""


def _make(path: Path) -> str:
    token = secrets.token_urlsafe(32)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return token
