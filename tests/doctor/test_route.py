"""The parts of a route: how jump hosts and ssh's own reading of an entry are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.config.remote import Remote
from navi.doctor.route import hop_of, read_target

HOPS = [
    ("bastion", Remote("r", "h", jump_host="bastion"), ("bastion", "", 0)),
    ("bastion", Remote("r", "h", user="me", jump_host="bastion"), ("bastion", "me", 0)),
    ("bastion", Remote("r", "h", user="me"), ("bastion", "", 0)),
    ("you@bastion:33", Remote("r", "h", user="me", jump_host="x"), ("bastion", "you", 33)),
    ("ssh://you@bastion:33/", Remote("r", "h"), ("bastion", "you", 33)),
    ("you@[fe80::1]:33", Remote("r", "h"), ("fe80::1", "you", 33)),
    ("[fe80::1]", Remote("r", "h"), ("fe80::1", "", 0)),
    ("fe80::1", Remote("r", "h"), ("fe80::1", "", 0)),
    ("ssh://you@[fe80::1]:33", Remote("r", "h"), ("fe80::1", "you", 33)),
]


@pytest.mark.parametrize(("text", "one", "wanted"), HOPS)
def test_a_hop_is_read_as_ssh_reads_it(text: str, one: Remote, wanted: tuple[str, str, int]) -> None:
    hop = hop_of(text, ("before",), one)
    assert (hop.host, hop.user, hop.port, hop.jump_host) == (*wanted, "before")


@given(st.text(max_size=30), st.text(max_size=20))
def test_any_text_can_be_a_hop_and_a_target(text: str, hostname: str) -> None:
    assert hop_of(text, (), Remote("r", "h")).name == text
    assert read_target(f"hostname {hostname}", Remote("r", "h")).port == 22
