"""Where navi's files are: the folders of the XDG base directory specification. Plain texts, because that is quick."""

from __future__ import annotations

import os
from collections.abc import Mapping

REMOTES, SETTINGS, KNOWN_REMOTES = "remotes.yaml", "config.yaml", "known_remotes"


def config_file(environment: Mapping[str, str], name: str) -> str:
    """Return the path of a file of the user's configuration."""
    return _path(environment, "XDG_CONFIG_HOME", ".config", name)


def state_file(environment: Mapping[str, str], name: str) -> str:
    """Return the path of a file that navi writes to remember what happened."""
    return _path(environment, "XDG_STATE_HOME", ".local/state", name)


def cache_file(environment: Mapping[str, str], name: str) -> str:
    """Return the path of a file that may be removed at any time."""
    return _path(environment, "XDG_CACHE_HOME", ".cache", name)


def home(environment: Mapping[str, str]) -> str:
    """Return the user's home."""
    return environment.get("HOME") or os.path.expanduser("~")


def _path(environment: Mapping[str, str], variable: str, default: str, name: str) -> str:
    base = environment.get(variable, "")
    if not base.startswith("/"):
        base = os.path.join(home(environment), default)
    return os.path.join(base, "navi", name)
