"""The verb tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from navi.cli.asking.changes import carry_out
from navi.cli.asking.find_session import find, look_before
from navi.cli.context import Context
from navi.cli.output.output import UsageError, attempt
from navi.ops.session.marks import check_tags, mark, name_of_marks

if TYPE_CHECKING:
    from navi.cli.arguments import Options


def run_tag(options: Options, context: Context) -> int:
    """Change the tags of a session, or print them."""
    address = context.address(options.address)
    changes = tuple(_change(text) for text in options.changes)

    def change() -> str:
        if not changes:
            return "".join(f"{tag}\n" for tag in find(context, address, options.socket).marks.tags)
        before = look_before(context, address, options.socket)
        name = name_of_marks(before.session) if before.session else address.name
        carry_out(context, address, mark(name, changes), before.frame)
        return ""

    return attempt(context.output, address, change, lambda text: context.output.print(text, end=""))


def _change(text: str) -> str:
    """Return +tag or -tag as the operation takes it. Raise UsageError, OperationError."""
    if text[:1] not in ("+", "-") or len(check_tags(text[1:])) != 1:
        raise UsageError(f"`{text}` is neither +tag nor -tag")
    return f"{text[0]}t{check_tags(text[1:])[0]}"
