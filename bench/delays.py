"""How long packets take through a server, seen from outside: from our send call to the kernel's receipt of the copy.

The same for every server, whatever it tells of itself. A packet names itself by the stamp in its payload, so copies
are kept as they come and decrypted after the window. Two crossings of loopback are part of it (`bench floor`).
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Sequence

from pylibsrtp import Error as SrtpError
from pylibsrtp import Session

from bench.lab.media import read_stamp
from bench.lab.sdp import OPUS, VP8
from bench.lab.stamped import SO_TIMESTAMPNS, StampedBatch

# Packets between two that are kept: each costs its receiver some microseconds. Odd, so that it falls on audio and on
# each packet of a frame alike.
EVERY = 11
# The first socket that asks for them has the kernel switch stamps on by a work queue; what comes before is stamped as
# it is read.
SWITCHED_ON = 0.01  # seconds


class Delays:
    """Of one window. `batch` is what sockets must be read with meanwhile."""

    def __init__(self) -> None:
        self.batch = StampedBatch()
        self._sent: dict[tuple[int, int], float] = {}  # (SSRC, number) -> Unix time
        self._kept: list[tuple[Session, float, bytes]] = []
        self._next = 0  # packets until the next one that is kept

    def note_sent(self, ssrc: int, first: int, count: int) -> None:
        """Numbers `first` and on leave now, one right after the other."""
        now = time.time()
        for number in range(first, first + count):
            self._sent[ssrc, number] = now

    def take(self, receiving: Session, count: int) -> None:
        """Looks at the `count` datagrams that are in the batch."""
        while self._next < count:
            n = self._next
            head = self.batch.head(n, 2)
            at = self.batch.stamped_at(n)
            if at and head[0] & 0xC0 == 0x80 and head[1] & 0x7F in (OPUS, VP8):
                self._kept.append((receiving, at, self.batch.datagram(n)))
            self._next += EVERY
        self._next -= count

    def milliseconds(self) -> list[float]:
        """Of all that could be read. Once only: libsrtp takes no packet twice."""
        found = []
        for receiving, at, srtp in self._kept:
            try:
                stamp = read_stamp(receiving.unprotect(srtp))
            except SrtpError:
                continue
            sent = self._sent.get((stamp.ssrc, stamp.number)) if stamp else None
            if sent is not None:
                found.append((at - sent) * 1000)
        self._kept.clear()
        return found


@contextlib.contextmanager
def stamped(sockets: Sequence[socket.socket]) -> Iterator[None]:
    """The kernel notes when each datagram came."""
    for one in sockets:
        one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    time.sleep(SWITCHED_ON)
    try:
        yield
    finally:
        for one in sockets:
            one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 0)
