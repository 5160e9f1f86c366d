"""Sessions without a terminal: the connection to the hub, the page of one, and what keys do to them.

The modules here that need the hub's code are imported when there is a hub, and not before.
"""
