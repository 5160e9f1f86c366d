"""The files of the page, read once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from navi import __version__
from navi.headless.web.requests import HttpAnswer

FOLDER = Path(__file__).parent / "page"

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


VERSION = b'<meta name="navi-version" content="'
"""What precedes the version in the page, by which the hub tells a page of before an upgrade."""


def read_page() -> Mapping[str, HttpAnswer]:
    """Return the answers with the page's files, by their paths. Raise OSError."""
    found = {f"/{path.name}": path for path in FOLDER.iterdir() if path.suffix in KINDS}
    found["/"] = found.pop("/index.html")
    return {name: HttpAnswer(200, _read(path), KINDS[path.suffix]) for name, path in found.items()}


def _read(path: Path) -> bytes:
    return path.read_bytes().replace(VERSION, VERSION + __version__.encode(), 1)
