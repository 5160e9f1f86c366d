"""Hosts: running operations on a machine, be it this one or one that OpenSSH reaches."""

from __future__ import annotations

from navi.hosts.base import Host, HostError

__all__ = ["Host", "HostError"]
