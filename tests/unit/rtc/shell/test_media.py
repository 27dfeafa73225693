"""The socket's side of the packet path, on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from rtc.core.batch import Batch
from rtc.core.router import Router
from rtc.shell.endpoint import Endpoint
from rtc.shell.media import MediaSocket


class Transports:
    """Nobody is known; what is handed on is kept."""

    def __init__(self) -> None:
        self.stun: list[bytes] = []
        self.faults: list[bytes] = []

    def find(self, key: bytes) -> Endpoint | None:
        return None

    def receive_stun(self, now: float, data: bytes, key: bytes) -> None:
        if data == b"\0bug":
            raise ZeroDivisionError
        self.stun.append(data)

    def receive_dtls(self, now: float, endpoint: Endpoint, data: bytes) -> None:
        raise AssertionError("from nobody")

    def moved(self, endpoint: Endpoint, key: bytes) -> None:
        raise AssertionError("nobody moves")

    def started(self, batch: Batch) -> None:
        raise AssertionError("nothing flows")

    def broken(self, now: float, key: bytes) -> None:
        self.faults.append(key)


@pytest.fixture
def transports() -> Transports:
    return Transports()


@pytest.fixture
def media(transports: Transports) -> Iterator[MediaSocket]:
    media = MediaSocket("127.0.0.1", 0, Router(lambda: 1), transports)
    yield media
    media.close()


@pytest.fixture
def sender(media: MediaSocket) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("127.0.0.1", media.port))
        yield udp


def test_what_is_no_stun_from_strangers_goes_nowhere(
    media: MediaSocket, transports: Transports, sender: socket.socket
) -> None:
    for datagram in (b"", b"\x14dtls", b"\x80rtp", b"\x80\xc9rtcp", b"\x40channel", b"\xffall", b"\0check"):
        sender.send(datagram)
    media.readable()
    assert transports.stun == [b"", b"\0check"]


def test_a_fault_of_ours_costs_nobody_else(media: MediaSocket, transports: Transports, sender: socket.socket) -> None:
    for datagram in (b"\0one", b"\0bug", b"\0two"):
        sender.send(datagram)
    media.readable()
    assert transports.stun == [b"\0one", b"\0two"]
    assert len(transports.faults) == 1


def test_one_wake_up_takes_more_than_one_batch(
    media: MediaSocket, transports: Transports, sender: socket.socket
) -> None:
    for _ in range(200):
        sender.send(b"\0x")
    media.readable()
    assert len(transports.stun) == 200
    assert media.largest_queue > 0


def test_a_port_that_is_taken_is_an_error(media: MediaSocket, transports: Transports) -> None:
    with pytest.raises(OSError, match="in use"):
        MediaSocket("127.0.0.1", media.port, Router(lambda: 1), transports)
