"""The dashboard: how a person sees the fleet in a terminal."""
