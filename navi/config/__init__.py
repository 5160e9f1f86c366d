"""The user's configuration and navi's own small files on this machine."""
