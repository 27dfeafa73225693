from __future__ import annotations

import os
import socket

import pytest

from kinroom.listening import PortTakenError, announced_addresses, listen, process_on


def test_a_taken_port_is_named_with_its_process() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        assert process_on(port) is not None
        with pytest.raises(PortTakenError, match=rf"port {port}.*pid {os.getpid()}\)"):
            listen("127.0.0.1", port)
    assert process_on(port) is None


def test_any_free_port() -> None:
    with listen("localhost", 0) as bound:
        assert bound.getsockname()[1] > 0
        assert bound.type == socket.SOCK_STREAM


def test_what_is_configured_is_announced_and_nothing_else() -> None:
    assert announced_addresses(["192.0.2.9"], on_loopback=True) == ["192.0.2.9"]


def test_loopback_alone_is_never_announced_beyond_it() -> None:
    at_home = announced_addresses([], on_loopback=True)
    assert at_home[0] == "127.0.0.1"
    assert len(set(at_home)) == len(at_home)
    outside = announced_addresses([], on_loopback=False)
    assert outside in (at_home[1:], ["127.0.0.1"])
