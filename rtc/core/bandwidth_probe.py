"""Probes: a few packets of padding at a higher rate, which show what the line carries beyond what media needs now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from rtc.core.bandwidth_slices import Packet

# Of the target. On a line that is full, a probe leaves a queue of (factor - 1) * duration.
FACTOR: Final = 2.0
FIRST_FACTOR: Final = 3.0  # while the line was never found full
FIRST_LEAST: Final = 300_000.0  # bits/s
# Of what everything would take: the allocator wants room to spare before it raises a picture.
ENOUGH: Final = 1.25
DURATION: Final = 0.060  # seconds
LONGEST: Final = 0.200  # seconds
MIN_OCTETS: Final = 1500  # five packets of padding
CALM: Final = 2.0  # seconds since trouble
EVERY, SELDOM = 1.0, 5.0  # seconds between two that fail; each doubles it
LOST_AFTER: Final = 1.0  # seconds over a round trip, until the result of a probe is given up
# Of the rate it was sent at. Less arrived: the line is full at that.
PASSED: Final = 0.9
SHARE_OF_FULL: Final = 0.95


class Probe(Struct, frozen=True):
    id: int
    rate: float  # bits/s
    octets: int  # of padding, on the wire
    duration: float  # seconds


class _Flight(Struct):
    probe: Probe
    number_from: int
    number_to: int
    packets: list[Packet]


class Probes:
    """Of one line. `now` is monotonic seconds, rates are bits/s."""

    def __init__(self) -> None:
        self._count = 0
        self._flight: _Flight | None = None
        self._pending = False
        self._asked_at = self._due_at = float("-inf")
        self._pause = EVERY

    def ask(
        self, now: float, target: float, wanted: float, troubled_at: float, noise: float, round_trip: float
    ) -> Probe | None:
        enough = ENOUGH * wanted
        if target >= enough or now - troubled_at < CALM or now < self._due_at:
            return None
        if self._pending and now - self._asked_at < round_trip + LOST_AFTER:
            return None
        never = troubled_at == float("-inf")
        rate = max(FIRST_FACTOR * target, FIRST_LEAST) if never else FACTOR * target
        rate = min(rate, enough)
        duration = min(LONGEST, max(DURATION, 5 * noise))
        octets = max(MIN_OCTETS, int(rate * duration / 8))
        self._count += 1
        self._pending = True
        self._asked_at = now
        self._due_at = now + self._pause
        self._flight = None
        return Probe(self._count, rate, octets, octets * 8 / rate)

    def sent(self, number_from: int, number_to: int, probe: Probe) -> None:
        if probe.id == self._count:
            self._flight = _Flight(probe, number_from, number_to, [])

    def feedback(self, packets: Sequence[Packet]) -> float | None:
        """Bits/s that a probe showed to fit, once its result is there."""
        flight = self._flight
        if flight is None or packets[-1][0] < flight.number_from:
            return None
        flight.packets += [packet for packet in packets if flight.number_from <= packet[0] < flight.number_to]
        if packets[-1][0] < flight.number_to - 1:
            return None
        self._flight = None
        self._pending = False
        return self._judge(flight)

    def _judge(self, flight: _Flight) -> float | None:
        arrived = [(sent, octets, at) for _, sent, octets, at in flight.packets if at is not None]
        if len(arrived) < 0.8 * (flight.number_to - flight.number_from) or len(arrived) < 3:
            self._fail()
            return None
        sent = _rate([(at, octets) for at, octets, _ in arrived])
        received = _rate([(at, octets) for _, octets, at in arrived])
        if received >= PASSED * sent:
            self._pause = EVERY
            self._due_at = float("-inf")
            return min(sent, received)
        self._fail()
        return SHARE_OF_FULL * received

    def _fail(self) -> None:
        self._pause = min(SELDOM, 2 * self._pause)


def _rate(packets: list[tuple[int, int]]) -> float:
    """(microseconds, octets): of all but the first, over the time from first to last; infinite if at once."""
    first, last = min(packets)[0], max(packets)[0]
    octets = sum(octets for _, octets in packets) - min(packets)[1]
    return octets * 8_000_000 / (last - first) if last > first else float("inf")
