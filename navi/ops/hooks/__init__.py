"""The agents' hooks: their settings on a host, and what their transcripts count (scripts of navi/sh/hooks)."""
