"""What git and GitHub know of a session's directory (scripts of navi/sh/git)."""
