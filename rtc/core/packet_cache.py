"""Recent packets of one RTP stream, kept for retransmission and for the key frame that a new viewer starts from."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

Packet = TypeVar("Packet")

# Power of two. 512 packets are 5 s of 800 kbit/s and 1.7 s of 2.5 Mbit/s; a browser asks for at most a second.
SIZE: Final = 512  # packets


class PacketCache(Generic[Packet]):
    """A ring over unbounded sequence numbers. One copy of the media serves all subscriptions."""

    __slots__ = ("_numbers", "_packets")

    def __init__(self) -> None:
        self._numbers = [-1] * SIZE
        self._packets: list[Packet | None] = [None] * SIZE

    def put(self, number: int, packet: Packet) -> None:
        at = number & (SIZE - 1)
        # A late packet must not push out a newer one that shares its place.
        if self._numbers[at] <= number:
            self._numbers[at] = number
            self._packets[at] = packet

    def get(self, number: int) -> Packet | None:
        at = number & (SIZE - 1)
        return self._packets[at] if self._numbers[at] == number else None

    def clear(self) -> None:
        self._numbers = [-1] * SIZE
        self._packets = [None] * SIZE
