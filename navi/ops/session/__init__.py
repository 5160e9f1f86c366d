"""One session: creating, changing, ending, restoring and attaching it (scripts of navi/sh/session)."""
