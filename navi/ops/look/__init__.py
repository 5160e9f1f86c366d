"""Looking at a host: its sessions, their agents, its status files, and the machine itself (scripts of navi/sh/look)."""
