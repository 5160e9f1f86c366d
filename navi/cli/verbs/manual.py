"""The verb manual: shows a page of the manual, wherever navi is installed, with any formatter that is there."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from navi.core import exits

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context

FILES = {
    "navi": ("navi-agents.1", "navi.1"),
    "verbs": ("navi-verbs.1",),
    "remotes": ("navi-remotes.5",),
}
"""The files of a page. Packages name the first one as the second command, because another program is named navi."""

PACKAGE = Path(__file__).resolve().parent.parent.parent

MOST_COLUMNS = 80


def run_manual(options: Options, context: Context) -> int:
    """Show a page in a pager, or print it if no person reads."""
    path = next(_pages(options.page or "navi"), None)
    if path is None:
        context.output.complain(f"no page of the manual is below {PACKAGE.parent} or beside it; see README.md")
        return exits.UNAVAILABLE
    if context.output.is_terminal and any(_shows(command) for command in _formatters(path)):
        return exits.OK
    text = _text(path)
    if not (context.output.is_terminal and _page(text, context)):
        context.output.print(text, end="")
    return exits.OK


def _pages(page: str) -> Iterator[Path]:
    """Yield where the page is: in the checkout, or below the prefix of the installation."""
    for name in FILES[page]:
        yield from _existing(PACKAGE.parent / "man" / name)
    for prefix in PACKAGE.parents:
        for name in FILES[page]:
            yield from _existing(prefix / "share" / "man" / f"man{name[-1]}" / name)


def _existing(path: Path) -> Iterator[Path]:
    yield from (one for one in (path, path.with_name(f"{path.name}.gz")) if one.is_file())


def _formatters(path: Path) -> Iterator[Sequence[str]]:
    """Yield the command lines that format a page and show it in a pager."""
    if shutil.which("man"):
        yield ("man", str(path))
    if shutil.which("mandoc"):
        yield ("mandoc", "-a", str(path))


def _shows(command: Sequence[str]) -> bool:
    """Run a formatter; return whether it has shown the page. Its error message is dropped, because the text follows."""
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _page(text: str, context: Context) -> bool:
    """Show a text in a pager; return whether there is one."""
    pager = context.environment.get("PAGER") or next(filter(shutil.which, ("less", "more")), "")
    if not pager or context.environment.get("TERM", "dumb") == "dumb":
        return False
    sys.stdout.flush()
    return subprocess.run(["sh", "-c", pager], input=text.encode(), env=context.environment).returncode != 127


def _text(path: Path) -> str:
    from navi.cli.output.mdoc import plain_text

    data = path.read_bytes()
    source = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
    return plain_text(source, min(MOST_COLUMNS, shutil.get_terminal_size().columns) - 2)
