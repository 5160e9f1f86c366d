"""The paths of navi's files, by the XDG base directory specification. Strings, because pathlib is slow to import."""

from __future__ import annotations

import os
from collections.abc import Mapping

REMOTES, SETTINGS, KNOWN_REMOTES = "remotes.yaml", "config.yaml", "known_remotes"


def config_file(environment: Mapping[str, str], name: str) -> str:
    """Return the path of a configuration file."""
    return _path(environment, "XDG_CONFIG_HOME", ".config", name)


def state_file(environment: Mapping[str, str], name: str) -> str:
    """Return the path of a state file, such as the log."""
    return _path(environment, "XDG_STATE_HOME", ".local/state", name)


def cache_file(environment: Mapping[str, str], name: str) -> str:
    """Return the path of a cache file, which may be removed at any time."""
    return _path(environment, "XDG_CACHE_HOME", ".cache", name)


def home(environment: Mapping[str, str]) -> str:
    """Return the user's home folder."""
    return environment.get("HOME") or os.path.expanduser("~")


def _path(environment: Mapping[str, str], variable: str, default: str, name: str) -> str:
    base = environment.get(variable, "")
    if not base.startswith("/"):
        base = os.path.join(home(environment), default)
    return os.path.join(base, "navi", name)
