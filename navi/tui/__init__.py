"""The dashboard: the fleet in a terminal."""
