from __future__ import annotations

import os
import socket

import pytest

from kinroom import listening
from kinroom.listening import PortTakenError, announced_addresses, default_address, listen, process_on


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
    assert announced_addresses(["192.0.2.9"], "::", on_loopback=True) == ["192.0.2.9"]


@pytest.mark.parametrize(
    ("routes", "media_host", "on_loopback", "announced"),
    [
        ("192.0.2.7 2001:db8::7", "::", False, "192.0.2.7 2001:db8::7"),
        ("192.0.2.7 2001:db8::7", "::", True, "127.0.0.1 192.0.2.7 2001:db8::7"),
        ("192.0.2.7 2001:db8::7", "0.0.0.0", False, "192.0.2.7"),
        ("192.0.2.7", "::", False, "192.0.2.7"),
        ("2001:db8::7", "::", False, "2001:db8::7"),
        ("", "::", False, "127.0.0.1"),
        ("127.0.0.1", "::", True, "127.0.0.1"),
    ],
)
def test_what_the_default_routes_say_is_announced(
    routes: str, media_host: str, on_loopback: bool, announced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def route(family: socket.AddressFamily) -> str | None:
        return next((one for one in routes.split() if (":" in one) == (family == socket.AF_INET6)), None)

    monkeypatch.setattr(listening, "default_address", route)
    assert announced_addresses([], media_host, on_loopback=on_loopback) == announced.split()


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_address_of_a_route_is_of_its_family(family: socket.AddressFamily) -> None:
    address = default_address(family)
    assert address is None or (":" in address) == (family == socket.AF_INET6)
