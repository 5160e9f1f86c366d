"""Where navi's files are, as paths. `navi.config.paths` has the same as plain texts, for verbs that must be quick."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from navi.config import paths
from navi.config.paths import KNOWN_REMOTES, REMOTES, SETTINGS


class Places:
    """Where navi's files are, as paths."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    @property
    def home(self) -> Path:
        """The user's home."""
        return Path(paths.home(self.environment))

    @property
    def config(self) -> Path:
        """Where remotes.yaml and config.yaml are read."""
        return Path(paths.config_file(self.environment, ""))

    @property
    def state(self) -> Path:
        """Where the log is written."""
        return Path(paths.state_file(self.environment, ""))

    @property
    def known_remotes(self) -> Path:
        """The file that says what stands in remotes.yaml."""
        return Path(paths.cache_file(self.environment, KNOWN_REMOTES))

    @property
    def remotes(self) -> Path:
        """The file that names the remotes."""
        return self.config / REMOTES

    @property
    def settings(self) -> Path:
        """The file with everything else."""
        return self.config / SETTINGS

    @property
    def templates(self) -> Path:
        """The folder of templates, NAME.yaml each."""
        return self.config / "templates"
