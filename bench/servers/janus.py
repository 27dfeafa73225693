"""Janus's VideoRoom: of each person one connection that publishes, and one that subscribes to all others.

Only inside a network namespace (`bench/lab/netns.py`): Janus gathers no candidates on loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from bench.generator import Person
from bench.lab.dtls import Identity
from bench.lab.janus import ROOM, Janus, everybody_but, room
from bench.lab.peer import RawPeer
from bench.lab.sdp import TALKING, read_answer, write_answer
from bench.servers import PROFILE, SERVER_CORE, BenchError


class JanusServer:
    """`event_loops`: see `Janus`."""

    name = "janus"

    def __init__(self, people: int, kbps: float, host: str, event_loops: int = 0) -> None:
        self.people: list[Person] = []
        self._janus = Janus(host, SERVER_CORE, event_loops)
        self._size = people
        self._kbps = kbps
        self._host = host
        self._identity = Identity()
        self._version = ""
        self._threads = f"media threads: {event_loops}" if event_loops else "a thread for each connection"

    async def open(self) -> None:
        await self._janus.__aenter__()
        self._version = await self._janus.version()
        await self._janus.message(await self._janus.attach(), room(self._size))
        # All at once: Janus hears no DTLS until its own connectivity check is answered, so each handshake takes the
        # second after which DTLS repeats itself.
        senders = await asyncio.gather(*(self._publish(n) for n in range(self._size)))
        receivers = await asyncio.gather(*(self._subscribe(n) for n in range(self._size)))
        for n, (up, down) in enumerate(zip(senders, receivers, strict=True)):
            self.people.append(Person(n, up, self._kbps, down))

    async def close(self) -> None:
        for person in self.people:
            for connection in person.connections:
                connection.close()
        await self._janus.__aexit__(None, None, None)

    def check(self) -> None:
        if not self._janus.alive:
            raise BenchError("Janus died")

    @property
    def pid(self) -> int:
        return self._janus.pid

    @property
    def path(self) -> str:
        return f"Janus {self._version}, {self._threads}"

    async def time_inside(self, work: Awaitable[object]) -> list[float]:
        await work
        return []

    async def _publish(self, n: int) -> RawPeer:
        up = self._peer()
        handle = await self._janus.attach()
        wish = {"request": "joinandconfigure", "ptype": "publisher", "room": ROOM, "id": n + 1}
        # Offered both roles, Janus would start DTLS; the raw peer can only be the one who starts.
        offer = up.offer.text.replace("a=setup:actpass", "a=setup:active")
        _, answer = await self._janus.message(handle, wish, ("offer", offer))
        await self._janus.end_of_candidates(handle)
        await up.connect(answer)
        return up

    async def _subscribe(self, n: int) -> RawPeer:
        down = self._peer()
        handle = await self._janus.attach()
        wish = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": everybody_but(n, self._size)}
        _, offer = await self._janus.message(handle, wish)
        lines = list(read_answer(offer).lines.values())
        if len(lines) != 2 * (self._size - 1):
            raise BenchError(f"Janus offers {len(lines)} streams, not those of {self._size - 1} people")
        answer = write_answer(down.credentials, lines)
        await self._janus.message(handle, {"request": "start"}, ("answer", answer))
        await self._janus.end_of_candidates(handle)
        await down.connect(offer)
        return down

    def _peer(self) -> RawPeer:
        return RawPeer(self._identity, 0, self._host, sending=TALKING, profiles=[PROFILE])
