"""Packets that look like a person's camera and microphone to whoever forwards them: VP8 (RFC 7741) and Opus headers,
pace and sizes of the real thing, with a stamp in place of the picture.
"""

from __future__ import annotations

import secrets
import struct

from msgspec import Struct

from bench.lab.sdp import ABS_SEND_TIME, AUDIO_LEVEL, MID, OPUS, RID, TRANSPORT_CC, VP8

VIDEO_FPS = 30
AUDIO_INTERVAL = 0.02  # seconds
AUDIO_OCTETS = 90  # of payload: with headers the 46-55 kbit/s that browsers send
LARGEST_PAYLOAD = 1150  # octets
# Browsers send the mid extension until a receiver report shows that it has arrived: some seconds of packets.
PACKETS_WITH_MID = 100

_KEY_FRAME = bytes.fromhex("100200") + bytes.fromhex("9d012a") + struct.pack("<HH", 640, 360)  # RFC 6386 9.1
_DELTA_FRAME = bytes.fromhex("110200")
_STAMP = struct.Struct("!4sIII")  # magic, who, kind and number of the packet
_MAGIC = b"KRLB"


class Stamp(Struct, frozen=True):
    """Which person's packet this is; written into each payload and read back from a sample at the receivers."""

    person: int
    ssrc: int
    number: int


def read_stamp(rtp: bytes) -> Stamp | None:
    """Anywhere in a decrypted packet: descriptors and extensions differ in size."""
    at = rtp.find(_MAGIC, 12)
    if at < 0 or at + _STAMP.size > len(rtp):
        return None
    _, person, ssrc, number = _STAMP.unpack_from(rtp, at)
    return Stamp(person, ssrc, number)


class TransportCounter:
    """Transport-wide sequence numbers: one line for all streams of a peer."""

    def __init__(self) -> None:
        self.next = 1


class Stream:
    """Header state of one SSRC."""

    def __init__(self, person: int, mid: str, counter: TransportCounter, rid: str = "") -> None:
        self.person = person
        self.ssrc = secrets.randbits(32) or 1
        self.sequence = secrets.randbits(15)
        self.start = secrets.randbits(32)
        self.packets = 0
        self.octets = 0
        self._mid = mid.encode()
        self._rid = rid.encode()
        self._counter = counter

    def packet(
        self, now: float, payload_type: int, marker: bool, timestamp: int, level: int | None, body: bytes
    ) -> bytes:
        """`body` gets its stamp appended by the caller; extensions are those of Chromium."""
        extensions = bytearray()
        if level is not None:
            extensions += bytes((AUDIO_LEVEL << 4, level))
        extensions += bytes((ABS_SEND_TIME << 4 | 2,)) + (int(now * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big")
        extensions += bytes((TRANSPORT_CC << 4 | 1,)) + (self._counter.next & 0xFFFF).to_bytes(2, "big")
        if self.packets < PACKETS_WITH_MID:
            extensions += bytes((MID << 4 | (len(self._mid) - 1),)) + self._mid
            if self._rid:
                extensions += bytes((RID << 4 | (len(self._rid) - 1),)) + self._rid
        extensions += bytes(-len(extensions) % 4)
        header = struct.pack(
            "!BBHIIHH",
            0x90,
            marker << 7 | payload_type,
            self.sequence,
            timestamp & 0xFFFFFFFF,
            self.ssrc,
            0xBEDE,
            len(extensions) // 4,
        )
        self._counter.next += 1
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(body)
        return header + extensions + body

    def stamp(self) -> bytes:
        return _STAMP.pack(_MAGIC, self.person, self.ssrc, self.packets)


class Microphone(Stream):
    """50 packets a second; `level` in -dBov (RFC 6464)."""

    def packets_at(self, now: float, level: int) -> list[bytes]:
        body = b"\x78" + self.stamp()  # configuration 15: one CELT frame of 20 ms, mono
        body += bytes(AUDIO_OCTETS - len(body))
        self.timestamp = self.start + round(now * 48_000)
        return [self.packet(now, OPUS, self.packets == 0, self.timestamp, level | 0x80, body)]


class Camera(Stream):
    """Frames of equal size, so that the rate holds with key frames too.

    `key_octets`: key frames are this large instead, as an encoder's are (ten times the others and more). `rid`: which
    encoding of a camera this is, where it has several.
    """

    def __init__(
        self,
        person: int,
        mid: str,
        counter: TransportCounter,
        kbps: float,
        key_octets: int | None = None,
        rid: str = "",
    ) -> None:
        super().__init__(person, mid, counter, rid)
        self.key_frame_wanted = True
        self.key_frames = 0
        self._picture_id = secrets.randbits(15)
        self._sizes = _payloads(round(kbps * 1000 / 8 / VIDEO_FPS))
        self._key_sizes = self._sizes if key_octets is None else _payloads(key_octets)

    @property
    def packets_per_frame(self) -> int:
        return len(self._sizes)

    def packets_at(self, now: float) -> list[bytes]:
        frame, sizes = (_KEY_FRAME, self._key_sizes) if self.key_frame_wanted else (_DELTA_FRAME, self._sizes)
        self.key_frames += self.key_frame_wanted
        self.key_frame_wanted = False
        self.timestamp = self.start + round(now * 90_000)
        packets = []
        for n, size in enumerate(sizes):
            # X and I, and S on the first: an extended descriptor with a 15-bit picture id (RFC 7741 4.2).
            descriptor = bytes((0x90 if n == 0 else 0x80, 0x80, 0x80 | self._picture_id >> 8, self._picture_id & 0xFF))
            body = descriptor + (frame if n == 0 else b"") + self.stamp()
            body += bytes(max(0, size - len(body)))
            packets.append(self.packet(now, VP8, n == len(sizes) - 1, self.timestamp, None, body))
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        return packets


def _payloads(octets: int) -> list[int]:
    """Sizes of the packets of one frame."""
    count = max(1, -(-octets // LARGEST_PAYLOAD))
    return [octets // count + (n < octets % count) for n in range(count)]
