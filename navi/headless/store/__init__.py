"""The database of the hub: its tables, rows and the one writer."""
