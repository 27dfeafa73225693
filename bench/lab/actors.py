"""People of packets whose media browsers can decode: a picture in three encodings and a voice (`recorded.py`).

They do what a browser does for its viewers: a key frame for who asks, repair data in the voice once listeners lose
packets, no packets while they are silent, fewer encodings where the server wants fewer, transport-wide feedback with
the kernel's times. What they see is counted by its headers, which SRTP leaves in the clear.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import numpy as np
from msgspec import Struct
from pylibsrtp import Error as SrtpError

from bench.lab import rtcp
from bench.lab.dtls import Identity
from bench.lab.feedback import Heard
from bench.lab.lead import Member
from bench.lab.media import AUDIO_INTERVAL, LARGEST_PAYLOAD, Stream, TransportCounter
from bench.lab.pace import pace
from bench.lab.peer import RawPeer
from bench.lab.recorded import ENCODINGS, FPS, Recorded
from bench.lab.sdp import OPUS, TALKING, TRANSPORT_CC, VP8
from signaling import protocol as p

REPORT = 1.0  # seconds
FEEDBACK = 0.1  # seconds, about as in browsers
KEY_FRAME_EVERY = 0.3  # seconds at least: libwebrtc's kMinKeyframeSendIntervalMs
PACE = 2.5 * sum(rate for _, _, rate in ENCODINGS)  # bit/s at which a frame leaves at most: libwebrtc's pacer
REFRESH = 20  # frames of silence from one sign of life to the next (Opus's DTX)
REPAIRS_FROM = 0.01  # loss from which the voice carries repair data
SMOOTHING = 0.3  # of the newest report in the loss that is believed

SEEN_AS_STOPPED = 0.5  # seconds without a frame

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")


class Pause(Struct, frozen=True):
    """Somebody's picture did not come between two frames. Wall seconds."""

    participant: str
    since: float
    until: float


class Picture(Stream):
    """One encoding. It begins anew, with its key frame, whenever one is wanted and when it is at its end."""

    def __init__(self, mid: str, counter: TransportCounter, rid: str, frames: Sequence[bytes]) -> None:
        super().__init__(0, mid, counter, rid)
        self.key_frame_wanted = True
        self.sends = True
        self._frames = frames
        self._at = 0
        self._key_frame_at = float("-inf")
        self._picture_id = self.start & 0x7FFF
        self._waiting: deque[tuple[float, bytes]] = deque()

    def rtp_time(self, now: float) -> int:
        return self.start + round(now * 90_000)

    def frame(self, now: float) -> None:
        """The one of this moment, if this encoding is sent. A stopped one begins with a key frame."""
        if not self.sends:
            self.key_frame_wanted = True
            return
        if self.key_frame_wanted and now - self._key_frame_at >= KEY_FRAME_EVERY:
            self._at = 0
        if self._at == 0:
            self._key_frame_at, self.key_frame_wanted = now, False
        data = self._frames[self._at]
        self._at = (self._at + 1) % len(self._frames)
        count = -(-len(data) // LARGEST_PAYLOAD)
        size = -(-len(data) // count)
        leaves = max(now, self._waiting[-1][0] if self._waiting else now)
        for n in range(count):
            # X and I, and S on the first: a 15-bit picture id (RFC 7741 4.2).
            descriptor = bytes((0x90 if n == 0 else 0x80, 0x80, 0x80 | self._picture_id >> 8, self._picture_id & 0xFF))
            body = descriptor + data[n * size : (n + 1) * size]
            self._waiting.append((leaves, self.packet(now, VP8, n == count - 1, self.rtp_time(now), None, body)))
            leaves += len(body) * 8 / PACE
        self._picture_id = (self._picture_id + 1) & 0x7FFF

    def due(self, now: float) -> list[bytes]:
        ready = []
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(self._waiting.popleft()[1])
        return ready


class Voice(Stream):
    """Sentences, or the silence of somebody who listens."""

    def __init__(self, mid: str, counter: TransportCounter, recorded: Recorded) -> None:
        super().__init__(0, mid, counter)
        self.talks = False
        self._recorded = recorded
        self._at = 0
        self._silent = 0  # frames
        self._loss = 0.0

    def rtp_time(self, now: float) -> int:
        return self.start + round(now * 48_000)

    def lost(self, fraction: float) -> None:
        """What the server reports of the worst listener."""
        self._loss += SMOOTHING * (fraction - self._loss)

    def packets_at(self, now: float) -> list[bytes]:
        recorded, timestamp = self._recorded, self.rtp_time(now)
        if self.talks:
            begins, self._silent = self._silent > 0 or self.packets == 0, 0
            sentences = recorded.robust if self._loss >= REPAIRS_FROM else recorded.plain
            body, level = sentences[self._at], recorded.levels[self._at] | 0x80
            self._at = (self._at + 1) % len(sentences)
            return [self.packet(now, OPUS, begins, timestamp, level, body)]
        self._silent += 1
        place = self._silent % REFRESH
        if place > 2 or place == 0:
            return []
        return [self.packet(now, OPUS, False, timestamp, 127, recorded.silence if place == 1 else recorded.pause)]


class Actor:
    """One seat in the session."""

    def __init__(self, member: Member, peer: RawPeer, recorded: Recorded) -> None:
        self.member = member
        self.peer = peer
        counter = TransportCounter()
        self.voice = Voice("0", counter, recorded)
        self.pictures = [
            Picture("1", counter, rid, frames) for (rid, _, _), frames in zip(ENCODINGS, recorded.pictures, strict=True)
        ]
        self.pauses: list[Pause] = []
        self._slots = {line.ssrcs[0]: mid for mid, line in peer.answer.lines.items() if line.ssrcs}
        self._frames: dict[str, tuple[int, float]] = {}  # m-line -> RTP time of its newest frame, when it came
        self._numbers: list[int] = []
        self._times: list[float] = []
        self._heard = Heard()
        self._highest: dict[int, int] = {}
        self._reports: dict[int, tuple[int, float]] = {}

    @classmethod
    async def come(
        cls,
        member: Member,
        recorded: Recorded,
        identity: Identity,
        make_socket: Callable[[int, int], socket.socket],
        server: tuple[str, str],
    ) -> Actor:
        """`server`: the address that it announces, and the one to go to instead."""
        announced, host = server
        assert isinstance(member.place, p.Snapshot), "nobody has to be let in"
        rids = [rid for rid, _, _ in ENCODINGS]
        peer = RawPeer(identity, member.place.pairs, host, make_socket, TALKING, rids=rids)
        peer.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        answer = await member.ask(p.Offer, sdp=peer.offer.text, sources=peer.offer.sources, fresh=True)
        assert isinstance(answer, p.Answer)
        await peer.connect(answer.sdp.replace(announced, host))
        return cls(member, peer, recorded)

    async def publish(self) -> None:
        for source in ("microphone", "camera"):
            await self.member.ask(p.Publish, source=source)

    async def look(self, people: Sequence[str]) -> None:
        """At small pictures of these alone."""
        tiles = [p.Tile(one, "camera", 160, 90) for one in people if one != self.member.id]
        await self.member.ask(p.View, tiles=tiles)

    def stopped(self, now: float) -> list[Pause]:
        """Every pause of somebody's picture so far, with those that go on. `now`: wall seconds."""
        lasting = [
            Pause(self.member.slots[mid][0], at, now)
            for mid, (_, at) in self._frames.items()
            if mid in self.member.slots and now - at > SEEN_AS_STOPPED
        ]
        return self.pauses + lasting

    def receive(self) -> None:
        """Everything that waits at the socket."""
        while True:
            try:
                datagram, notes, _, _ = self.peer.socket.recvmsg(2048, 64)
            except OSError:
                return
            if len(datagram) < 12 or datagram[0] & 0xC0 != 0x80:
                continue
            seconds, nanoseconds = _TIMESPEC.unpack_from(notes[0][2])
            at = seconds + nanoseconds * 1e-9
            if 192 <= datagram[1] < 224:  # RFC 5761 4
                self._hear_control(datagram)
            else:
                self._note(datagram, at)

    def send(self, now: float, kind: str) -> float:
        """What is of that monotonic second; the seconds until the next of this kind."""
        if kind == "voice":
            for packet in self.voice.packets_at(now):
                self.peer.send(packet)
            return AUDIO_INTERVAL
        if kind == "picture":
            wanted = self.member.layers.get("camera", len(self.pictures))
            for layer, picture in enumerate(self.pictures):
                picture.sends = layer < wanted
                picture.frame(now)
            return 1 / FPS
        if kind == "feedback":
            self._send_feedback()
            return FEEDBACK
        self._send_reports(now)
        return REPORT

    def send_waiting(self, now: float) -> None:
        for picture in self.pictures:
            for packet in picture.due(now):
                self.peer.send(packet)

    def _note(self, datagram: bytes, at: float) -> None:
        ssrc = int.from_bytes(datagram[8:12], "big")
        self._highest[ssrc] = int.from_bytes(datagram[2:4], "big")
        if datagram[0] == 0x90 and datagram[16] == TRANSPORT_CC << 4 | 1:
            self._numbers.append(int.from_bytes(datagram[17:19], "big"))
            self._times.append(at)
        mid = self._slots.get(ssrc)
        if mid is None or datagram[1] & 0x7F != VP8:
            return
        timestamp = int.from_bytes(datagram[4:8], "big")
        before = self._frames.get(mid)
        if before is None or before[0] != timestamp:
            if before is not None and at - before[1] > SEEN_AS_STOPPED and mid in self.member.slots:
                self.pauses.append(Pause(self.member.slots[mid][0], before[1], at))
            self._frames[mid] = timestamp, at

    def _hear_control(self, srtcp: bytes) -> None:
        try:
            received = rtcp.read(self.peer.receiving.unprotect_rtcp(srtcp))
        except SrtpError:
            return
        for picture in self.pictures:
            if picture.ssrc in received.key_frame_wanted:
                picture.key_frame_wanted = True
        for ssrc, fraction in received.losses:
            if ssrc == self.voice.ssrc:
                self.voice.lost(fraction)
        for ssrc, middle in received.reports:
            self._reports[ssrc] = middle, time.monotonic()

    def _send_feedback(self) -> None:
        self._heard.note_each(np.array(self._numbers, np.uint16), np.array(self._times))
        self._numbers, self._times = [], []
        if body := self._heard.due(self.voice.ssrc, next(iter(self._highest), 0)):
            self.peer.send_rtcp(rtcp.feedback(body))

    def _send_reports(self, now: float) -> None:
        wall = time.time() - time.monotonic() + now
        for stream in (self.voice, *self.pictures):
            if stream.packets:
                sent = rtcp.Sent(stream.ssrc, stream.rtp_time(now), stream.packets, stream.octets)
                self.peer.send_rtcp(rtcp.sender_report(wall, sent))
        blocks = []
        for ssrc, highest in self._highest.items():
            middle, at = self._reports.get(ssrc, (0, now))
            blocks.append(rtcp.Heard(ssrc, highest, middle, max(0.0, now - at)))
        for report in rtcp.receiver_reports(self.voice.ssrc, blocks):
            self.peer.send_rtcp(report)
        self.peer.renew_consent()


@asynccontextmanager
async def acting(actors: Sequence[Actor]) -> AsyncIterator[None]:
    """Everybody sends and receives."""
    loop = asyncio.get_running_loop()
    for actor in actors:
        loop.add_reader(actor.peer.socket, actor.receive)
    try:
        async with asyncio.TaskGroup() as group:
            # `due`, not the moment of now: a decoder hears each step between timestamps that is not a frame's length.
            acts = pace(
                len(actors),
                {"voice": AUDIO_INTERVAL, "picture": 1 / FPS, "feedback": FEEDBACK, "report": REPORT},
                lambda n, kind, due, _: actors[n].send(due, kind),
                lambda now: _send_waiting(actors, now),
            )
            running = group.create_task(acts)
            yield
            running.cancel()
    finally:
        for actor in actors:
            loop.remove_reader(actor.peer.socket)
            actor.peer.close()


def _send_waiting(actors: Sequence[Actor], now: float) -> None:
    for actor in actors:
        actor.send_waiting(now)
