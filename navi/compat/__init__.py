"""The verb tool: what the scripts of contrib/tmux-tools do.

They stand in for the tools of a skill for agents. Options, words, JSON and exit statuses are that skill's, so that who
scripts against those tools changes a path and nothing else; what they do is what navi's own verbs do.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from importlib import import_module

from navi.cli.context import Machines
from navi.cli.output import UsageError, why
from navi.compat.tool import Failed, Tool, WrongUsage, parse, usage
from navi.compat.tools import TOOLS
from navi.core.text import clean_lines
from navi.hosts.base import HostError
from navi.ops import OperationError


def run_tool(options: Namespace, machines: Machines) -> int:
    """Carry out the command line of one of the tools; return its exit status."""
    words = options.command_line
    if options.tool == "registry":
        from navi.compat.entries import run_entries

        return run_entries(words, machines)
    tool = TOOLS.get(options.tool)
    if tool is None:
        raise UsageError(f"there is no tool `{options.tool}`; there are {', '.join(TOOLS)}")
    try:
        if (not words and tool.needs_words) or {"-h", "--help"} & set(words[:1]):
            print(usage(tool))
            return tool.wrong if not words else 0
        return _run(tool, parse(tool, words), machines)
    except WrongUsage as error:
        if error.asked:
            print(usage(tool))
            return 0
        _say(f"Error: {error}\n{usage(tool)}")
        return tool.wrong
    except Failed as error:
        _say(f"Error: {error}")
        return error.status
    except (HostError, OperationError) as error:
        _say(f"Error: {why(error)[0]}")
        return tool.failed


def _run(tool: Tool, given: Mapping[str, str], machines: Machines) -> int:
    module, _, function = tool.function.partition(".")
    return int(getattr(import_module(f"navi.compat.{module}"), function)(given, machines))


def _say(words: str) -> None:
    print("\n".join(clean_lines(words)), file=sys.stderr)
