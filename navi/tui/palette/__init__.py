"""Lists to choose from by typing: the palette of commands, and the hosts."""
