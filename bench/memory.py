"""What a worker's memory grows by: with a person who sends, with a subscription; and whether it stays flat.

Figures are resident sets, in units of 2**10 or 2**20 octets, after the packet caches have filled.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from bench import procfs
from bench.forward import LOOPBACK, pin_both, warm_up
from bench.generator import Generator
from bench.servers.kinroom import KinroomServer

FILL = 4.0  # seconds
SETTLE = 2.0  # seconds after a change: key frames have come
WHOLE = 0.999  # of the packets, when all changes are done
# Between the medians of the second and the last quarter. A leak of 10 KB with each of 200 people would be 1 MB.
MOST_GROWTH = 0.7  # MB


class Memory(Struct, frozen=True):
    """A subscription is one source on one slot of one viewer, and the slot is counted with it."""

    people: int
    kbps: float
    subscriptions: int
    worker_mb: float  # alone
    sending_mb: float  # everybody is connected and sends, and nobody has slots
    forwarding_mb: float  # everybody sees everybody
    person_kb: float
    subscription_kb: float
    path: str


class Soak(Struct, frozen=True):
    minutes: float
    changes: int  # each is one person who leaves and one who comes
    people: int
    kbps: float
    first_mb: float  # median of the second quarter: the first one fills caches
    last_mb: float  # median of the last quarter
    growth_mb: float
    kb_per_change: float  # slope over all but the first quarter
    delivered: float  # at the end
    flat: bool
    path: str
    samples_mb: list[float]  # one after each change


def measure(people: int, kbps: float) -> Memory:
    return asyncio.run(_measure(people, kbps))


async def _measure(people: int, kbps: float) -> Memory:
    alone, path = await _weigh(KinroomServer(0, kbps, LOOPBACK))
    sending, _ = await _weigh(KinroomServer(people, kbps, LOOPBACK, pairs=0, attached=False))
    forwarding, _ = await _weigh(KinroomServer(people, kbps, LOOPBACK))
    subscriptions = 2 * people * (people - 1)
    return Memory(
        people=people,
        kbps=kbps,
        subscriptions=subscriptions,
        worker_mb=round(alone, 1),
        sending_mb=round(sending, 1),
        forwarding_mb=round(forwarding, 1),
        person_kb=round((sending - alone) / people * 1024, 1),
        subscription_kb=round((forwarding - sending) / subscriptions * 1024, 2),
        path=path,
    )


async def _weigh(server: KinroomServer) -> tuple[float, str]:
    try:
        await server.open()
        pin_both(server)
        if server.people:
            generator = Generator(server.people)
            await warm_up(generator)
            await generator.run(FILL)
        server.check()
        return procfs.rss_mb(server.pid), server.path
    finally:
        await server.close()


def soak(minutes: float, changes: int, people: int, kbps: float) -> Soak:
    return asyncio.run(_soak(minutes, changes, people, kbps))


async def _soak(minutes: float, changes: int, people: int, kbps: float) -> Soak:
    server = KinroomServer(people, kbps, LOOPBACK)
    samples: list[float] = []
    try:
        await server.open()
        pin_both(server)
        generator = Generator(server.people)
        started = time.monotonic()
        for n in range(changes):
            await server.replace(n % people)
            due = started + (n + 1) * minutes * 60 / changes
            await generator.run(max(0.1, due - time.monotonic()), drain=0.0)
            server.check()
            samples.append(procfs.rss_mb(server.pid))
            if n % 20 == 0:
                print(f"{n + 1} of {changes}: {samples[-1]:.1f} MB", file=sys.stderr)
        await generator.run(SETTLE)
        counts = await generator.run(SETTLE)
    finally:
        await server.close()
    delivered = counts.received / (counts.sent * (people - 1))
    return weighed(minutes, people, kbps, samples, delivered, server.path)


def weighed(minutes: float, people: int, kbps: float, samples: Sequence[float], delivered: float, path: str) -> Soak:
    """Raises ValueError for fewer than eight samples: they have no quarters."""
    if len(samples) < 8:
        raise ValueError("a soak needs eight changes or more")
    quarter = len(samples) // 4
    first, last = statistics.median(samples[quarter : 2 * quarter]), statistics.median(samples[-quarter:])
    slope = float(np.polyfit(range(len(samples) - quarter), samples[quarter:], 1)[0])
    return Soak(
        minutes=minutes,
        changes=len(samples),
        people=people,
        kbps=kbps,
        first_mb=round(first, 2),
        last_mb=round(last, 2),
        growth_mb=round(last - first, 2),
        kb_per_change=round(slope * 1024, 2),
        delivered=round(delivered, 6),
        flat=last - first <= MOST_GROWTH and delivered >= WHOLE,
        path=path,
        samples_mb=[round(one, 2) for one in samples],
    )
