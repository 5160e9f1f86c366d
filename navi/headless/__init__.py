"""Agents without a terminal: what their lines mean, what state they are in, and which words everybody uses for that."""
