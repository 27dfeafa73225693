"""Who may hear and see whom, from when to when, as a test tells it; whether pages and worker agree with that.

The worker remembers who was on each slot from when to when (`KINROOM_TRACE`), so nothing that happened between two
looks is missed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from bench.lab.server import Server, SessionStats
from rtc import PeerId, Run
from tests.browser.people import Person

Reach = tuple[str, str, str]  # ids of who receives and who sends, and the source

EVERY = 0.5  # seconds between two looks at what the worker remembers
STILL_ON_ITS_WAY = 0.25  # seconds from the end of an act, as the test sees it, to the end of its media
WINDOW = 0.8  # seconds in which whatever flows brings packets: a picture of 5 frames/s, a lost one included

RECEIVED = """async () => {
  const reports = [...((await kinroom.pc()?.getStats()) ?? new Map()).values()];
  const inbound = reports.filter(({ type }) => type === "inbound-rtp");
  return Object.fromEntries(inbound.map(({ mid, packetsReceived }) => [mid, packetsReceived]));
}"""
SLOTS = "Object.fromEntries(kinroom.slots().map((slot) => [slot.mid, [slot.participant, slot.source]]))"


def together(*rooms: Iterable[Person]) -> frozenset[Reach]:
    """Whoever is in the same one may hear and see each other."""
    sources = ("microphone", "camera")
    return frozenset(
        (viewer.id, other.id, source)
        for room in map(tuple, rooms)
        for viewer in room
        for other in room
        if viewer is not other
        for source in sources
    )


class Ledger:
    """`now` is what is allowed; changes are told with `becomes`."""

    def __init__(self, server: Server, session: str) -> None:
        self.now: frozenset[Reach] = frozenset()
        self._server = server
        self._session = session
        self._allowed: list[tuple[float, frozenset[Reach]]] = []  # from when on
        # With the worker's time when it last told of it: of a connection that is gone it never tells the end.
        self._runs: dict[tuple[PeerId, str, float], tuple[float, Run]] = {}
        self._ids: dict[PeerId, str] = {}  # of every connection that there ever was

    @asynccontextmanager
    async def becomes(self, allowed: frozenset[Reach]) -> AsyncIterator[None]:
        """What was and what will be are allowed inside; then only what will be."""
        self._allowed.append((time.time(), self.now | allowed))
        yield
        self.now = allowed
        self._allowed.append((time.time(), allowed))

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(EVERY)

    async def agree(self, people: Sequence[Person], within: float = 12.0) -> None:
        """Until each page receives packets exactly where the worker forwards, from whom both say; never from others."""
        deadline = time.monotonic() + within
        while wrong := await self._disagreement(people):
            assert time.monotonic() < deadline, wrong

    async def never_others(self) -> None:
        """From the first `becomes` to now."""
        await asyncio.sleep(2.0)  # what the worker tells is about a second old
        await self._look()
        end = time.time()
        starts = [at for at, _ in self._allowed]
        for (viewer, _, at), (told, run) in self._runs.items():
            reach = (self._ids[viewer], self._ids[run.publisher], str(run.source))
            for since, until, allowed in zip(starts, [*starts[1:], end], (a for _, a in self._allowed), strict=True):
                overlap = min(until, run.until or told) - max(since, at)
                assert reach in allowed or overlap <= STILL_ON_ITS_WAY, (reach, overlap, run, since, until)

    async def _look(self) -> SessionStats:
        told = await self._server.stats(self._session)
        self._ids |= {peer: participant for participant, peer in told.participants.items()}
        for peer in told.worker.peers:
            self._runs |= {(peer.peer, run.mid, run.at): (told.worker.at, run) for run in peer.runs}
        return told

    async def _disagreement(self, people: Sequence[Person]) -> list[object]:
        before = await asyncio.gather(*(person.page.call(RECEIVED) for person in people))
        await asyncio.sleep(WINDOW)
        after = await asyncio.gather(*(person.page.call(RECEIVED) for person in people))
        slots = await asyncio.gather(*(person.page.evaluate(SLOTS) for person in people))
        told = await self._look()
        peers = {peer.peer: peer for peer in told.worker.peers}
        wrong: list[object] = []
        for person, had, has, carries in zip(people, before, after, slots, strict=True):
            peer = peers[told.participants[person.id]]
            grown = {mid: tuple(carries.get(mid, ())) for mid in has if has[mid] > had.get(mid, 0)}
            forwarded = {run.mid: (self._ids[run.publisher], str(run.source)) for run in peer.runs if run.until is None}
            table = {one.mid: (self._ids[one.publisher], str(one.source)) for one in peer.subscriptions}
            allowed = {(sender, source) for viewer, sender, source in self.now if viewer == person.id}
            if not (grown == forwarded and forwarded.items() <= table.items() and set(table.values()) <= allowed):
                wrong.append((person.name, grown, forwarded, table))
        return wrong
