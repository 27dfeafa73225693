"""What forwarding costs: one worker, everybody sends camera and microphone to everybody, all on loopback.

The worker has core 0 for itself; the engine and the generator share core 1. Each round has a worker of its own:
handshakes, warm-up, the measured window, then a second window in which the worker samples how long packets stay in it
(sampling costs time, so it is never on while CPU is measured).
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import sys

import numpy as np
from msgspec import Struct

from bench import procfs
from bench.generator import Counts, Generator, Person, pin
from bench.lab.dtls import Identity
from bench.lab.peer import RawPeer
from rtc import (
    Attach,
    Change,
    Engine,
    EngineEvent,
    EngineSettings,
    Grant,
    Mid,
    PeerId,
    Source,
    WorkerDied,
    WorkerIndex,
    WorkerStats,
)

HOST = "127.0.0.1"
WORKER_CORE, GENERATOR_CORE = 0, 1
WARM_UP = 1.5  # seconds: key frames requested and sent, caches filled, mid extensions acknowledged
STATS_TIMEOUT = 5.0  # seconds

WORKER = WorkerIndex(0)
GRANT = Grant(frozenset(Source), may_receive=True)


class BenchError(Exception):
    """The bench could not measure what it promises to."""


class Round(Struct, frozen=True):
    """One worker's figures."""

    offered_pps: float
    out_pps: float
    delivered: float
    us_per_out_packet: float
    worker_cpu_pct: float
    rss_mb: float
    p50_ms: float
    p99_ms: float
    sampled: int  # packets that were decrypted
    verified: int  # of these, intact and from somebody else
    generator_cpu_pct: float
    generator_late_ms: float
    generator_drops: int  # at our receive buffers: any means that the generator was the bottleneck
    worker_drops: int  # at the worker's receive buffer
    neighbours_cpu_pct: float  # of one core, used by processes that are none of ours: what disturbed the round
    nacks: int
    retransmitted: int
    control_pps: float


class Result(Struct, frozen=True):
    """Medians of the rounds."""

    people: int
    kbps: float
    seconds: float
    offered_pps: float
    out_pps: float
    delivered: float
    us_per_out_packet: float
    worker_cpu_pct: float
    rss_mb: float
    p50_ms: float
    p99_ms: float
    generator_cpu_pct: float
    srtp_profile: str
    path: str  # of the inner loop: compiled or python
    python: str
    cores: int
    rounds: list[Round]


class _Room:
    """An engine with one worker and everybody in it."""

    def __init__(self, people: int, kbps: float, compiled: bool) -> None:
        settings = EngineSettings(workers=1, bind_host=HOST, announced=[HOST], compiled=compiled)
        self.engine = Engine(settings, self._note)
        self._size = people
        self._kbps = kbps
        self.people: list[Person] = []
        self._died = False

    async def open(self) -> None:
        await self.engine.start()
        identity = Identity()
        peers = [self.engine.add_peer(WORKER, GRANT) for _ in range(self._size)]
        for number, peer in enumerate(peers):
            raw = RawPeer(identity, pairs=self._size - 1, host=HOST)
            self.people.append(Person(number, raw, self._kbps))
            await self._join(peer, raw)
        self.engine.apply(WORKER, self._everybody_to_everybody(peers))
        self.pid = (await self.first_stats()).pid
        if not (pin(self.pid, WORKER_CORE) and pin(0, GENERATOR_CORE)):
            print("one core only: worker and generator share it", file=sys.stderr)

    async def close(self) -> None:
        for person in self.people:
            person.peer.close()
        await self.engine.stop()

    @property
    def ports(self) -> set[int]:
        return {person.peer.socket.getsockname()[1] for person in self.people}

    @property
    def worker_port(self) -> int:
        port: int = self.people[0].peer.socket.getpeername()[1]
        return port

    def check(self) -> None:
        if self._died:
            raise BenchError("the worker died")

    async def collect_latency(self, into: list[float]) -> None:
        """Until cancelled."""
        seen = 0.0
        while True:
            stats = self.engine.stats(WORKER)
            if stats and stats.at != seen:
                seen = stats.at
                into += stats.latency_ms
            await asyncio.sleep(0.1)

    async def _join(self, peer: PeerId, raw: RawPeer) -> None:
        sources = {Mid(mid): Source(source) for mid, source in raw.offer.sources.items()}
        answer = await self.engine.offer(peer, raw.offer.text, sources)
        await raw.connect(answer.sdp)
        if answer.slots != raw.offer.slots:
            raise BenchError(f"slots {answer.slots} are not those of the offer")

    def _everybody_to_everybody(self, peers: list[PeerId]) -> list[Change]:
        changes: list[Change] = []
        for n, peer in enumerate(peers):
            others = [other for other in peers if other != peer]
            for (audio, video), other in zip(self.people[n].peer.offer.slots, others, strict=True):
                changes.append(Attach(peer, Mid(audio), other, Source.MICROPHONE))
                changes.append(Attach(peer, Mid(video), other, Source.CAMERA))
        return changes

    async def first_stats(self) -> WorkerStats:
        async with asyncio.timeout(STATS_TIMEOUT):
            while (stats := self.engine.stats(WORKER)) is None:  # noqa: ASYNC110 (the engine tells nobody)
                await asyncio.sleep(0.05)
        return stats

    def _note(self, event: EngineEvent) -> None:
        if isinstance(event, WorkerDied):
            self._died = True
        print(event, file=sys.stderr)


async def measure(people: int, kbps: float, seconds: float, rounds: int = 3, compiled: bool = True) -> Result:
    """`compiled`: with the C kernel, where it was built.

    Raises BenchError, PeerError or WorkerGoneError when there is nothing to measure.
    """
    measured = []
    for n in range(rounds):
        room = _Room(people, kbps, compiled)
        try:
            await room.open()
            measured.append(await _round(room, seconds))
            path = (await room.first_stats()).path
            profile = room.people[0].peer.keys.profile.decode()
        finally:
            await room.close()
        print(f"round {n + 1} of {rounds}: {measured[-1]}", file=sys.stderr)
    return _result(people, kbps, seconds, profile, path, measured)


async def _round(room: _Room, seconds: float) -> Round:
    generator = Generator(room.people)
    await generator.run(WARM_UP)
    room.check()
    cpu, all_cpu, drops = procfs.cpu_seconds(room.pid), procfs.cpu_of_all(), _drops(room)
    counts = await generator.run(seconds)
    cpu = procfs.cpu_seconds(room.pid) - cpu
    neighbours = procfs.cpu_since(all_cpu, besides={room.pid, os.getpid()})
    drops = _since(drops, _drops(room))
    room.check()
    rss = procfs.rss_mb(room.pid)
    latency = await _latency(room, generator, seconds / 2)
    return _figures(len(room.people), counts, cpu, neighbours, drops, rss, latency)


async def _latency(room: _Room, generator: Generator, seconds: float) -> list[float]:
    samples: list[float] = []
    room.engine.sample_latency(WORKER, True)
    collector = asyncio.create_task(room.collect_latency(samples))
    await generator.run(seconds)
    await generator.listen(1.2)  # statistics come once a second
    collector.cancel()
    room.engine.sample_latency(WORKER, False)
    if not samples:
        raise BenchError("the worker sent no latency samples")
    return samples


def _figures(
    people: int,
    counts: Counts,
    cpu: float,
    neighbours: float,
    drops: tuple[int, int],
    rss: float,
    latency: list[float],
) -> Round:
    if not counts.received:
        raise BenchError("nothing was forwarded")
    p50, p99 = (round(float(value), 3) for value in np.percentile(latency, [50, 99]))
    return Round(
        offered_pps=round(counts.sent / counts.wall, 1),
        out_pps=round(counts.received / counts.wall, 1),
        delivered=round(counts.received / (counts.sent * (people - 1)), 6),
        us_per_out_packet=round(cpu / counts.received * 1e6, 3),
        worker_cpu_pct=round(cpu / counts.wall * 100, 1),
        rss_mb=round(rss, 1),
        p50_ms=p50,
        p99_ms=p99,
        sampled=counts.sampled,
        verified=counts.verified,
        generator_cpu_pct=round(counts.cpu / counts.wall * 100, 1),
        generator_late_ms=round(counts.late * 1000, 2),
        generator_drops=drops[0],
        worker_drops=drops[1],
        neighbours_cpu_pct=round(neighbours / counts.wall * 100, 1),
        nacks=counts.nacks,
        retransmitted=counts.retransmitted,
        control_pps=round(counts.control / counts.wall, 1),
    )


def _result(people: int, kbps: float, seconds: float, profile: str, path: str, rounds: list[Round]) -> Result:
    def median(field: str) -> float:
        return float(statistics.median(getattr(one, field) for one in rounds))

    return Result(
        people=people,
        kbps=kbps,
        seconds=seconds,
        offered_pps=median("offered_pps"),
        out_pps=median("out_pps"),
        delivered=median("delivered"),
        us_per_out_packet=median("us_per_out_packet"),
        worker_cpu_pct=median("worker_cpu_pct"),
        rss_mb=median("rss_mb"),
        p50_ms=median("p50_ms"),
        p99_ms=median("p99_ms"),
        generator_cpu_pct=median("generator_cpu_pct"),
        srtp_profile=profile,
        path=path,
        python=platform.python_version(),
        cores=os.cpu_count() or 1,
        rounds=rounds,
    )


def _drops(room: _Room) -> tuple[int, int]:
    return procfs.udp_drops(room.ports), procfs.udp_drops({room.worker_port})


def _since(before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    return after[0] - before[0], after[1] - before[1]
