"""Keys: the one table, how they are written and bound, and which can do something now."""
