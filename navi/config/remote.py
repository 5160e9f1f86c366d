"""A remote: one entry of remotes.yaml."""

from typing import NamedTuple

SESSIONS_DIR = "~/.claude-sessions"
"""The default folder for status files."""


class Remote(NamedTuple):
    """An entry of remotes.yaml. Times are in seconds. An empty string leaves the choice to OpenSSH's configuration."""

    name: str
    host: str
    user: str = ""
    key: str = ""
    sessions_dir: str = SESSIONS_DIR
    jump_host: str = ""
    port: int = 0
    connect_timeout: float = 10.0
    command_timeout: float = 30.0
    cleanup: bool = True
    enabled: bool = True

    @property
    def destination(self) -> str:
        """The destination as ssh takes it: `user@host` or `host`."""
        return f"{self.user}@{self.host}" if self.user else self.host
