"""How long packets stay in the worker at a quarter, half and three quarters of a core, while signaling is busy.

The load is set by the number of people. The signaling process and its clients (`busy.py`) share the worker's core,
which a machine with a core for each would spare it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence

from msgspec import Struct

from bench import procfs
from bench.busy import Neighbour, busy
from bench.forward import LOOPBACK, pin_both, warm_up
from bench.generator import Generator
from bench.results import percentiles
from bench.servers import SERVER_CORE
from bench.servers.kinroom import KinroomServer

LOADS = (25.0, 50.0, 75.0)  # per cent of one core
SMALLEST, LARGEST = 6, 40  # people
PROBE = 1.5  # seconds
NEAR = 3.0  # per cent of a core: a size is good enough
RANKS = (50, 99, 99.9)


class Delay(Struct, frozen=True):
    """Milliseconds."""

    p50_ms: float | None
    p99_ms: float | None
    p999_ms: float | None
    samples: int


class Point(Struct, frozen=True):
    """At one load. `commands_per_second` and `signaling_cpu_pct` are 0 where signaling had nothing to do."""

    load_pct: float
    people: int
    worker_cpu_pct: float
    out_pps: float
    delivered: float
    inside: Delay  # one sample a wake-up, its oldest packet: from the kernel's receipt until all copies are sent
    outside: Delay  # single packets, from the generator's send call to the kernel's receipt of the copy
    commands_per_second: float
    signaling_cpu_pct: float


class Latency(Struct, frozen=True):
    kbps: float
    seconds: float
    signaling: bool
    path: str
    points: list[Point]


def measure(kbps: float, seconds: float, signaling: bool = True, compiled: bool = True) -> Latency:
    return asyncio.run(_measure(kbps, seconds, signaling, compiled))


async def _measure(kbps: float, seconds: float, signaling: bool, compiled: bool) -> Latency:
    seen: dict[int, float] = {}  # people -> per cent of a core
    points, path = [], ""
    for load in LOADS:
        while (people := next_size(seen, load)) is not None:
            seen[people] = await _load_of(KinroomServer(people, kbps, LOOPBACK, compiled))
            print(f"{people} people: {seen[people]:.1f} % of a core", file=sys.stderr)
        server = KinroomServer(nearest(seen, load), kbps, LOOPBACK, compiled)
        points.append(await _point(server, load, seconds, signaling))
        path = server.path
    return Latency(kbps, seconds, signaling, path, points)


def next_size(seen: dict[int, float], load: float) -> int | None:
    """The group to try next on the way to `load`; None when one is near, or its neighbours on both sides are known."""
    if any(abs(cpu - load) <= NEAR for cpu in seen.values()):
        return None
    below = max((people for people, cpu in seen.items() if cpu <= load), default=SMALLEST - 1)
    above = min((people for people, cpu in seen.items() if cpu > load and people > below), default=LARGEST + 1)
    return (below + above) // 2 if above - below > 1 else None


def nearest(seen: dict[int, float], load: float) -> int:
    return min(seen, key=lambda people: abs(seen[people] - load))


async def _load_of(server: KinroomServer) -> float:
    try:
        await server.open()
        pin_both(server)
        generator = Generator(server.people)
        await warm_up(generator)
        cpu = procfs.cpu_seconds(server.pid)
        counts = await generator.run(PROBE)
        return (procfs.cpu_seconds(server.pid) - cpu) / counts.wall * 100
    finally:
        await server.close()


async def _point(server: KinroomServer, load: float, seconds: float, signaling: bool) -> Point:
    neighbour: Neighbour | None = None
    cpu = 0.0
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(server.close)
        await server.open()
        pin_both(server)
        generator = Generator(server.people)
        await warm_up(generator)
        if signaling:
            neighbour = await stack.enter_async_context(busy(SERVER_CORE))
            await generator.run(0.5)
        outside: list[float] = []

        async def run() -> None:
            nonlocal cpu
            before = procfs.cpu_seconds(server.pid)
            delays = await generator.run_timed(seconds)
            cpu = procfs.cpu_seconds(server.pid) - before
            outside.extend(delays.milliseconds())

        inside = await server.time_inside(run())
        server.check()
    counts, people = generator.counts, len(server.people)
    done = neighbour.done if neighbour else None
    return Point(
        load_pct=load,
        people=people,
        worker_cpu_pct=round(cpu / counts.wall * 100, 1),
        out_pps=round(counts.received / counts.wall, 1),
        delivered=round(counts.received / (counts.sent * (people - 1)), 6),
        inside=_delay(inside),
        outside=_delay(outside),
        commands_per_second=round(done.commands / done.seconds, 1) if done else 0.0,
        signaling_cpu_pct=round(done.cpu_seconds / done.seconds * 100, 1) if done else 0.0,
    )


def _delay(samples: Sequence[float]) -> Delay:
    return Delay(*percentiles(samples, RANKS), len(samples))
