"""Kinroom: an engine in this process, one worker, one connection for each person."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable

from bench.generator import Person
from bench.lab.dtls import Identity
from bench.lab.peer import RawPeer
from bench.servers import PROFILE, BenchError
from rtc import (
    Attach,
    Change,
    Engine,
    EngineEvent,
    EngineSettings,
    Grant,
    Mid,
    PeerConnected,
    PeerId,
    SlotFlowing,
    Source,
    SpeakersChanged,
    WorkerDied,
    WorkerIndex,
    WorkerStats,
)

STATS_TIMEOUT = 5.0  # seconds
RIDS = ("q", "h", "f")  # of a camera's encodings, the smallest first

WORKER = WorkerIndex(0)
GRANT = Grant(frozenset(Source), may_receive=True)


class KinroomServer:
    """`pairs`: of slots for each person; without attachments nothing is forwarded. `layers`: of each camera; viewers
    get the lowest.
    """

    name = "kinroom"

    def __init__(
        self,
        people: int,
        kbps: float,
        host: str,
        compiled: bool = True,
        pairs: int | None = None,
        attached: bool = True,
        express: bool = True,
        layers: int = 1,
    ) -> None:
        settings = EngineSettings(workers=1, bind_host=host, announced=[host], compiled=compiled, express=express)
        self.engine = Engine(settings, self._note)
        self.people: list[Person] = []
        self.peers: list[PeerId] = []
        self._size = people
        self._kbps = kbps
        self._host = host
        self._pairs = people - 1 if pairs is None else pairs
        self._attached = attached
        self._rids = RIDS[:layers] if layers > 1 else ()
        self._identity = Identity()
        self._numbers = 0
        self._died = False
        self._first: WorkerStats

    async def open(self) -> None:
        await self.engine.start()
        self._first = await self._first_stats()
        for _ in range(self._size):
            peer, person = await self.join()
            self.peers.append(peer)
            self.people.append(person)
        if self._attached:
            self.engine.apply(WORKER, [change for n in range(self._size) for change in self.watching(n)])

    async def close(self) -> None:
        for person in self.people:
            person.peer.close()
        await self.engine.stop()

    def check(self) -> None:
        if self._died:
            raise BenchError("the worker died")

    @property
    def pid(self) -> int:
        return self._first.pid

    @property
    def path(self) -> str:
        return self._first.path

    async def time_inside(self, work: Awaitable[object]) -> list[float]:
        samples: list[float] = []
        self.engine.sample_latency(WORKER, True)
        collector = asyncio.create_task(self._collect(samples))
        await work
        await asyncio.sleep(1.2)  # statistics come once a second
        collector.cancel()
        self.engine.sample_latency(WORKER, False)
        if not samples:
            raise BenchError("the worker sent no latency samples")
        return samples

    async def join(self) -> tuple[PeerId, Person]:
        """One more person, connected; who watches whom is not decided here."""
        peer = self.engine.add_peer(WORKER, GRANT)
        raw = RawPeer(self._identity, self._pairs, self._host, profiles=[PROFILE], rids=self._rids)
        sources = {Mid(mid): Source(source) for mid, source in raw.offer.sources.items()}
        answer = await self.engine.offer(peer, raw.offer.text, sources)
        await raw.connect(answer.sdp)
        if answer.slots != raw.offer.slots:
            raise BenchError(f"slots {answer.slots} are not those of the offer")
        person = Person(self._numbers, raw, self._kbps, rids=self._rids)
        self._numbers += 1
        return peer, person

    async def replace(self, n: int) -> None:
        """The person on seat `n` leaves, and somebody new sits down there and sees and is seen."""
        self.engine.remove_peer(self.peers[n])
        self.people[n].peer.close()
        self.peers[n], self.people[n] = await self.join()
        others = [other for other in range(len(self.peers)) if other != n]
        changes = self.watching(n) + [change for other in others for change in self.attachment(other, n)]
        self.engine.apply(WORKER, changes)

    def watching(self, n: int) -> list[Change]:
        """What puts all others on the slots of person `n`, in the order of their seats."""
        return [change for other in range(len(self.peers)) if other != n for change in self.attachment(n, other)]

    def attachment(self, n: int, other: int) -> list[Change]:
        """What puts one on the slot of `n` that is theirs."""
        audio, video = self.people[n].peer.offer.slots[other - (other > n)]
        peer, publisher = self.peers[n], self.peers[other]
        return [
            Attach(peer, Mid(audio), publisher, Source.MICROPHONE),
            Attach(peer, Mid(video), publisher, Source.CAMERA),
        ]

    async def _first_stats(self) -> WorkerStats:
        async with asyncio.timeout(STATS_TIMEOUT):
            while (stats := self.engine.stats(WORKER)) is None:  # noqa: ASYNC110 (the engine tells nobody)
                await asyncio.sleep(0.05)
        return stats

    async def _collect(self, into: list[float]) -> None:
        """Until cancelled."""
        seen = 0.0
        while True:
            stats = self.engine.stats(WORKER)
            if stats and stats.at != seen:
                seen = stats.at
                into += stats.latency_ms
            await asyncio.sleep(0.1)

    def _note(self, event: EngineEvent) -> None:
        if isinstance(event, WorkerDied):
            self._died = True
        if not isinstance(event, PeerConnected | SlotFlowing | SpeakersChanged):
            print(event, file=sys.stderr)
