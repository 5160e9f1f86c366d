"""Agents without a terminal (scripts of navi/sh/headless)."""
