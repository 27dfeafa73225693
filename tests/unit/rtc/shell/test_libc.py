"""Contract with Linux: batches of datagrams, the kernel's time stamp, and errors as numbers."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterator

import pytest

from rtc.shell import libc


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
    ):
        for udp in (one, two):
            udp.bind(("127.0.0.1", 0))
            udp.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, libc.SO_TIMESTAMPNS, 1)
        yield one, two


def key_of(udp: socket.socket) -> bytes:
    return libc.key_of(*udp.getsockname()[:2])


def test_reads_what_has_come_with_addresses_and_the_kernels_time(pair: tuple[socket.socket, socket.socket]) -> None:
    one, two = pair
    incoming = libc.Incoming(4)
    assert incoming.receive(one.fileno()) == 0
    for i in range(6):
        two.sendto(bytes((i,)) * (i + 1), one.getsockname())
    assert incoming.receive(one.fileno()) == 4
    assert [incoming.size(i) for i in range(4)] == [1, 2, 3, 4]
    assert bytes(incoming.buffer[2 * libc.SLOT : 2 * libc.SLOT + 3]) == b"\2\2\2"
    assert bytes(incoming.names[: libc.ADDRESS_KEY]) == key_of(two)
    assert libc.address_of(key_of(two)) == two.getsockname()
    assert 0 <= time.time() - incoming.stamped_at < 5
    assert incoming.receive(one.fileno()) == 2
    assert incoming.receive(one.fileno()) == 0


def test_sends_a_batch_to_where_each_destination_is_now(pair: tuple[socket.socket, socket.socket]) -> None:
    one, two = pair
    outgoing, destination = libc.Outgoing(3), libc.Destination()
    for i in range(3):
        outgoing.buffer[i * libc.SLOT : i * libc.SLOT + 2] = bytes((i, i))
        outgoing.sizes[i] = 2
        outgoing.frame(i, i, 1, destination.address)
    destination.move(key_of(one))
    destination.move(key_of(two))
    assert outgoing.send(one.fileno(), 0, 3) == 3
    assert [two.recv(100) for _ in range(3)] == [b"\0\0", b"\1\1", b"\2\2"]


def test_an_address_that_cannot_be_sent_to_is_a_negative_errno(pair: tuple[socket.socket, socket.socket]) -> None:
    one, _ = pair
    outgoing, destination = libc.Outgoing(1), libc.Destination()
    outgoing.sizes[0] = 2
    outgoing.frame(0, 0, 1, destination.address)
    destination.move(libc.key_of("127.0.0.1", 0))
    assert outgoing.send(one.fileno(), 0, 1) == -errno.EINVAL


def test_several_packets_to_one_address_go_in_one_message(pair: tuple[socket.socket, socket.socket]) -> None:
    one, two = pair
    outgoing, destination = libc.Outgoing(4), libc.Destination()
    destination.move(key_of(two))
    sizes = [900, 900, 400, 700]
    for i, size in enumerate(sizes):
        outgoing.buffer[i * libc.SLOT : i * libc.SLOT + size] = bytes((i,)) * size
        outgoing.sizes[i] = size
    outgoing.frame(0, 0, 3, destination.address)
    outgoing.frame(1, 3, 1, destination.address)
    assert outgoing.send(one.fileno(), 0, 2) == 2
    assert [two.recv(2000) for _ in sizes] == [bytes((i,)) * size for i, size in enumerate(sizes)]


# --- both families ---------------------------------------------------------------------------------------------------

needs_ipv6 = pytest.mark.skipif(not libc.has_ipv6(), reason="no IPv6 here")


@pytest.mark.parametrize(
    ("address", "told"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::7", "2001:db8::7"), ("::ffff:192.0.2.7", "192.0.2.7")],
)
def test_an_address_and_its_key(address: str, told: str) -> None:
    key = libc.key_of(address, 40_000)
    assert len(key) == libc.ADDRESS_KEY
    assert libc.address_of(key) == (address, 40_000)
    assert libc.told(libc.address_of(key)[0]) == told
    assert not key.startswith(libc.STREAM)


@pytest.mark.parametrize(
    ("host", "browser", "seen"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        pytest.param("::", "127.0.0.1", "::ffff:127.0.0.1", marks=needs_ipv6),
        pytest.param("::", "::1", "::1", marks=needs_ipv6),
        pytest.param("::1", "::1", "::1", marks=needs_ipv6),
    ],
)
def test_a_socket_reads_and_sends_in_the_families_of_its_address(host: str, browser: str, seen: str) -> None:
    family = socket.AF_INET6 if ":" in browser else socket.AF_INET
    with libc.open_socket(host, 0, socket.SOCK_DGRAM) as ours, socket.socket(family, socket.SOCK_DGRAM) as theirs:
        theirs.bind((browser, 0))
        theirs.settimeout(5)
        theirs.sendto(b"hello", (browser, ours.getsockname()[1]))
        incoming = libc.Incoming(1)
        assert incoming.receive(ours.fileno()) == 1
        key = bytes(incoming.names[: libc.ADDRESS_KEY])
        assert key == libc.key_of(seen, theirs.getsockname()[1])
        outgoing, destination = libc.Outgoing(2), libc.Destination()
        destination.move(key)
        outgoing.sizes[0] = outgoing.sizes[1] = 9
        outgoing.frame(0, 0, 2, destination.address)
        assert outgoing.send(ours.fileno(), 0, 1) == 1
        assert [len(theirs.recv(100)) for _ in range(2)] == [9, 9]
        destination.move(libc.stream_key(1))
        assert outgoing.send(ours.fileno(), 0, 1) < 0
        assert outgoing.key(0) == libc.stream_key(1)


def test_without_ipv6_all_addresses_are_those_of_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libc, "has_ipv6", lambda: False)
    with libc.open_socket("::", 0, socket.SOCK_STREAM) as opened:
        assert opened.family == socket.AF_INET
        assert opened.getsockname()[0] == "0.0.0.0"
