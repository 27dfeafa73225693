"""What became of what was sent in a twentieth of a second: the unit in which a line is watched.

Packets that leave together say little one by one: a picture's last packet waits for its first ones. The least delay of
those that left within a slice is what stood in the line's queue before them. Decisions by the slice, not by the
packet, are also what makes feedback cheap: the loop here is all that is done for each packet.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from rtc.core.sent_log import SentLog
from rtc.wire.frozen import Frozen
from rtc.wire.steps import Steps

# libwebrtc groups what leaves within 5 ms. Longer finds a queue under more jitter, and sees it later.
LENGTH: Final = 50_000  # microseconds of sending
# A network that is full lets some of what comes through. Where nothing came for so long the way itself was gone:
# cables, Wi-Fi and phones do that, and whoever changes networks. What is lost by it says nothing of the line.
OUTAGE: Final = 300_000  # microseconds of sending
OUTAGE_PACKETS: Final = 5
# What left within a slice and took so long to arrive, evenly, came at the pace of the line.
STRETCHED: Final = 150_000  # microseconds
EVEN: Final = 2  # times as long at least as its longest gap: else it was held up, and then came at once

# A message of so many packets, of which so large a share is missing in several places: what came between is all that
# the line carries. Of a line that loses a fifth by chance a message in a thousand million looks like that.
STARVED_PACKETS: Final = 20
STARVED: Final = 0.75
STARVED_GAPS: Final = 3  # fewer may be an outage
STARVED_SHORTEST: Final = 30_000  # microseconds between first and last arrival

# (transport-wide number, unbounded; sent at, microseconds, monotonic; octets on the wire; arrived at, microseconds of
# the viewer's clock, None: lost)
Packet = tuple[int, int, int, int | None]


class Slice(Frozen, frozen=True):
    sent_at: int  # microseconds, of the first packet
    arrived_at: int  # microseconds, of the last packet
    delay: int  # microseconds, the least of all; between two clocks, so only differences mean anything
    octets: int  # that arrived
    lost: int  # octets
    whole: bool  # no feedback was lost between the slice before and this one


class Stretched(Frozen, frozen=True):
    """Packets that left at once and were spread by the line, or some of them."""

    sent_at: int  # microseconds, of the first that left
    began_at: int  # its first arrival, microseconds
    octets: int  # that arrived after the first
    took: int  # microseconds from the first to the last arrival

    @property
    def rate(self) -> float:
        """Bits/s."""
        return 8e6 * self.octets / self.took

    @property
    def ended_at(self) -> int:
        """Its last arrival, microseconds."""
        return self.began_at + self.took


class Taken(Frozen, frozen=True):
    """Of one feedback message."""

    slices: list[Slice]  # that are complete now
    arrived: int  # packets
    lost: int  # packets
    late: int  # packets that arrived after all, and were reported lost before
    resumed: bool = False  # nothing got through before; what was lost by that is not counted
    stretched: Stretched | None = None  # what is newest of a slice, whole or not, of which that can be said
    starved: Stretched | None = None  # most of it was lost, and this is what came between


Open = tuple[int, int, int, int, int, int, int, int, int, int]
"""What comes next, and of the slice that is not complete: end, sent at, arrived at, delay, octets, lost; and from where
on it may yet turn out to be stretched: arrival, octets until then, longest gap since"""


class Digested(NamedTuple):
    open: Open
    slices: list[tuple[int, int, int, int, int]]  # a `Slice` each, without `whole`
    stretched: tuple[int, int, int, int]  # a `Stretched`, if the last is not 0


class Digest(Protocol):
    """Reads a report in which everything has arrived, faster than `SentLog.reported` and `Slices.take` do."""

    def __call__(self, log: SentLog, before: Open, now: int, base: int, arrivals: Steps) -> Digested | None:
        """`now`: microseconds. None, and nothing has changed, if something in it needs a closer look."""


class Slices:
    def __init__(self) -> None:
        self._next: int | None = None  # number
        self._end = 0  # when the open slice ends, microseconds; 0: none is open
        self._sent_at = self._arrived_at = self._delay = self._octets = self._lost = 0
        # Of the open slice, from its first arrival on, or from the last that was told as stretched: since then, octets
        # until then, longest gap.
        self._began_at = self._head = self._gap = 0
        self._stretched: Stretched | None = None
        self._dark = 0  # packets lost since the last slice ended, and nothing came
        self._whole = False

    def take(self, packets: Sequence[Packet]) -> Taken:
        """`packets` by number."""
        late = 0
        first = packets[0][0]
        if self._next is not None and first < self._next:
            packets, late = self._take_late(packets, self._next)
            if not packets:
                return Taken([], 0, 0, late)
        elif first != self._next:
            self._end, self._dark, self._whole = 0, 0, False  # of what lies between nothing is known
        self._next = packets[-1][0] + 1
        slices, lost, outage = self._cut(packets)
        if self._end and self._arrived_at - self._began_at >= STRETCHED:
            self._note_stretched(self._sent_at, self._arrived_at, self._octets)
        stretched, self._stretched = self._stretched, None
        starved = _starved(packets) if lost >= STARVED * len(packets) else None
        return Taken(slices, len(packets) - lost, max(0, lost - outage), late, outage > 0, stretched, starved)

    def digest(self, digest: Digest, now: int, log: SentLog, base: int, arrivals: Steps) -> Taken | None:
        """The same as `take`, of a report on what `log` has from `base` on. None: it is left to `take`."""
        if self._next is None or self._dark:
            return None
        before = (
            self._next, self._end, self._sent_at, self._arrived_at, self._delay,
            self._octets, self._lost, self._began_at, self._head, self._gap,
        )  # fmt: skip
        read = digest(log, before, now, base, arrivals)
        if read is None:
            return None
        slices = []
        for sent_at, arrived_at, delay, octets, lost in read.slices:
            slices.append(Slice(sent_at, arrived_at, delay, octets, lost, self._whole))
            self._whole = True
        (
            self._next, self._end, self._sent_at, self._arrived_at, self._delay,
            self._octets, self._lost, self._began_at, self._head, self._gap,
        ) = read.open  # fmt: skip
        log.told(read.open[0])
        return Taken(slices, len(arrivals), 0, 0, stretched=Stretched(*read.stretched) if read.stretched[3] else None)

    def _note_stretched(self, sent_at: int, last: int, octets: int) -> None:
        """Each arrival counts once: when a line has fallen, the later ones show better to what."""
        took = last - self._began_at
        if took >= EVEN * self._gap:
            self._stretched = Stretched(sent_at, self._began_at, octets - self._head, took)
            self._began_at, self._head, self._gap = last, octets, 0

    def _take_late(self, packets: Sequence[Packet], known: int) -> tuple[Sequence[Packet], int]:
        """The rest, and how many had been overtaken. These add to what arrives, but their delay is not the queue's."""
        overtaken = [octets for number, _, octets, at in packets if number < known and at is not None]
        self._octets += sum(overtaken)
        self._lost = max(0, self._lost - sum(overtaken))
        return [packet for packet in packets if packet[0] >= known], len(overtaken)

    def _cut(self, packets: Sequence[Packet]) -> tuple[list[Slice], int, int]:
        """Slices, how many packets are lost, and how many of them in an outage. Local names: this runs for each packet
        that is sent to anybody.
        """
        slices: list[Slice] = []
        lost = outage = 0
        end, sent_at, last, least = self._end, self._sent_at, self._arrived_at, self._delay
        octets, gone, gap = self._octets, self._lost, self._gap
        for _, sent, size, arrived in packets:
            if arrived is None:
                lost += 1
                gone += size
                self._dark += sent >= end
            elif sent < end:
                octets += size
                if arrived - sent < least:
                    least = arrived - sent
                if arrived > last:
                    if arrived - last > gap:
                        gap = arrived - last
                    last = arrived
            else:
                if end:
                    if last - self._began_at >= STRETCHED:
                        self._gap = gap
                        self._note_stretched(sent_at, last, octets)
                    slices.append(Slice(sent_at, last, least, octets, gone, self._whole))
                    self._whole = True
                    if sent - end > OUTAGE and self._dark >= OUTAGE_PACKETS:
                        outage += self._dark
                        self._whole = False
                self._dark = 0
                end, sent_at, last, least = sent + LENGTH, sent, arrived, arrived - sent
                octets, gone, gap = size, 0, 0
                self._began_at, self._head = arrived, size
        self._end, self._sent_at, self._arrived_at, self._delay = end, sent_at, last, least
        self._octets, self._lost, self._gap = octets, gone, gap
        return slices, lost, outage


def _starved(packets: Sequence[Packet]) -> Stretched | None:
    arrivals = [(place, sent, octets, at) for place, (_, sent, octets, at) in enumerate(packets) if at is not None]
    if len(packets) < STARVED_PACKETS or not arrivals:
        return None
    places = [-1, *(place for place, *_ in arrivals), len(packets)]
    gaps = sum(after - before > 1 for before, after in itertools.pairwise(places))
    took = arrivals[-1][3] - arrivals[0][3]
    if gaps < STARVED_GAPS or took < STARVED_SHORTEST:
        return None
    return Stretched(arrivals[0][1], arrivals[0][3], sum(octets for _, _, octets, _ in arrivals[1:]), took)
