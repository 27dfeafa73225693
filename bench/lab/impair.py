"""What a bad network does to datagrams: loss, delay, jitter, rate, blackout, duplication, reordering. Pure and seeded.

A `Link` is one direction of one client. Datagrams go in with `receive(now, ...)`, those whose time has come leave with
`due(now)`. Rules are tried in order and the first that matches applies; what no rule matches passes untouched.
Times are monotonic seconds. The same seed, rules and calls give the same result.
"""

from __future__ import annotations

import enum
import heapq
import random
from collections.abc import Sequence

from msgspec import Struct

# What browsers give audio: opus 111 (Chromium, Safari) and 109 (Firefox), RED 63, and the static types of RFC 3551.
AUDIO_PAYLOAD_TYPES = frozenset({0, 8, 9, 63, 109, 111})

# One datagram with its Ethernet, IP and UDP headers takes this much more of a rate-limited line.
HEADER_OCTETS = 42


class Kind(enum.StrEnum):
    """What a datagram is, by its first octets (RFC 7983, RFC 5761)."""

    STUN = "stun"
    DTLS = "dtls"
    RTCP = "rtcp"
    AUDIO = "audio"
    VIDEO = "video"
    OTHER = "other"


def kind_of(datagram: bytes) -> Kind:
    if len(datagram) < 2:
        return Kind.OTHER
    first, second = datagram[0], datagram[1]
    if first < 4:
        return Kind.STUN
    if 20 <= first < 64:
        return Kind.DTLS
    if not 128 <= first < 192:
        return Kind.OTHER
    if 192 <= second < 224:
        return Kind.RTCP
    return Kind.AUDIO if second & 0x7F in AUDIO_PAYLOAD_TYPES else Kind.VIDEO


class Match(Struct, frozen=True):
    """Which datagrams a rule is for; what is empty matches all. SRTP leaves the RTP header readable, and SRTCP the
    first 8 octets (`prefix`)."""

    kinds: frozenset[Kind] = frozenset()
    prefix: bytes = b""
    payload_types: frozenset[int] = frozenset()
    ssrcs: frozenset[int] = frozenset()

    def accepts(self, datagram: bytes) -> bool:
        kind = kind_of(datagram)
        if (self.kinds and kind not in self.kinds) or not datagram.startswith(self.prefix):
            return False
        is_rtp = kind in (Kind.AUDIO, Kind.VIDEO)
        if self.payload_types and not (is_rtp and datagram[1] & 0x7F in self.payload_types):
            return False
        return not self.ssrcs or (is_rtp and int.from_bytes(datagram[8:12], "big") in self.ssrcs)


AUDIO = Match(kinds=frozenset({Kind.AUDIO}))
VIDEO = Match(kinds=frozenset({Kind.VIDEO}))
MEDIA = Match(kinds=frozenset({Kind.AUDIO, Kind.VIDEO}))
EVERYTHING = Match()


class Rule(Struct, frozen=True):
    """One impairment. Probabilities 0..1, times in seconds, rate in bit/s of what is on the wire."""

    match: Match = EVERYTHING
    blackout: bool = False
    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0  # uniform between 0 and this, added to the delay; order is kept
    rate: float | None = None
    queue: float = 0.2  # seconds that the rate limit's queue holds before it drops
    duplicate: float = 0.0
    reorder: float = 0.0  # this share is held back by `reorder_by` while others pass
    reorder_by: float = 0.02


class LinkStats(Struct):
    """Datagrams since the link was made."""

    received: int = 0
    delivered: int = 0
    lost: int = 0
    overflowed: int = 0
    blacked_out: int = 0
    duplicated: int = 0
    reordered: int = 0


class _Lane:
    """A rule with its state: when its line is free again, and the last departure, which keeps the order."""

    __slots__ = ("free_at", "last_departure", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.free_at = 0.0
        self.last_departure = 0.0

    def transmit(self, now: float, octets: int) -> float | None:
        """When a datagram has passed the rate limit; None if its queue is full."""
        if self.rule.rate is None:
            return now
        waiting = max(0.0, self.free_at - now)
        if waiting > self.rule.queue:
            return None
        self.free_at = now + waiting + (octets + HEADER_OCTETS) * 8 / self.rule.rate
        return self.free_at

    def depart(self, at: float) -> float:
        """Jitter never lets one overtake another: that is what `reorder` is for."""
        self.last_departure = max(self.last_departure, at)
        return self.last_departure


class Link:
    """One direction of one client's network."""

    def __init__(self, seed: int | str, rules: Sequence[Rule] = ()) -> None:
        self._random = random.Random(seed)
        self._lanes = [_Lane(rule) for rule in rules]
        self._waiting: list[tuple[float, int, bytes]] = []
        self._count = 0
        self.stats = LinkStats()

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """From now on. Datagrams on their way keep the time that they were given."""
        self._lanes = [_Lane(rule) for rule in rules]

    def receive(self, now: float, datagram: bytes) -> None:
        self.stats.received += 1
        lane = next((lane for lane in self._lanes if lane.rule.match.accepts(datagram)), None)
        if lane is None:
            self._push(now, datagram)
        else:
            self._impair(now, datagram, lane)

    def due(self, now: float) -> list[bytes]:
        """Datagrams to deliver, in order."""
        ready = []
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(heapq.heappop(self._waiting)[2])
        self.stats.delivered += len(ready)
        return ready

    @property
    def next_due(self) -> float | None:
        return self._waiting[0][0] if self._waiting else None

    def _impair(self, now: float, datagram: bytes, lane: _Lane) -> None:
        rule = lane.rule
        if rule.blackout:
            self.stats.blacked_out += 1
            return
        if self._happens(rule.loss):
            self.stats.lost += 1
            return
        sent = lane.transmit(now, len(datagram))
        if sent is None:
            self.stats.overflowed += 1
            return
        at = sent + rule.delay + (self._random.uniform(0.0, rule.jitter) if rule.jitter else 0.0)
        if self._happens(rule.reorder):
            self.stats.reordered += 1
            self._push(at + rule.reorder_by, datagram)
            return
        at = lane.depart(at)
        self._push(at, datagram)
        if self._happens(rule.duplicate):
            self.stats.duplicated += 1
            self._push(at, datagram)

    def _happens(self, probability: float) -> bool:
        return probability > 0.0 and self._random.random() < probability

    def _push(self, at: float, datagram: bytes) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (at, self._count, datagram))
