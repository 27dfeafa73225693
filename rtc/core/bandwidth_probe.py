"""Probes: some padding at a higher rate, which shows what the line carries beyond what media needs now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rtc.core.bandwidth_slices import Packet
from rtc.wire.frozen import Frozen

# Of the target. On a line that is full a probe leaves a queue of (factor - 1) * duration, which sound stands in too.
CAREFUL: Final = 1.5
BOLD: Final = 3.0  # where the line was never found full, or the last probe passed
FIRST: Final = 300_000.0  # bits/s at the least, while the line was never found full
# Of what everything would take: the allocator wants room to spare before it raises a picture.
ENOUGH: Final = 1.25
SHORTEST, LONGEST = 0.060, 0.200  # seconds
# With less than this, media and padding together, there is little to measure by.
OCTETS: Final = 2500
PADDING: Final = 900  # octets at the least, three packets
NOISE_FACTOR: Final = 8.0  # a probe that is shorter than so much jitter arrives all at once
CALM: Final = 4.0  # seconds since trouble
EVERY, SELDOM = 1.0, 5.0  # seconds from one that failed to the next; each doubles it
LOST_AFTER: Final = 1.0  # seconds over a round trip, until the result of a probe is given up
ARRIVED: Final = 0.8  # of a probe's packets: with fewer it says nothing
# Of the rate it was sent at. If less arrived, the line is full at that.
PASSED: Final = 0.9
SHARE_OF_FULL: Final = 0.95
BUNCHED: Final = 2.0  # it waited somewhere and came all at once


class Probe(Frozen, frozen=True):
    """A cluster to send, evenly."""

    id: int
    rate: float  # bits/s, media and padding together
    octets: int  # of padding, on the wire
    duration: float  # seconds


class Probes:
    """Of one line. `now` is monotonic seconds, rates are bits/s."""

    def __init__(self) -> None:
        self._asked: Probe | None = None  # whose result is not there yet
        self._count = 0
        self._numbers: range | None = None
        self._packets: list[Packet] = []  # since it was asked
        self._given_up_at = self._due_at = float("-inf")
        self._pause = EVERY
        self._bold = False

    def ask(
        self,
        now: float,
        *,
        target: float,
        wanted: float,
        sent: float,
        troubled_at: float,
        noise: float,
        round_trip: float,
    ) -> Probe | None:
        enough = ENOUGH * wanted
        if target >= enough or now < troubled_at + CALM or now < self._due_at:
            return None
        if self._asked is not None and now < self._given_up_at:
            return None
        never = troubled_at == float("-inf")
        rate = target * (BOLD if never or self._bold else CAREFUL)
        rate = min(enough, max(rate, FIRST) if never else rate)
        duration = min(LONGEST, max(SHORTEST, 8 * OCTETS / rate, NOISE_FACTOR * noise))
        octets = max(PADDING, int((rate - sent) * duration / 8))
        self._count += 1
        self._asked = Probe(self._count, rate, octets, duration)
        self._numbers, self._packets = None, []
        self._given_up_at = now + duration + round_trip + LOST_AFTER
        self._due_at = now + self._pause
        return self._asked

    def sent(self, number_from: int, number_to: int, probe: Probe) -> None:
        if probe is self._asked:
            self._numbers = range(number_from, number_to)

    @property
    def waits(self) -> bool:
        """For the result of a probe."""
        return self._asked is not None

    def feedback(self, packets: Sequence[Packet]) -> float | None:
        """Bits/s that a probe showed to fit, once its result is there."""
        if self._asked is None:
            return None
        self._packets.extend(packets)  # it may be reported in part before it has left whole
        numbers = self._numbers
        if numbers is None or packets[-1][0] < numbers[-1]:
            return None
        self._asked = None
        arrived = [
            (sent, octets, at) for number, sent, octets, at in self._packets if number in numbers and at is not None
        ]
        if len(arrived) < max(3, ARRIVED * len(numbers)):
            return None
        return self._judge(
            _rate([(sent, octets) for sent, octets, _ in arrived]), _rate([(at, octets) for _, octets, at in arrived])
        )

    def _judge(self, sent: float, received: float) -> float | None:
        if received > BUNCHED * sent:
            return None
        self._bold = received >= PASSED * sent
        if self._bold:
            self._pause, self._due_at = EVERY, float("-inf")
            return min(sent, received)
        self._pause = min(SELDOM, 2 * self._pause)
        return SHARE_OF_FULL * received


def _rate(packets: list[tuple[int, int]]) -> float:
    """Of (microseconds, octets): all octets but the first packet's, over the time from first to last."""
    first, last = min(packets), max(packets)
    octets = sum(octets for _, octets in packets) - first[1]
    return octets * 8e6 / max(1, last[0] - first[0])
