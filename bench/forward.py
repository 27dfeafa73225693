"""What forwarding costs: one server, everybody sends camera and microphone to everybody.

The server has core 0 for itself; the generator, and the engine where there is one, have core 1. Each round has a server
of its own: handshakes, warm-up, the measured window, then a second window in which delays are sampled (sampling costs
time, so it is never on while CPU is measured). Several servers take turns, so that what changes on the machine
meanwhile falls on all.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from bench import procfs
from bench.delays import Delays
from bench.generator import Generator, pin
from bench.lab import janus, netns
from bench.results import Comparison, Label, Result, Round, Window, compared, medians, one_round
from bench.servers import (
    GENERATOR_CORE,
    SERVER_CORE,
    BenchError,
    Server,
    downlink_extensions,
    generator_ports,
    server_ports,
)
from bench.servers.janus import JanusServer
from bench.servers.kinroom import KinroomServer

LOOPBACK = "127.0.0.1"
WARM_UP = 1.5  # seconds: key frames requested and sent, caches filled, mid extensions acknowledged
WARM_UP_EACH = 0.1  # seconds more for each person: Kinroom starts pictures one publisher after the other (pacing.py)

Maker = Callable[[], Server]


class Work(Struct, frozen=True):
    """One measurement. `compiled`: Kinroom with the C kernel, where it was built; `express`: for whole packets, too.

    `layers`: encodings of each camera, of which Kinroom's viewers get the lowest; Janus's cameras have one.
    """

    people: int
    kbps: float
    seconds: float  # the measured window of each round
    rounds: int = 3
    compiled: bool = True
    event_loops: int = 0  # Janus's; 0: a thread for each connection
    express: bool = True
    layers: int = 1


def run(work: Work, beside_janus: bool) -> Result | Comparison:
    """Beside Janus if that is wanted and possible; on loopback otherwise."""
    if not beside_janus:
        return measure(work)
    with arena() as host:
        return compare(work, host) if host else measure(work)


def measure(work: Work, host: str = LOOPBACK) -> Result:
    """Kinroom alone. Raises BenchError, PeerError or WorkerGoneError when there is nothing to measure."""
    return asyncio.run(_take_turns(work, [_kinroom(work, host)]))[0]


def compare(work: Work, host: str) -> Comparison:
    """Kinroom and Janus, inside a namespace where `host` is (`arena`)."""
    return compared(*asyncio.run(_take_turns(work, [_kinroom(work, host), _janus(work, host)])))


def measure_janus(work: Work, host: str) -> Result:
    return asyncio.run(_take_turns(work, [_janus(work, host)]))[0]


@contextlib.contextmanager
def arena() -> Iterator[str | None]:
    """This whole process is inside a network namespace, where Janus can run too.

    Yields the address there; None if there can be none, after one line on stderr that says why.
    """
    if reason := janus.missing():
        _run_alone(reason)
        yield None
        return
    netns.remove_leftovers()
    with contextlib.ExitStack() as stack:
        try:
            inside = stack.enter_context(netns.namespace())
            stack.enter_context(inside.entered())
        except (netns.NamespaceError, OSError) as error:
            _run_alone(str(error))
            yield None
            return
        yield netns.ADDRESS


def _run_alone(reason: str) -> None:
    print(f"Kinroom alone: {reason}", file=sys.stderr)


def _kinroom(work: Work, host: str) -> Maker:
    return lambda: KinroomServer(work.people, work.kbps, host, work.compiled, express=work.express, layers=work.layers)


def _janus(work: Work, host: str) -> Maker:
    return lambda: JanusServer(work.people, work.kbps, host, work.event_loops)


async def _take_turns(work: Work, makers: Sequence[Maker]) -> list[Result]:
    """In the order of `makers`; every other round starts with the last of them."""
    rounds: list[list[Round]] = [[] for _ in makers]
    labels: dict[int, Label] = {}
    for n in range(work.rounds):
        for i in range(len(makers)) if n % 2 == 0 else reversed(range(len(makers))):
            async with contextlib.AsyncExitStack() as stack:
                server = makers[i]()
                stack.push_async_callback(server.close)
                await server.open()
                pin_both(server)
                rounds[i].append(await play(server, work.seconds))
                profile = server.people[0].down.keys.profile.decode()
                labels[i] = Label(profile, downlink_extensions(server), server.path)
            print(f"{server.name}, round {n + 1} of {work.rounds}: {rounds[i][-1]}", file=sys.stderr)
    return [medians(work.people, work.kbps, work.seconds, labels[i], rounds[i]) for i in range(len(makers))]


async def warm_up(generator: Generator) -> None:
    await generator.run(WARM_UP + WARM_UP_EACH * len(generator.people))


def pin_both(server: Server) -> None:
    if not (pin(server.pid, SERVER_CORE) and pin(0, GENERATOR_CORE)):
        print("one core only: server and generator share it", file=sys.stderr)


async def play(server: Server, seconds: float) -> Round:
    """One round on an open server."""
    generator = Generator(server.people)
    await warm_up(generator)
    server.check()
    cpu, all_cpu, drops = procfs.cpu_seconds(server.pid), procfs.cpu_of_all(), _drops(server)
    counts = await generator.run(seconds)
    cpu = procfs.cpu_seconds(server.pid) - cpu
    neighbours = procfs.cpu_since(all_cpu, besides={server.pid, os.getpid()})
    drops = [after - before for before, after in zip(drops, _drops(server), strict=True)]
    server.check()
    rss = procfs.rss_mb(server.pid)
    if not counts.received:
        raise BenchError("nothing was forwarded")
    inside, outside = await time_packets(server, generator, seconds / 2)
    return one_round(Window(len(server.people), counts, cpu, neighbours, *drops, rss, inside, outside))


async def time_packets(server: Server, generator: Generator, seconds: float) -> tuple[list[float], list[float]]:
    """Milliseconds, inside and outside."""
    windows: list[Delays] = []

    async def run() -> None:
        windows.append(await generator.run_timed(seconds))

    inside = await server.time_inside(run())
    await generator.listen(0.05)
    return inside, windows[0].milliseconds()


def _drops(server: Server) -> list[int]:
    return [procfs.udp_drops(generator_ports(server)), procfs.udp_drops(server_ports(server))]
