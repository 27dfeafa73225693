"""What arrived of one RTP stream, what is missing, and when to ask for it again (RFC 3550 A.3, A.8; RFC 4585 6.2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from rtc.wire.frozen import Frozen

# A packet this late is asked for; less is ordinary reordering. Lower repairs sooner, costs useless NACKs.
REORDER_GRACE: Final = 0.010  # seconds
# libwebrtc gives up on a frame after about a second as well.
GIVE_UP_AFTER: Final = 1.0  # seconds
MAX_TRIES: Final = 10
# Of a round trip as reports tell it, which on a short line is mostly waiting for threads: an answer may come this soon.
SOONEST_ANSWER: Final = 0.25
# More holes than this is not loss but an outage: a key frame repairs it with fewer bytes.
MAX_MISSING: Final = 500  # packets
MAX_FORWARD_JUMP: Final = 3000  # packets; beyond, the sender restarted its numbering and nothing was lost


class ReportFields(Frozen, frozen=True):
    """The fields of an RFC 3550 report block that come from reception."""

    fraction_lost: int  # 1/256
    cumulative_lost: int
    highest_sequence: int  # extended, 32 bits
    jitter: int  # clock units


class Reception(NamedTuple):
    """What arrival times say so far. Plain numbers, for whoever goes on from them elsewhere."""

    last_arrival: float  # seconds; below zero before the first
    transit: float  # clock units
    jitter: float  # clock units
    largest_gap: float  # seconds


class _Hole:
    __slots__ = ("asked_at", "noticed_at", "tries")

    def __init__(self, noticed_at: float) -> None:
        self.noticed_at = noticed_at
        self.asked_at = 0.0
        self.tries = 0


class ReceiveLog:
    """Reception state of one SSRC. `now` is monotonic seconds; numbers are 16 bits outside, unbounded inside."""

    def __init__(self, clock_rate: int) -> None:
        self.clock_rate = clock_rate
        self.highest = -1
        self.received = 0
        self.duplicates = 0
        self.repaired = 0
        self.abandoned = 0
        self.largest_gap = 0.0  # seconds between two arrivals
        self.overflowed = False  # too many holes: ask for a key frame; the reader clears it
        self._first = -1
        self._holes: dict[int, _Hole] = {}
        self._round_trip = 0.0  # seconds, as of when something was last asked for
        self._last_arrival = -1.0
        self._transit = 0.0
        self._jitter = 0.0
        self._expected_before = 0
        self._received_before = 0

    def receive(self, now: float, sequence: int, timestamp: int, repair: bool = False) -> int | None:
        """The packet's unbounded sequence number; None for a duplicate or one given up on. `repair`: it came by RTX."""
        highest = self.highest
        if highest < 0:
            if repair:
                self.duplicates += 1
                return None  # nothing was asked for yet: a probe, and its number says nothing about the media's
            # Start a cycle up, so that packets from before the first one stay positive.
            self._first = self.highest = 0x10000 + sequence
            self._arrived(now, timestamp)
            return self._first
        step = (sequence - highest) & 0xFFFF
        if step == 1 and not repair:
            self.highest = highest + 1
            self._arrived(now, timestamp)
            return self.highest
        if step == 0:
            self.duplicates += 1
            return None
        if step < 0x8000:
            if repair and step > MAX_MISSING:
                self.duplicates += 1
                return None  # SRTP does not guard the number inside: only a little way ahead is it believed
            return self._jumped(now, highest + step, timestamp)
        return self._late(now, highest + step - 0x10000, repair)

    @property
    def reception(self) -> Reception:
        return Reception(self._last_arrival, self._transit, self._jitter, self.largest_gap)

    def follow(self, packets: int, reception: Reception) -> int:
        """So many came, each the next one after the highest; `reception` is after them. The first's number."""
        first = self.highest + 1
        self.highest += packets
        self.received += packets
        self._last_arrival, self._transit, self._jitter, self.largest_gap = reception
        return first

    def _jumped(self, now: float, number: int, timestamp: int) -> int:
        oldest = next(iter(self._holes.values()), None)
        if oldest is not None and now - oldest.noticed_at > GIVE_UP_AFTER:
            self._give_up(now)  # nobody calls `due` for what is not forwarded
        gap = number - self.highest - 1
        if len(self._holes) + gap > MAX_MISSING:
            self.abandoned += len(self._holes) + (gap if gap < MAX_FORWARD_JUMP else 0)
            self._holes.clear()
            self.overflowed = True
        else:
            for hole in range(self.highest + 1, number):
                self._holes[hole] = _Hole(now)
        self.highest = number
        self._arrived(now, timestamp)
        return number

    def leaps(self, sequence: int) -> bool:
        """Whether this is so far ahead that the stream begins anew with it: an outage, or another numbering."""
        return self.highest >= 0 and MAX_MISSING < (sequence - self.highest) & 0xFFFF < 0x8000

    def _late(self, now: float, number: int, repair: bool) -> int | None:
        hole = self._holes.pop(number, None)
        if hole is None:
            self.duplicates += 1
            return None
        # Sound is sent again as it was (no RTX): what was asked for, and could be here since, is that.
        if repair or (hole.tries and now - hole.asked_at >= SOONEST_ANSWER * self._round_trip):
            self.repaired += 1
        else:
            self.received += 1
            self._last_arrival = now
        return number

    def _arrived(self, now: float, timestamp: int) -> None:
        """RFC 3550 6.4.1, with the wrap of the timestamp folded away in the difference."""
        self.received += 1
        last = self._last_arrival
        if last >= 0:
            gap = now - last
            if gap > self.largest_gap:
                self.largest_gap = gap
            transit = now * self.clock_rate - timestamp
            change = abs(transit - self._transit)
            if change < self.clock_rate * 10:
                self._jitter += (change - self._jitter) / 16
            self._transit = transit
        else:
            self._transit = now * self.clock_rate - timestamp
        self._last_arrival = now

    @property
    def last_arrival(self) -> float:
        """Of a packet that was not repaired, also if it came late; below zero before the first."""
        return self._last_arrival

    @property
    def expected(self) -> int:
        """Packets that were sent to us since the first, as far as their numbers tell."""
        return self.highest - self._first + 1 if self.received else 0

    @property
    def missing(self) -> int:
        """Holes still worth waiting for."""
        return len(self._holes)

    @property
    def jitter(self) -> float:
        """Seconds."""
        return self._jitter / self.clock_rate

    @property
    def lost(self) -> int:
        """Never arrived and not repaired, holes that are still open included."""
        return self.abandoned + len(self._holes)

    def due(self, now: float, round_trip: float, helps_for: float = GIVE_UP_AFTER) -> list[int]:
        """16-bit sequence numbers to ask for now. Call every 10 to 20 ms while `missing`.

        `helps_for`: seconds after which a repair comes too late; what could not be here by then is not asked for.
        """
        asked: list[int] = []
        self._round_trip = round_trip
        self._give_up(now)
        # Asking again before an answer could have come only doubles the load.
        again_after = min(max(round_trip * 1.2, 0.02), 0.3)
        for number, hole in self._holes.items():
            if now + round_trip - hole.noticed_at > helps_for:
                continue
            waited = now - (hole.asked_at if hole.tries else hole.noticed_at)
            if waited >= (again_after if hole.tries else REORDER_GRACE):
                hole.asked_at = now
                hole.tries += 1
                asked.append(number & 0xFFFF)
        return asked

    def _give_up(self, now: float) -> None:
        for number in list(self._expired(now)):
            del self._holes[number]
            self.abandoned += 1
            self.overflowed = True

    def _expired(self, now: float) -> Iterator[int]:
        for number, hole in self._holes.items():
            if now - hole.noticed_at > GIVE_UP_AFTER or hole.tries > MAX_TRIES:
                yield number

    def report(self) -> ReportFields:
        """Fields for the next report block; the fraction covers the time since the last call (RFC 3550 A.3)."""
        expected = self.expected
        expected_now = expected - self._expected_before
        received_now = self.received - self._received_before
        self._expected_before, self._received_before = expected, self.received
        lost_now = max(0, expected_now - received_now)
        fraction = min(255, lost_now * 256 // expected_now) if expected_now > 0 else 0
        cumulative = max(-0x800000, min(0x7FFFFF, expected - self.received))
        return ReportFields(fraction, cumulative, (self.highest - 0x10000) & 0xFFFFFFFF, int(self._jitter))
