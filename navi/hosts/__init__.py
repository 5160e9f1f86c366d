"""Hosts: running operations on a machine, this one or one that OpenSSH reaches.

exchange.py decides what a request is and what its failures mean; trio_*.py and blocking_*.py move its bytes.
"""

from __future__ import annotations

from navi.hosts.base import Host, HostError

__all__ = ["Host", "HostError"]
