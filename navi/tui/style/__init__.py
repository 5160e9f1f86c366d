"""Colours, signs and styled text."""
