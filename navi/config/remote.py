"""A remote, as an entry of remotes.yaml names it."""

from typing import NamedTuple

SESSIONS_DIR = "~/.claude-sessions"
"""Where agents' hooks write status files unless remotes.yaml says otherwise."""


class Remote(NamedTuple):
    """An entry of remotes.yaml. Times are in seconds; an empty text leaves the matter to OpenSSH's configuration."""

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
        """Where it is, as ssh is told."""
        return f"{self.user}@{self.host}" if self.user else self.host
