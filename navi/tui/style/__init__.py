"""Colours, symbols and styled text."""
