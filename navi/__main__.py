"""Run navi as `python -m navi`. Any older Python must be able to read this file."""

import sys

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.stderr.write("navi: Python 3.11 or newer is needed, and this is {}.{}\n".format(*sys.version_info[:2]))
        sys.exit(69)
    from navi.cli import program

    program()
