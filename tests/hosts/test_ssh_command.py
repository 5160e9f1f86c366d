"""ssh's command lines for people: they work as they are typed, with user, port, key and jump host of the entry."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from navi.config.remote import Remote
from navi.hosts.ssh_command import Hop, command_by_hand, read_hop

TYPED = [
    (Remote("staging", "10.0.0.7"), "ssh 10.0.0.7"),
    (Remote("staging", "10.0.0.7", user="me", port=2222), "ssh -l me -p 2222 10.0.0.7"),
    (Remote("staging", "h", key="/my key"), "ssh -i '/my key' h"),
    (Remote("staging", "h", user="me", jump_host="a,you@b:33"), "ssh -l me -J me@a,you@b:33 h"),
    (Remote("staging", "h", user="me", jump_host="none"), "ssh -l me -J none h"),
    (Remote("staging", "h", user="me", key="/k", jump_host="none"), "ssh -l me -i /k -J none h"),
    (Remote("staging", "h", jump_host="me@[::1]:22"), "ssh -J 'me@[::1]:22' h"),
]


@pytest.mark.parametrize(("remote", "typed"), TYPED)
def test_a_person_types_what_the_entry_says(remote: Remote, typed: str) -> None:
    assert command_by_hand(remote) == typed


def test_the_key_of_an_entry_serves_the_jump_host_by_hand_too() -> None:
    words = shlex.split(command_by_hand(Remote("r", "h", key="/k", jump_host="me@[::1]:33"), "-v"))
    assert words[:5] == ["ssh", "-v", "-i", "/k", "-o"]
    assert words[5] == "ProxyCommand=ssh -i /k -o RemoteCommand=none -l me -p 33 -W '[%h]:%p' -- ::1"


@given(st.text(st.characters(exclude_characters="\0,:@[]/", exclude_categories=["Cs"]), min_size=1))
def test_what_is_to_be_typed_is_quoted(text: str) -> None:
    assume(text.lower() != "none")  # this jump host means that there is none
    words = shlex.split(command_by_hand(Remote("r", text, user=text, jump_host=text, port=7)))
    assert words == ["ssh", "-l", text, "-p", "7", "-J", f"{text}@{text}", text]
    assert shlex.split(command_by_hand(Remote("r", "h", key=f"/{text}")))[2] == f"/{text}"


@pytest.mark.parametrize(
    ("text", "hop"),
    [
        ("::1", Hop("::1")), ("[::1]", Hop("::1")), ("me@[::1]:22", Hop("::1", "me", "22")), ("b", Hop("b")),
        ("ssh://me@b:22", Hop("b", "me", "22")), ("me@b", Hop("b", "me")),
    ],
)  # fmt: skip
def test_a_hop_has_host_user_and_port(text: str, hop: Hop) -> None:
    assert read_hop(text) == hop
