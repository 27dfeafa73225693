"""What the kernel and the crypto alone cost on this machine: the limit of any forwarder that sends over UDP sockets.

Sizes are those of `bench forward`. The sends go to sockets of this process on loopback, which are emptied between the
timed calls, so the kernel's way in is part of a send, as it is in the other benches. Protection is by each library that
the worker can use: libsrtp with a context for each stream, the others with a key for each viewer. No Python is in a
figure but the call itself: what an empty call costs is taken off.
"""

from __future__ import annotations

import os
import secrets
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec import Struct

from bench.generator import pin
from bench.lab.media import AUDIO_INTERVAL, VIDEO_FPS, Camera, Microphone, TransportCounter
from bench.servers import PROFILE, SERVER_CORE
from rtc.shell import gcm, kernel, libc, seal, srtp

HOST = "127.0.0.1"
AT_ONCE = 240  # packets of one timed call; divides by all of SEGMENTS
SEGMENTS = (1, 2, 3, 4, 8)  # packets in one message
BATCHES = 400  # timed calls; their median counts, so a neighbour's turn does not
RECEIVE_AT_ONCE = 60  # packets
PROFILES = ("SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80")
VIEWERS, STREAMS = 20, 19  # of each: as many as twenty people have towards each other
CONTEXTS = VIEWERS * STREAMS


class Sizes(Struct, frozen=True):
    """Octets on the wire, SRTP's tag included."""

    audio: int
    video: int
    video_per_frame: int  # packets


class Protection(Struct, frozen=True):
    """Microseconds for one packet."""

    profile: str
    library: str
    audio_us: float
    video_us: float


class Floor(Struct, frozen=True):
    """Microseconds for one packet; a list has one figure for each of `segments`."""

    kbps: float
    people: int
    sizes: Sizes
    segments: list[int]  # packets to one address in one message of sendmmsg: 1 is without UDP_SEGMENT
    send_video_us: list[float]
    send_audio_us: float
    receive_video_us: float  # recvmmsg
    receive_audio_us: float
    protection: list[Protection]
    srtp_profile: str  # of the sums below, by the fastest library of these
    floor_us_per_out_packet: float  # the mix of the benches, a frame's packets in one message
    floor_without_segments_us: float
    cores: int


def measure(people: int = 20, kbps: float = 800) -> Floor:
    pin(0, SERVER_CORE)
    sizes = _sizes(kbps)
    with _Path(people - 1) as path:
        send_video = [path.send(sizes.video, segments) for segments in SEGMENTS]
        send_audio = path.send(sizes.audio, 1)
        receive_video, receive_audio = path.receive(sizes.video), path.receive(sizes.audio)
    protection = [
        Protection(one.profile, one.library, _protect(one, sizes.audio), _protect(one, sizes.video))
        for one in _protectors()
    ]
    opening, *others = [one for one in protection if one.profile == PROFILE.decode()]  # what comes is libsrtp's to open
    used = next(iter(others), opening)
    framed = path_of_frame(sizes.video_per_frame, SEGMENTS, send_video)

    def whole(video: float) -> float:
        out = mixed(sizes, video + used.video_us, send_audio + used.audio_us)
        # Reading and unprotecting is done once for all who get a copy; unprotecting costs what protecting does.
        once = mixed(sizes, receive_video + opening.video_us, receive_audio + opening.audio_us)
        return round(out + once / (people - 1), 3)

    return Floor(
        kbps=kbps,
        people=people,
        sizes=sizes,
        segments=list(SEGMENTS),
        send_video_us=send_video,
        send_audio_us=send_audio,
        receive_video_us=receive_video,
        receive_audio_us=receive_audio,
        protection=protection,
        srtp_profile=used.profile,
        floor_us_per_out_packet=whole(framed),
        floor_without_segments_us=whole(send_video[0]),
        cores=os.cpu_count() or 1,
    )


def mixed(sizes: Sizes, video: float, audio: float) -> float:
    """Of one person's packets in a second, the mean."""
    videos, audios = VIDEO_FPS * sizes.video_per_frame, 1 / AUDIO_INTERVAL
    return (videos * video + audios * audio) / (videos + audios)


def path_of_frame(packets: int, segments: Sequence[int], costs: Sequence[float]) -> float:
    """The cost measured for the most segments that a frame of so many packets fills."""
    return next(cost for count, cost in zip(reversed(segments), reversed(costs), strict=True) if count <= packets)


def _sizes(kbps: float) -> Sizes:
    counter = TransportCounter()
    tag = srtp.TAG[PROFILE.decode()]
    (audio,) = Microphone(0, "0", counter).packets_at(0.0, 50)
    frame = Camera(0, "1", counter, kbps).packets_at(0.0)
    return Sizes(len(audio) + tag, len(frame[-1]) + tag, len(frame))


class _Path:
    """One socket that sends to several, through the arrays that the worker uses."""

    def __init__(self, receivers: int) -> None:
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * 1024 * 1024)
        self._receivers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(receivers)]
        self._destinations = []
        for one in self._receivers:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
            one.bind((HOST, 0))
            one.setblocking(False)
            self._destinations.append(_destination(one))
        self._outgoing = libc.Outgoing(AT_ONCE)
        self._incoming = libc.Incoming(RECEIVE_AT_ONCE)

    def __enter__(self) -> _Path:
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._sender, *self._receivers):
            one.close()

    def send(self, size: int, segments: int) -> float:
        count = AT_ONCE // segments
        for message in range(count):
            self._frame(message, size, segments, self._destinations[message % len(self._destinations)])

        def once() -> float:
            started = time.perf_counter()
            sent = self._outgoing.send(self._sender.fileno(), 0, count)
            seconds = time.perf_counter() - started
            if sent != count:
                raise OSError(f"sendmmsg took {sent} of {count} messages")
            for one in self._receivers:
                while self._incoming.receive(one.fileno()):
                    pass
            return seconds

        return _median_us(once, AT_ONCE)

    def receive(self, size: int) -> float:
        """From one socket, as a server does."""
        for message in range(RECEIVE_AT_ONCE):
            self._frame(message, size, 1, self._destinations[0])

        def once() -> float:
            self._outgoing.send(self._sender.fileno(), 0, RECEIVE_AT_ONCE)
            started = time.perf_counter()
            count = self._incoming.receive(self._receivers[0].fileno())
            seconds = time.perf_counter() - started
            if count != RECEIVE_AT_ONCE:
                raise OSError(f"recvmmsg gave {count} of {RECEIVE_AT_ONCE} datagrams")
            return seconds

        return _median_us(once, RECEIVE_AT_ONCE)

    def _frame(self, message: int, size: int, segments: int, destination: libc.Destination) -> None:
        first = message * segments
        for packet in range(first, first + segments):
            self._outgoing.sizes[packet] = size
        self._outgoing.frame(message, first, segments, destination.address)


def _destination(receiver: socket.socket) -> libc.Destination:
    destination = libc.Destination()
    destination.move(libc.key_of(*receiver.getsockname()))
    return destination


class _Protector(NamedTuple):
    profile: str
    library: str
    protect: Any  # what C gives for (context, packet, length)
    streams: Callable[[], list[srtp.Protected]]  # new ones: no number is protected twice


def _protectors() -> Iterator[_Protector]:
    """libsrtp first, then others in the order in which a worker takes them."""
    ssrcs = range(1, CONTEXTS + 1)

    def by_libsrtp(profile: str) -> list[srtp.Protected]:
        key = secrets.token_bytes(30 if "CM" in profile else 28)
        return [srtp.Outbound(profile, key, ssrc) for ssrc in ssrcs]

    def sealed(sealing: seal.Sealing) -> list[srtp.Protected]:
        sealers = [seal.Sealer(sealing, PROFILE.decode(), secrets.token_bytes(28)) for _ in range(VIEWERS)]
        return [sealers[ssrc % VIEWERS](ssrc) for ssrc in ssrcs]

    for profile in PROFILES:
        yield _Protector(profile, "libsrtp", srtp.protect, partial(by_libsrtp, profile))
    library = kernel.load()
    for cipher in [] if library is None else gcm.libraries(library):
        sealing = seal.Sealing(library, cipher)
        yield _Protector(PROFILE.decode(), cipher.name, sealing.seal, partial(sealed, sealing))


def _protect(by: _Protector, size: int) -> float:
    """Packets of `size` octets with their tag, one of each stream after the other."""
    octets = size - srtp.TAG["SRTP_AEAD_AES_128_GCM"]
    buffers = libc.Messages(CONTEXTS)
    for n in range(CONTEXTS):
        at = n * libc.SLOT
        buffers.buffer[at : at + octets] = b"\x80\x60" + bytes(6) + (n + 1).to_bytes(4, "big") + bytes(octets - 12)
    streams = by.streams()
    calls = list(zip([one.context for one in streams], buffers.pointers, buffers.length_pointers, strict=True))
    protect, sequence = by.protect, 0

    def once(length: int) -> Callable[[], float]:
        def timed() -> float:
            nonlocal sequence
            sequence += 1
            for n in range(CONTEXTS):
                buffers.lengths[n] = length
                buffers.buffer[n * libc.SLOT + 2 : n * libc.SLOT + 4] = sequence.to_bytes(2, "big")
            started = time.perf_counter()
            for context, packet, size_of_it in calls:
                protect(context, packet, size_of_it)
            return time.perf_counter() - started

        return timed

    # All turn a packet away that is shorter than its header: that costs the call and nothing else.
    return round(_median_us(once(octets), CONTEXTS) - _median_us(once(0), CONTEXTS), 3)


def _median_us(once: Callable[[], float], packets: int) -> float:
    for _ in range(20):
        once()
    return round(statistics.median(once() for _ in range(BATCHES)) / packets * 1e6, 3)
