"""Run navi as `python -m navi`."""

from __future__ import annotations

import sys

from navi.cli import main

if __name__ == "__main__":
    sys.exit(main())
