"""The verb tool: the tools of contrib/tmux-tools.

They replace the tools of a skill for agents. Options, messages, JSON and exit statuses are that skill's, so a script
written for those tools only changes a path. The operations of navi's own verbs do the work.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from navi.cli.arguments import HelpRequested
from navi.cli.output.output import UsageError, reason_and_status
from navi.compat.tool import ToolFailed, WrongUsage, given_in, usage
from navi.compat.tools import TOOLS
from navi.core.text import clean_lines
from navi.hosts.base import HostError
from navi.ops import OperationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.cli.output.output import Output
    from navi.compat.tool import Tool


def run_tool(options: Options, context: Context) -> int:
    """Carry out the command line of a tool; return its exit status."""
    words = options.command_line
    if options.tool == "registry":
        from navi.compat.entries import run_entries

        return run_entries(words, context)
    tool = TOOLS.get(options.tool)
    if tool is None:
        raise UsageError(f"no tool named `{options.tool}`; known tools: {', '.join(TOOLS)}")
    if tool.needs_words and not words:
        context.output.print(usage(tool))
        return tool.wrong
    try:
        return _run(tool, words, context)
    except HelpRequested:
        context.output.print(usage(tool))
        return 0
    except WrongUsage as error:
        _complain(context.output, f"Error: {error}\n{usage(tool)}")
        return tool.wrong
    except ToolFailed as error:
        _complain(context.output, f"Error: {error}")
        return error.status
    except (HostError, OperationError) as error:
        _complain(context.output, f"Error: {reason_and_status(error)[0]}")
        return tool.failed


def _run(tool: Tool, words: Sequence[str], context: Context) -> int:
    given = given_in(tool, words)
    module, _, function = tool.function.partition(".")
    return int(getattr(import_module(f"navi.compat.{module}"), function)(given, context))


def _complain(output: Output, words: str) -> None:
    output.note("\n".join(clean_lines(words)))
