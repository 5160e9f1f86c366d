"""The hub: what is true of sessions without a terminal, and everything that clients and relay ask of it."""
