"""Six pairs come back to the main room in one command: twelve people, each behind a line of 3 Mbit/s.

The real engine and worker, raw peers, and a proxy that is everybody's line. What arrives is kept as it came and read
afterwards, so that reading it does not delay it. `tests/unit/rtc/core/test_slow_lines.py` does the same under a virtual
clock: it says what the steps are worth whatever the machine does.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec import Struct
from pylibsrtp import Error as SrtpError

from bench.generator import Counts, Person
from bench.lab.impair import Rule
from bench.lab.media import AUDIO_INTERVAL, VIDEO_FPS, Camera, TransportCounter, read_stamp
from bench.lab.peer import RawPeer
from bench.lab.proxy import Proxy
from bench.lab.sdp import OPUS, VP8, read_answer
from rtc import Attach, Change, Detach, Mid, PeerConnected, PeerId, Renew, Source
from rtc.wire import rtp, vp8
from tests.integration.test_worker import Media, running

PEOPLE = 12
LINE = Rule(rate=3e6, queue=1.0)  # bit/s, seconds: a home's line, with the long buffer that such lines have
KBPS = 160  # of a camera in a grid of twelve
KEY_FRAME = 12_000  # octets
KEY_FRAME_PACKETS = 11
LEVEL = 40  # -dBov
STEP = 0.002  # seconds between looks at what is due

AUDIO_GAP = 0.150  # seconds
ALL_PICTURES = 1.5  # seconds
TRIES = 6  # of 3 s each. On a machine that others use, the best one counts

MIC, CAMERA = Source.MICROPHONE, Source.CAMERA


class Arrivals(Struct):
    """At one viewer, by publisher, in seconds after the command."""

    sound: dict[int, list[float]]
    pictures: dict[int, float]  # the first key frame is whole


class Seat:
    """One raw person: sends, and keeps what comes."""

    def __init__(self, number: int, peer_id: PeerId, peer: RawPeer) -> None:
        self.id = peer_id
        self.sender = Person(number, peer, KBPS)
        self.sender.camera = Camera(number, "1", TransportCounter(), KBPS, KEY_FRAME)
        self._kept: list[tuple[float, bytes]] = []
        self._counts = Counts()

    def receive(self) -> None:
        peer = self.sender.peer
        while True:
            try:
                data = peer.socket.recv(2048)
            except OSError:
                return
            if not 128 <= data[0] < 192:
                continue
            if 192 <= data[1] < 224:  # RFC 5761 4
                self.sender.hear_control(time.monotonic(), data, self._counts)
            else:
                self._kept.append((time.monotonic(), data))

    def forget(self) -> None:
        self._kept.clear()

    def read(self, since: float) -> Arrivals:
        """Everything that is kept. `since`: when the command was given."""
        sound: dict[int, list[float]] = {}
        frames: dict[tuple[int, int], int] = {}  # (publisher, timestamp) of key frames -> packets
        keys: set[tuple[int, int]] = set()
        pictures: dict[int, float] = {}
        for at, data in self._kept:
            try:
                plain = bytes(self.sender.peer.receiving.unprotect(data))
            except SrtpError:
                continue
            packet, stamp = rtp.parse(plain), read_stamp(plain)
            if stamp is None:
                continue
            if packet.payload_type == OPUS:
                sound.setdefault(stamp.person, []).append(at - since)
            elif packet.payload_type == VP8 and at >= since:
                frame = (stamp.person, packet.timestamp)
                frames[frame] = frames.get(frame, 0) + 1
                if vp8.is_key_frame(packet.payload):
                    keys.add(frame)
                if frame in keys and frames[frame] == KEY_FRAME_PACKETS:
                    pictures.setdefault(stamp.person, at - since)
        return Arrivals(sound, pictures)


class Home:
    """All twelve. Person n has others in the order of their numbers on their slots, and n's partner is n ^ 1."""

    def __init__(self, media: Media, seats: list[Seat]) -> None:
        self._media = media
        self.seats = seats

    def _slots(self, viewer: int) -> list[tuple[Mid, Mid, int]]:
        others = [n for n in range(PEOPLE) if n != viewer]
        pairs = self.seats[viewer].sender.peer.offer.slots
        return [(Mid(sound), Mid(picture), n) for (sound, picture), n in zip(pairs, others, strict=True)]

    def part(self) -> None:
        """Into pairs."""
        changes: list[Change] = []
        for viewer, seat in enumerate(self.seats):
            for sound, picture, n in self._slots(viewer):
                if n == viewer ^ 1:
                    publisher = self.seats[n].id
                    changes += [Attach(seat.id, sound, publisher, MIC), Attach(seat.id, picture, publisher, CAMERA)]
                else:
                    changes += [Detach(seat.id, sound), Detach(seat.id, picture)]
        self._media.apply(*changes)

    def gather(self) -> None:
        """All into the main room. Partners stay on their slots: nothing is said of them."""
        changes: list[Change] = [Renew(seat.id, CAMERA) for seat in self.seats]
        sounds: list[Change] = []
        pictures: list[Change] = []
        for viewer, seat in enumerate(self.seats):
            for sound, picture, n in self._slots(viewer):
                if n != viewer ^ 1:
                    sounds.append(Attach(seat.id, sound, self.seats[n].id, MIC))
                    pictures.append(Attach(seat.id, picture, self.seats[n].id, CAMERA))
        self._media.apply(*changes, *sounds, *pictures)

    async def send(self, seconds: float) -> float:
        """Each at its own time, spread as people's clocks are. Returns by how much the latest missed its time."""
        loop = asyncio.get_running_loop()
        now = time.monotonic()
        agenda = [
            (now + interval * n / PEOPLE, n, interval)
            for n in range(PEOPLE)
            for interval in (AUDIO_INTERVAL, 1 / VIDEO_FPS)
        ]
        heapq.heapify(agenda)
        end, late = now + seconds, 0.0
        while (now := time.monotonic()) < end:
            while agenda[0][0] <= now:
                at, n, interval = agenda[0]
                late = max(late, now - at)
                sender = self.seats[n].sender
                sound = interval == AUDIO_INTERVAL
                for packet in sender.microphone.packets_at(at, LEVEL) if sound else sender.camera.packets_at(at):
                    sender.peer.send(packet)
                heapq.heapreplace(agenda, (at + interval, n, interval))
            tick = loop.create_future()
            loop.call_later(STEP, tick.set_result, None)
            await tick
        return late


@asynccontextmanager
async def at_home() -> AsyncIterator[Home]:
    """Twelve connected people behind their lines."""
    async with running(announced=["127.0.0.2"]) as media:
        offered = [await media.offer(PEOPLE - 1) for _ in range(PEOPLE)]
        port = read_answer(offered[0][2]).candidates[0][1]
        async with Proxy(("127.0.0.2", port), ("127.0.0.1", port), seed=1) as proxy:
            seats = []
            for number, (peer, raw, answer) in enumerate(offered):
                await raw.connect(answer)
                await media.until(PeerConnected, lambda event, peer=peer: event.peer == peer)
                seats.append(Seat(number, peer, raw))
            proxy.set_default(down=[LINE])
            loop = asyncio.get_running_loop()
            for seat in seats:
                loop.add_reader(seat.sender.peer.socket, seat.receive)
            try:
                yield Home(media, seats)
            finally:
                for seat in seats:
                    loop.remove_reader(seat.sender.peer.socket)
                    seat.sender.peer.close()


class Figures(Struct):
    """The worst of all viewers and publishers, in seconds."""

    first_sound: float  # of anybody who was in another pair
    gap: float  # between two packets of one person's sound, the partner's included
    pictures: float  # all key frames are whole
    late: float  # of what we sent ourselves: says whether it is the machine that was measured


async def move(home: Home) -> Figures:
    home.part()
    await home.send(1.0)
    for seat in home.seats:
        seat.forget()
    await home.send(0.2)
    at = time.monotonic()
    home.gather()
    late = await home.send(1.8)
    firsts, gaps, pictures = [], [], []
    for viewer, seat in enumerate(home.seats):
        arrived = seat.read(at)
        news = set(range(PEOPLE)) - {viewer, viewer ^ 1}
        assert set(arrived.sound) == news | {viewer ^ 1}, "somebody is not heard"
        assert set(arrived.pictures) >= news, "somebody is not seen"
        firsts += [arrived.sound[n][0] for n in news]
        gaps += [b - a for times in arrived.sound.values() for a, b in itertools.pairwise(times) if b > 0]
        pictures += [arrived.pictures[n] for n in news]
    return Figures(max(firsts), max(gaps), max(pictures), late)


async def test_twelve_come_back_on_lines_of_3_mbits() -> None:
    """Measured: first sound 51 ms, gap 69 ms, pictures 1.27 s.

    If all pictures started at once (`pacing.PICTURE_EVERY` = 0): 366 ms, 354 ms and 0.43 s.
    """
    tried: list[Figures] = []
    async with at_home() as home:
        while len(tried) < TRIES:
            tried.append(figures := await move(home))
            if max(figures.first_sound, figures.gap) <= AUDIO_GAP and figures.pictures <= ALL_PICTURES:
                return
    pytest.fail(f"not within {AUDIO_GAP * 1000:.0f} ms of sound and {ALL_PICTURES} s of pictures: {tried}")
