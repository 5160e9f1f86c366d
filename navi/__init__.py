"""navi: every coding agent's tmux session on every machine that ssh reaches, on one screen."""

__version__ = "0.1.0"
