"""A signaling process with more to do than any group gives it, as a neighbour for benches of the media plane.

`python -m bench.busy CORE` starts a real server there, and people who raise and lower their hands as fast as the server
lets them, which it tells everybody. It says `ready`, works until its standard input ends, and says what it did.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from msgspec import Struct

from bench import procfs
from bench.lab.lead import Member, member
from bench.lab.server import Server
from signaling import protocol as p

PEOPLE = 12
EVERY = 0.06  # seconds between two messages of one person: the server takes 20 a second (signaling/shell/connection.py)
START_TIMEOUT = 30.0  # seconds


class Done(Struct, frozen=True):
    commands: int
    seconds: float
    cpu_seconds: float  # of the signaling process


class Neighbour:
    """The child, from the side of the bench. `done` is set at the end of `busy`."""

    done: Done


@contextlib.asynccontextmanager
async def busy(core: int) -> AsyncIterator[Neighbour]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.busy", str(core)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    neighbour = Neighbour()
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_TIMEOUT)
        if line != b"ready\n":
            raise RuntimeError("the busy server did not start")
        yield neighbour
        process.stdin.close()
        neighbour.done = msgspec.json.decode(await process.stdout.readline(), type=Done)
    finally:
        process.stdin.close()
        await process.wait()


async def _work(core: int) -> None:
    os.sched_setaffinity(0, {core})
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = await stack.enter_async_context(Server(Path(folder) / "data", port=_free_port(), trace=False))
        for pid in (server.pid, *server.worker_pids):
            os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))  # as in life
        session = await server.create_session(PEOPLE)
        token = session.links[0].token
        people = [await stack.enter_async_context(member(server, token, f"Person {n}")) for n in range(PEOPLE)]
        counts = [0] * PEOPLE
        cpu, started = procfs.cpu_seconds(server.pid), time.monotonic()
        waving = [asyncio.create_task(_wave(counts, n, one)) for n, one in enumerate(people)]
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        for task in waving:
            task.cancel()
        done = Done(sum(counts), time.monotonic() - started, procfs.cpu_seconds(server.pid) - cpu)
        print(msgspec.json.encode(done).decode(), flush=True)


async def _wave(counts: list[int], n: int, one: Member) -> None:
    while True:
        for command in (p.RaiseHand, p.LowerHand):
            await one.ask(command)
            counts[n] += 1
            await asyncio.sleep(EVERY)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    asyncio.run(_work(int(sys.argv[1])))
