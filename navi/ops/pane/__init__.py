"""One pane: finding it, typing into it, reading it, answering what its agent asks (scripts of navi/sh/pane)."""
