"""What arrived of what was sent in a twentieth of a second: the unit in which a line is watched.

Packets that leave together say little one by one: a picture's last packet waits for its first ones. The least delay of
those that left within a slice is what stood in the line's queue before them. Decisions per slice, not per packet,
are also what makes feedback cheap: one loop here is all that is done for each packet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

# libwebrtc groups what leaves within 5 ms. Longer finds the queue under more jitter, and sees it later.
LENGTH: Final = 50_000  # microseconds of sending

# (transport-wide number, unbounded; sent at, microseconds, monotonic; octets on the wire; arrived at, microseconds of
# the viewer's clock, None: lost)
Packet = tuple[int, int, int, int | None]


class Slice(Struct, frozen=True):
    sent_at: int  # microseconds, of the first packet
    delay: int  # microseconds, the least of all; from our clock to the viewer's, so only differences mean anything
    octets: int
    arrived_at: int  # microseconds, of the last packet
    whole: bool  # everything sent since the slice before is accounted for: no feedback was lost


class Taken(Struct, frozen=True):
    """Of one feedback message."""

    slices: list[Slice]  # that are complete
    arrived: int  # packets
    lost: int
    late: int  # packets that arrived after they were reported lost


class Slices:
    def __init__(self) -> None:
        self._newest = -1  # number
        self._sent_at = self._end = 0  # of the open slice; it is empty while the end is 0
        self._delay = self._octets = self._arrived_at = 0
        self._whole = False

    def take(self, packets: Sequence[Packet]) -> Taken:
        """`packets` by number."""
        late = 0
        if packets[0][0] <= self._newest:
            late = sum(number <= self._newest and at is not None for number, _, _, at in packets)
            packets = [packet for packet in packets if packet[0] > self._newest]
            if not packets:
                return Taken([], 0, 0, late)
        whole = self._whole and packets[0][0] == self._newest + 1
        slices: list[Slice] = []
        lost = 0
        sent_at, end, least, size, last = self._sent_at, self._end, self._delay, self._octets, self._arrived_at
        for _, sent, octets, arrived in packets:
            if arrived is None:
                lost += 1
                continue
            if sent < end:
                size += octets
                if arrived - sent < least:
                    least = arrived - sent
                if arrived > last:
                    last = arrived
                continue
            if end:
                slices.append(Slice(sent_at, least, size, last, whole))
                whole = True
            sent_at, end = sent, sent + LENGTH
            least, size, last = arrived - sent, octets, arrived
        self._sent_at, self._end, self._delay, self._octets, self._arrived_at = sent_at, end, least, size, last
        self._newest = packets[-1][0]
        self._whole = whole or not slices
        return Taken(slices, len(packets) - lost, lost, late)
