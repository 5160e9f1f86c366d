"""The encodings of the command line and of the streams, in locales that are not UTF-8.

Names of sessions, folders and files are UTF-8 on every host. So navi runs in Python's UTF-8 mode in any locale, and
only the streams have the encoding of the locale.
"""

import os
import sys

OPTION = "navi_streams"
"""Python's option -X of this name holds the encoding of the locale."""


def start_again_with_utf8() -> None:
    """Run this command line in Python's UTF-8 mode, unless it does so already or the locale is one of UTF-8."""
    if sys.getfilesystemencoding() == "utf-8":
        return
    from locale import getencoding

    options = ("-X", "utf8", "-X", f"{OPTION}={getencoding()}")
    os.execv(sys.executable, [sys.executable, *options, *sys.orig_argv[1:]])


def stream_encoding() -> str | None:
    """Return the encoding that the streams need, None if they have it already."""
    encoding = sys._xoptions.get(OPTION)
    return encoding if isinstance(encoding, str) and not os.environ.get("PYTHONIOENCODING") else None


def as_utf8(word: str) -> str:
    """Return a word of the command line; one that is no UTF-8 is read as the locale means it."""
    encoding = sys._xoptions.get(OPTION)
    if not isinstance(encoding, str) or not any("\ud800" <= letter <= "\udfff" for letter in word):
        return word
    return os.fsencode(word).decode(encoding, "surrogateescape")
