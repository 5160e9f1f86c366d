"""The paths of navi's files as `Path` objects. For verbs, which must start fast, `navi.config.paths` has strings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from navi.config import paths
from navi.config.paths import KNOWN_REMOTES, REMOTES, SETTINGS


class NaviFiles:
    """The paths of navi's files."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    @property
    def home(self) -> Path:
        """The user's home folder."""
        return Path(paths.home(self.environment))

    @property
    def config(self) -> Path:
        """The folder of remotes.yaml and config.yaml."""
        return Path(paths.config_file(self.environment, ""))

    @property
    def state(self) -> Path:
        """The folder of the log and other state."""
        return Path(paths.state_file(self.environment, ""))

    @property
    def known_remotes(self) -> Path:
        """The cached contents of remotes.yaml."""
        return Path(paths.cache_file(self.environment, KNOWN_REMOTES))

    @property
    def remotes(self) -> Path:
        """The file remotes.yaml."""
        return self.config / REMOTES

    @property
    def settings(self) -> Path:
        """The file config.yaml."""
        return self.config / SETTINGS

    @property
    def templates(self) -> Path:
        """The folder of templates: one NAME.yaml each."""
        return self.config / "templates"
