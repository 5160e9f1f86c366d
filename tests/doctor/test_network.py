"""Names, ports and banners, each with an answer or a reason."""

from __future__ import annotations

import pytest

from navi.doctor.network import look_up, server_banner
from tests.support.servers import server

FAR = 10.0
"""Seconds for what is to answer, however busy this machine is."""


def test_a_name_has_addresses() -> None:
    assert look_up("127.0.0.1", 22, FAR)[0] == ["127.0.0.1"]


@pytest.mark.parametrize("name", ["a" * 300, "x..y", ""], ids=["long", "empty label", "empty"])
def test_a_name_that_can_not_be_resolved_has_a_reason_of_its_own(name: str) -> None:
    addresses, why = look_up(name, 22, FAR)
    assert (addresses, bool(why), "within" in why) == ([], True, False), why


BANNERS = [
    (b"SSH-2.0-Test\r\n", "SSH-2.0-Test"),
    (b"Beware!\r\nSSH-2.0-Test\r\n", "SSH-2.0-Test"),
    (b"SSH-2.0-\033[31mTest\n", "SSH-2.0-Test"),
    (b"x" * 20000, ""),
]


@pytest.mark.parametrize(("said", "banner"), BANNERS)
def test_a_banner_is_found_behind_other_lines(said: bytes, banner: str) -> None:
    with server(said) as port:
        assert server_banner(["127.0.0.1"], port, FAR)[0] == banner


def test_the_next_address_is_tried_where_one_is_closed() -> None:
    with server(b"SSH-2.0-Test\r\n") as port:
        assert server_banner(["127.0.0.2", "127.0.0.1"], port, FAR)[0] == "SSH-2.0-Test"
