"""Packets of one incoming SSRC, repaired by its RTX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from rtc.core.clock import PublisherClock, StreamClock
from rtc.core.packet_cache import PacketCache
from rtc.core.receive_log import ReceiveLog, Reception
from rtc.wire import rtp, vp8
from rtc.wire.rtp import RtpPacket
from rtc.wire.vp8 import Vp8Descriptor

# A key frame younger than this still starts a picture without a jump that anyone sees.
FRESH_KEY_FRAME: Final = 0.300  # seconds


class CachedPacket:
    """A media packet with what is needed to send it again."""

    __slots__ = ("descriptor", "packet")

    def __init__(self, packet: RtpPacket, descriptor: Vp8Descriptor | None) -> None:
        self.packet = packet
        self.descriptor = descriptor

    @staticmethod
    def of(data: bytes) -> CachedPacket:
        """Of a video packet that was parsed before."""
        packet = rtp.parse(data)
        return CachedPacket(packet, vp8.parse(packet.payload[: vp8.MAX_PREFIX]))


class Ledger(NamedTuple):
    """What a lane has forwarded since it was opened or last settled: ordinary packets, each the next one."""

    reception: Reception  # after them
    packets: int
    octets: int  # of whole packets
    payload: int  # octets
    timestamp: int  # of the newest
    kept: Sequence[bytes]  # all of them where the encoding keeps packets, else none
    arrivals: Iterable[tuple[int, int]]  # (microseconds, transport-wide number), also of the peer's other streams
    heard: int  # packets with an audio level
    active: int  # those of speech
    loudness: int  # the sum of theirs, in dB above silence
    last_delay: float  # seconds, as for `Encoding.note_delay`
    largest_hold: float  # seconds


class Lane(Protocol):
    """Forwards the stream's ordinary packets without the core, by what it was told when it was opened.

    Ordinary is a packet in order, with a payload, that begins no key frame. The books of them are kept there until
    they are settled (`Peer.settle`): ten times a second, and before a look at what may have changed.
    """

    def settle(self) -> None:
        """Hand over the ledger, if there is anything in it."""

    def close(self) -> None:
        """Settle; from here on every packet comes to the core again."""


class RtpStream:
    """One encoding of a publication. Sequence numbers are the unbounded ones of its receive log."""

    def __init__(self, ssrc: int, clock_rate: int, publisher: PublisherClock) -> None:
        self.ssrc = ssrc
        self.log = ReceiveLog(clock_rate)
        self.clock = StreamClock(publisher, clock_rate)
        self.lane: Lane | None = None  # while it is open
        self.last_timestamp = 0
        # Octets of a packet that nobody has asked for are not parsed.
        self._cache: PacketCache[CachedPacket | bytes] = PacketCache()
        self._last: CachedPacket | bytes | None = None
        self.last_sender_report: tuple[float, int] | None = None  # (arrival, middle 32 bits of its NTP time)
        self._key_frame: tuple[int, float] | None = None  # (first number, arrival)
        self._oldest: int | None = None  # a picture may start only after this number

    def close_lane(self) -> None:
        if self.lane is not None:
            self.lane.close()
            self.lane = None

    def settle(self) -> None:
        """Before a look at the log, the newest packet or what is kept."""
        if self.lane is not None:
            self.lane.settle()

    def remember(self, number: int, cached: CachedPacket | bytes) -> None:
        """Keep a video packet, so that it can be sent again."""
        self._cache.put(number, cached)

    def recall(self, number: int) -> CachedPacket | None:
        cached = self._cache.get(number)
        if isinstance(cached, bytes):
            cached = CachedPacket.of(cached)
            self._cache.put(number, cached)
        return cached

    def recent(self, most: int) -> list[CachedPacket]:
        """The newest packets that are kept, oldest first."""
        newest = self.log.highest
        found = [self.recall(number) for number in range(newest - most + 1, newest + 1)]
        return [cached for cached in found if cached is not None]

    def forget(self) -> None:
        self._cache.clear()

    def came_last(self, timestamp: int, cached: CachedPacket | bytes | None) -> None:
        """The newest packet; None where it has nothing but its timestamp (sound)."""
        self.last_timestamp = timestamp
        self._last = cached

    @property
    def last_descriptor(self) -> Vp8Descriptor | None:
        """Of the newest packet."""
        if isinstance(self._last, bytes):
            self._last = CachedPacket.of(self._last)
        return None if self._last is None else self._last.descriptor

    def key_frame_started(self, now: float, number: int) -> None:
        self._key_frame = (number, now)

    def begin_anew(self) -> None:
        """No picture starts any more from what has come so far, nor from what comes late of it."""
        self.settle()
        self._oldest = self.log.highest
        self._key_frame = None

    def is_newer_key_frame(self, number: int) -> bool:
        """Whether pictures may start from this one rather than from the one that is kept."""
        if self._oldest is not None and number <= self._oldest:
            return False
        return self._key_frame is None or number > self._key_frame[0]

    def fresh_key_frame(self, now: float) -> list[tuple[int, CachedPacket]] | None:
        """The newest key frame and all that followed, if it is young enough and complete in the cache."""
        if self._key_frame is None or now - self._key_frame[1] > FRESH_KEY_FRAME:
            return None
        self.settle()
        packets: list[tuple[int, CachedPacket]] = []
        for number in range(self._key_frame[0], self.log.highest + 1):
            cached = self.recall(number)
            if cached is None:
                return None
            packets.append((number, cached))
        return packets
