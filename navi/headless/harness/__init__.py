"""How navi talks with agents without a terminal: their command lines, and codecs between lines and events.

A codec is pure: it turns a line that an agent printed into events, and what a person wants into lines for it.
"""

from __future__ import annotations

from navi.headless.harness.acp import ACP
from navi.headless.harness.base import Harness
from navi.headless.harness.claude import CLAUDE
from navi.headless.harness.scripted import SCRIPTED

HARNESSES = {one.id: one for one in (CLAUDE, *ACP, SCRIPTED)}
"""All of them, by their ids."""

__all__ = ["HARNESSES", "Harness"]
