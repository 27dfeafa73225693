"""People of packets in a real session: the protocol of a page, a raw peer for media, and an eye on whose packets come.

Each decrypts all it gets and reads the stamp in it (`media.py`): that says who sent it, whatever the server says.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pylibsrtp import Error as SrtpError

from bench.generator import REPORT, Counts, Person
from bench.lab.dtls import Identity
from bench.lab.lead import Member
from bench.lab.media import AUDIO_INTERVAL, VIDEO_FPS, read_stamp
from bench.lab.pace import pace
from bench.lab.peer import RawPeer
from bench.lab.sdp import OPUS
from signaling import protocol as p

KBPS = 100.0  # of each camera: a frame is one packet
LEVEL = 40  # -dBov

_KEY_FRAME_START = b"\x9d\x01\x2a"  # RFC 6386 9.1


class RawPerson:
    """One seat. `partner` is the number of who should be heard and seen; times are wall seconds."""

    def __init__(self, number: int, member: Member, peer: RawPeer) -> None:
        self.member = member
        self.sender = Person(number, peer, KBPS)
        self.partner: int | None = None
        self.first_sound: float | None = None
        self.first_picture: float | None = None  # a key frame
        self.strays = 0
        self._counts = Counts()

    @classmethod
    async def come(cls, number: int, member: Member, identity: Identity) -> RawPerson:
        """With a connection, and nothing on it yet."""
        assert isinstance(member.place, p.Snapshot), "nobody has to be let in"
        peer = RawPeer(identity, pairs=member.place.pairs)
        answer = await member.ask(p.Offer, sdp=peer.offer.text, sources=peer.offer.sources, fresh=True)
        assert isinstance(answer, p.Answer)
        await peer.connect(answer.sdp)
        return cls(number, member, peer)

    async def publish(self) -> None:
        for source in ("microphone", "camera"):
            await self.member.ask(p.Publish, source=source)

    def expect(self, partner: int) -> None:
        """From now on somebody else: until their first packet comes, those of the old one are in order."""
        self.partner = partner
        self.first_sound = self.first_picture = None

    def receive(self) -> None:
        """Everything that waits at the socket."""
        while True:
            try:
                datagram = self.sender.peer.socket.recv(2048)
            except OSError:
                return
            if len(datagram) < 12 or datagram[0] & 0xC0 != 0x80:
                continue
            if 192 <= datagram[1] < 224:  # RFC 5761 4
                self.sender.hear_control(time.monotonic(), datagram, self._counts)
            else:
                self._receive_media(datagram)

    def _receive_media(self, srtp: bytes) -> None:
        try:
            rtp = self.sender.peer.receiving.unprotect(srtp)
        except SrtpError:
            return
        self.sender.highest[int.from_bytes(rtp[8:12], "big")] = int.from_bytes(rtp[2:4], "big")
        stamp = read_stamp(rtp)
        if stamp is None:
            return  # padding
        if stamp.person != self.partner:
            self.strays += self.first_sound is not None or self.first_picture is not None
        elif rtp[1] & 0x7F == OPUS:
            self.first_sound = self.first_sound or time.time()
        elif _KEY_FRAME_START in rtp:
            self.first_picture = self.first_picture or time.time()

    def send(self, now: float, kind: str) -> float:
        """Sends what is due at that monotonic second; the seconds until the next of this kind."""
        if kind == "report":
            self.sender.send_reports(now)
            return REPORT
        if kind == "sound":
            packets, interval = self.sender.microphone.packets_at(now, LEVEL), AUDIO_INTERVAL
        else:
            packets, interval = self.sender.camera.packets_at(now), 1 / VIDEO_FPS
        for packet in packets:
            self.sender.peer.send(packet)
        return interval


@asynccontextmanager
async def sending(people: Sequence[RawPerson]) -> AsyncIterator[None]:
    """Everybody sends and receives."""
    loop = asyncio.get_running_loop()
    for person in people:
        loop.add_reader(person.sender.peer.socket, person.receive)
    intervals = {"sound": AUDIO_INTERVAL, "picture": 1 / VIDEO_FPS, "report": REPORT}
    running = asyncio.create_task(pace(len(people), intervals, lambda n, kind, _, now: people[n].send(now, kind)))
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        for person in people:
            loop.remove_reader(person.sender.peer.socket)
            person.sender.peer.close()
