"""The command line with which navi starts another navi."""

import sys

NAVI = (sys.executable, "-P", "-m", "navi")
"""Python's -m alone would look for modules in the working directory first, which may be an untrusted repository."""
