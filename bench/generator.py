"""Load for a forwarding server: people who send camera and microphone at a real pace and count what comes back.

It must never be what is measured, so it decrypts nothing but RTCP and a sample, receives in batches, and reports how
busy and how late it was itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import os
import resource
import time
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from pylibsrtp import Error as SrtpError

from bench.delays import Delays, stamped
from bench.lab import rtcp
from bench.lab.feedback import Heard
from bench.lab.media import AUDIO_INTERVAL, VIDEO_FPS, Camera, Microphone, TransportCounter, read_stamp
from bench.lab.mmsg import SLOTS, Batch
from bench.lab.peer import RawPeer
from bench.lab.sdp import OPUS, RTX, TRANSPORT_CC, VP8

SWEEP = 0.003  # seconds between looks at all sockets: counting has no hurry, so calls are few and batches long
BREATH = 0.02  # seconds between turns of the event loop, on which the engine lives
REPORT = 1.0  # seconds between reports of a person
FEEDBACK = 0.1  # seconds between transport-wide feedback of a person, about as in browsers
SAMPLE_EVERY = 211  # receive calls between two packets that are kept for decryption

MICROPHONE_MID, CAMERA_MID = "0", "1"


class Counts(Struct):
    """Of one window."""

    sent: int = 0  # of what viewers get
    unwatched: int = 0  # sent too, of encodings that nobody watches
    refused: int = 0  # by our own kernel: buffers full
    received: int = 0  # RTP of the media's own payload types
    retransmitted: int = 0  # RTP of the RTX payload type
    control: int = 0  # RTCP
    nacks: int = 0
    feedback: int = 0  # transport-cc messages
    key_frame_requests: int = 0
    late: float = 0.0  # seconds by which the latest packet missed its time
    cpu: float = 0.0  # seconds of this process
    wall: float = 0.0  # seconds of sending
    sampled: int = 0
    verified: int = 0  # decrypted, from somebody else


class Person:
    """Camera and microphone of one raw peer, and what comes for it.

    `down`: the connection on which others' media comes, where a server wants two of each person. `rids`: of the
    camera's encodings, the lowest first; of these `kbps` is the rate of the highest.
    """

    def __init__(
        self, number: int, peer: RawPeer, kbps: float, down: RawPeer | None = None, rids: Sequence[str] = ()
    ) -> None:
        self.number = number
        self.peer = peer
        self.down = down or peer
        self.connections = [peer, down] if down else [peer]
        counter = TransportCounter()
        self.microphone = Microphone(number, MICROPHONE_MID, counter)
        self.camera, *self.upper = [
            Camera(number, CAMERA_MID, counter, kbps * share, rid=rid) for rid, share in _encodings(rids)
        ]
        self.highest: dict[int, int] = {}  # SSRC of a slot -> highest sequence number seen
        self.reports: dict[int, tuple[int, float]] = {}  # SSRC -> middle of the NTP time, when it came
        self.sample: list[bytes] = []
        self.heard = Heard()

    def send_feedback(self) -> None:
        """About what came since the last, where the server numbers what it sends."""
        body = self.heard.due(self.camera.ssrc, next(iter(self.highest), 0))
        if body is not None:
            self.down.send_rtcp(rtcp.feedback(body))

    def send_reports(self, now: float) -> None:
        wall = time.time()
        for stream in (self.microphone, self.camera, *self.upper):
            if stream.packets:
                sent = rtcp.Sent(stream.ssrc, stream.timestamp, stream.packets, stream.octets)
                self.peer.send_rtcp(rtcp.sender_report(wall, sent))
        blocks = []
        for ssrc, highest in self.highest.items():
            middle, at = self.reports.get(ssrc, (0, now))
            blocks.append(rtcp.Heard(ssrc, highest, middle, now - at))
        for report in rtcp.receiver_reports(self.camera.ssrc, blocks):
            self.down.send_rtcp(report)
        for connection in self.connections:
            connection.renew_consent()

    def hear_control(self, now: float, srtcp: bytes, counts: Counts, connection: RawPeer | None = None) -> None:
        """`connection`: the one on which it came, if there are two."""
        try:
            received = rtcp.read((connection or self.peer).receiving.unprotect_rtcp(srtcp))
        except SrtpError:
            return
        counts.nacks += received.nacks
        counts.feedback += received.feedback
        counts.key_frame_requests += len(received.key_frame_wanted)
        for camera in (self.camera, *self.upper):
            if camera.ssrc in received.key_frame_wanted:
                camera.key_frame_wanted = True
        for ssrc, middle in received.reports:
            self.reports[ssrc] = (middle, now)

    def verify_sample(self, counts: Counts) -> None:
        """Each must decrypt with this person's keys and carry another person's stamp."""
        for srtp in self.sample:
            counts.sampled += 1
            try:
                stamp = read_stamp(self.down.receiving.unprotect(srtp))
            except SrtpError:
                continue
            counts.verified += stamp is not None and stamp.person != self.number
        self.sample.clear()


class Generator:
    """All people on one core. `run` may be called again and again; streams go on where they were."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self._batch = Batch()
        self._calls = 0
        self._counts = Counts()
        self._delays: Delays | None = None

    @property
    def counts(self) -> Counts:
        """Of the newest window."""
        return self._counts

    async def run(self, seconds: float, drain: float = 0.3) -> Counts:
        """Sends for `seconds`, then only receives for `drain` seconds. Packets of before count if they come now."""
        counts = self._counts = Counts()
        started, cpu = time.monotonic(), _own_cpu()
        await self._pace(started, started + seconds)
        counts.wall, counts.cpu = time.monotonic() - started, _own_cpu() - cpu
        await self.listen(drain)
        for person in self.people:
            person.verify_sample(counts)
        return counts

    async def run_timed(self, seconds: float) -> Delays:
        """`run`, with the delay of some packets from our send call to the kernel's receipt. Costs time of this core."""
        sockets = [connection.socket for person in self.people for connection in person.connections]
        usual, self._delays = self._batch, Delays()
        self._batch = self._delays.batch
        try:
            with stamped(sockets):
                await self.run(seconds)
            return self._delays
        finally:
            self._batch, self._delays = usual, None

    async def listen(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._sweep(time.monotonic())
            await asyncio.sleep(SWEEP)
        self._sweep(time.monotonic())

    async def _pace(self, started: float, end: float) -> None:
        """Each thing at its own time, spread as people's clocks are, not in steps of a common tick."""
        agenda = self._agenda(started)
        next_sweep = next_breath = started
        while (now := time.monotonic()) < end:
            while agenda[0][0] <= now:
                at, number, kind = agenda[0]
                self._counts.late = max(self._counts.late, now - at)
                heapq.heapreplace(agenda, (at + self._perform(now, self.people[number], kind), number, kind))
            if now >= next_sweep:
                self._sweep(now)
                next_sweep = now + SWEEP
            if now >= next_breath:
                await asyncio.sleep(0)
                next_breath = now + BREATH
            pause = min(agenda[0][0], next_sweep, end) - time.monotonic()
            if pause > 0:
                time.sleep(pause)  # noqa: ASYNC251 (the loop gets its turn above; its timers are too coarse for this)

    def _agenda(self, started: float) -> list[tuple[float, int, str]]:
        agenda = []
        for n in range(len(self.people)):
            share = n / len(self.people)
            agenda.append((started + share / VIDEO_FPS, n, "video"))
            agenda.append((started + share * AUDIO_INTERVAL, n, "audio"))
            agenda.append((started + share * REPORT, n, "report"))
            agenda.append((started + share * FEEDBACK, n, "feedback"))
        heapq.heapify(agenda)
        return agenda

    def _perform(self, now: float, person: Person, kind: str) -> float:
        """Sends; returns the seconds until the next of this kind."""
        if kind == "report":
            person.send_reports(now)
            return REPORT
        if kind == "feedback":
            person.send_feedback()
            return FEEDBACK
        if kind == "audio":
            level = 30 if person.number == 0 else 60 + person.number % 30
            stream, packets, interval = person.microphone, person.microphone.packets_at(now, level), AUDIO_INTERVAL
        else:
            stream, packets, interval = person.camera, person.camera.packets_at(now), 1 / VIDEO_FPS
        if self._delays:
            self._delays.note_sent(stream.ssrc, stream.packets - len(packets), len(packets))
        for packet in packets:
            if person.peer.send(packet):
                self._counts.sent += 1
            else:
                self._counts.refused += 1
        if kind == "video":
            for camera in person.upper:
                self._counts.unwatched += sum(map(person.peer.send, camera.packets_at(now)))
        return interval

    def _sweep(self, now: float) -> None:
        for person in self.people:
            for connection in person.connections:
                descriptor = connection.socket.fileno()
                while count := self._batch.receive(descriptor):
                    self._count(now, person, connection, count)
                    if count < SLOTS:
                        break

    def _count(self, now: float, person: Person, connection: RawPeer, count: int) -> None:
        batch, counts = self._batch, self._counts
        kinds = np.bincount(batch.second_octets[:count] & 0x7F, minlength=128)
        counts.received += int(kinds[OPUS] + kinds[VP8])
        counts.retransmitted += int(kinds[RTX])
        if kinds[64:96].any():  # RFC 5761 4: RTCP's types are 192-223, here without their highest bit
            for n in np.nonzero((batch.second_octets[:count] & 0xE0) == 0xC0)[0]:
                if batch.first_octets[n] & 0xC0 == 0x80:
                    counts.control += 1
                    person.hear_control(now, batch.datagram(int(n)), counts, connection)
        if connection is person.down:
            self._note_numbers(now, person, count)
        if self._delays and connection is person.down:
            self._delays.take(connection.receiving, count)
        self._note_last(person, count)

    def _note_numbers(self, now: float, person: Person, count: int) -> None:
        """Transport-wide numbers stand in the first header extension, which SRTP leaves in the clear. Padding has them
        too: probes are told like all that arrives."""
        octets = self._batch.octets[:count]
        numbered = (octets[:, 0] & 0xDF == 0x90) & (octets[:, 16] == (TRANSPORT_CC << 4 | 1))
        person.heard.note((octets[:, 17].astype(np.uint16) << 8 | octets[:, 18])[numbered], now)

    def _note_last(self, person: Person, count: int) -> None:
        """The last packet of a batch stands for all in reports, and some are kept for decryption."""
        head = self._batch.head(count - 1, 12)
        if head[0] & 0xC0 != 0x80 or head[1] & 0x7F not in (OPUS, VP8):
            return
        ssrc = int.from_bytes(head[8:12], "big")
        is_new = ssrc not in person.highest  # libsrtp must see one packet of each stream before its number wraps
        person.highest[ssrc] = int.from_bytes(head[2:4], "big")
        self._calls += 1
        if is_new or self._calls % SAMPLE_EVERY == 0:
            person.sample.append(self._batch.datagram(count - 1))


def _encodings(rids: Sequence[str]) -> list[tuple[str, float]]:
    """Each with its part of the highest one's rate: of 800 kbit/s that is 100 and 300, as browsers share it."""
    return list(zip(rids, (1 / 8, 3 / 8, 1)[-len(rids) :], strict=True)) if rids else [("", 1)]


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def pin(pid: int, core: int) -> bool:
    """All threads of a process; those to come inherit it. False where there is no such core to pin to."""
    if core not in os.sched_getaffinity(0) | set(range(os.cpu_count() or 1)):
        return False
    for thread in os.listdir(f"/proc/{pid or os.getpid()}/task"):
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), {core})
    return True
