"""What git and GitHub know about a session's directory (scripts of navi/sh/git)."""
