"""Run navi as `python -m navi`."""

from __future__ import annotations

from navi.cli import program

if __name__ == "__main__":
    program()
